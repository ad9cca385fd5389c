"""Every route of the API, loaded: for the documents, the deployment and the tests."""

from __future__ import annotations

from castline.api.app import load_all_routes

OPERATIONS = load_all_routes()
"""Every route, as it is declared where its handler is."""
