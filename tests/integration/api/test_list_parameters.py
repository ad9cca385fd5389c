"""Parameters of lists of jobs: their limits, and what is none."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.integration.api.client import call

pytestmark = pytest.mark.usefixtures("functions_environment")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "-1"),
        ("limit", "ten"),
        ("limit", "1.5"),
        ("limit", ""),
        ("limit", "9" * 5000),
        ("offset", "-1"),
        ("offset", "many"),
        ("status", "done"),
        ("status", "COMPLETED"),
        ("status", ""),
        ("cursor", "x"),
        ("cursor", ""),
        ("cursor", "你好"),
        ("cursor", "550e8400-e29b-41d4-a716-446655440000"),
    ],
    ids=lambda value: ascii(value[:12]),
)
def test_a_broken_parameter_is_named(field: str, value: str) -> None:
    answer = call("GET", f"/jobs?{field}={quote(value)}")

    assert (answer.status, answer.json()["error"]) == (400, "VALIDATION_ERROR")
    assert [error["field"] for error in answer.json()["details"]["errors"]] == [field]


@pytest.mark.parametrize("query", ["limit=1", "limit=100", "offset=10000"])
def test_what_is_just_allowed(query: str) -> None:
    assert call("GET", f"/jobs?{query}").status == 200
