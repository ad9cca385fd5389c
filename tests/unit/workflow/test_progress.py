"""Progress of a batch: when it is written, and when not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.aws_errors import ServiceUnavailable
from castline.jobs.model import SpokenSegment
from castline.synthesis.progress import INTERVAL_SECONDS, BatchProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class World:
    """A progress with a clock that is set by hand, and its writes."""

    def __init__(self, *, recorded: int = 0) -> None:
        self.now = 0.0
        self.written: list[int] = []
        self.is_down = False
        self.progress = BatchProgress(self._record, recorded=recorded, clock=lambda: self.now)

    def advance(self, *, to: int, after: float = INTERVAL_SECONDS) -> None:
        self.now += after
        self.progress.advance(segments(to))

    def _record(self, stored: Sequence[SpokenSegment]) -> None:
        if self.is_down:
            raise ServiceUnavailable("UpdateItem: throttled")
        self.written.append(len(stored))


def segments(count: int) -> Callable[[], list[SpokenSegment]]:
    return lambda: [SpokenSegment(number=number, fingerprint="f", samples=1) for number in range(count)]


def test_it_is_written_no_more_than_once_in_an_interval() -> None:
    world = World()

    for count in range(1, 11):
        world.advance(to=count, after=INTERVAL_SECONDS / 4)

    assert world.written == [4, 8]


def test_less_than_an_earlier_attempt_has_recorded_is_not_written() -> None:
    world = World(recorded=5)

    for count in (4, 5, 6):
        world.advance(to=count)

    assert world.written == [6]


def test_what_could_not_be_written_is_written_the_next_time() -> None:
    world = World()
    world.is_down = True
    world.advance(to=3)
    world.is_down = False

    world.advance(to=3)

    assert world.written == [3]
