"""Reasons for which a submission is refused by quotas, or by an operator.

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
    """The domain refuses, for a reason that its caller can act on."""


class QuotaExceeded(UsageError):
    """The job could bill more characters than a quota has left.

    Attributes:
        quota: the quota. Of several that are exceeded, the one that resets last, and a user's own before the
            deployment's.
        used: the characters that are billed, or reserved for jobs that have not ended.
        limit: the quota's limit.
        resets_at: when the quota is whole again.
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
