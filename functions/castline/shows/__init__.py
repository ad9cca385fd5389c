"""Shows: what the jobs of one programme have in common, kept by name."""
