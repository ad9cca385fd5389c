"""Jobs domain: the model of a job, its status transitions, and its storage."""
