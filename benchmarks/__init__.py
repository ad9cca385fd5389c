"""What is measured, against what, and how. Each module is a program: ``python -m benchmarks.<name> --help``."""
