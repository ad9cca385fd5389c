"""Limits of pronunciation sets, besides those of all documents."""

from __future__ import annotations

from typing import Final

MAX_SETS_OF_JOB: Final = 20
"""The most sets that a request may name."""
