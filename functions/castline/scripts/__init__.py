"""Written dialogue, as people type it, turned into turns. Knows nothing of HTTP, jobs or voices."""
