"""JSON schemas of usage: that of one user, and that of all users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from castline.api.money import Cost
from castline.api.responses import Time

if TYPE_CHECKING:
    from castline.usage.model import Figures, MonthOfUsage
    from castline.usecases.view_usage import EverybodysUsage, OwnUsage

Month = Annotated[str, Field(json_schema_extra={"pattern": "^[0-9]{4}-[0-9]{2}$"})]
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]


class _Answer(BaseModel):
    model_config = ConfigDict(revalidate_instances="always")


class UsageFigures(_Answer):
    """Usage in a period. Days and months are in UTC. A job counts for the day on which it was submitted."""

    billed_characters: int
    """The number of characters billed by the providers, for jobs that have ended and for previews."""
    reserved_characters: int
    """The number of characters reserved for jobs that have not ended and for previews that are being spoken."""
    jobs: int
    """The number of submitted jobs, including those that bill nothing."""
    audio_seconds: float
    """The total duration in seconds of the files of completed jobs."""
    cost: Cost
    """The cost of the billed characters, at the deployment's price at the time of each submission."""

    @classmethod
    def of(cls, figures: Figures, currency: str, **more: Any) -> Self:
        """Return the schema of figures; ``more`` has the values of a subclass's fields."""
        return cls(
            billed_characters=figures.billed_characters,
            reserved_characters=figures.reserved_characters,
            jobs=figures.jobs,
            audio_seconds=figures.audio_ms / 1000,
            cost=Cost.of_micros(figures.cost_micros, currency),
            **more,
        )


class UsageOfDay(UsageFigures):
    """Usage on one day."""

    day: Day
    """The day in UTC."""


class UserLimits(_Answer):
    """The limits of a user. Null means no limit."""

    characters_per_day: int | None
    """The quota of billed and reserved characters, for all jobs that are submitted on a day."""
    characters_per_month: int | None
    """The quota of billed and reserved characters, for all jobs that are submitted in a month."""
    max_active_jobs: int
    """The maximum number of pending and processing jobs."""


class Usage(_Answer):
    """Your usage in a month, and your limits."""

    month: Month
    """The month in UTC, such as `2026-11`."""
    currency: str
    """The ISO 4217 code of the currency of all costs."""
    limits: UserLimits
    """The limits that apply to you."""
    day_resets_at: Time
    """The time at which the quota of the current day resets."""
    month_resets_at: Time
    """The time at which the quota of the current month resets."""
    today: UsageFigures
    """The usage on the current day, even if another month is requested."""
    total: UsageFigures
    """The usage in the month."""
    days: list[UsageOfDay]
    """The days of the month on which jobs were submitted, in order."""

    @classmethod
    def of(cls, usage: OwnUsage, currency: str) -> Self:
        """Return the schema of a user's usage."""
        return cls(
            month=usage.month.month,
            currency=currency,
            limits=UserLimits(
                characters_per_day=usage.limits.characters_per_day,
                characters_per_month=usage.limits.characters_per_month,
                max_active_jobs=usage.limits.max_active_jobs,
            ),
            day_resets_at=usage.day_resets_at,
            month_resets_at=usage.month_resets_at,
            today=UsageFigures.of(usage.today, currency),
            total=UsageFigures.of(usage.month.total, currency),
            days=_days(usage.month, currency),
        )


class DeploymentUsage(_Answer):
    """The usage of all users together."""

    limit: int | None
    """The number of characters that all users together may bill per day; null means no limit."""
    today: UsageFigures
    """The usage on the current day, even if another month is requested."""
    total: UsageFigures
    """The usage in the month."""


class UsageOfUser(UsageFigures):
    """The usage of one user in a month."""

    user_id: str
    """The id of the user."""
    days: list[UsageOfDay]
    """The usage on the days on which the user submitted jobs, in order."""


class OperatorUsage(_Answer):
    """The usage of all users in a month, in total and by user."""

    month: Month
    """The month in UTC, such as `2026-11`."""
    currency: str
    """The ISO 4217 code of the currency of all costs."""
    deployment: DeploymentUsage
    """The usage of all users together, and its limit."""
    days: list[UsageOfDay]
    """The usage of all users together, on the days on which jobs were submitted, in order."""
    users: list[UsageOfUser]
    """One page of the users who submitted jobs, ordered by id."""
    next_cursor: str | None
    """The cursor of the next page; null on the last page."""

    @classmethod
    def of(cls, usage: EverybodysUsage, currency: str, *, next_cursor: str | None) -> Self:
        """Return the schema of the usage of all users."""
        return cls(
            month=usage.month.month,
            currency=currency,
            deployment=DeploymentUsage(
                limit=usage.characters_per_day,
                today=UsageFigures.of(usage.today, currency),
                total=UsageFigures.of(usage.month.total, currency),
            ),
            days=_days(usage.month, currency),
            users=[
                UsageOfUser.of(month.total, currency, user_id=user_id, days=_days(month, currency))
                for user_id, month in usage.users
            ],
            next_cursor=next_cursor,
        )


def _days(month: MonthOfUsage, currency: str) -> list[UsageOfDay]:
    return [UsageOfDay.of(figures, currency, day=day) for day, figures in month.days.items()]
