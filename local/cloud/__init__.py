"""AWS in this process: moto, put right where it does not behave as AWS does."""
