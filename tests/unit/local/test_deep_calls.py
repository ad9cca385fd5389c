"""Deep calls: in Python 3.11 they map memory again and again, unless there is room for their frames."""

from __future__ import annotations

import resource
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from local.deep_calls import threads_with_room, with_room

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS = 2_000
DEPTHS = 300


def most_faults() -> int:
    """Return the most page faults that some calls cause at one depth, of many depths."""
    return max(faults_at(depth) for depth in range(DEPTHS))


def faults_at(depth: int) -> int:
    if depth:
        return faults_at(depth - 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(CALLS):
        shallow()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def shallow() -> None:
    """Return at once."""


def in_a_thread(function: Callable[[], int]) -> int:
    results: list[int] = []
    thread = threading.Thread(target=lambda: results.append(function()))
    thread.start()
    thread.join()
    return results[0]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="seen in Python 3.11")
def test_each_call_at_the_edge_of_a_chunk_maps_memory() -> None:
    """Show the fault. Once Python has mended it, ``local/deep_calls.py`` can go."""
    assert in_a_thread(most_faults) >= CALLS


def test_with_room_no_call_does() -> None:
    assert in_a_thread(with_room(most_faults)) < CALLS / 10


def test_threads_get_room() -> None:
    with threads_with_room():
        assert in_a_thread(most_faults) < CALLS / 10
