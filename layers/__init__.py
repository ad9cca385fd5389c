"""Lambda layers: the dependencies that are deployed, and their build."""
