"""Faults: the calls that can be broken, and the modes in which they break."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """A way to break a call."""

    ERROR_BEFORE = "error-before"
    """The call fails without an effect."""
    ERROR_AFTER = "error-after"
    """The call has its effect, and its caller is told that it failed."""
    CRASH_BEFORE = "crash-before"
    """The process dies instead of making the call."""
    CRASH_AFTER = "crash-after"
    """The process dies after the call has had its effect."""
    CONFLICT = "conflict"
    """Another transaction is writing an item of the call. DynamoDB refuses it, once for each item.

    No user may notice.
    """
    OUTAGE = "outage"
    """The call fails without an effect, and so does every later call of its operation, until the service recovers.

    The service (AWS or the provider) recovers when all automatic work is done.
    """


@dataclass(frozen=True, slots=True, order=True)
class Call:
    """The ``ordinal``-th call of an operation that a function makes for a job, from 1, retries included."""

    function: str
    operation: str
    ordinal: int

    def __str__(self) -> str:
        """Return a readable text that can be part of a test's id."""
        return f"{self.function}-{self.operation}-{self.ordinal}"


@dataclass(frozen=True, slots=True)
class Fault:
    """A call to break, and the mode."""

    call: Call
    mode: Mode

    def __str__(self) -> str:
        """Return a readable text that can be part of a test's id."""
        return f"{self.call}-{self.mode}"

    def strikes(self, call: Call, *, has_struck: bool, items: int) -> bool:
        """Return whether the fault strikes ``call``, which writes ``items`` items."""
        if self.mode is Mode.OUTAGE and has_struck:
            return call.operation == self.call.operation
        if self.mode is Mode.CONFLICT:
            is_the_call = (call.function, call.operation) == (self.call.function, self.call.operation)
            return is_the_call and self.conflicting_item(call) in range(items)
        return call == self.call

    def conflicting_item(self, call: Call) -> int:
        """Return which item another transaction is writing when ``call`` is made, from 0."""
        return call.ordinal - self.call.ordinal
