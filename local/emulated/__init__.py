"""Emulated deployment: real templates, real uploads, and functions in separate processes."""
