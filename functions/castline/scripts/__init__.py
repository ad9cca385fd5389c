"""Scripts: parses dialogue as people type it into turns. Independent of HTTP, jobs and voices."""
