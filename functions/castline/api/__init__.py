"""The HTTP API. ``app.handler`` is the function behind API Gateway; each resource has a module."""
