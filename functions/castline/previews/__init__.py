"""Previews: short texts that are spoken at once. They reserve characters, and their number a minute is limited."""
