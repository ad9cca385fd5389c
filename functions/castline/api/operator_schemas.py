"""Limits, the breaker and jobs as operators send and receive them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from castline.api.fields import CHARACTER_BYTES, NOT_BLANK_PATTERN, OBJECT_BYTES, Request, not_blank, speakable
from castline.api.responses import Id, Time
from castline.api.rules import whole
from castline.api.usage_schemas import UserLimits
from castline.jobs.failures import FailureCode
from castline.jobs.model import JobStatus, JobType
from castline.usage.model import UNSET, LimitChanges

if TYPE_CHECKING:
    from castline.jobs.model import Job
    from castline.usage.model import Breaker, Unset
    from castline.usecases.operate_limits import Ceiling, LimitsOfUser

MAX_CHARACTERS: Final = 1_000_000_000_000
"""The largest quota: far more than any provider speaks."""
MAX_ACTIVE_JOBS: Final = 1_000
"""The largest number of active jobs. A user's active jobs are one item, which could hold ten times as many."""
MAX_REASON_CHARACTERS: Final = 500
MAX_BODY_BYTES: Final = MAX_REASON_CHARACTERS * CHARACTER_BYTES + OBJECT_BYTES
_NOT_SET: Final = -1
"""The value, in an answer's model, of a limit that no operator has set. Such a limit is left out of the answer."""


def _left_out() -> Any:
    """Return a request's field that may be left out, which is not the same as null."""
    return Field(default=None, json_schema_extra=_without_default)


def _left_out_when_not_set() -> Any:
    return Field(default=_NOT_SET, exclude_if=lambda value: value == _NOT_SET, json_schema_extra=_without_default)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


Characters = Annotated[int, Field(ge=0, le=MAX_CHARACTERS), BeforeValidator(whole)]
Reason = Annotated[
    str,
    Field(min_length=1, max_length=MAX_REASON_CHARACTERS, json_schema_extra={"pattern": NOT_BLANK_PATTERN}),
    AfterValidator(not_blank),
    AfterValidator(speakable),
]


class PutUserLimitsRequest(Request):
    """The limits of a user in place of all that were set before. One that is left out is the deployment's."""

    characters_per_day: Characters | None = _left_out()
    """Null is no limit. 0 stops all jobs but those that bill nothing."""
    characters_per_month: Characters | None = _left_out()
    """Null is no limit."""
    max_active_jobs: Annotated[int, Field(ge=1, le=MAX_ACTIVE_JOBS), BeforeValidator(whole)] = Field(
        default=1, json_schema_extra=_without_default
    )
    """The most pending and processing jobs."""

    def to_changes(self) -> LimitChanges:
        """Return the domain's changes."""
        return LimitChanges(**{name: getattr(self, name) for name in self.model_fields_set})


class PutDeploymentLimitsRequest(Request):
    """The limit of the whole deployment. If it is left out, the configured one holds."""

    characters_per_day: Characters | None = _left_out()
    """The characters that all users together may bill a day. Null is no limit."""

    def to_ceiling(self) -> int | Unset | None:
        """Return the domain's ceiling."""
        return self.characters_per_day if "characters_per_day" in self.model_fields_set else UNSET


class PutBreakerRequest(Request):
    """The state of the breaker. While it is open, all submissions are refused, of all users."""

    state: Literal["open", "closed"]
    reason: Reason | None = None
    """Shown to users whose submissions are refused while the breaker is open."""


class FailJobRequest(Request):
    """Why a job is stopped."""

    reason: Reason | None = None
    """For the audit log; the job's user does not see it."""


class _Answer(BaseModel):
    model_config = ConfigDict(revalidate_instances="always")


class _Changed(_Answer):
    changed_at: Time | None
    """When an operator has set it last; null if nobody ever did."""
    changed_by: str | None
    """The id of that operator."""


class ChangedUserLimits(_Answer):
    """The limits that an operator has set for a user. Null is no limit."""

    characters_per_day: int | None = _left_out_when_not_set()
    characters_per_month: int | None = _left_out_when_not_set()
    max_active_jobs: int = _left_out_when_not_set()


class OperatedUserLimits(_Changed):
    """The limits of a user."""

    user_id: str
    limits: UserLimits
    """The limits in force."""
    changed: ChangedUserLimits
    """The limits that an operator has set for this user. The others are the deployment's defaults."""

    @classmethod
    def of(cls, user_id: str, limits: LimitsOfUser) -> Self:
        """Return the schema of a user's limits."""
        effective, changes = limits.effective, limits.changes
        return cls(
            user_id=user_id,
            limits=UserLimits(
                characters_per_day=effective.characters_per_day,
                characters_per_month=effective.characters_per_month,
                max_active_jobs=effective.max_active_jobs,
            ),
            changed=ChangedUserLimits(
                **{
                    name: value
                    for name in ChangedUserLimits.model_fields
                    if (value := getattr(changes, name)) is not UNSET
                }
            ),
            changed_at=changes.changed_at,
            changed_by=changes.changed_by,
        )


class DeploymentLimits(_Answer):
    """The limit of all users together. Null is no limit."""

    characters_per_day: int | None


class ChangedDeploymentLimits(_Answer):
    """The limit that an operator has set for all users together. Null is no limit."""

    characters_per_day: int | None = _left_out_when_not_set()


class OperatedDeploymentLimits(_Changed):
    """The limits of the whole deployment."""

    limits: DeploymentLimits
    """The limits in force."""
    changed: ChangedDeploymentLimits
    """The limits that an operator has set. The others are configured."""

    @classmethod
    def of(cls, ceiling: Ceiling) -> Self:
        """Return the schema of the ceiling."""
        controls = ceiling.controls
        is_set = controls.characters_per_day is not UNSET
        return cls(
            limits=DeploymentLimits(characters_per_day=ceiling.characters_per_day),
            changed=ChangedDeploymentLimits(
                **({"characters_per_day": controls.characters_per_day} if is_set else {})
            ),
            changed_at=controls.changed_at,
            changed_by=controls.changed_by,
        )


class OperatedBreaker(_Changed):
    """The breaker. While it is open, all submissions are refused, of all users."""

    state: Literal["open", "closed"]
    reason: str | None

    @classmethod
    def of(cls, breaker: Breaker) -> Self:
        """Return the schema of the breaker."""
        return cls(
            state="open" if breaker.is_open else "closed",
            reason=breaker.reason,
            changed_at=breaker.changed_at,
            changed_by=breaker.changed_by,
        )


class OperatedJob(_Answer):
    """A job as operators see it: whose it is and how it goes, without texts and titles."""

    id: Id
    user_id: str
    status: JobStatus
    job_type: JobType
    provider: str
    output_format: str
    created_at: Time
    started_at: Time | None
    completed_at: Time | None
    """When it ended, however it did."""
    error_code: FailureCode | None
    """Why a failed job failed."""

    @classmethod
    def of(cls, job: Job) -> Self:
        """Return the schema of a job."""
        return cls(
            id=job.id,
            user_id=job.user_id,
            status=job.status,
            job_type=job.job_type,
            provider=job.provider,
            output_format=job.output_format,
            created_at=job.created_at,
            started_at=job.started_at,
            completed_at=job.completed_at,
            error_code=job.failure.code if job.failure else None,
        )


class OperatedJobList(_Answer):
    """One page of the jobs of a day, newest first. A page may be short although others follow."""

    items: list[OperatedJob]
    next_cursor: str | None
    """The cursor of the next page; null on the last page."""
