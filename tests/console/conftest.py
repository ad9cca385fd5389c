"""Console in a browser, on the local stack.

A stack takes a second to start, so the tests of a module share one, each with a user of its own.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from local.azure_speech.server import AzureSpeechEmulator
from local.cloud.clock import Clock
from local.stack import LocalStack
from tests.console.chromium import running_chromium
from tests.console.screens import Screens
from tests.console.watched_page import Watch, watching
from tests.e2e.api_client import ApiClient
from tests.patience import PATIENCE_MS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from playwright.sync_api import Browser, BrowserContext

"""The time in which something must appear on a busy machine."""


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Return one browser for all tests. While it runs, its event loop is the main thread's."""
    expect.set_options(timeout=PATIENCE_MS)
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    log_file = tmp_path_factory.mktemp("logs") / "functions.log"
    clock, speech = Clock(wait_scale=0.01), AzureSpeechEmulator(voice_engine="tone")
    with LocalStack(clock=clock, speech=speech, log_file=log_file) as stack:
        yield stack


@pytest.fixture
def user() -> str:
    """Return a user without jobs."""
    return f"user-{uuid.uuid4()}"


@pytest.fixture
def client(stack: LocalStack, user: str) -> Iterator[ApiClient]:
    """Yield an API client of the same user."""
    with ApiClient(stack.url, user_id=user) as client:
        yield client


@pytest.fixture
def context_options() -> dict[str, Any]:
    """Return the browser's options: a desktop's, unless a test overrides them."""
    return {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", "reduced_motion": "reduce"}


@pytest.fixture
def context(browser: Browser, context_options: dict[str, Any]) -> Iterator[BrowserContext]:
    context = browser.new_context(**context_options)
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def watch(context: BrowserContext, stack: LocalStack, user: str) -> Iterator[Watch]:
    """Yield the browser's only tab, of that user; any error that it logs fails the test."""
    remember = f"localStorage.getItem('castline.user') ?? localStorage.setItem('castline.user', {json.dumps(user)})"
    context.add_init_script(remember)
    with watching(context.new_page(), stack.url) as watch:
        yield watch


@pytest.fixture
def screens(context: BrowserContext, watch: Watch, stack: LocalStack) -> Screens:
    return Screens(context.pages[0], stack.url)
