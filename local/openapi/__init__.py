"""``docs/openapi.json``, made from the code; ``python -m local.openapi`` writes it."""
