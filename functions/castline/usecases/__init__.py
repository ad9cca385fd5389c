"""What Castline does, one module for each deed. Collaborators and the clock are given; no HTTP, no Lambda."""
