"""Synthesis of a dialogue: plans, speaks and stores its segments, and plans and captions its file."""
