"""Estimates of the usual duration of a text."""

from __future__ import annotations

import pytest

from castline.speech.beats import BEAT_MS
from castline.speech.duration import estimate_ms
from castline.speech.pronunciation import SpokenAs
from castline.speech.typical_duration import typical_ms
from castline.speech.utterances import Utterance


def ms_of(text: str, language: str = "zh-TW", **manner: object) -> int:
    return typical_ms(Utterance(text, "zh-TW-HsiaoYuNeural", "zh-TW", **manner), language=language)  # type: ignore[arg-type]


def test_it_is_near_to_what_a_voice_takes() -> None:
    for text, language, spoken_ms in [
        # As eSpeak NG speaks them at 160 words a minute.
        ("這個專案的目標是把劇本變成聲音，讓每個人都能聽見自己的故事，而且不需要錄音室。", "zh-TW", 9_730),
        ("The weather is fine today, so let us all go for a walk in the park.", "en-US", 4_000),
        ("わたしはまいにちこうえんをさんぽします", "ja-JP", 2_540),
        ("這個 feature 下個 sprint 才會 release，先不要跟 customer 說。", "zh-TW", 4_660),
        ("Он медленно вошёл в комнату и увидел на столе письмо. Оно было от его матери.", "ru-RU", 4_000),
    ]:
        assert ms_of(text, language) == pytest.approx(spoken_ms, rel=0.12)


def test_it_is_less_than_the_longest_duration() -> None:
    for text in ("你好，今天天氣很好。", "The weather is fine.", "12345", "สวัสดีตอนเช้า", "👍👍"):
        assert ms_of(text) < estimate_ms(Utterance(text, "zh-TW-HsiaoYuNeural", "zh-TW"))


def test_pauses_within_a_text_count_and_those_at_its_ends_do_not() -> None:
    assert ms_of("你好。") == ms_of("你好") == ms_of("「你好！」")
    assert ms_of("你好。早安") > ms_of("你好，早安") > ms_of("你好早安")
    assert ms_of("3.14") == ms_of("314")


def test_a_faster_voice_takes_less_time() -> None:
    assert ms_of("今天天氣很好。", rate=2.0) == pytest.approx(ms_of("今天天氣很好。") / 2, abs=1)
    assert ms_of("今天天氣很好。", rate=0.5) == pytest.approx(ms_of("今天天氣很好。") * 2, abs=1)


def test_an_alias_takes_the_time_of_what_is_spoken() -> None:
    alias = (SpokenAs(start=0, end=3, alias="World Wide Web Consortium"),)

    assert ms_of("W3C", "en-US", spoken_as=alias) == ms_of("World Wide Web Consortium", "en-US")


def test_a_beat_takes_its_fixed_time() -> None:
    assert ms_of("……", rate=2.0) == BEAT_MS
