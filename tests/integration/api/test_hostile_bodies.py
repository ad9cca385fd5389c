"""Hostile bodies cost little: no request that API Gateway accepts keeps the function busy."""

from __future__ import annotations

import json
import multiprocessing
import resource
import time
from itertools import count, islice
from typing import Any

import pytest

from castline.api import requests
from local.quickstart import DIALOGUE
from tests.integration.api.client import call
from tests.patience import PATIENCE_SECONDS

MAX_CPU_SECONDS = 5
"""Ten times the goal: other work on the same machine makes each step slower, too."""
MAX_GROWTH_MB = 150
SIZE = 3_800_000
"""The size of a body in bytes: a little less than the largest that is read."""
EVENT_BYTES = 6_000_000
"""The size of the largest body that fits into Lambda's event."""

ENDPOINTS = ["/jobs", "/jobs/tts", "/dialogues/parse"]

MARKS = "\u0301\u0316" * 50_000
"""Combining marks out of order: sorting them takes time quadratic in their number."""

GROWING = "\ufdfa"
"""A character that normalization turns into 18."""


def unknown_keys(objects: int, size: int) -> str:
    each = {f"k{number:05d}": 0 for number in range(size // objects // 11)}
    return json.dumps({"turns": [each] * objects, "voice_assignments": [each] * objects})


def turns_of(values: str) -> str:
    return f'{{"turns":[{values}0]}}'


def script(*lines: str) -> str:
    """Return a body with the longest script that repeats the lines."""
    text = "\n".join(lines) + "\n"
    return json.dumps({"script": text * (requests.MAX_SCRIPT_CHARACTERS // len(text))})


def script_of_names(pattern: str) -> str:
    """Return a body with the longest script in which no label made by ``pattern`` is repeated."""
    lines = (pattern.format(chr(0x4E00 + number % 20_000), number // 20_000) for number in count())
    return json.dumps(
        {"script": "".join(islice(lines, requests.MAX_SCRIPT_CHARACTERS))[: requests.MAX_SCRIPT_CHARACTERS]}
    )


SCRIPTS = {
    "lines without a speaker": script("x"),
    "lines without a text": script("A:"),
    "lines without a text after other problems": script("x", "A:", f"{'N' * 60}: x"),
    "turns": script("A:x"),
    "turns in brackets": script("[A]x"),
    "turns in bold": script("**A:**x"),
    "colons": script(":"),
    "opening brackets": script("("),
    "remarks": script("注:"),
    "remarks after a turn": json.dumps({"script": "A:x\n" + "注:\n" * 49_000}),
    "blank lines": script(""),
    "numbers": script("3:3"),
    "times": script("[1:00]"),
    "labels after three markers": script("(1)(1)(1)1:1"),
    "sentences after three markers": script("- - - a.b. :"),
    "speakers": script_of_names("{}{}:\n"),
    "speakers of prose": script_of_names("{}{}說:\n"),
    "speakers of prose, twice": script_of_names("{0}{1}說:\n{0}{1}說:\n"),
    "quotations": script_of_names("我{}{}說:\n"),
    "clauses": script_of_names("he {}{}:\n"),
    "extended speakers": script(f"{'a' * 190}(b):x"),
    "one long line": script("N" * 140_000),
    "one long name": script(f"{'N' * 140_000}:x"),
    "one long name in brackets": script(f"[{'N' * 140_000}]x"),
    "a name that grows when normalized": script(f"- - - {GROWING * 140_000}.:x"),
    "names that grow when normalized": script(f"{GROWING * 50}:x"),
    "names that are too long and grow when normalized": script(f"{GROWING * 145}:x"),
    "names of prose that grow when normalized": script_of_names(f"{GROWING * 45}{{}}{{}}說:x\n"),
    "a name of marks to sort": script(f"A{MARKS}:x"),
    "a name in brackets of marks to sort": script(f"[A{MARKS}]x"),
    "names of marks to sort": script(f"{MARKS[:50]}:x"),
    "a text of marks to sort": script(f"A:{MARKS[:99_000]}"),
    "direction marks": script("\u200e" * 140_000),
    "unspeakable characters": script("\1"),
    "tags": script("A: [laughs]"),
    "tags in one line": script("A: " + "[x]" * 40_000),
    "opening tags": json.dumps({"script": "A: " + "<a" * 70_000}),
    "pairs of tags": script("<a1>x</a1>"),
    "many pairs of tags": script_of_names("<{0}{1}>x</{0}{1}>\n"),
    "labels in one line": json.dumps({"script": "[S1]x" * 29_000}),
    "letters in one line": json.dumps({"script": "[A]" * 49_000}),
    "headings": script("# x"),
    "headings and turns": script("# x", "A:x"),
    "directions": script("(x)"),
    "directions before a label": script("(a)(b)[laughs]A:x"),
    "cues": json.dumps({"script": "00:01.000 --> 00:02.000\nA:x\n\n" * 4_700}),
    "cues of many speakers": json.dumps({"script": "00:01.000 --> 00:02.000\n<v A>x<v B>y\n\n" * 3_500}),
    "tags of captions": json.dumps({"script": "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<v A" * 37_000}),
    "braces of captions": json.dumps({"script": "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "{\\" * 74_000}),
    "times of cues": script("00:01.000 --> 00:02.000"),
    "notes": json.dumps({"script": "WEBVTT\n\n" + "NOTE\n\n" * 24_000}),
    "scenes": script("INT. X", "", "@A", "x", ""),
    "characters": script("A", "x", ""),
    "opening comments": json.dumps({"script": "@A\nx\n\n" + "/*" * 70_000}),
    "comments": json.dumps({"script": "@A\nx\n\n" + "/**/\n" * 29_000}),
    "notes in a screenplay": json.dumps({"script": "@A\nx\n\n" + "[[x]]" * 29_000}),
    "parentheses of a character": json.dumps({"script": "@A\nx\n\n@A" + "(" * 140_000 + "\nx"}),
    "sharps": json.dumps({"script": "INT. X" + "#" * 140_000}),
    "turns in JSON": json.dumps({"script": json.dumps([{"speaker": "A", "text": "x"}] * 4_000)}),
    "turns in JSON that are none": json.dumps({"script": f"[{'{},' * 49_000}0]"}),
    "lines in JSON": json.dumps({"script": json.dumps([{"speaker": "A", "text": "x\n" * 45_000}])}),
    "deep arrays in JSON": json.dumps({"script": '{"turns":' + "[" * 149_000}),
    "deep objects in JSON": json.dumps({"script": '{"a":' * 29_000}),
    "a huge number in JSON": json.dumps({"script": '{"a":' + "9" * 140_000}),
    "fields in JSON": json.dumps({"script": json.dumps({f"{number:05d}": 0 for number in range(12_000)})}),
}

BODIES = {
    "unknown keys in 900 turns, 4.4 MB": unknown_keys(450, 4_400_000),
    "unknown keys in 900 turns, as large as is read": unknown_keys(450, SIZE),
    "unknown keys in 900 turns, 0.7 MB": unknown_keys(450, 700_000),
    "unknown keys of the whole": json.dumps({f"{number:06x}": 0 for number in range(SIZE // 13)}),
    "empty arrays": turns_of("[]," * (SIZE // 3)),
    "empty objects": turns_of("{}," * (SIZE // 3)),
    "300,000 objects": turns_of('{"a":0},' * 300_000),
    "integers": turns_of("1000," * (SIZE // 5)),
    "fractions": turns_of("1.5," * (SIZE // 4)),
    "strings": turns_of('"ab",' * (SIZE // 5)),
    "huge numbers": turns_of(f"{'9' * 4_000}," * (SIZE // 4_001)),
    "one huge number": "9" * SIZE,
    "huge indexes": turns_of(f'{{"speaker":"A","text":"x","index":{"9" * 3_000}}},' * 900),
    "deep arrays": "[" * SIZE,
    "deep objects": '{"a":' * (SIZE // 5),
    "blanks": " " * SIZE,
    "letters that grow when normalized": json.dumps(
        {"turns": [{"speaker": "\ufdfa" * 500_000, "text": "\u200b" + "\ufdfa" * 500_000}]}, ensure_ascii=False
    ),
    "marks to sort when normalized": json.dumps(
        {"turns": [{"speaker": MARKS[:5_000], "text": MARKS, "index": 0}], "text": MARKS}
    ),
    "everything wrong": json.dumps(
        {
            "turns": [{"speaker": "\1", "text": "\0", "index": -1, "a": 1, "b": 2}] * 1_000,
            "voice_assignments": [{"speaker": "\1", "voice_id": "!", "voice_name": "\1", "a": 1, "b": 2}] * 1_000,
        }
    ),
    "a script": script("A:"),
    "larger than anything legal": "x" * EVENT_BYTES,
    "a form": "a=&" * 1_300_000,
}


def measure(path: str, name: str, content_type: str, results: Any) -> None:
    body = BODIES[name] if name in BODIES else SCRIPTS[name]
    call("POST", path, data="{}", content_type="application/json")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    answer = call("POST", path, data=body.encode(), content_type=content_type)
    cpu_seconds = time.process_time() - started
    growth_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    results.put((answer.status, len(answer.text.encode()), cpu_seconds, growth_mb))


def measured(path: str, name: str, content_type: str = "application/json") -> tuple[int, int, float, float]:
    """Return status and size of the answer, CPU seconds and megabytes, measured in a process of its own."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    results = context.SimpleQueue()
    process = context.Process(target=measure, args=(path, name, content_type, results))
    process.start()
    process.join(PATIENCE_SECONDS)
    assert process.exitcode == 0
    return results.get()  # type: ignore[no-any-return]


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_is_refused_at_little_cost(name: str, path: str) -> None:
    status, answer_bytes, cpu_seconds, growth_mb = measured(path, name)

    assert status in {400, 413}
    assert answer_bytes < 500_000
    assert cpu_seconds < MAX_CPU_SECONDS
    assert growth_mb < MAX_GROWTH_MB


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_hostile_script_is_parsed_at_little_cost(name: str) -> None:
    status, answer_bytes, cpu_seconds, growth_mb = measured("/dialogues/parse", name)

    assert status in {200, 400}
    assert answer_bytes < requests.ParseDialogueRequest.MAX_BYTES
    assert cpu_seconds < MAX_CPU_SECONDS
    assert growth_mb < MAX_GROWTH_MB


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=a"])
def test_a_hostile_form_is_not_even_read(content_type: str) -> None:
    status, _, cpu_seconds, _ = measured("/jobs", "a form", content_type)

    assert (status, cpu_seconds < 0.5) == (400, True)


@pytest.mark.parametrize(
    ("path", "max_bytes"),
    [
        ("/jobs", requests.CreateJobRequest.MAX_BYTES),
        ("/jobs/tts", requests.CreateSingleVoiceJobRequest.MAX_BYTES),
        ("/dialogues/parse", requests.ParseDialogueRequest.MAX_BYTES),
    ],
)
def test_a_body_larger_than_any_legal_one_is_refused_and_says_how_large_it_may_be(path: str, max_bytes: int) -> None:
    allowed, refused = (
        call("POST", path, data=b"{}".ljust(size), content_type="application/json")
        for size in (max_bytes, max_bytes + 1)
    )

    assert allowed.json()["error"] == "VALIDATION_ERROR"
    assert (refused.status, refused.json()["error"]) == (413, "REQUEST_TOO_LARGE")
    assert refused.json()["details"] == {"max_bytes": max_bytes}


def test_of_many_unknown_fields_two_of_each_object_are_named() -> None:
    turn = DIALOGUE["turns"][0] | dict.fromkeys("abcdef", 1)

    answer = call("POST", "/jobs", json=DIALOGUE | {"turns": [turn]})

    fields = [error["field"] for error in answer.json()["details"]["errors"]]
    assert [field for field in fields if field.startswith("turns")] == ["turns[0].a", "turns[0].b"]
