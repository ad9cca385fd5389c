"""Errors of the use cases: some end the work on a job early, others refuse a request."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class JobFailing(Exception):
    """An error has ended an attempt at a job, at a known place in the dialogue.

    Attributes:
        error: the cause. Its class decides whether a retry may succeed.
        details: fields of ``JobFailure``.
    """

    def __init__(self, error: Exception, **details: int | str) -> None:
        super().__init__(str(error))
        self.error = error
        self.details = details

    def reported(self) -> Exception:
        """Return the error to report to Step Functions: of the same class, with the details in its message."""
        message = json.dumps({"reason": str(self.error), "details": self.details}, ensure_ascii=False)
        return type(self.error)(message)


class JobOverdue(Exception):
    """A job has exceeded its maximum processing time."""


class BatchPaused(Exception):
    """A batch has to wait for the provider for longer than its task can run. Nothing has failed.

    Attributes:
        seconds: the time after which another task must continue the batch.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"to be continued in {seconds:.1f} s")
        self.seconds = seconds


class BatchAbandoned(Exception):
    """Several tasks in a row have failed while they spoke a batch."""


class TimingsUnavailable(Exception):
    """The stored timings of a finished file are lost or unreadable."""


class PlaylistUnavailable(Exception):
    """A job has no playlist."""


class SegmentsExpired(Exception):
    """A rendition needs a segment that is no longer stored. Renditions do not speak segments."""


class InvalidRepublication(Exception):
    """An operator's request to publish events again is invalid. The message says why."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One field of a dialogue that breaks a rule."""

    field: str
    """The field's name in requests, such as ``voice_assignments[0].voice_id``."""
    kind: str
    """The key of the message that explains the problem."""
    context: Mapping[str, Any]
    """The values of the message's placeholders."""


class NotSpeakable(Exception):
    """A dialogue's provider is not enabled, or cannot speak the dialogue."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(", ".join(f"{problem.field}: {problem.kind}" for problem in problems))
        self.problems = problems


class UnusableSounds(Exception):
    """A dialogue uses sounds that are unknown or unsuitable, too many sounds, or too long ones."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(", ".join(f"{problem.field}: {problem.kind}" for problem in problems))
        self.problems = problems
