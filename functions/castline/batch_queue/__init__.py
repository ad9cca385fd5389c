"""Queue of the batches that wait to be spoken: fair to every user, whatever the others have in it."""
