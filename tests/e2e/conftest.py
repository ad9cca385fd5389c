"""Castline as its clients use it: over HTTP, with the deployed state machine and the real Azure Speech SDK.

The modules share one stack, and each test has users of its own. A module that needs other options starts a
stack of its own with ``own_stack``.
"""

from __future__ import annotations

import uuid
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from local.azure_speech.server import AzureSpeechEmulator
from local.cloud.clock import Clock
from local.stack import LocalStack
from tests.e2e.api_client import ApiClient
from tests.shared_stack import SharedStack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def default_options() -> dict[str, Any]:
    """Return the options of a stack that speaks tones, and in which a second of waiting takes 10 ms.

    Its reconciler runs when a test says so: its schedule is ten times slower than it is deployed, as time-outs are.
    """
    return {
        "clock": Clock(wait_scale=0.01, timeout_scale=10),
        "settings": {"MAX_PROCESSING_SECONDS": "600"},
        "speech": AzureSpeechEmulator(voice_engine="tone"),
    }


@pytest.fixture(scope="package")
def log_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of the functions' logs."""
    return tmp_path_factory.mktemp("logs") / "functions.log"


@pytest.fixture(scope="package")
def shared_stack(log_file: Path) -> Iterator[SharedStack]:
    def start(**options: Any) -> LocalStack:
        stack = LocalStack(**{**default_options(), "log_file": log_file, **options})
        stack.start()
        return stack

    shared = SharedStack(start)
    yield shared
    shared.stop()


@pytest.fixture(scope="module")
def stack(shared_stack: SharedStack) -> LocalStack:
    return shared_stack.start()


@pytest.fixture(scope="module")
def own_stack(shared_stack: SharedStack) -> Iterator[Callable[..., LocalStack]]:
    """Return a function that starts a stack for one module, with other options than the default ones."""
    with shared_stack.replaced() as start:
        yield start


@pytest.fixture(scope="module")
def speech(stack: LocalStack) -> AzureSpeechEmulator:
    """Return the Azure emulator of the stack."""
    assert stack.speech is not None
    return stack.speech


@pytest.fixture(scope="module")
def new_client(stack: LocalStack) -> Iterator[Callable[[], ApiClient]]:
    """Make clients, each of a user of its own."""
    with ExitStack() as clients:
        yield lambda: clients.enter_context(ApiClient(stack.url, user_id=f"user-{uuid.uuid4()}"))


@pytest.fixture
def client(new_client: Callable[[], ApiClient]) -> ApiClient:
    """Return the client of a user without jobs."""
    return new_client()
