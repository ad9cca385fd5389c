"""Previews: short texts that are spoken at once, limited a minute, with the characters that they reserve."""
