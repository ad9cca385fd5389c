"""Handlers of events outside requests and workflows: one module for each event, each with a ``handler``."""
