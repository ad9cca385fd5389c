"""Faults of the emulator, and when they strike.

A fault is ordered as ``NAME [times=N] [probability=P]``, in one of two places:

- for a run (``AzureSpeechEmulator(faults=["throttled probability=0.1"])``, ``--fault "unavailable times=2"``): it
  strikes any request, and any connection being opened;
- in the spoken text (``{fault unavailable times=2}``): it strikes the first N requests with exactly this text, or
  all of them. The marker is not spoken.

When a text is read, its connection is already open. A fault that is an HTTP status is then replaced by its closest
equivalent on an open WebSocket. Some faults have no equivalent; a text that orders one of them is refused.
"""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

THROTTLED_REASON = (
    "The request is throttled because you have exceeded the concurrent request limit allowed for your sub"
)
MARKER = re.compile(r"\{fault ([^}]*)\}")


class Moment(Enum):
    """The moment in the course of a request at which a fault strikes."""

    BEFORE_TURN_START = auto()
    BEFORE_AUDIO = auto()
    AMID_AUDIO = auto()
    BEFORE_TURN_END = auto()


@dataclass(frozen=True, slots=True)
class Close:
    """A fault: the service closes the WebSocket."""

    code: int
    reason: str = ""
    moment: Moment = Moment.BEFORE_AUDIO


@dataclass(frozen=True, slots=True)
class Abort:
    """A fault: the TCP connection is reset."""

    moment: Moment


@dataclass(frozen=True, slots=True)
class Stall:
    """A fault: the service sends nothing more and leaves the connection open."""

    moment: Moment


@dataclass(frozen=True, slots=True)
class NoAudio:
    """A fault: the service reports success and sends no audio."""


@dataclass(frozen=True, slots=True)
class OddAudio:
    """A fault: the service reports success, and its audio ends within a sample."""


RequestFault = Close | Abort | Stall | NoAudio | OddAudio


@dataclass(frozen=True, slots=True)
class Fault:
    """A named fault."""

    name: str
    summary: str
    on_upgrade: int | Stall | None = None
    """The result for a connection that is being opened: an HTTP status, or no answer."""
    on_request: RequestFault | None = None
    """The result for a request on an open connection."""


def _table(*faults: Fault) -> dict[str, Fault]:
    return {fault.name: fault for fault in faults}


FAULTS = _table(
    # While the connection is being opened.
    Fault("bad-request", "400; later a close with 1007", 400, Close(1007, "Bad request")),
    Fault("unauthorized", "401", 401),
    Fault("forbidden", "403", 403),
    Fault("not-found", "404", 404),
    Fault("request-timeout", "408", 408),
    Fault("conflict", "409", 409),
    Fault("unsupported-media-type", "415; later 1007", 415, Close(1007, "Unsupported media type")),
    Fault("throttled", "429; later a close with 4429", 429, Close(4429, THROTTLED_REASON)),
    Fault("internal-error", "500; later a close with 1011", 500, Close(1011, "Internal error")),
    Fault("not-implemented", "501; later a close with 1011", 501, Close(1011, "Not implemented")),
    Fault("bad-gateway", "502; later a close with 1011", 502, Close(1011, "Bad gateway")),
    Fault("unavailable", "503; later a close with 1013", 503, Close(1013, "Try again later")),
    Fault("gateway-timeout", "504; later a close with 1001", 504, Close(1001, "Gateway timeout")),
    Fault("no-upgrade", "the opening of a connection is never answered", Stall(Moment.BEFORE_TURN_START)),
    # On an open connection.
    Fault("malformed-ssml", "a close with 1007", None, Close(1007, "SSML parsing error: 0x80045003")),
    Fault("unsupported-voice", "a close with 1007", None, Close(1007, "Unsupported voice.")),
    Fault("closed-normally", "a close with 1000", None, Close(1000)),
    Fault("going-away", "a close with 1001", None, Close(1001, "Going away")),
    Fault("protocol-error", "a close with 1002", None, Close(1002, "Protocol error")),
    Fault("policy-violation", "a close with 1008", None, Close(1008, "Policy violation")),
    Fault("restarting", "a close with 1012", None, Close(1012, "Service restart")),
    Fault("server-error", "a close with 4500", None, Close(4500, "Server error")),
    Fault("error-amid-audio", "a close with 1011 during the audio", None, Close(1011, "Error", Moment.AMID_AUDIO)),
    Fault("reset", "a TCP reset before the audio", None, Abort(Moment.BEFORE_AUDIO)),
    Fault("reset-amid-audio", "a TCP reset during the audio", None, Abort(Moment.AMID_AUDIO)),
    Fault("no-turn-start", "no answer at all", None, Stall(Moment.BEFORE_TURN_START)),
    Fault("no-audio", "an answer, but no first chunk of audio", None, Stall(Moment.BEFORE_AUDIO)),
    Fault("stalled", "silence during the audio", None, Stall(Moment.AMID_AUDIO)),
    Fault("no-turn-end", "all audio, but never the end", None, Stall(Moment.BEFORE_TURN_END)),
    Fault("empty-audio", "success, without audio", None, NoAudio()),
    Fault("odd-audio", "success, with audio that ends within a sample", None, OddAudio()),
)
"""All faults by name."""


