"""Pronunciation sets: named lists of pronunciations that users keep."""
