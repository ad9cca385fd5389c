"""JSON schemas of limits, breaker and jobs in the operations for operators."""

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
"""The largest quota that can be set, which is far more than any provider can speak."""
MAX_ACTIVE_JOBS: Final = 1_000
"""The largest limit of active jobs. The DynamoDB item with a user's active jobs has room for ten times as many."""
MAX_REASON_CHARACTERS: Final = 500
MAX_BODY_BYTES: Final = MAX_REASON_CHARACTERS * CHARACTER_BYTES + OBJECT_BYTES
_NOT_SET: Final = -1
"""Internal value of a limit that no operator has set. The response omits such a limit."""


def _left_out() -> Any:
    """Return a field that a request may leave out. Leaving it out differs from null."""
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
    """New limits of a user, which replace all earlier ones. Limits that are left out get the defaults."""

    characters_per_day: Characters | None = _left_out()
    """The quota of characters per day. Null means no limit. 0 allows only jobs that bill nothing."""
    characters_per_month: Characters | None = _left_out()
    """The quota of characters per month. Null means no limit."""
    max_active_jobs: Annotated[int, Field(ge=1, le=MAX_ACTIVE_JOBS), BeforeValidator(whole)] = Field(
        default=1, json_schema_extra=_without_default
    )
    """The maximum number of pending and processing jobs."""

    def to_changes(self) -> LimitChanges:
        """Return the domain's changes."""
        return LimitChanges(**{name: getattr(self, name) for name in self.model_fields_set})


class PutDeploymentLimitsRequest(Request):
    """The limit of the whole deployment. If it is left out, the configured limit applies."""

    characters_per_day: Characters | None = _left_out()
    """The number of characters that all users together may bill per day. Null means no limit."""

    def to_ceiling(self) -> int | Unset | None:
        """Return the domain's ceiling."""
        return self.characters_per_day if "characters_per_day" in self.model_fields_set else UNSET


class PutBreakerRequest(Request):
    """The state of the breaker. While it is open, the submissions of all users are refused."""

    state: Literal["open", "closed"]
    """`open` to refuse the submissions of all users, `closed` to accept them again."""
    reason: Reason | None = None
    """A reason that is shown to users whose submissions are refused."""


class FailJobRequest(Request):
    """The reason for failing a job."""

    reason: Reason | None = None
    """A reason for the audit log. The user of the job does not see it."""


class _Answer(BaseModel):
    model_config = ConfigDict(revalidate_instances="always")


class _Changed(_Answer):
    changed_at: Time | None
    """The time of the last change by an operator; null if there was none."""
    changed_by: str | None
    """The id of the operator who made the last change."""


class ChangedUserLimits(_Answer):
    """The limits that an operator has set for a user. Null means no limit."""

    characters_per_day: int | None = _left_out_when_not_set()
    """The quota of characters per day; left out if no operator has set it."""
    characters_per_month: int | None = _left_out_when_not_set()
    """The quota of characters per month; left out if no operator has set it."""
    max_active_jobs: int = _left_out_when_not_set()
    """The maximum number of pending and processing jobs; left out if no operator has set it."""


class OperatedUserLimits(_Changed):
    """The limits of a user."""

    user_id: str
    """The id of the user."""
    limits: UserLimits
    """The limits that apply."""
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
    """The limit of all users together. Null means no limit."""

    characters_per_day: int | None
    """The number of characters that all users together may bill per day."""


class ChangedDeploymentLimits(_Answer):
    """The limit that an operator has set for all users together. Null means no limit."""

    characters_per_day: int | None = _left_out_when_not_set()
    """The number of characters that all users together may bill per day; left out if no operator has set it."""


class OperatedDeploymentLimits(_Changed):
    """The limits of the whole deployment."""

    limits: DeploymentLimits
    """The limits that apply."""
    changed: ChangedDeploymentLimits
    """The limits that an operator has set. The other limits have their configured values."""

    @classmethod
    def of(cls, ceiling: Ceiling) -> Self:
        """Return the schema of the deployment's limits."""
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
    """The breaker. While it is open, the submissions of all users are refused."""

    state: Literal["open", "closed"]
    """`open` if the submissions of all users are refused, otherwise `closed`."""
    reason: str | None
    """The reason that is shown to users whose submissions are refused; null if there is none."""

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
    """A job as operators see it: its user and its progress, without texts and titles."""

    id: Id
    """The id of the job."""
    user_id: str
    """The id of the job's user."""
    status: JobStatus
    """The status of the job. `completed`, `failed` and `cancelled` are final."""
    job_type: JobType
    """The type of the job: `multi_role_tts` for a dialogue, `single_tts` for a text in one voice."""
    provider: str
    """The id of the job's speech provider."""
    output_format: str
    """The format of the audio file."""
    created_at: Time
    """The time at which the job was submitted."""
    started_at: Time | None
    """The time at which processing started; null if it has not started."""
    completed_at: Time | None
    """The time at which the job ended, with any status."""
    error_code: FailureCode | None
    """The reason why the job failed; null unless it did."""

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
    """One page of the jobs of a day, newest first. A page may have fewer jobs than `limit`, although more follow."""

    items: list[OperatedJob]
    """The jobs of the page."""
    next_cursor: str | None
    """The cursor of the next page; null on the last page."""
