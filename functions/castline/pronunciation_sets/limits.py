"""Limits of pronunciation sets, in addition to those of all documents."""

from __future__ import annotations

from typing import Final

MAX_SETS_OF_JOB: Final = 20
"""Maximum number of sets that a request may name."""
