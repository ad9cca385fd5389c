"""Lambda handler for the routes that send text to the speech provider: the API's handler under another name.

It is deployed as a function with the resources that speaking needs. A function is identified by its handler's module.
"""

from __future__ import annotations

from castline.api.app import handler

__all__ = ["handler"]
