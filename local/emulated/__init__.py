"""Emulated deployment: real templates, real uploads, and functions in processes of their own."""
