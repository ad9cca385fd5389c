"""Watched pages: errors that a browser logs, and requests to other origins."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Request

_REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (\d{3})")
_OPERATORS_ONLY = "/api/v1/admin/breaker"
"""The request of every page that shows whether its user is an operator. For others the browser logs a 404."""
_TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI}`));
"""
_HURRY = """
for (const name of ["setTimeout", "setInterval"]) {
  const wait = window[name];
  window[name] = (task, ms = 0, ...rest) => wait(task, ms >= 1000 && ms <= 10000 ? ms / 5 : ms, ...rest);
}
"""
"""Lets a page that asks again every few seconds, as it does until a job has ended, wait a fifth of that."""


@dataclass
class Watch:
    """The problems of a page so far."""

    origins: set[str]
    """The origins that the page may call."""
    expected_statuses: set[int] = field(default_factory=set)
    """The error statuses that a test provokes. The browser logs each as an error."""
    complaints: list[str] = field(default_factory=list)

    def on_console(self, message: ConsoleMessage) -> None:
        """Record errors and warnings."""
        refused = _REFUSED.search(message.text)
        if refused and int(refused[1]) in self.expected_statuses:
            return
        if refused and int(refused[1]) == HTTPStatus.NOT_FOUND and _is_of_operators(message):
            return
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def on_error(self, error: Error) -> None:
        """Record an error that nothing caught."""
        self.complaints.append(f"uncaught: {error}")

    def on_request(self, request: Request) -> None:
        """Record a request to another origin."""
        parts = urlsplit(request.url)
        if parts.scheme in {"blob", "data"}:
            return
        if f"{parts.scheme}://{parts.netloc}" not in self.origins:
            self.complaints.append(f"asked {request.url}")


def _is_of_operators(message: ConsoleMessage) -> bool:
    return urlsplit(message.location.get("url", "")).path == _OPERATORS_ONLY


def new_page(context: BrowserContext) -> Page:
    """Open a tab that logs what violates the page's policy, and that asks again sooner than it would."""
    page = context.new_page()
    page.add_init_script(_TELL_VIOLATIONS)
    page.add_init_script(_HURRY)
    return page


@contextmanager
def watching(page: Page, *origins: str) -> Iterator[Watch]:
    """Watch a page while the context lasts, and fail at the end if it had problems.

    Args:
        page: the page, which ``new_page`` has opened.
        origins: the origins that it may call, such as ``http://127.0.0.1:8000``.
    """
    watch = Watch(set(origins))
    page.on("console", watch.on_console)
    page.on("pageerror", watch.on_error)
    page.on("request", watch.on_request)
    try:
        yield watch
    finally:
        page.remove_listener("console", watch.on_console)
        page.remove_listener("pageerror", watch.on_error)
        page.remove_listener("request", watch.on_request)
    assert watch.complaints == [], "\n".join(watch.complaints)
