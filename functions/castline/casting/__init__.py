"""Casting: guesses the language of each speaker and chooses a voice for it."""
