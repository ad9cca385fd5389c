"""List of a provider's voices: asked for once an hour, and kept when the provider cannot be reached."""

from __future__ import annotations

import pytest

from castline.speech.errors import ProviderUnavailable, SpeechError
from castline.speech.voice_list import MAX_AGE_SECONDS, PATIENCE_SECONDS, Gender, Voice, VoiceList

VOICE = Voice(voice_id="x", name="x", language="zh-TW", language_name="x", gender=Gender.NEUTRAL)


def test_it_asks_once_an_hour_and_goes_on_with_the_old_list_when_it_cannot() -> None:
    # Given a provider that fails the second and the third time
    clock = [0.0]
    asked: list[float] = []
    stale: list[SpeechError] = []

    def fetch() -> tuple[Voice, ...]:
        asked.append(clock[0])
        if len(asked) in {2, 3}:
            raise ProviderUnavailable("down")
        return (VOICE,) * len(asked)

    voices = VoiceList(fetch, stale=stale.append, now=lambda: clock[0])

    # When the list is read again and again
    lengths = []
    for moment in (
        0,
        MAX_AGE_SECONDS - 1,
        MAX_AGE_SECONDS,
        MAX_AGE_SECONDS + PATIENCE_SECONDS - 1,
        MAX_AGE_SECONDS + PATIENCE_SECONDS,
        MAX_AGE_SECONDS + 2 * PATIENCE_SECONDS,
    ):
        clock[0] = moment
        lengths.append(len(voices.voices()))

    # Then
    assert lengths == [1, 1, 1, 1, 1, 4]
    assert len(asked) == 4
    assert [str(error) for error in stale] == ["down", "down"]


def test_it_asks_again_at_once_while_it_has_nothing() -> None:
    asked: list[bool] = []

    def fetch() -> tuple[Voice, ...]:
        asked.append(True)
        if len(asked) == 1:
            raise ProviderUnavailable("down")
        return (VOICE,)

    voices = VoiceList(fetch)

    with pytest.raises(ProviderUnavailable):
        voices.voices()
    assert voices.voices() == (VOICE,)
