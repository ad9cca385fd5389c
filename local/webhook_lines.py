"""Lines about attempts to deliver webhooks, for people who watch the local stack."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from castline import observability

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MESSAGE = "webhook attempted"


@contextmanager
def webhook_lines(show: Callable[[str], None]) -> Iterator[None]:
    """Call ``show`` with a line about each attempt while the context lasts."""
    handler = _Lines(show)
    logger = logging.getLogger(observability.logger.name)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


class _Lines(logging.Handler):
    """A handler that reads the log lines of the function that delivers."""

    def __init__(self, show: Callable[[str], None]) -> None:
        super().__init__(logging.INFO)
        self._show = show

    def emit(self, record: logging.LogRecord) -> None:
        """Show the line of an attempt."""
        if record.getMessage() == _MESSAGE:
            fields = vars(record)
            webhook_id = observability.logger.thread_safe_get_current_keys().get("webhook_id")
            outcome = fields["error"] or "delivered"
            answer = "no answer" if fields["status_code"] is None else fields["status_code"]
            self._show(
                f"webhook {webhook_id}  {fields['event_type']}  {outcome}: {answer}, {fields['duration_ms']} ms, "
                f"attempt {fields['attempt']}, {fields['status']}"
            )
