"""What can be broken, and how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """How a call is broken."""

    ERROR_BEFORE = "error-before"
    """It fails without an effect."""
    ERROR_AFTER = "error-after"
    """It has its effect, and its caller is told that it failed."""
    CRASH_BEFORE = "crash-before"
    """The process dies instead of making it."""
    CRASH_AFTER = "crash-after"
    """The process dies once it has had its effect."""
    CONFLICT = "conflict"
    """Another transaction is writing an item that it writes: DynamoDB refuses it, once for each of its items.
    Nobody may notice."""
    OUTAGE = "outage"
    """It fails without an effect, and so does every later one of its operation, whoever makes it, until AWS (or the
    provider) recovers: when all that happens by itself has happened."""


@dataclass(frozen=True, slots=True, order=True)
class Call:
    """The ``ordinal``-th call of an operation that a function makes for a job, from 1, retries included."""

    function: str
    operation: str
    ordinal: int

    def __str__(self) -> str:
        """Readable, and fit for a test's id."""
        return f"{self.function}-{self.operation}-{self.ordinal}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One call, broken in one way."""

    call: Call
    mode: Mode

    def __str__(self) -> str:
        """Readable, and fit for a test's id."""
        return f"{self.call}-{self.mode}"

    def strikes(self, call: Call, *, has_struck: bool, items: int) -> bool:
        """Whether it strikes ``call``, which writes so many items, given whether it has struck one before."""
        if self.mode is Mode.OUTAGE and has_struck:
            return call.operation == self.call.operation
        if self.mode is Mode.CONFLICT:
            is_the_call = (call.function, call.operation) == (self.call.function, self.call.operation)
            return is_the_call and self.conflicting_item(call) in range(items)
        return call == self.call

    def conflicting_item(self, call: Call) -> int:
        """Return which item another transaction is writing when ``call`` is made, from 0."""
        return call.ordinal - self.call.ordinal
