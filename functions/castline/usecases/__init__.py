"""Use cases: one module for each action of the service.

Collaborators and the clock are passed in. No module here depends on HTTP or Lambda.
"""
