"""Keeping a batch while it is spoken: what is not kept any more is taken by another task."""

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
"""The time for which a batch is kept from others at once."""
_TICKET_SECONDS: Final = 75
"""The time for which its ticket is hidden: longer, so that it finds the batch when it comes back."""
_FIRST_BEAT_SECONDS: Final = 5.0
"""Most batches are spoken sooner, and need no beat."""
_BEAT_SECONDS: Final = 20.0


@contextmanager
def kept(
    queue: BatchQueue, tickets: Tickets, taken: TakenBatch, receipt_handle: str, *, now: Callable[[], datetime]
) -> Iterator[None]:
    """Keep a batch and its ticket from others while the block runs."""
    ended = threading.Event()

    def beat() -> None:
        pause_seconds = _FIRST_BEAT_SECONDS
        while not ended.wait(pause_seconds):
            pause_seconds = _BEAT_SECONDS
            try:
                queue.keep(taken, until=now() + LEASE)
                tickets.hide(receipt_handle, seconds=_TICKET_SECONDS)
            except Exception as error:  # noqa: BLE001 (the next beat may succeed, and somebody else may take over)
                logger.warning("a batch could not be kept", extra={"error": type(error).__name__})

    thread = threading.Thread(target=copy_context().run, args=(beat,), name="keep-batch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
