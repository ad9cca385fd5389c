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

    with _running(repeat, name, stop=stopping.set):
        yield


@contextmanager
def woken(task: Callable[[], bool], *, by: threading.Event, retry_seconds: float, name: str) -> Iterator[None]:
    """Call `task` each time that an event has been set while the context lasts; log any exception.

    A task that returns True or raises has not finished its work. It is called again after `retry_seconds`, and not
    earlier.
    """
    stopping = threading.Event()

    def stop() -> None:
        stopping.set()
        by.set()

    def serve() -> None:
        is_undone = False
        while True:
            if is_undone:
                stopping.wait(retry_seconds)
            else:
                by.wait()
            by.clear()
            if stopping.is_set():
                return
            try:
                is_undone = task()
            except Exception:
                logger.exception("%s failed", name)
                is_undone = True

    with _running(serve, name, stop=stop):
        yield


@contextmanager
def _running(work: Callable[[], None], name: str, *, stop: Callable[[], None]) -> Iterator[None]:
    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop()
        thread.join()
