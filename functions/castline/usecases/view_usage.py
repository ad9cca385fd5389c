"""View usage: that of one user, or of all users."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from castline.usage.model import day_of, day_resets_at, month_of, month_resets_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.usage.model import DefaultRules, Figures, Limits, MonthOfUsage
    from castline.usage.repository import UsageRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnUsage:
    """Usage of a user in a month, and the user's limits."""

    month: MonthOfUsage
    today: Figures
    """Usage of the current day, even if another month is shown."""
    limits: Limits
    day_resets_at: datetime
    month_resets_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EverybodysUsage:
    """Usage of all users in a month: the total, and one page of single users."""

    month: MonthOfUsage
    today: Figures
    """Usage of the current day, even if another month is shown."""
    characters_per_day: int | None
    """The ceiling of the deployment; None for no ceiling."""
    users: tuple[tuple[str, MonthOfUsage], ...]
    """Users by id, each with the usage of the month."""
    next_after: str | None
    """The id of this page's last user; None if no users follow."""


class ViewUsage:
    """Returns the usage of users. All methods raise ServiceUnavailable if AWS is temporarily unavailable."""

    def __init__(self, repository: UsageRepository, *, defaults: DefaultRules, now: Callable[[], datetime]) -> None:
        """Store the collaborators: the usage repository, the configured limits, and the clock."""
        self._repository = repository
        self._defaults = defaults
        self._now = now

    def own(self, user_id: str, month: str | None = None) -> OwnUsage:
        """Return a user's usage in a month in the format ``YYYY-MM``. The default is the current month in UTC."""
        now = self._now()
        current = self._repository.month(user_id, month_of(now))
        return OwnUsage(
            month=current if month in {None, current.month} else self._repository.month(user_id, str(month)),
            today=current.day(day_of(now)),
            limits=self._repository.limit_changes(user_id).applied_to(self._defaults.limits),
            day_resets_at=day_resets_at(day_of(now)),
            month_resets_at=month_resets_at(month_of(now)),
        )

    def everybody(self, month: str | None = None, *, limit: int, after: str | None = None) -> EverybodysUsage:
        """Return the usage of all users in a month.

        Args:
            month: the month in the format ``YYYY-MM``. The default is the current month in UTC.
            limit: maximum number of users on the page.
            after: return only users whose ids sort after this one.
        """
        now = self._now()
        current = self._repository.deployment_month(month_of(now))
        shown = current if month in {None, current.month} else self._repository.deployment_month(str(month))
        ids = [each for each in sorted(self._repository.user_ids_of(shown.month)) if after is None or each > after]
        return EverybodysUsage(
            month=shown,
            today=current.day(day_of(now)),
            characters_per_day=self._repository.controls().ceiling(self._defaults.deployment_characters_per_day),
            users=tuple(self._repository.months_of(ids[:limit], shown.month)),
            next_after=ids[limit - 1] if len(ids) > limit else None,
        )
