"""Errors of the use cases: those that end the work on a job early, and those that refuse a dialogue."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class JobFailing(Exception):
    """An attempt at a job has ended with an error, and it is known where in the dialogue.

    Attributes:
        error: what went wrong; whether trying again may help depends on its class.
        details: fields of ``JobFailure``.
    """

    def __init__(self, error: Exception, **details: int | str) -> None:
        super().__init__(str(error))
        self.error = error
        self.details = details

    def reported(self) -> Exception:
        """Return the error that Step Functions is to know: of the same class, with the details in its message."""
        message = json.dumps({"reason": str(self.error), "details": self.details}, ensure_ascii=False)
        return type(self.error)(message)


class JobOverdue(Exception):
    """A job has been processing for longer than it may."""


class BatchPaused(Exception):
    """A batch has to wait for the provider for longer than its task has time. Nothing has failed.

    Attributes:
        seconds: the time after which it is to be gone on with.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"gone on with in {seconds:.1f} s")
        self.seconds = seconds


class BatchAbandoned(Exception):
    """Task after task has broken down with a batch."""


class TimingsUnavailable(Exception):
    """The stored timings of a finished file are lost or unreadable."""


class PlaylistUnavailable(Exception):
    """The speech of a job cannot be listed for players."""


class SegmentsExpired(Exception):
    """A rendition needs a segment that is not stored any more, and must not have it spoken."""


class InvalidRepublication(Exception):
    """An operator's request to publish events again makes no sense. The message says why."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One field of a dialogue that breaks a rule."""

    field: str
    """As requests name it, such as ``voice_assignments[0].voice_id``."""
    kind: str
    """The name of the message that explains it."""
    context: Mapping[str, Any]
    """The values that the message names."""


class NotSpeakable(Exception):
    """A dialogue is not for its provider, or the provider is not enabled."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(", ".join(f"{problem.field}: {problem.kind}" for problem in problems))
        self.problems = problems


class UnusableSounds(Exception):
    """A dialogue uses sounds that its user does not have, or not for this, or too many or too long ones."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(", ".join(f"{problem.field}: {problem.kind}" for problem in problems))
        self.problems = problems
