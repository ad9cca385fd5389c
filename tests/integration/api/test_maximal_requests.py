"""Largest valid requests: they are accepted, or refused with advice, and never fail inside the service."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from castline.jobs import limits
from castline.speech.providers.base import MAX_VOICE_ID_LENGTH
from tests.integration.api.client import call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.cloud.cloud import LocalCloud

pytestmark = pytest.mark.usefixtures("functions_environment")

VOICE_ID = "zh-TW-HsiaoYuNeural"
MAX_CPU_SECONDS = 10
"""A third of the time that the function has, on a machine that other tests use, too."""

_chance = random.Random(1)


@pytest.fixture(autouse=True)
def workflow_held_up(functions_environment: LocalCloud) -> Iterator[None]:
    """Keep jobs pending."""
    with functions_environment.lambdas.pause("plan"):
        yield


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


MAXIMAL = {
    "everything": ("/jobs", dialogue(speakers=1_000, name=50, voice_name=100, characters=100_000)),
    "names of speakers and voices": ("/jobs", dialogue(speakers=1_000, name=50, voice_name=100, characters=1_000)),
    "names of speakers and texts": ("/jobs", dialogue(speakers=1_000, name=50, voice_name=0, characters=100_000)),
    "texts": ("/jobs", dialogue(speakers=2, name=50, voice_name=100, characters=100_000)),
    "one text": (
        "/jobs/tts",
        {
            "provider": "azure",
            "text": incompressible(limits.MAX_SINGLE_TEXT_CHARACTERS),
            "voice_id": voice_id(),
            "voice_name": incompressible(100),
        },
    ),
    "script": ("/dialogues/parse", {"script": f"甲：{incompressible(limits.MAX_DIALOGUE_CHARACTERS)}"}),
}


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("everything", 400),
        ("names of speakers and voices", 400),
        ("names of speakers and texts", 400),
        ("texts", 201),
        ("one text", 201),
        ("script", 200),
    ],
)
def test_a_maximal_request_is_taken_or_refused_with_what_to_shorten(name: str, status: int) -> None:
    path, request = MAXIMAL[name]
    user = f"user-{uuid4()}"

    answer = call("POST", path, user=user, json=request, headers={"Accept-Language": "en"})

    assert answer.status == status
    if status == 400:
        (problem,) = answer.json()["details"]["errors"]
        assert problem["field"] == "body"
        assert "shorten the texts, the speakers' names, the values of voice_name" in problem["message"]
    if status == 201:
        job_id = answer.json()["id"]
        assert call("GET", f"/jobs/{job_id}", user=user).status == 200
        assert call("DELETE", f"/jobs/{job_id}", user=user).status == 200
        assert call("POST", f"/jobs/{job_id}/resubmit", user=user).status == 201


def test_as_many_phonemes_as_possible_in_as_many_turns_take_little_time() -> None:
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

    answer = call("POST", "/jobs", user=f"user-{uuid4()}", json=request)

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
    path: str, field: str, request_of: Callable[[str], dict[str, Any]]
) -> None:
    # Given as many of the longest pauses as are allowed, and one more
    allowed = limits.MAX_SILENCE_MS // 10_000
    answers = [
        call(
            "POST",
            path,
            user=f"user-{uuid4()}",
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


def test_aliases_do_not_make_texts_many_times_as_long() -> None:
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
            user=f"user-{uuid4()}",
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
