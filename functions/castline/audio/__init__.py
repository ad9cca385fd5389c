"""Audio: PCM, its timeline, its mixing, its encodings and where it is stored. Knows no jobs."""
