"""Canaries: one for each thing the local cloud puts right in moto, so that an upgrade of it fails loudly."""
