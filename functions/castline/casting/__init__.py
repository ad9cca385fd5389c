"""Casting: the language that each speaker's words are in, and the voices that fit."""
