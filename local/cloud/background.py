"""Background tasks on threads, for work that AWS does on its own."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

logger = logging.getLogger(__name__)


@contextmanager
def repeating(task: Callable[[], object], *, interval_seconds: float, name: str) -> Iterator[None]:
    """Call `task` every `interval_seconds` while the context lasts; log any exception."""
    stopping = threading.Event()

    def repeat() -> None:
        while not stopping.wait(interval_seconds):
            try:
                task()
            except Exception:
                logger.exception("%s failed", name)

    thread = threading.Thread(target=repeat, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()
