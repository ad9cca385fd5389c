"""Second opinion: tests on ministack, which shares no code with moto, on which the other tests run."""
