"""The API's description, as the local stack serves it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import httpx

from local.openapi import FILE
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from local.stack import LocalStack


def test_for_machines_is_the_committed_file(stack: LocalStack) -> None:
    response = httpx.get(f"{stack.url}/openapi.json", trust_env=False, timeout=PATIENCE_SECONDS)

    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
    assert response.json() == json.loads(FILE.read_text("utf-8"))


def test_for_people_comes_from_the_stack_alone(stack: LocalStack) -> None:
    page = httpx.get(f"{stack.url}/docs", trust_env=False, timeout=PATIENCE_SECONDS)

    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert httpx.get(f"{stack.url}/docs/", trust_env=False, timeout=PATIENCE_SECONDS).text == page.text
    parts = re.findall(r'(?:src|href|url)[=:] ?"([^"]+)"', page.text)
    assert len(parts) == 4
    parts.remove("data:,")
    for part in parts:
        assert part.startswith("/")
        assert httpx.get(f"{stack.url}{part}", trust_env=False, timeout=PATIENCE_SECONDS).status_code == 200


def test_nothing_else_is_served_beside_the_page(stack: LocalStack) -> None:
    for name in ("html.py", "__init__.py", "../html.py"):
        assert httpx.get(f"{stack.url}/docs/{name}", trust_env=False, timeout=PATIENCE_SECONDS).status_code == 404
