"""What is deployed besides our own code, and how it is built."""
