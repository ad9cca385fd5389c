"""Command line against a real stack. The tests of a module share one stack, each with a user of its own."""

from __future__ import annotations

import socket
import uuid
from typing import TYPE_CHECKING

import pytest

from castline.api import jobs
from castline_client.operations import sounds
from local.azure_speech.server import AzureSpeechEmulator
from local.cloud.clock import Clock
from local.stack import LocalStack
from tests.cli.bad_road import BadRoad
from tests.cli.castline import Castline
from tests.cli.warm import WarmProgram
from tests.e2e.api_client import ApiClient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def polls_at_once() -> Iterator[None]:
    """Let clients ask for jobs and sounds as often as they may at most."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "POLL_AFTER_SECONDS", 0)
        patch.setattr(sounds, "POLL_SECONDS", sounds.MIN_POLL_SECONDS)
        yield


@pytest.fixture(scope="module")
def downloads() -> Iterator[BadRoad]:
    """Yield the connection of downloads, which works unless a test breaks it."""
    with BadRoad() as road:
        yield road


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, downloads: BadRoad, polls_at_once: None) -> Iterator[LocalStack]:
    speech = AzureSpeechEmulator(voice_engine="tone")
    log_file = tmp_path_factory.mktemp("logs") / "functions.log"
    settings = {"DOWNLOAD_ENDPOINT_URL": downloads.url}
    with LocalStack(
        clock=Clock(wait_scale=0.1, timeout_scale=10), speech=speech, log_file=log_file, settings=settings
    ) as stack:
        downloads.target = stack.url
        yield stack


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield a program ``castline`` that starts at once."""
    with WarmProgram(tmp_path_factory.mktemp("castline")) as program:
        yield program


@pytest.fixture
def port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@pytest.fixture
def user() -> str:
    """Return a user without jobs."""
    return f"user-{uuid.uuid4()}"


@pytest.fixture
def client(stack: LocalStack, user: str) -> Iterator[ApiClient]:
    """Yield an HTTP client of the same user."""
    with ApiClient(stack.url, user_id=user) as client:
        yield client


@pytest.fixture
def unspoken(stack: LocalStack, client: ApiClient) -> Iterator[None]:
    """Keep the user's jobs pending, and cancel them at the end, because nobody listens to them."""
    with stack.cloud.lambdas.pause("plan"):
        yield
        for job_id in client.list_ids(status="pending"):
            client.cancel(job_id)


@pytest.fixture
def castline(stack: LocalStack, user: str, tmp_path: Path, downloads: BadRoad, program: Path) -> Castline:
    """Return the command line of that user, in a folder of its own."""
    downloads.clear()
    folder = tmp_path / "work"
    folder.mkdir()
    return Castline(
        folder,
        {"CASTLINE_API": stack.url, "CASTLINE_USER": user, "XDG_CONFIG_HOME": str(tmp_path / "config")},
        program,
    )
