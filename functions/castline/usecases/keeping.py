"""Heartbeat of a task for its batch. If it stops, another task takes the batch."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from contextvars import copy_context
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from castline.observability import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from castline.batch_queue.model import TakenBatch
    from castline.batch_queue.queue import BatchQueue
    from castline.batch_queue.tickets import Tickets

LEASE: Final = timedelta(seconds=60)
"""The time by which each beat extends the lease of a batch."""
_TICKET_SECONDS: Final = 75
"""The time for which each beat hides the ticket. It exceeds the lease, so that a ticket that reappears can take the
batch."""
_FIRST_BEAT_SECONDS: Final = 5.0
"""The time before the first beat. Most batches are spoken sooner and need none."""
_BEAT_SECONDS: Final = 20.0


@contextmanager
def kept(
    queue: BatchQueue, tickets: Tickets, taken: TakenBatch, receipt_handle: str, *, now: Callable[[], datetime]
) -> Iterator[None]:
    """Keep a batch and its ticket from other tasks while the block runs."""
    ended = threading.Event()

    def beat() -> None:
        pause_seconds = _FIRST_BEAT_SECONDS
        while not ended.wait(pause_seconds):
            pause_seconds = _BEAT_SECONDS
            try:
                queue.keep(taken, until=now() + LEASE)
                tickets.hide(receipt_handle, seconds=_TICKET_SECONDS)
            except Exception as error:  # noqa: BLE001 (the next beat may succeed, or another task takes over)
                logger.warning("a batch could not be kept", extra={"error": type(error).__name__})

    thread = threading.Thread(target=copy_context().run, args=(beat,), name="keep-batch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
