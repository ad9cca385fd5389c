"""A stack that the commands of a page are run against, from its first to its last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.cloud.clock import Clock
from local.stack import LocalStack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def requests() -> list[str]:
    """Return a line for each request that the stack has answered: ``GET /api/v1/jobs 200 7 ms``."""
    return []


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stack(requests: list[str], clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    log_file = tmp_path_factory.mktemp("logs") / "functions.log"

    def note(line: str) -> None:
        if not line.startswith("webhook "):
            requests.append(line)

    with LocalStack(clock=clock, on_request=note, log_file=log_file) as stack:
        yield stack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a reader's working folder."""
    return tmp_path
