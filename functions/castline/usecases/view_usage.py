"""View usage: a user's own, or everybody's."""

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
    """Of the current day, whichever month is shown."""
    limits: Limits
    day_resets_at: datetime
    month_resets_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EverybodysUsage:
    """Usage of all users in a month, together and each; one page of users, by id."""

    month: MonthOfUsage
    today: Figures
    """Of the current day, whichever month is shown."""
    characters_per_day: int | None
    """The ceiling of the deployment; None for no ceiling."""
    users: tuple[tuple[str, MonthOfUsage], ...]
    next_after: str | None
    """The id of this page's last user, if others follow."""


class ViewUsage:
    """Shows usage. All methods raise ServiceUnavailable when AWS cannot serve us just now."""

    def __init__(self, repository: UsageRepository, *, defaults: DefaultRules, now: Callable[[], datetime]) -> None:
        """Prepare, with the usage, the configured limits and the clock."""
        self._repository = repository
        self._defaults = defaults
        self._now = now

    def own(self, user_id: str, month: str | None = None) -> OwnUsage:
        """Return a user's usage of a month of the form ``YYYY-MM``; by default of the current one, in UTC."""
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
        """Return the usage of all users in a month of the form ``YYYY-MM``; by default of the current one, in UTC.

        Args:
            month: which month.
            limit: how many users a page holds at most.
            after: only users whose ids sort behind this one.
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
