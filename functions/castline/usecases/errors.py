"""Errors that end the work on a job early."""

from __future__ import annotations


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


class TimingsUnavailable(Exception):
    """The stored timings of a finished file are lost or unreadable."""


class SegmentsExpired(Exception):
    """A rendition needs a segment that is not stored any more, and must not have it spoken."""


class InvalidRepublication(Exception):
    """An operator's request to publish events again makes no sense. The message says why."""
