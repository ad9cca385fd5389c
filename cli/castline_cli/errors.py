"""Errors of the command line, with their messages for users and exit codes for scripts."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from castline_cli import shown
from castline_cli.strings import t

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class ExitCode(IntEnum):
    """Exit code of the process. docs/command-line.md and ``castline --help`` explain the codes."""

    DONE = 0
    FILE = 1
    USAGE = 2
    UNREACHABLE = 3
    REFUSED = 4
    JOB_FAILED = 5
    NOT_FOUND = 6
    SIGNED_OUT = 7
    UNEXPECTED = 70
    INTERRUPTED = 130
    BROKEN_PIPE = 141


EXPLANATIONS: Mapping[ExitCode, str] = {
    ExitCode.DONE: "done",
    ExitCode.FILE: "a file cannot be read or written, or already exists",
    ExitCode.USAGE: "the command was used incorrectly",
    ExitCode.UNREACHABLE: "the service does not answer, or fails",
    ExitCode.REFUSED: (
        "the service refused: an invalid script, field or upload, the limit of active jobs, or a quota"
    ),
    ExitCode.JOB_FAILED: "a job failed or was cancelled, or a file of a batch is missing",
    ExitCode.NOT_FOUND: "there is no such job, sound, pronunciation set, show or webhook",
    ExitCode.SIGNED_OUT: "not signed in, or the sign-in has expired",
    ExitCode.UNEXPECTED: "an unexpected error in castline; set CASTLINE_DEBUG=1 to see where",
    ExitCode.INTERRUPTED: "interrupted by Ctrl-C or SIGTERM",
    ExitCode.BROKEN_PIPE: "the reader of the output closed the pipe",
}


_QUOTAS: Mapping[str, str] = {
    "user_characters_per_day": "your characters per day",
    "user_characters_per_month": "your characters per month",
    "deployment_characters_per_day": "the characters of all users per day",
}


class CastlineError(Exception):
    """Error of a command. Its message says what went wrong and what to do, in one line, or more with details."""

    exit_code = ExitCode.UNEXPECTED


class FileProblem(CastlineError):
    """A file cannot be read or written, or must not be overwritten."""

    exit_code = ExitCode.FILE


class Misused(CastlineError):
    """Options cannot be combined, or are not valid."""

    exit_code = ExitCode.USAGE


class Unreachable(CastlineError):
    """The service does not answer, or fails."""

    exit_code = ExitCode.UNREACHABLE


class Refused(CastlineError):
    """The service refused a request.

    Attributes:
        message: the message of the service.
        code: the error code, such as ``VALIDATION_ERROR``; empty if the response was not from Castline itself.
        details: the ``details`` of the error.
    """

    exit_code = ExitCode.REFUSED

    def __init__(self, message: str, *, code: str = "", details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.details = details or {}

    @property
    def problems(self) -> Sequence[Mapping[str, Any]]:
        """The problems, each with its ``field`` and ``message``, and with a ``line`` if the field is a script."""
        problems: Sequence[Mapping[str, Any]] = self.details.get("errors", ())
        return problems

    def __str__(self) -> str:
        status = t(" (status: {status})", status=t(self.details["status"])) if "status" in self.details else ""
        problems = [f"{each['field']}: {each['message']}" for each in self.problems]
        return "\n  ".join([f"{self.message}{status}", *problems, *self._reasons()])

    def _reasons(self) -> Iterator[str]:
        """Yield lines about an exceeded quota, the time of a retry, or the reason why submissions are stopped."""
        if self.code == "QUOTA_EXCEEDED":
            quota, used, limit = (self.details.get(name) for name in ("quota", "used", "limit"))
            if isinstance(used, int) and isinstance(limit, int):
                until = (
                    t(", until {moment}", moment=shown.moment(self.details.get("resets_at")))
                    if "resets_at" in self.details
                    else ""
                )
                yield (
                    t(
                        "{quota}: {used:,} of {limit:,} are used or reserved",
                        quota=t(_QUOTAS.get(str(quota), str(quota))),
                        used=used,
                        limit=limit,
                    )
                    + until
                )
        elif self.code == "RATE_LIMITED" and self.details.get("resets_at"):
            yield t("try again after {moment}", moment=shown.moment(self.details["resets_at"]))
        elif self.code == "SUBMISSIONS_STOPPED" and self.details.get("reason"):
            yield t("reason: {reason}", reason=shown.line(str(self.details["reason"])))


class JobFailed(CastlineError):
    """A job ended without audio."""

    exit_code = ExitCode.JOB_FAILED


class NotFound(CastlineError):
    """The job, sound, pronunciation set or webhook does not exist.

    Attributes:
        code: the API's error code, such as ``JOB_NOT_FOUND``; empty if the error is not from the API.
    """

    exit_code = ExitCode.NOT_FOUND

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class SignedOut(CastlineError):
    """The user is not signed in, or the sign-in has expired."""

    exit_code = ExitCode.SIGNED_OUT


class Interrupted(CastlineError):
    """The user pressed Ctrl-C while something continues that can be resumed."""

    exit_code = ExitCode.INTERRUPTED


class PipeClosed(CastlineError):
    """The reader of the output has closed the pipe. No message is printed."""

    exit_code = ExitCode.BROKEN_PIPE
