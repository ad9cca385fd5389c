"""The jobs domain: what a job is, how it may change, and where it is kept."""
