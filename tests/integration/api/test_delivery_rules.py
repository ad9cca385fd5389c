"""Fields of a delivery that a voice cannot follow are refused, in both languages; unknown values too."""

from __future__ import annotations

from typing import Any

import pytest

from castline import composition
from castline.speech.errors import ProviderUnavailable
from castline.speech.voice_list import Voice, VoiceList
from tests.integration.api.client import Answer, call

pytestmark = pytest.mark.usefixtures("service")

JENNY, AVA_HD, HSIAO_YU = "en-US-JennyNeural", "en-US-Ava:DragonHDLatestNeural", "zh-TW-HsiaoYuNeural"


def submit(
    voice_id: str,
    *,
    turn: dict[str, Any] | None = None,
    speaker: dict[str, Any] | None = None,
    path: str = "/jobs",
    **request: Any,
) -> Answer:
    body = {
        "provider": "azure",
        "turns": [{"speaker": "A", "text": request.pop("text", "Hello."), "index": 0} | (turn or {})],
        "voice_assignments": [{"speaker": "A", "voice_id": voice_id} | (speaker or {})],
        **request,
    }
    return call("POST", path, json=body, headers={"Accept-Language": "en"})


def refused(answer: Answer) -> dict[str, str]:
    assert answer.status == 400, answer.text
    return {problem["field"]: problem["message"] for problem in answer.json()["details"]["errors"]}


@pytest.mark.parametrize(
    ("voice_id", "fields", "reason"),
    [
        (HSIAO_YU, {"style": "cheerful"}, "no styles"),
        (AVA_HD, {"style": "cheerful"}, "no styles"),
        (JENNY, {"style": "lyrical"}, "does not have this style; its styles are: "),
        (JENNY, {"style": "Cheerful"}, "does not have this style"),
        (HSIAO_YU, {"language": "ja-JP"}, "does not speak this language"),
        ("en-US-AvaMultilingualNeural", {"language": "tlh"}, "does not speak this language"),
        (AVA_HD, {"speed": 1.2}, "has a fixed speed"),
        (AVA_HD, {"pitch": -1}, "has a fixed pitch"),
        (JENNY, {"speed": 3}, "at most 2"),
        (JENNY, {"pitch": 21}, "at most 20"),
        (JENNY, {"volume": -1}, "at least 0"),
        (JENNY, {"style_degree": 2.5}, "at most 2"),
        (JENNY, {"language": "not a language"}, "language tag"),
        (JENNY, {"style": '"/><break/>'}, ""),
    ],
)
def test_what_a_voice_cannot_do_is_refused_for_a_speaker_and_for_a_turn(
    voice_id: str, fields: dict[str, Any], reason: str
) -> None:
    (name,) = fields

    for answer, field in (
        (submit(voice_id, turn=fields), f"turns[0].{name}"),
        (submit(voice_id, speaker=fields), f"voice_assignments[0].{name}"),
    ):
        assert reason in refused(answer)[field]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"pause_after_ms": 10_001}, "turns[0].pause_after_ms"),
        ({"take": -1}, "turns[0].take"),
        ({"chapter": ""}, "turns[0].chapter"),
        ({"chapter": "\u200b"}, "turns[0].chapter"),
        ({"chapter": "x" * 201}, "turns[0].chapter"),
    ],
)
def test_a_turns_own_fields_have_limits(fields: dict[str, Any], field: str) -> None:
    assert field in refused(submit(JENNY, turn=fields))


def test_the_style_of_a_single_text_is_checked_too() -> None:
    answer = call(
        "POST",
        "/jobs/tts",
        json={"provider": "azure", "text": "Hi", "voice_id": HSIAO_YU, "style": "cheerful"},
        headers={"Accept-Language": "zh-TW"},
    )

    assert refused(answer) == {"style": f"聲音「{HSIAO_YU}」沒有說話風格，請刪除 style，或換一個聲音"}


def test_markup_is_auto_or_literal() -> None:
    assert refused(submit(JENNY, markup="html")) == {"markup": "must be 'auto' or 'literal'"}


def test_a_style_in_the_text_that_cannot_be_checked_is_not_passed_over() -> None:
    # Given a provider that cannot list its voices
    def fetch() -> tuple[Voice, ...]:
        raise ProviderUnavailable("gone")

    with composition.given(voice_list=lambda _provider_id: VoiceList(fetch)):
        answers = [submit(JENNY, text=text) for text in ("Hello.", "[cheerful] Hello.")]

    assert [answer.status for answer in answers] == [201, 503]
    assert answers[1].json()["error"] == "PROVIDER_UNAVAILABLE"


def test_each_voice_tells_what_it_can_be_told() -> None:
    # Given every voice that the provider lists
    voices = call("GET", "/voices").json()["items"]
    wishes = {"speed": 1.5, "pitch": 5, "language": "de-DE", "style": "cheerful"}

    for voice in voices:
        takes = {*voice["takes"], *(["style"] if "cheerful" in voice["styles"] else [])}
        own = {"language"} if voice["language"] == wishes["language"] else set()
        for field, value in wishes.items():
            answer = submit(voice["voice_id"], turn={field: value}, path="/jobs/estimate")
            assert answer.status == (200 if field in takes | own else 400), (voice["voice_id"], field, answer.text)
