"""Limits of previews."""

from __future__ import annotations

from typing import Final

MAX_TEXT_CHARACTERS: Final = 200
"""Unicode code points of the text."""
