"""Console in a browser, on the local stack.

The modules share one stack, and each test has a user of its own. A module that needs other options starts a
stack of its own with ``own_stack``.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from local.azure_speech.server import AzureSpeechEmulator
from local.cloud.clock import Clock
from local.stack import LocalStack
from tests.console.chromium import running_chromium
from tests.console.screens import Screens
from tests.console.tabs import Tabs, first_tab, tidy
from tests.console.watched_page import Watch, watching
from tests.e2e.api_client import ApiClient
from tests.patience import PATIENCE_MS
from tests.shared_stack import SharedStack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from playwright.sync_api import Browser, BrowserContext


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Return one browser for all tests. While it runs, its event loop is the main thread's."""
    expect.set_options(timeout=PATIENCE_MS)
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def start_stack(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., LocalStack]:
    """Return a function that starts a stack, by default one that speaks tones."""
    log_file = tmp_path_factory.mktemp("logs") / "functions.log"

    def start(**options: Any) -> LocalStack:
        defaults = {
            "clock": Clock(wait_scale=0.01),
            "speech": AzureSpeechEmulator(voice_engine="tone"),
            "log_file": log_file,
        }
        stack = LocalStack(**{**defaults, **options})
        stack.start()
        return stack

    return start


@pytest.fixture(scope="package")
def shared_stack(start_stack: Callable[..., LocalStack]) -> Iterator[SharedStack]:
    shared = SharedStack(start_stack)
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


@pytest.fixture(scope="package")
def tabs(browser: Browser) -> Tabs:
    return Tabs(browser)


@pytest.fixture
def context(tabs: Tabs, context_options: dict[str, Any]) -> Iterator[BrowserContext]:
    context = tabs.context(context_options)
    yield context
    tidy(context, context_options)


@pytest.fixture
def watch(context: BrowserContext, stack: LocalStack, user: str) -> Iterator[Watch]:
    """Yield the browser's tab, of that user; any error that it logs fails the test."""
    with watching(first_tab(context, stack.url, user), stack.url) as watch:
        yield watch


@pytest.fixture
def screens(context: BrowserContext, watch: Watch, stack: LocalStack) -> Screens:
    return Screens(context.pages[0], stack.url)
