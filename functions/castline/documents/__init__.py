"""Documents: what users keep by name, such as pronunciation sets and shows."""
