"""Reactions to what happens outside requests and workflows, one module an event. Each has a ``handler``."""
