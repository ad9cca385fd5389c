"""All routes of the API, for the documentation, the deployment and the tests."""

from __future__ import annotations

from castline.api.app import load_all_routes

OPERATIONS = load_all_routes()
"""All routes, as their handlers declare them."""
