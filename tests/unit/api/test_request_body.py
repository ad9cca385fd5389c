"""Bodies that are no JSON, or too much of it."""

from __future__ import annotations

import pytest

from castline.api.request_body import RequestTooLarge, media_type, read_json
from castline.api.validation import InvalidRequest

ENOUGH_BYTES = 10_000_000


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("", "json_invalid"),
        (" \n", "json_invalid"),
        ("{", "json_invalid"),
        ('{"provider": "azure",}', "json_invalid"),
        ("{} {}", "json_invalid"),
        ("你好", "json_invalid"),
        ('{"gap_ms": ' + "1" * 10_000 + "}", "number_too_long"),
        ("[" * 100_000 + "]" * 100_000, "nested_too_deeply"),
        ('{"turns":' * 100_000 + "1" + "}" * 100_000, "nested_too_deeply"),
        ("[" * 310_001, "too_many_values"),
    ],
    ids=lambda value: value[:24],
)
def test_a_body_that_cannot_be_read_is_refused_as_a_whole(body: str, kind: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_json(body, max_bytes=ENOUGH_BYTES)

    (problem,) = refused.value.problems
    assert (problem["loc"], problem["type"]) == (("body",), kind)


def test_a_broken_body_is_told_with_its_place() -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_json('{\n "provider": azure}', max_bytes=ENOUGH_BYTES)

    assert refused.value.problems[0]["ctx"] == {"line": 2, "column": 14}


def test_the_limit_counts_bytes_and_is_inclusive() -> None:
    body = '"好\\ud83d"'

    assert read_json(body, max_bytes=len(body.encode())) == "好\ud83d"
    with pytest.raises(RequestTooLarge):
        read_json(body, max_bytes=len(body.encode()) - 1)


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/json; charset=UTF-8", "application/json"),
        ("Application/JSON", "application/json"),
        ("", "application/json"),
        ("text/plain", "text/plain"),
    ],
)
def test_the_media_type_is_read_in_any_spelling(content_type: str, expected: str) -> None:
    assert media_type(content_type) == expected
