"""Sounds: audio clips and cover images that users upload, for use in their jobs."""
