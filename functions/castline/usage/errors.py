"""Errors of submissions that a quota or an operator refuses.

UsageError
├── QuotaExceeded
└── SubmissionsStopped
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from castline.usage.model import Quota


class UsageError(Exception):
    """Refusal of a request, for a reason that the caller can act on."""


class QuotaExceeded(UsageError):
    """The job could bill more characters than a quota has left.

    Attributes:
        quota: the exceeded quota. If several are exceeded, the one that resets last, and the user's before the
            deployment's.
        used: the committed characters: billed ones, and those reserved for jobs that have not ended.
        limit: the quota's limit.
        resets_at: when the quota's period ends.
    """

    def __init__(self, *, quota: Quota, used: int, limit: int, resets_at: datetime) -> None:
        super().__init__(f"{quota}: {used} of {limit} characters used")
        self.quota = quota
        self.used = used
        self.limit = limit
        self.resets_at = resets_at


class SubmissionsStopped(UsageError):
    """An operator has stopped all submissions."""

    def __init__(self, reason: str | None) -> None:
        super().__init__(reason or "submissions are stopped")
        self.reason = reason
