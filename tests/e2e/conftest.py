"""Castline as its clients use it: over HTTP, with the deployed state machine and the real Azure Speech SDK.

A stack takes a second to start and a process holds one at a time, so the tests of a module share one, each with a
user of its own. A module that needs another clock or another voice overrides that fixture.
"""

from __future__ import annotations

import uuid
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from local.azure_speech.server import AzureSpeechEmulator
from local.cloud.clock import Clock
from local.stack import LocalStack
from tests.e2e.api_client import ApiClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def speech() -> AzureSpeechEmulator:
    return AzureSpeechEmulator(voice_engine="tone")


@pytest.fixture(scope="module")
def log_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs") / "functions.log"


@pytest.fixture(scope="module")
def stack(clock: Clock, speech: AzureSpeechEmulator, log_file: Path) -> Iterator[LocalStack]:
    with LocalStack(clock=clock, speech=speech, log_file=log_file) as stack:
        yield stack


@pytest.fixture
def new_client(stack: LocalStack) -> Iterator[Callable[[], ApiClient]]:
    """Make clients, each of a user of its own."""
    with ExitStack() as clients:
        yield lambda: clients.enter_context(ApiClient(stack.url, user_id=f"user-{uuid.uuid4()}"))


@pytest.fixture
def client(new_client: Callable[[], ApiClient]) -> ApiClient:
    """Return the client of a user without jobs."""
    return new_client()
