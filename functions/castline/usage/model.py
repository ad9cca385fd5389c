"""Model of the usage of users and of the deployment, and of its limits. All days and months are in UTC."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Unset(Enum):
    """Type of ``UNSET``."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET
"""The value of a limit that no operator has set. None means that there is no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Usage in a period, or a change of it."""

    billed_characters: int = 0
    """The characters that the provider has billed for jobs that have ended, and for previews."""
    committed_characters: int = 0
    """The billed characters, and those that are reserved for jobs and previews that have not ended."""
    jobs: int = 0
    """The number of submitted jobs."""
    audio_ms: int = 0
    """The total length of the files of completed jobs."""
    cost_micros: int = 0
    """The price of the billed characters, in millionths of the currency's unit."""

    @property
    def reserved_characters(self) -> int:
        """The characters that are reserved for jobs and previews that have not ended."""
        return self.committed_characters - self.billed_characters

    def __add__(self, other: Figures) -> Figures:
        """Return the usage of both periods together."""
        return Figures(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})

    def __neg__(self) -> Figures:
        """Return the change that undoes this one."""
        return Figures(**{each.name: -getattr(self, each.name) for each in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfUsage:
    """Usage in a month. A job counts for the day on which it was submitted, even if it ends on another day."""

    month: str
    """``YYYY-MM``."""
    total: Figures = field(default_factory=Figures)
    days: Mapping[str, Figures] = field(default_factory=dict)
    """The days on which jobs were submitted, as ``YYYY-MM-DD``, in order."""

    def day(self, day: str) -> Figures:
        """Return the usage on one day of the month."""
        return self.days.get(day, Figures())


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one user. None is no limit."""

    characters_per_day: int | None = None
    characters_per_month: int | None = None
    max_active_jobs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitChanges:
    """Limits that an operator has set for a user instead of the deployment's defaults."""

    characters_per_day: int | Unset | None = UNSET
    characters_per_month: int | Unset | None = UNSET
    max_active_jobs: int | Unset = UNSET
    changed_at: datetime | None = None
    """Time of the last change of the limits; None if they were never set."""
    changed_by: str | None = None

    def applied_to(self, defaults: Limits) -> Limits:
        """Return the user's effective limits, given the deployment's defaults."""
        names = [each.name for each in fields(defaults)]
        return replace(defaults, **{name: getattr(self, name) for name in names if getattr(self, name) is not UNSET})


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """The switch that stops all submissions while it is open."""

    is_open: bool = False
    reason: str | None = None
    changed_at: datetime | None = None
    """Time at which an operator last opened or closed the breaker; None if no operator ever did."""
    changed_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """Settings of the whole deployment that an operator changes while it runs."""

    characters_per_day: int | Unset | None = UNSET
    """The deployment's ceiling, instead of the configured one."""
    changed_at: datetime | None = None
    """Time at which the ceiling was last set; None if it never was."""
    changed_by: str | None = None
    breaker: Breaker = field(default_factory=Breaker)

    def ceiling(self, configured: int | None) -> int | None:
        """Return the ceiling in force, given the configured one."""
        return configured if self.characters_per_day is UNSET else self.characters_per_day


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultRules:
    """Configured limits, which apply unless an operator has set others."""

    limits: Limits
    """The limits of each user."""
    deployment_characters_per_day: int | None = None


class Quota(StrEnum):
    """A quota that a submission may exceed."""

    USER_DAY = "user_characters_per_day"
    USER_MONTH = "user_characters_per_month"
    DEPLOYMENT_DAY = "deployment_characters_per_day"


SUBMISSIONS_STOPPED: Final = "submissions_stopped"
REFUSAL_CODES: Final = (*(each.value for each in Quota), SUBMISSIONS_STOPPED)
"""The codes by which refused submissions are counted: the quotas, and the breaker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """Maximum committed characters after a submission. None is no limit."""

    user_per_day: int | None = None
    user_per_month: int | None = None
    deployment_per_day: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules for a submission of one user, and the usage that they apply to, read together."""

    limits: Limits
    deployment_characters_per_day: int | None = None
    breaker: Breaker = field(default_factory=Breaker)
    own_usage: MonthOfUsage
    """The usage of the user in the month of the submission."""
    deployment_usage: MonthOfUsage
    """The usage of all users in the same month."""

    @property
    def quotas(self) -> Quotas:
        """The character limits of the rules."""
        return Quotas(
            user_per_day=self.limits.characters_per_day,
            user_per_month=self.limits.characters_per_month,
            deployment_per_day=self.deployment_characters_per_day,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """The characters that are reserved for a job or a preview from its submission to its end."""

    day: str
    """The day of the submission, as ``YYYY-MM-DD``, which the job counts for."""
    characters: int
    price_per_million: Decimal
    """The price of 1,000,000 billed characters at submission, in the deployment's currency."""
    jobs: int = 1
    """The number of jobs to count: 1 for a job, 0 for a preview."""

    @property
    def figures(self) -> Figures:
        """The usage to add at submission."""
        return Figures(committed_characters=self.characters, jobs=self.jobs)

    def settled(self, billed_characters: int, *, audio_ms: int = 0) -> Figures:
        """Return the change of the usage when the job ends."""
        return Figures(
            billed_characters=billed_characters,
            committed_characters=billed_characters - self.characters,
            audio_ms=audio_ms,
            cost_micros=cost_micros(billed_characters, self.price_per_million),
        )

    def corrected(self, billed_before: int, billed_after: int) -> Figures:
        """Return the change of the usage when a job has billed more characters after its end."""
        after = cost_micros(billed_after, self.price_per_million)
        return Figures(
            billed_characters=billed_after - billed_before,
            committed_characters=billed_after - billed_before,
            cost_micros=after - cost_micros(billed_before, self.price_per_million),
        )


def cost_micros(billed_characters: int, price_per_million: Decimal) -> int:
    """Return the price of characters in millionths of the currency's unit, rounded half up."""
    return int((billed_characters * price_per_million).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def day_of(moment: datetime) -> str:
    """Return the day of a moment as ``YYYY-MM-DD``."""
    return moment.astimezone(UTC).date().isoformat()


def month_of(moment: datetime) -> str:
    """Return the month of a moment as ``YYYY-MM``."""
    return day_of(moment)[:7]


def day_resets_at(day: str) -> datetime:
    """Return the end of a day in the format ``YYYY-MM-DD``."""
    return datetime.combine(datetime.fromisoformat(day).date() + timedelta(days=1), time(), UTC)


def month_resets_at(month: str) -> datetime:
    """Return the end of a month in the format ``YYYY-MM``."""
    first = datetime.fromisoformat(f"{month}-01").date()
    return datetime.combine((first + timedelta(days=31)).replace(day=1), time(), UTC)
