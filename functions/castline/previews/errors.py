"""Errors of previews."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class PreviewLimitExceeded(Exception):
    """The user has requested the maximum number of previews in this minute.

    Attributes:
        max_previews: the limit.
        resets_at: when the next minute begins.
    """

    def __init__(self, *, max_previews: int, resets_at: datetime) -> None:
        super().__init__(f"more than {max_previews} previews in a minute")
        self.max_previews = max_previews
        self.resets_at = resets_at
