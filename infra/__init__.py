"""Infrastructure: the workflow, the functions and, for AWS, the stacks that hold them."""
