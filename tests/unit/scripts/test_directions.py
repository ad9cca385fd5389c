"""Meaning of tags and stage directions: pauses, acts, sounds and events."""

from __future__ import annotations

import pytest

from castline.scripts.directions import is_act, is_known, pause_of, reads_like_event


@pytest.mark.parametrize(
    ("content", "milliseconds"),
    [
        ("pause", 700), ("A long silence.", 700), ("停頓", 700), ("3 second pause", 3_000), ("pause for 250 ms", 250),
        ("pause 10", 10_000), ("pause 11", 11), ("pause 10,5", 10), ("break: 0,5", 500), ("停頓半秒", 500),
        ("停頓兩秒鐘", 2_000), ("停頓 十", 10_000), ("間 3초", 3_000), ("pausa 2 segundos", 2_000),
        ("pause 9 msecs", 9), ("停頓 90 毫秒", 90), ("a pause of three", None), ("pause 3 days", None),
        ("no pause", None), ("", None),
    ],
)  # fmt: skip
def test_pause(content: str, milliseconds: int | None) -> None:
    assert pause_of(content) == milliseconds


@pytest.mark.parametrize(
    "content",
    [
        "laughs", "softly laughing", "sighs and laughs", "music", "upbeat music fades out", "audience applause",
        "music, laughing; a pause", "beat", "V.O.", "o.s.", "O.C.", "cont’d", "lacht", "爆笑", "大笑", "cheerful",
        "in a whisper",
    ],
)  # fmt: skip
def test_known_direction(content: str) -> None:
    assert is_known(content)


@pytest.mark.parametrize(
    "content",
    [
        "",
        " , ",
        "laughs at the dog",
        "music of the spheres",
        "the audience",
        "fades out",
        "story",
        "laughs, dog",
        "laughs" + " softly" * 12,
    ],
)
def test_direction_that_may_be_words(content: str) -> None:
    assert not is_known(content)


def test_acts_between_asterisks_are_in_the_third_person() -> None:
    acts = ("laughs", "Sighs.", "clears his throat", "pauses", "räuspert sich", "笑了笑", "嘆了口氣")
    others = ("laughing", "softly laughs", "laughs at it", "laughs pauses", "pause", "爆笑", "happy", "", "舌頭")

    assert [each for each in acts if not is_act(each)] == []
    assert [each for each in others if is_act(each)] == []


def test_events_are_no_names() -> None:
    events = (
        "Music fades in", "The door opens", "Phone rings", "Loud music", "Thunder from nearby", "Door on the left",
        "The End", "The end of part one", "劇終", "雷聲大作", "sound effects",
    )  # fmt: skip
    names = ("Anna", "Crowd", "The Audience", "Thunder Bay", "Bell", "Doctor Wind", "Man on the phone")

    assert [each for each in events if not reads_like_event(each)] == []
    assert [each for each in names if reads_like_event(each)] == []
