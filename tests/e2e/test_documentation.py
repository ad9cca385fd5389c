"""The API's description, as the local stack serves it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import httpx

from local.openapi import FILE

if TYPE_CHECKING:
    from local.stack import LocalStack


def test_for_machines_is_the_committed_file(stack: LocalStack) -> None:
    response = httpx.get(f"{stack.url}/openapi.json", trust_env=False)

    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
    assert response.json() == json.loads(FILE.read_text("utf-8"))


def test_for_people_names_every_operation_and_needs_no_network(stack: LocalStack) -> None:
    response = httpx.get(f"{stack.url}/docs", trust_env=False)

    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    for path, methods in json.loads(FILE.read_text("utf-8"))["paths"].items():
        for method, operation in methods.items():
            assert f"<b>{method.upper()}</b>" in response.text
            assert path in response.text
            assert f'id="{operation["operationId"]}"' in response.text
    assert not re.search(r'<(script|link|img)\b|\b(src|url)=|href="https?:', response.text)


def test_every_link_in_the_page_leads_somewhere(stack: LocalStack) -> None:
    text = httpx.get(f"{stack.url}/docs", trust_env=False).text

    targets = set(re.findall(r'href="#([^"]+)"', text))

    assert targets
    assert targets <= set(re.findall(r'id="([^"]+)"', text))
