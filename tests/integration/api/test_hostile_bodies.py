"""Hostile bodies cost little: no request that API Gateway accepts keeps the function busy."""

from __future__ import annotations

import json
import multiprocessing
import resource
import time
from dataclasses import dataclass
from itertools import count, islice
from typing import TYPE_CHECKING, Any

import pytest

from castline.api import requests
from local.quickstart import DIALOGUE
from tests.integration.api.client import call
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_CPU_SECONDS = 5
"""Ten times the goal: other work on the same machine makes each step slower, too."""
MAX_GROWTH_MB = 150
SIZE = 3_800_000
"""The size of a body in bytes: a little less than the largest that is read."""
SCRIPT_CHARACTERS = requests.MAX_SCRIPT_CHARACTERS // 3
"""The length of a script: enough to tell time that is quadratic in it."""
EVENT_BYTES = 6_000_000
"""The size of the largest body that fits into Lambda's event."""

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
    """Return a body with a long script that repeats the lines."""
    text = "\n".join(lines) + "\n"
    return json.dumps({"script": text * (SCRIPT_CHARACTERS // len(text))})


def script_of_names(pattern: str) -> str:
    """Return a body with a long script in which no label made by ``pattern`` is repeated."""
    lines = (pattern.format(chr(0x4E00 + number % 20_000), number // 20_000) for number in count())
    return json.dumps({"script": "".join(islice(lines, SCRIPT_CHARACTERS))[:SCRIPT_CHARACTERS]})


SCRIPTS: dict[str, Callable[[], str]] = {
    "lines without a speaker": lambda: script("x"),
    "lines without a text": lambda: script("A:"),
    "lines without a text after other problems": lambda: script("x", "A:", f"{'N' * 60}: x"),
    "turns": lambda: script("A:x"),
    "turns in brackets": lambda: script("[A]x"),
    "turns in bold": lambda: script("**A:**x"),
    "colons": lambda: script(":"),
    "opening brackets": lambda: script("("),
    "remarks": lambda: script("注:"),
    "remarks after a turn": lambda: json.dumps({"script": "A:x\n" + "注:\n" * 16_000}),
    "blank lines": lambda: script(""),
    "numbers": lambda: script("3:3"),
    "times": lambda: script("[1:00]"),
    "labels after three markers": lambda: script("(1)(1)(1)1:1"),
    "sentences after three markers": lambda: script("- - - a.b. :"),
    "speakers": lambda: script_of_names("{}{}:\n"),
    "speakers of prose": lambda: script_of_names("{}{}說:\n"),
    "speakers of prose, twice": lambda: script_of_names("{0}{1}說:\n{0}{1}說:\n"),
    "quotations": lambda: script_of_names("我{}{}說:\n"),
    "clauses": lambda: script_of_names("he {}{}:\n"),
    "extended speakers": lambda: script(f"{'a' * 190}(b):x"),
    "one long line": lambda: script("N" * 46_000),
    "one long name": lambda: script(f"{'N' * 46_000}:x"),
    "one long name in brackets": lambda: script(f"[{'N' * 46_000}]x"),
    "a name that grows when normalized": lambda: script(f"- - - {GROWING * 46_000}.:x"),
    "names that grow when normalized": lambda: script(f"{GROWING * 50}:x"),
    "names that are too long and grow when normalized": lambda: script(f"{GROWING * 145}:x"),
    "names of prose that grow when normalized": lambda: script_of_names(f"{GROWING * 45}{{}}{{}}說:x\n"),
    "a name of marks to sort": lambda: script(f"A{MARKS[:46_000]}:x"),
    "a name in brackets of marks to sort": lambda: script(f"[A{MARKS[:46_000]}]x"),
    "names of marks to sort": lambda: script(f"{MARKS[:50]}:x"),
    "a text of marks to sort": lambda: script(f"A:{MARKS[:46_000]}"),
    "direction marks": lambda: script("\u200e" * 46_000),
    "unspeakable characters": lambda: script("\1"),
    "tags": lambda: script("A: [laughs]"),
    "tags in one line": lambda: script("A: " + "[x]" * 13_000),
    "opening tags": lambda: json.dumps({"script": "A: " + "<a" * 23_000}),
    "pairs of tags": lambda: script("<a1>x</a1>"),
    "many pairs of tags": lambda: script_of_names("<{0}{1}>x</{0}{1}>\n"),
    "labels in one line": lambda: json.dumps({"script": "[S1]x" * 9_600}),
    "letters in one line": lambda: json.dumps({"script": "[A]" * 16_000}),
    "headings": lambda: script("# x"),
    "headings and turns": lambda: script("# x", "A:x"),
    "directions": lambda: script("(x)"),
    "directions before a label": lambda: script("(a)(b)[laughs]A:x"),
    "cues": lambda: json.dumps({"script": "00:01.000 --> 00:02.000\nA:x\n\n" * 1_500}),
    "cues of many speakers": lambda: json.dumps({"script": "00:01.000 --> 00:02.000\n<v A>x<v B>y\n\n" * 1_100}),
    "tags of captions": lambda: json.dumps({"script": "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<v A" * 12_000}),
    "braces of captions": lambda: json.dumps({"script": "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "{\\" * 24_000}),
    "times of cues": lambda: script("00:01.000 --> 00:02.000"),
    "notes": lambda: json.dumps({"script": "WEBVTT\n\n" + "NOTE\n\n" * 8_000}),
    "scenes": lambda: script("INT. X", "", "@A", "x", ""),
    "characters": lambda: script("A", "x", ""),
    "opening comments": lambda: json.dumps({"script": "@A\nx\n\n" + "/*" * 23_000}),
    "comments": lambda: json.dumps({"script": "@A\nx\n\n" + "/**/\n" * 9_600}),
    "notes in a screenplay": lambda: json.dumps({"script": "@A\nx\n\n" + "[[x]]" * 9_600}),
    "parentheses of a character": lambda: json.dumps({"script": "@A\nx\n\n@A" + "(" * 46_000 + "\nx"}),
    "sharps": lambda: json.dumps({"script": "INT. X" + "#" * 46_000}),
    "turns in JSON": lambda: json.dumps({"script": json.dumps([{"speaker": "A", "text": "x"}] * 4_000)}),
    "turns in JSON that are none": lambda: json.dumps({"script": f"[{'{},' * 16_000}0]"}),
    "lines in JSON": lambda: json.dumps({"script": json.dumps([{"speaker": "A", "text": "x\n" * 15_000}])}),
    "deep arrays in JSON": lambda: json.dumps({"script": '{"turns":' + "[" * 49_000}),
    "deep objects in JSON": lambda: json.dumps({"script": '{"a":' * 9_600}),
    "a huge number in JSON": lambda: json.dumps({"script": '{"a":' + "9" * 46_000}),
    "fields in JSON": lambda: json.dumps({"script": json.dumps({f"{number:05d}": 0 for number in range(4_000)})}),
}

BODIES: dict[str, Callable[[], str]] = {
    "unknown keys in 900 turns, 4.4 MB": lambda: unknown_keys(450, 4_400_000),
    "unknown keys in 900 turns, as large as is read": lambda: unknown_keys(450, SIZE),
    "unknown keys in 900 turns, 0.7 MB": lambda: unknown_keys(450, 700_000),
    "unknown keys of the whole": lambda: json.dumps({f"{number:06x}": 0 for number in range(SIZE // 13)}),
    "empty arrays": lambda: turns_of("[]," * (SIZE // 3)),
    "empty objects": lambda: turns_of("{}," * (SIZE // 3)),
    "300,000 objects": lambda: turns_of('{"a":0},' * 300_000),
    "integers": lambda: turns_of("1000," * (SIZE // 5)),
    "fractions": lambda: turns_of("1.5," * (SIZE // 4)),
    "strings": lambda: turns_of('"ab",' * (SIZE // 5)),
    "huge numbers": lambda: turns_of(f"{'9' * 4_000}," * (SIZE // 4_001)),
    "one huge number": lambda: "9" * SIZE,
    "huge indexes": lambda: turns_of(f'{{"speaker":"A","text":"x","index":{"9" * 3_000}}},' * 900),
    "deep arrays": lambda: "[" * SIZE,
    "deep objects": lambda: '{"a":' * (SIZE // 5),
    "blanks": lambda: " " * SIZE,
    "letters that grow when normalized": lambda: json.dumps(
        {"turns": [{"speaker": "\ufdfa" * 500_000, "text": "\u200b" + "\ufdfa" * 500_000}]}, ensure_ascii=False
    ),
    "marks to sort when normalized": lambda: json.dumps(
        {"turns": [{"speaker": MARKS[:5_000], "text": MARKS, "index": 0}], "text": MARKS}
    ),
    "everything wrong": lambda: json.dumps(
        {
            "turns": [{"speaker": "\1", "text": "\0", "index": -1, "a": 1, "b": 2}] * 1_000,
            "voice_assignments": [{"speaker": "\1", "voice_id": "!", "voice_name": "\1", "a": 1, "b": 2}] * 1_000,
        }
    ),
    "a script": lambda: script("A:"),
    "larger than anything legal": lambda: "x" * EVENT_BYTES,
    "a form": lambda: "a=&" * 1_300_000,
}

REQUESTS = {"/jobs": BODIES, "/dialogues/parse": SCRIPTS}


@dataclass(frozen=True)
class Costs:
    """Answers to hostile requests, and what they cost a fresh process."""

    answers: dict[str, tuple[int, int, float]]
    """Status, size of the answer in bytes, and CPU seconds, by the name of the request."""
    growth_mb: float
    """The growth of the largest memory that the process ever had, in MB."""


def measure(path: str, results: Any) -> None:
    call("POST", path, data="{}", content_type="application/json")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answers = {}
    for name, make_body in REQUESTS[path].items():
        body = make_body().encode()
        started = time.process_time()
        answer = call("POST", path, data=body, content_type="application/json")
        answers[name] = (answer.status, len(answer.text.encode()), time.process_time() - started)
    results.put(Costs(answers, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024))


def measured(path: str) -> Costs:
    """Send all hostile requests to a path, one after the other in a process of their own."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    results = context.SimpleQueue()
    process = context.Process(target=measure, args=(path, results))
    process.start()
    process.join(3 * PATIENCE_SECONDS)
    assert process.exitcode == 0
    return results.get()  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def costs_of_bodies() -> Costs:
    return measured("/jobs")


@pytest.fixture(scope="module")
def costs_of_scripts() -> Costs:
    return measured("/dialogues/parse")


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_is_refused_at_little_cost(costs_of_bodies: Costs, name: str) -> None:
    status, answer_bytes, cpu_seconds = costs_of_bodies.answers[name]

    assert status in {400, 413}
    assert answer_bytes < 500_000
    assert cpu_seconds < MAX_CPU_SECONDS


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_hostile_script_is_parsed_at_little_cost(costs_of_scripts: Costs, name: str) -> None:
    status, answer_bytes, cpu_seconds = costs_of_scripts.answers[name]

    assert status in {200, 400}
    assert answer_bytes < requests.ParseDialogueRequest.MAX_BYTES
    assert cpu_seconds < MAX_CPU_SECONDS / 3


def test_hostile_requests_take_little_memory(costs_of_bodies: Costs, costs_of_scripts: Costs) -> None:
    assert costs_of_bodies.growth_mb < MAX_GROWTH_MB
    assert costs_of_scripts.growth_mb < MAX_GROWTH_MB


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=a"])
def test_a_hostile_form_is_not_even_read(content_type: str) -> None:
    form = b"a=&" * 1_300_000
    started = time.process_time()

    answer = call("POST", "/jobs", data=form, content_type=content_type)

    assert answer.status == 400
    assert time.process_time() - started < MAX_CPU_SECONDS / 10


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
