"""Errors of the client, all in one tree.

CastlineError
├── Unreachable                 no answer that can be used
│   ├── NothingAnswers          nobody listens at the address, or the connection breaks again and again
│   ├── OutOfOrder              the service answered 5xx after all retries
│   ├── NotCastline             something else than Castline's API answers
│   └── TransferFailed          a file cannot be downloaded or uploaded completely
├── SignedOut                   401 or 403: the token is missing, or not accepted
├── Refused                     the service refuses the request, and says why
│   ├── InvalidRequest          400, 413, 422: with the fields that are not right
│   ├── NotFound                404: no such job, sound, set, webhook
│   ├── NotAvailable            404: the job has no such file, because it is not completed, or the file is lost
│   ├── Conflict                409, 412: the state does not allow it
│   ├── JobLimitExceeded        429: too many active jobs; goes away when one ends
│   ├── QuotaExceeded           429: too many characters in a day or a month; goes away at ``resets_at``
│   └── SubmissionsStopped      503: operators let nobody submit jobs for now
├── JobNotCompleted             a job that was waited for has no audio
│   ├── JobFailed
│   └── JobCancelled
├── SoundUnusable               an uploaded file is not what sounds can be made of
├── WaitTimedOut                the time for waiting is over; the job goes on
└── FileChanged                 a file changes while it is uploaded

Files raise ``OSError`` as they do everywhere; ``FileExistsError`` where something would be overwritten.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from castline_client.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from castline_client.types import JobDetail, SoundDetail


class CastlineError(Exception):
    """Something went wrong; the message is a sentence for people."""


class Unreachable(CastlineError):
    """There is no answer that can be used."""


class NothingAnswers(Unreachable):
    """Nobody listens at the address, or the connection breaks again and again."""


class OutOfOrder(Unreachable):
    """The service is out of order, after all retries.

    Attributes:
        status: the HTTP status, 500 or higher.
        code: the API's name for it, such as ``SERVICE_UNAVAILABLE``; empty when the API itself did not answer.
        request_id: what to name to whoever runs the service.
    """

    def __init__(self, message: str, *, status: int, code: str = "", request_id: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.request_id = request_id


class NotCastline(Unreachable):
    """Something answers at the address that is not Castline's API."""


class TransferFailed(Unreachable):
    """A file cannot be downloaded or uploaded completely."""


class SignedOut(CastlineError):
    """The service wants a token that there is not, or does not accept the one it was given."""


class Refused(CastlineError):
    """The service refuses a request.

    Attributes:
        message: its sentence, in the language that was asked for.
        code: its name, such as ``VALIDATION_ERROR``; empty when what answered was not Castline itself.
        details: what goes with that code.
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
    """The request is not right: see ``problems``."""


class NotFound(Refused):
    """There is no such job, sound, pronunciation set, webhook or delivery."""


class NotAvailable(Refused):
    """The job has no audio, subtitles or timings: it is not completed, or they are lost."""


class Conflict(Refused):
    """The state of what is asked for does not allow it, such as cancelling a job that has ended."""


class JobLimitExceeded(Refused):
    """The user has as many active jobs as are allowed. It goes away when one of them ends."""


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
        """The time at which the quota begins anew."""
        written = self.details.get("resets_at")
        return datetime.fromisoformat(written) if isinstance(written, str) else None

    def __str__(self) -> str:
        if self.used is None or self.limit is None:
            return super().__str__()
        until = f", until {self.resets_at.isoformat()}" if self.resets_at else ""
        return f"{super().__str__()} {self.quota}: {self.used:,} of {self.limit:,} are used or reserved{until}."


class SubmissionsStopped(Refused):
    """Operators have stopped the submission of jobs for now."""

    @property
    def reason(self) -> str:
        """The operators' reason; empty if they have given none."""
        return str(self.details.get("reason") or "")

    def __str__(self) -> str:
        return f"{super().__str__()} Reason: {self.reason}" if self.reason else super().__str__()


class JobNotCompleted(CastlineError):
    """A job that was waited for has no audio.

    Attributes:
        job: the job as the service tells it.
    """

    def __init__(self, message: str, job: JobDetail) -> None:
        super().__init__(message)
        self.job = job


class JobFailed(JobNotCompleted):
    """A job has failed; ``job["error_code"]`` says how."""


class JobCancelled(JobNotCompleted):
    """A job was cancelled."""


class SoundUnusable(CastlineError):
    """The service cannot make a sound of an uploaded file.

    Attributes:
        sound: the sound as the service tells it.
        code: the problem, such as ``not_audio``.
    """

    def __init__(self, sound: SoundDetail) -> None:
        problem = sound["error"]
        super().__init__(problem["message"] if problem else Sentence("the file cannot be used"))
        self.sound = sound
        self.code = problem["code"] if problem else ""


class WaitTimedOut(CastlineError, TimeoutError):
    """The time for waiting is over. What was waited for goes on."""


class FileChanged(CastlineError):
    """A file changes while it is uploaded."""
