"""Operate limits: the limits of a user, the deployment's ceiling, and the breaker."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from castline.usage.model import Breaker

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.usage.model import Controls, DefaultRules, LimitChanges, Limits, Unset
    from castline.usage.repository import UsageRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsOfUser:
    """The effective limits of a user, and the changes that an operator has made to them."""

    effective: Limits
    changes: LimitChanges


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """The characters that all users together may bill a day, and the changes that an operator has made."""

    characters_per_day: int | None
    """The ceiling in force; None for no ceiling."""
    controls: Controls


class OperateLimits:
    """Shows and sets limits. Changes apply from the next submission.

    All methods raise ServiceUnavailable if AWS is temporarily unavailable.
    """

    def __init__(self, repository: UsageRepository, *, defaults: DefaultRules, now: Callable[[], datetime]) -> None:
        """Store the collaborators: the usage repository, the configured limits, and the clock."""
        self._repository = repository
        self._defaults = defaults
        self._now = now

    def of_user(self, user_id: str) -> LimitsOfUser:
        """Return the limits of a user."""
        changes = self._repository.limit_changes(user_id)
        return LimitsOfUser(effective=changes.applied_to(self._defaults.limits), changes=changes)

    def set_of_user(self, user_id: str, changes: LimitChanges, *, operator: str) -> LimitsOfUser:
        """Replace all changes to the limits of a user, and return the limits."""
        signed = replace(changes, changed_at=self._now(), changed_by=operator)
        self._repository.set_limit_changes(user_id, signed)
        return LimitsOfUser(effective=signed.applied_to(self._defaults.limits), changes=signed)

    def ceiling(self) -> Ceiling:
        """Return the ceiling of the deployment."""
        return self._ceiling(self._repository.controls())

    def set_ceiling(self, characters_per_day: int | Unset | None, *, operator: str) -> Ceiling:
        """Set the ceiling of the deployment, and return it. ``UNSET`` restores the configured ceiling."""
        return self._ceiling(
            self._repository.set_ceiling(characters_per_day, changed_at=self._now(), changed_by=operator)
        )

    def _ceiling(self, controls: Controls) -> Ceiling:
        configured = self._defaults.deployment_characters_per_day
        return Ceiling(characters_per_day=controls.ceiling(configured), controls=controls)

    def breaker(self) -> Breaker:
        """Return the breaker."""
        return self._repository.controls().breaker

    def set_breaker(self, *, is_open: bool, reason: str | None, operator: str) -> Breaker:
        """Open or close the breaker, and return it. While it is open, all submissions are refused with the reason."""
        breaker = Breaker(is_open=is_open, reason=reason, changed_at=self._now(), changed_by=operator)
        return self._repository.set_breaker(breaker).breaker
