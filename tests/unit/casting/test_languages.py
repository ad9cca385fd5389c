"""Languages of scripts: which one each speaker's words are in."""

from __future__ import annotations

import json
from pathlib import Path

from castline.casting import chinese_characters
from castline.casting.languages import guess_languages
from local import chinese_characters as writer
from tests.unit.linear_time import little_time, long

LINES: dict[str, list[str]] = json.loads((Path(__file__).parent / "lines.json").read_text("utf-8"))
"""Short lines of dialogue by language."""


def guess(*texts: str) -> str | None:
    return guess_languages(("A", text) for text in texts)[0].get("A")


def outcomes(together: int) -> list[str]:
    """Tell for each stretch of so many lines whether its language is told right, wrong or not at all."""
    told = []
    for language, lines in LINES.items():
        for start in range(len(lines) - together + 1):
            found = guess(*lines[start : start + together])
            is_right = found == language or (found == "zh" and language.startswith("zh"))
            told.append("none" if found is None else "right" if is_right else "wrong")
    return told


def test_three_lines_tell_their_language_and_are_never_taken_for_another() -> None:
    told = outcomes(3)

    assert told.count("wrong") == 0
    assert told.count("right") >= 0.95 * len(told)


def test_single_lines_tell_their_language_or_nothing() -> None:
    told = outcomes(1)

    assert told.count("wrong") <= 0.01 * len(told)
    assert told.count("right") >= 0.45 * len(told)


def test_all_lines_of_a_language_tell_it() -> None:
    assert {language: guess(*lines) for language, lines in LINES.items()} == {
        language: language for language in LINES
    }


def test_the_majority_of_the_words_decides() -> None:
    for text, language in [
        ("She said 你好 to everybody, and then she left the room.", "en"),
        ("這個 API 的 latency 太高，我們要用 cache 才行。", "zh-TW"),
        ("我們週末去「鮮の味」吃飯吧，那家店很好吃。", "zh-TW"),
        ("今日は東京に行きます。", "ja"), ("你噉樣講，佢哋唔會明嘅。", "zh-HK"), ("中文", None), ("你好", None),
        ("今天天气很好", "zh-CN"), ("天下太平", "zh"), ("OK.", None), ("123 456", None), ("", None),
        ("[cheerful] 早安，大家好！[pause 500ms] 我們開始吧。", "zh-TW"),
        ("Visit https://example.com/a/very/long/path/in/english", None),
    ]:  # fmt: skip
        assert guess(text) == language


def test_the_form_of_chinese_is_told_by_the_whole_dialogue() -> None:
    languages, language = guess_languages([("甲", "天下太平"), ("乙", "我們回家吧，時間不早了。")])

    assert (languages, language) == ({"甲": "zh-TW", "乙": "zh-TW"}, "zh-TW")


def test_speakers_who_say_too_little_count_together() -> None:
    turns = [("A", "Good morning."), ("B", "How are you?"), ("C", "I am fine."), ("D", "Let us go home.")]

    assert guess_languages(turns) == ({}, "en")


def test_the_longer_part_of_a_speakers_words_decides_wherever_it_stands() -> None:
    english, french = "This is what I wanted to tell you. ", "Voilà ce que je voulais te dire. "

    assert guess(english * 10 + french * 40) == "fr"
    assert guess(french * 10 + english * 40) == "en"


def test_a_long_script_costs_little() -> None:
    with little_time("a long script"):
        assert guess(long("The quick brown fox jumps over the lazy dog. ")) == "en"


def test_the_characters_of_one_form_are_those_of_opencc() -> None:
    assert writer.FILE.read_text("utf-8") == writer.module()
    assert not chinese_characters.SIMPLIFIED & chinese_characters.TRADITIONAL
    assert {"们", "说", "这"} <= chinese_characters.SIMPLIFIED
    assert {"們", "說", "這"} <= chinese_characters.TRADITIONAL
    assert not set("床群里后台面") & (chinese_characters.SIMPLIFIED | chinese_characters.TRADITIONAL)
