"""Server of the emulated AWS, a separate process: ministack, corrected where it differs from AWS."""
