"""Many scripts, one cast: the parts of ``castline batch``."""
