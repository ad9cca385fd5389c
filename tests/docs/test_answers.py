"""Comparison of answers: it finds differences, and ignores values that may differ."""

from __future__ import annotations

import json

import pytest

from tests.docs.answers import Answers, Differs

ONE, OTHER = "01a20fd9-03f4-771c-ab26-051b2dcc930e", "01a20fda-50ab-7c99-a1c5-ca631ae4b803"
REAL, REAL_OTHER = "01b00000-0000-7000-8000-000000000001", "01b00000-0000-7000-8000-000000000002"
HTTP = 'HTTP/1.1 200 OK\nETag: "184a0b6b71f89c8d7f2888cde7849913"\nRetry-After: 2\n\n{"status": "pending"}'
CAME = (
    'HTTP/1.1 200 OK\r\nDate: today\r\nretry-after: 2\r\netag: "00000000000000000000000000000001"\r\n\r\n'
    '{"status":"pending"}'
)


@pytest.mark.parametrize(
    ("shown", "came"),
    [
        ({"a": 1, "b": [True, None]}, {"b": [True, None], "a": 1}),
        (ONE, REAL),
        ([ONE, OTHER, ONE], [REAL, REAL_OTHER, REAL]),
        ("2026-11-24T23:16:50Z", "2027-01-01T00:00:00Z"),
        ({"duration_ms": 6323}, {"duration_ms": 1}),
        ({"loudness_lufs": -16.0}, {"loudness_lufs": -15.6}),
        ("AaIP2QoSfRCbVW4rbwp8MQ", "AbAAAAAAcACAAAAAAAAAAQ"),
        (f"http://a/{ONE}.mp3?…", f"http://a/{REAL}.mp3?x=1&y"),
        ("castline-2026-11-24-2dcc930e.mp3", "castline-2027-01-01-00000001.mp3"),
    ],
)
def test_json_that_means_the_same_passes(shown: object, came: object) -> None:
    Answers().compare("json", json.dumps(shown, indent=2), json.dumps(came))


@pytest.mark.parametrize(
    ("shown", "came"),
    [
        (1, 2),
        (1, 1.0),
        (1, True),
        ("x", "X"),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"a": 1}),
        ({"a": None}, {}),
        ([1, 2], [1]),
        (ONE, "none"),
        ([ONE, ONE], [REAL, REAL_OTHER]),
        ([ONE, OTHER], [REAL, REAL]),
        ("2026-11-24T23:16:50Z", "2026-11-24T23:16:50.123Z"),
        ({"duration_ms": 6323}, {"duration_ms": 6323.5}),
        ({"duration_ms": 6323}, {"duration_ms": -1}),
        ({"loudness_lufs": -16.0}, {"loudness_lufs": -15.4}),
        ({"gap_ms": 300}, {"gap_ms": 301}),
        (f"http://a/{ONE}.mp3?…", f"http://b/{REAL}.mp3?x"),
        ("castline-2026-11-24-2dcc930e.mp3", "castline-2026-11-24-2dcc930e.wav"),
    ],
)
def test_json_that_means_something_else_does_not(shown: object, came: object) -> None:
    with pytest.raises(Differs):
        Answers().compare("json", json.dumps(shown, indent=2), json.dumps(came))


def test_all_of_several_values_count() -> None:
    Answers().compare("json", "[1]\n[2]", "[1][2]")
    for came in ("[1]", "[1][2][3]", "[1][2]oh", ""):
        with pytest.raises(Differs):
            Answers().compare("json", "[1]\n[2]", came)


def test_headers_that_are_shown_have_to_come() -> None:
    Answers().compare("http", HTTP, CAME)
    for shown in (
        HTTP.replace("200", "304"),
        HTTP.replace(": 2", ": 5"),
        HTTP.replace("Retry-After", "Age"),
        HTTP.replace("pending", "failed"),
        HTTP.partition("\n\n")[0],
    ):
        with pytest.raises(Differs):
            Answers().compare("http", shown, CAME)


def test_text_differs_in_its_times_only() -> None:
    shown = "00:00:00.010 --> 00:00:02.383\n<v A>早安。\n"

    Answers().compare("", shown, "00:00:00.000 --> 00:00:09.999\r\n<v A>早安。\r\n\r\n")
    for came in ("00:00:00.010 --> 00:00:02.383\n<v B>早安。", "00:00:00,010 --> 00:00:02,383\n<v A>早安。", ""):
        with pytest.raises(Differs):
            Answers().compare("", shown, came)


def test_commands_get_the_ids_that_came_and_no_others() -> None:
    answers = Answers()
    answers.compare("json", f'"{ONE}"', f'"{REAL}"')

    assert answers.in_command(f"curl /jobs/{ONE}") == f"curl /jobs/{REAL}"
    with pytest.raises(Differs, match=OTHER):
        answers.in_command(f"curl /jobs/{OTHER}")
