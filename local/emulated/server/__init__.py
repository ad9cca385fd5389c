"""Server of the emulated AWS, a process of its own: ministack, corrected where it is not like AWS."""