@dataclass(frozen=True, slots=True, eq=False)
class FaultOrder:
    """An order for a fault. It equals only itself: a fault that is ordered twice strikes twice as often."""

    fault: Fault
    times: int | None = None
    probability: float = 1.0


def parse_fault_order(notation: str) -> FaultOrder:
    """Parse ``NAME [times=N] [probability=P]``.

    Raises:
        ValueError: there is no such fault, or the rest cannot be parsed.
    """
    name, *options = notation.split() or [""]
    if name not in FAULTS:
        raise ValueError(f"there is no fault {name!r}; there are {', '.join(FAULTS)}")
    times: int | None = None
    probability = 1.0
    for option in options:
        if match := re.fullmatch(r"times=([1-9]\d*)", option):
            times = int(match[1])
        elif match := re.fullmatch(r"probability=(0?\.\d+|0|1(?:\.0*)?)", option):
            probability = float(match[1])
        else:
            raise ValueError(f"{option!r} is neither times=N nor probability=P with P from 0 to 1")
    return FaultOrder(FAULTS[name], times, probability)


class FaultPlan:
    """The faults of one run. Thread-safe."""

    def __init__(self, notations: Iterable[str] = (), *, seed: int = 0) -> None:
        """Plan the faults in ``notations``; ``seed`` makes random faults repeatable.

        Raises:
            ValueError: see ``parse_fault_order``.
        """
        self._lock = threading.Lock()
        self._random = random.Random(seed)  # noqa: S311 - chance, not secrecy
        self._orders: list[FaultOrder] = []
        # How often each order has struck, and each text that holds a marker.
        self._struck: Counter[FaultOrder | str] = Counter()
        for notation in notations:
            self.add(notation)

    def add(self, notation: str) -> None:
        """Plan one more fault. Faults that were planned earlier strike first.

        Raises:
            ValueError: see ``parse_fault_order``.
        """
        order = parse_fault_order(notation)
        with self._lock:
            self._orders.append(order)

    def clear(self) -> None:
        """Drop all planned faults. Faults in texts still strike."""
        with self._lock:
            self._orders.clear()

    def for_upgrade(self) -> int | Stall | None:
        """Return the fault for a connection being opened; None if it succeeds."""
        with self._lock:
            for order in self._orders:
                if order.fault.on_upgrade is not None and self._strikes(order, key=order):
                    return order.fault.on_upgrade
        return None

    def for_request(self, ssml: str) -> RequestFault | None:
        """Return the fault for a request with ``ssml``, which includes markers; None if it succeeds."""
        marker = MARKER.search(ssml)
        with self._lock:
            if marker:
                return self._for_marker(marker[1], ssml)
            for order in self._orders:
                if order.fault.on_request is not None and self._strikes(order, key=order):
                    return order.fault.on_request
        return None

    def _for_marker(self, notation: str, ssml: str) -> RequestFault | None:
        try:
            order = parse_fault_order(notation)
        except ValueError as error:
            return Close(1007, f"Bad fault marker: {error}")
        if order.fault.on_request is None:
            return Close(1007, f"Bad fault marker: {order.fault.name} happens only while connecting")
        return order.fault.on_request if self._strikes(order, key=ssml) else None

    def _strikes(self, order: FaultOrder, *, key: FaultOrder | str) -> bool:
        if order.times is not None and self._struck[key] >= order.times:
            return False
        if self._random.random() >= order.probability:
            return False
        self._struck[key] += 1
        return True


def without_markers(ssml: str) -> str:
    """Return ``ssml`` without fault markers."""
    return MARKER.sub("", ssml)
