"""Function behind the routes that have the provider speak: the API's own, deployed with what that needs.

It has a module of its own because a function is known by its handler.
"""

from __future__ import annotations

from castline.api.app import handler

__all__ = ["handler"]
