"""Errors of the client, in one tree.

CastlineError
├── Unreachable                 there is no usable response
│   ├── NothingAnswers          no connection is possible, or it is lost repeatedly
│   ├── OutOfOrder              the service responded with 5xx after all retries
│   ├── NotCastline             the response is not from Castline's API
│   └── TransferFailed          a file cannot be downloaded or uploaded completely
├── SignedOut                   401 or 403: the token is missing or not accepted
├── Refused                     the service refuses the request, and says why
│   ├── InvalidRequest          400, 413, 422: the request is not valid; ``problems`` has the fields
│   ├── NotFound                404: the job, sound, set or webhook does not exist
│   ├── NotAvailable            404: the file does not exist, because the job is not completed or the file is lost
│   ├── Conflict                409, 412: the state of the resource does not allow the request
│   ├── JobLimitExceeded        429: too many active jobs, until one ends
│   ├── QuotaExceeded           429: too many characters in a day or a month, until ``resets_at``
│   └── SubmissionsStopped      503: operators have stopped all submissions
├── JobNotCompleted             the job has no audio
│   ├── JobFailed
│   └── JobCancelled
├── SoundUnusable               the service cannot use an uploaded file
├── WaitTimedOut                the time limit is over; the job continues
└── FileChanged                 a file changed during its upload

Reading and writing files raises ``OSError``, and ``FileExistsError`` instead of overwriting a file.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from castline_client.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from castline_client.types import JobDetail, SoundDetail


class CastlineError(Exception):
    """Error of the client. Its message is a sentence for users."""


class Unreachable(CastlineError):
    """There is no usable response."""


class NothingAnswers(Unreachable):
    """No connection to the address is possible, or it is lost repeatedly."""


class OutOfOrder(Unreachable):
    """The service responded with an error of its own after all retries.

    Attributes:
        status: the HTTP status, 500 or higher.
        code: the error code, such as ``SERVICE_UNAVAILABLE``; empty if the response was not from the API itself.
        request_id: the id of the request, to include when you report the problem.
    """

    def __init__(self, message: str, *, status: int, code: str = "", request_id: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.request_id = request_id


class NotCastline(Unreachable):
    """The response is not from Castline's API."""


class TransferFailed(Unreachable):
    """A file cannot be downloaded or uploaded completely."""


class SignedOut(CastlineError):
    """The token is missing, or the service does not accept it."""


class Refused(CastlineError):
    """The service refuses a request.

    Attributes:
        message: the message of the service, in the requested language.
        code: the error code, such as ``VALIDATION_ERROR``; empty if the response was not from Castline itself.
        details: the ``details`` of the error.
        status: the HTTP status.
    """

    def __init__(
        self, message: str, *, code: str = "", details: Mapping[str, Any] | None = None, status: int = 0
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.details = details or {}
        self.status = status

    @property
    def problems(self) -> Sequence[Mapping[str, Any]]:
        """The problems, each with its ``field`` and ``message``, and with a ``line`` if the field is a script."""
        problems: Sequence[Mapping[str, Any]] = self.details.get("errors", ())
        return problems

    def __str__(self) -> str:
        return "; ".join([self.message, *(f"{each['field']}: {each['message']}" for each in self.problems)])


class InvalidRequest(Refused):
    """The request is not valid; see ``problems``."""


class NotFound(Refused):
    """The job, sound, pronunciation set, webhook or delivery does not exist."""


class NotAvailable(Refused):
    """The job has no audio, subtitles or timings, because it is not completed or they are lost."""


class Conflict(Refused):
    """The state of the resource does not allow the request, such as cancelling a job that has ended."""


class JobLimitExceeded(Refused):
    """The user has the maximum number of active jobs, until one of them ends."""


class QuotaExceeded(Refused):
    """The job would bill more characters than a quota allows."""

    @property
    def quota(self) -> str:
        """The quota, such as ``user_characters_per_day``."""
        return str(self.details.get("quota", ""))

    @property
    def used(self) -> int | None:
        """The characters of the quota that are billed or reserved."""
        return self.details.get("used")

    @property
    def limit(self) -> int | None:
        """The characters that the quota allows."""
        return self.details.get("limit")

    @property
    def resets_at(self) -> datetime | None:
        """The time at which the quota resets."""
        written = self.details.get("resets_at")
        return datetime.fromisoformat(written) if isinstance(written, str) else None

    def __str__(self) -> str:
        if self.used is None or self.limit is None:
            return super().__str__()
        until = f", until {self.resets_at.isoformat()}" if self.resets_at else ""
        return f"{super().__str__()} {self.quota}: {self.used:,} of {self.limit:,} are used or reserved{until}."


class SubmissionsStopped(Refused):
    """Operators have stopped all submissions."""

    @property
    def reason(self) -> str:
        """The reason that the operators gave; empty if they gave none."""
        return str(self.details.get("reason") or "")

    def __str__(self) -> str:
        return f"{super().__str__()} Reason: {self.reason}" if self.reason else super().__str__()


class JobNotCompleted(CastlineError):
    """A job that was waited for has no audio.

    Attributes:
        job: the job as the service returned it.
    """

    def __init__(self, message: str, job: JobDetail) -> None:
        super().__init__(message)
        self.job = job


class JobFailed(JobNotCompleted):
    """A job failed; ``job["error_code"]`` has the reason."""


class JobCancelled(JobNotCompleted):
    """A job was cancelled."""


class SoundUnusable(CastlineError):
    """The service cannot use an uploaded file.

    Attributes:
        sound: the sound as the service returned it.
        code: the problem, such as ``not_audio``.
    """

    def __init__(self, sound: SoundDetail) -> None:
        problem = sound["error"]
        super().__init__(problem["message"] if problem else Sentence("the file cannot be used"))
        self.sound = sound
        self.code = problem["code"] if problem else ""


class WaitTimedOut(CastlineError, TimeoutError):
    """The time limit for waiting is over. The job, or the check of the sound, continues."""


class FileChanged(CastlineError):
    """A file changed during its upload."""
