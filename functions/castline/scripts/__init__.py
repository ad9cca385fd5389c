"""Scripts: parser of written dialogue, which returns turns. Independent of HTTP, jobs and voices."""
