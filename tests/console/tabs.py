"""Tabs of the browser, which tests share: a new one takes a second of CPU time, for its process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.console.watched_page import new_page
from tests.patience import PATIENCE_MS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Browser, BrowserContext, Page

_EMPTY_PAGE = "<!doctype html><link rel='icon' href='data:,'>"
"""A page without a request of its own. The browser would ask any other for ``/favicon.ico``, at any later time."""

_FORGET = """
(user) => {
  localStorage.clear();
  sessionStorage.clear();
  localStorage.setItem("castline.user", user);
}
"""


class Tabs:
    """The browser's contexts, one for each set of options, of which each keeps its first tab."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: dict[str, BrowserContext] = {}

    def context(self, options: Mapping[str, Any]) -> BrowserContext:
        """Return the context of these options."""
        key = json.dumps(options, sort_keys=True)
        if key not in self._contexts:
            self._contexts[key] = self._browser.new_context(**options)
            self._contexts[key].set_default_timeout(PATIENCE_MS)
        return self._contexts[key]


def first_tab(context: BrowserContext, url: str, user: str) -> Page:
    """Return a context's first tab, in which the user has never been at the URL."""
    page = context.pages[0] if context.pages else new_page(context)
    empty = f"{url}/empty"
    page.route(empty, lambda route: route.fulfill(content_type="text/html", body=_EMPTY_PAGE))
    page.goto(empty)
    page.unroute(empty)  # while a route exists, the browser caches nothing
    page.evaluate(_FORGET, user)
    return page


def tidy(context: BrowserContext, options: Mapping[str, Any]) -> None:
    """Undo what a test has done to a context: further tabs, routes, permissions, its size and its colour scheme."""
    for page in context.pages[1:]:
        page.close()
    context.clear_permissions()
    for page in context.pages:
        page.unroute_all(behavior="ignoreErrors")
        page.set_viewport_size(options["viewport"])
        page.emulate_media(color_scheme="light")
