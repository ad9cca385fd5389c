"""The Python client against a real stack. The tests of a module share one, each with a user of its own."""

from __future__ import annotations

from tests.cli.conftest import client, downloads, polls_at_once, stack, user

__all__ = ["client", "downloads", "polls_at_once", "stack", "user"]
