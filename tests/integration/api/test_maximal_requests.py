"""Largest valid requests: they are accepted, or refused with advice, and never fail inside the service."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

import pytest

from castline.jobs import limits
from castline.speech.providers.base import MAX_VOICE_ID_LENGTH
from tests.integration.api.client import call

if TYPE_CHECKING:
    from collections.abc import Callable


pytestmark = pytest.mark.usefixtures("service")

VOICE_ID = "zh-TW-HsiaoYuNeural"
MAX_CPU_SECONDS = 10
"""A third of the time that the function has, on a machine that other tests use, too."""

_chance = random.Random(1)


def incompressible(characters: int) -> str:
    """Return text that takes four bytes a character, and hardly less when compressed."""
    return "".join(chr(_chance.randrange(0x20000, 0x2A6D0)) for _ in range(characters))


def voice_id() -> str:
    return f"zh-TW-{''.join(_chance.choices('abcdefghijklmnopqrstuvwxyz', k=MAX_VOICE_ID_LENGTH - 12))}Neural"


def dialogue(*, speakers: int, name: int, voice_name: int, characters: int) -> dict[str, Any]:
    names = [incompressible(name) for _ in range(speakers)]
    each = characters // limits.MAX_TURNS
    return {
        "provider": "azure",
        "turns": [
            {"speaker": names[number % speakers], "text": incompressible(each), "index": 2**53 - 1 - number}
            for number in range(limits.MAX_TURNS)
        ],
        "voice_assignments": [
            {"speaker": speaker, "voice_id": voice_id(), "voice_name": incompressible(voice_name)}
            for speaker in names
        ],
    }


def dialogue_of_everything() -> dict[str, Any]:
    """Return a valid dialogue that is too large to be stored."""
    return dialogue(speakers=1_000, name=50, voice_name=100, characters=100_000)


def single_text() -> dict[str, Any]:
    return {
        "provider": "azure",
        "text": incompressible(limits.MAX_SINGLE_TEXT_CHARACTERS),
        "voice_id": voice_id(),
        "voice_name": incompressible(100),
    }


@pytest.mark.parametrize(
    "request_of",
    [
        dialogue_of_everything,
        lambda: dialogue(speakers=1_000, name=50, voice_name=100, characters=1_000),
        lambda: dialogue(speakers=1_000, name=50, voice_name=0, characters=100_000),
    ],
    ids=["everything", "names of speakers and voices", "names of speakers and texts"],
)
def test_a_request_that_is_too_large_to_be_stored_is_refused_with_what_to_shorten(
    user: str, request_of: Callable[[], dict[str, Any]]
) -> None:
    answer = call("POST", "/jobs", user=user, json=request_of(), headers={"Accept-Language": "en"})

    assert answer.status == 400
    (problem,) = answer.json()["details"]["errors"]
    assert problem["field"] == "body"
    assert "shorten the texts, the speakers' names, the values of voice_name" in problem["message"]


@pytest.mark.parametrize(
    ("path", "request_of"),
    [
        ("/jobs", lambda: dialogue(speakers=2, name=50, voice_name=100, characters=100_000)),
        ("/jobs/tts", single_text),
    ],
    ids=["dialogue", "single text"],
)
def test_the_longest_texts_are_submitted_read_and_submitted_again(
    user: str, path: str, request_of: Callable[[], dict[str, Any]]
) -> None:
    submitted = call("POST", path, user=user, json=request_of())

    assert submitted.status == 201
    job_id = submitted.json()["id"]
    assert call("GET", f"/jobs/{job_id}", user=user).status == 200
    assert call("DELETE", f"/jobs/{job_id}", user=user).status == 200
    assert call("POST", f"/jobs/{job_id}/resubmit", user=user).status == 201


def test_the_longest_script_is_parsed() -> None:
    script = f"甲：{incompressible(limits.MAX_DIALOGUE_CHARACTERS)}"

    assert call("POST", "/dialogues/parse", json={"script": script}).status == 200


def test_as_many_phonemes_as_possible_in_as_many_turns_take_little_time(user: str) -> None:
    # Given turns of as many speakers, which use all the pronunciations of a request
    word = "w{}".format
    turns, entries = limits.MAX_TURNS, limits.MAX_PRONUNCIATIONS
    request = {
        "provider": "azure",
        "turns": [
            {
                "speaker": f"S{number}",
                "text": " ".join(word((number * 20 + each) % entries) for each in range(20)),
                "index": number,
            }
            for number in range(turns)
        ],
        "voice_assignments": [{"speaker": f"S{number}", "voice_id": "en-US-JennyNeural"} for number in range(turns)],
        "pronunciations": [{"text": word(number), "phoneme": "təˈmeɪtoʊ" * 20} for number in range(entries)],
    }
    started = time.process_time()

    answer = call("POST", "/jobs", user=user, json=request)

    # Then the function answers well before API Gateway gives up on it
    assert answer.status == 201
    assert time.process_time() - started < MAX_CPU_SECONDS


@pytest.mark.parametrize(
    ("path", "field", "request_of"),
    [
        ("/jobs/tts", "text", lambda text: {"text": text, "voice_id": VOICE_ID}),
        (
            "/jobs",
            "turns",
            lambda text: {
                "turns": [{"speaker": "A", "text": each, "index": index} for index, each in enumerate((text, "x"))],
                "voice_assignments": [{"speaker": "A", "voice_id": VOICE_ID}],
            },
        ),
    ],
)
def test_the_pauses_in_texts_are_limited_together(
    user: str, path: str, field: str, request_of: Callable[[str], dict[str, Any]]
) -> None:
    # Given as many of the longest pauses as are allowed, and one more
    allowed = limits.MAX_SILENCE_MS // 10_000
    answers = [
        call(
            "POST",
            path,
            user=user,
            json={"provider": "azure", **request_of("[pause 10s]" * pauses)},
            headers={"Accept-Language": "en"},
        )
        for pauses in (allowed, allowed + 1)
    ]

    # Then only the last one is refused
    assert [answer.status for answer in answers] == [201, 400]
    assert answers[1].json()["details"]["errors"] == [
        {"field": field, "message": "the pauses in the texts last 181 minutes, which is more than 180"}
    ]


def test_aliases_do_not_make_texts_many_times_as_long(user: str) -> None:
    # Given an alias with which a text has as many characters as are allowed, and one more
    request = {
        "provider": "azure",
        "voice_id": VOICE_ID,
        "language": "en-US",
        "pronunciations": [{"text": "w", "alias": "x" * 100}],
    }
    text = "w " * 1_980
    rest = limits.MAX_SPOKEN_CHARACTERS - 101 * 1_980

    answers = [
        call(
            "POST",
            "/jobs/tts",
            user=user,
            json=request | {"text": text + "y" * characters},
            headers={"Accept-Language": "en"},
        )
        for characters in (rest, rest + 1)
    ]

    # Then only the last one is refused
    assert [answer.status for answer in answers] == [201, 400]
    assert answers[1].json()["details"]["errors"] == [
        {
            "field": "text",
            "message": "as spoken, with aliases, the texts have 200001 characters, which is more than 200000",
        }
    ]
