"""Fair queue of the batches that wait to be spoken. A user's backlog does not delay other users."""
