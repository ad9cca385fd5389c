"""Casts over HTTP: who speaks with which voice of the emulated provider, and what is said about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.api.client import call

if TYPE_CHECKING:
    from tests.integration.api.client import Answer

pytestmark = pytest.mark.usefixtures("service")


def cast(*speakers: dict[str, Any], language: str = "en", **request: Any) -> Answer:
    return call(
        "POST",
        "/dialogues/cast",
        json={"speakers": list(speakers), **request},
        headers={"Accept-Language": language},
    )


def test_speakers_get_voices_of_their_languages() -> None:
    answer = cast(
        {"speaker": "小美", "language": "zh-TW"}, {"speaker": "Brian", "language": "en"}, {"speaker": "Anna"}
    )

    assert (answer.status, answer.json()) == (
        200,
        {
            "speakers": [
                {
                    "speaker": "小美",
                    "voice_id": "zh-TW-HsiaoChenNeural",
                    "voice_name": "曉臻",
                    "language": "zh-TW",
                    "language_source": "given",
                    "voice_source": "dealt",
                    "gender": "female",
                    "shared": False,
                },
                {
                    "speaker": "Brian",
                    "voice_id": "en-US-BrianNeural",
                    "voice_name": "Brian",
                    "language": "en-US",
                    "language_source": "given",
                    "voice_source": "name",
                    "gender": "male",
                    "shared": False,
                },
                {
                    "speaker": "Anna",
                    "voice_id": "en-US-AvaNeural",
                    "voice_name": "Ava",
                    "language": "en-US",
                    "language_source": "preferred",
                    "voice_source": "dealt",
                    "gender": "female",
                    "shared": False,
                },
            ],
            "notes": [
                "The language of Anna is unknown. Your preferred language, English (United States), is assumed."
            ],
        },
    )


def test_what_is_assumed_is_told_in_the_users_language() -> None:
    speakers = [{"speaker": name, "language": "zh-TW"} for name in "甲乙丙丁"]

    answer = cast(*speakers, language="zh-TW").json()

    fourth = answer["speakers"][3]
    assert fourth["told_language"] == "zh-TW"
    assert answer["notes"] == ["丁：由多語言的聲音朗讀中文（台灣），這個聲音原本說英文（美國）。"]


def test_preferred_languages_go_before_accept_language() -> None:
    answer = cast({"speaker": "A", "language": "en"}, preferred_languages=["fr-FR", "en-GB"], language="de").json()

    assert [each["language"] for each in answer["speakers"]] == ["en-GB"]


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({"speakers": []}, "speakers"),
        ({"speakers": [{"speaker": ""}]}, "speakers[0].speaker"),
        ({"speakers": [{"speaker": "A", "language": "???"}]}, "speakers[0].language"),
        ({"speakers": [{"speaker": "A"}], "provider": "nobody"}, "provider"),
        ({"speakers": [{"speaker": "A"}], "preferred_languages": ["en"] * 21}, "preferred_languages"),
    ],
)
def test_what_cannot_be_cast_is_refused(request_: dict[str, Any], field: str) -> None:
    answer = call("POST", "/dialogues/cast", json=request_)

    assert (answer.status, answer.json()["error"]) == (400, "VALIDATION_ERROR")
    assert [error["field"] for error in answer.json()["details"]["errors"]] == [field]
