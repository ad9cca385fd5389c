"""Castline from Python."""
