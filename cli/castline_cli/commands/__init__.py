"""The commands, one a module or a family of them."""
