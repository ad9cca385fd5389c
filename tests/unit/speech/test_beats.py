from __future__ import annotations

from castline.speech.beats import BEAT, BEAT_MS, is_beat


def test_punctuation_is_a_beat() -> None:
    for text in ["……", "…", "?!", "。", " — ", "***", "「」", ""]:
        assert is_beat(text)


def test_what_a_voice_may_read_aloud_is_none() -> None:
    for text in ["好", "a…", "7", "＋", "♪", "&", "100%", "%", "＃", "@"]:
        assert not is_beat(text)


def test_a_beat_is_silence_of_its_length() -> None:
    assert len(BEAT.pcm) == BEAT_MS * 48
    assert not any(BEAT.pcm)
