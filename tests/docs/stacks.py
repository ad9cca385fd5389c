"""Stacks that the commands of a page are run against, from its first to its last."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from local.stack import LocalStack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def stack_that_notes_requests(log_file: Path) -> Iterator[tuple[LocalStack, list[str]]]:
    """Run a stack; yield it, and a line for each request that it has answered: ``GET /api/v1/jobs 200 7 ms``."""
    requests: list[str] = []

    def note(line: str) -> None:
        if not line.startswith("webhook "):
            requests.append(line)

    with LocalStack(on_request=note, log_file=log_file) as stack:
        yield stack, requests
