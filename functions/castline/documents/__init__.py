"""Documents that users keep by name: pronunciation sets and shows."""
