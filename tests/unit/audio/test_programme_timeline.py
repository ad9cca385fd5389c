"""Layout of turns, the sounds between them, and the music around them, in ticks of 24 kHz."""

from __future__ import annotations

import pytest

from castline.audio.timeline import (
    SoundLayout,
    SoundPlace,
    Span,
    Timeline,
    lay_out,
    lay_out_programme,
    turn_starts,
)
from tests.turn_lengths import single_turns

SECOND = 24_000
TURNS = single_turns([2 * SECOND, SECOND], gap_ms=500)


def test_without_sounds_and_music_the_turns_are_alone() -> None:
    programme = lay_out_programme(TURNS, SoundLayout(), crossfade_ms=0)

    assert programme.timeline == lay_out(TURNS, crossfade_ms=0)
    assert programme.timeline.end_sample == 0
    assert programme.sound_starts == ()


def test_a_sound_between_turns_takes_time_of_its_own_and_has_a_gap() -> None:
    # Given a sound of a second before the second turn, another one at the end, and 250 ms after each
    sounds = (SoundPlace(before_turn=1, ticks=SECOND), SoundPlace(before_turn=2, ticks=3 * SECOND))

    programme = lay_out_programme(TURNS, SoundLayout(sounds=sounds, gap_ms=250), crossfade_ms=0)

    # Then the first one comes the first turn's gap after it, and the second turn 250 ms after the sound
    assert programme.sound_starts == (60_000, 126_000)
    assert programme.timeline.spans == (Span(0, 48_000), Span(90_000, 114_000))
    assert programme.timeline.total_samples == 126_000 + 3 * SECOND


def test_a_sound_under_a_turn_starts_with_it_and_moves_nothing() -> None:
    # Given a sound of ten seconds under the second turn, and one of a second before the first
    sounds = (
        SoundPlace(before_turn=1, ticks=10 * SECOND, under=True),
        SoundPlace(before_turn=0, ticks=SECOND),
    )

    programme = lay_out_programme(TURNS, SoundLayout(sounds=sounds, gap_ms=0), crossfade_ms=0)

    assert programme.timeline.spans == (Span(24_000, 72_000), Span(84_000, 108_000))
    assert programme.sound_starts == (84_000, 0)
    # And the file lasts until the end of the sound
    assert programme.timeline.total_samples == 84_000 + 10 * SECOND


def test_an_intro_moves_turns_and_sounds() -> None:
    sounds = (SoundPlace(before_turn=1, ticks=SECOND),)

    programme = lay_out_programme(TURNS, SoundLayout(sounds=sounds, intro=100), crossfade_ms=0)

    assert programme.timeline.spans == (Span(100, 48_100), Span(84_100, 108_100))
    assert programme.sound_starts == (60_100,)
    assert programme.timeline.end_sample == 84_100


def test_an_outro_begins_before_the_end_and_prolongs_the_file() -> None:
    layout = SoundLayout(outro=5 * SECOND, outro_overlap=SECOND)

    programme = lay_out_programme(TURNS, layout, crossfade_ms=0)

    # The turns end after 3.5 s, and the outro begins a second earlier
    assert programme.outro_start == 60_000
    assert programme.timeline.end_sample == 60_000 + 5 * SECOND
    assert programme.timeline.duration_ms == 7_500


def test_an_outro_begins_after_the_first_turn_has_begun() -> None:
    layout = SoundLayout(intro=SECOND, outro=SECOND, outro_overlap=60 * SECOND)

    programme = lay_out_programme(TURNS, layout, crossfade_ms=0)

    assert programme.outro_start == SECOND
    # A shorter outro leaves the end to the turns
    assert programme.timeline.total_samples == programme.timeline.spans[-1].end_sample


def test_a_later_timeline_moves_its_end_only_if_it_has_one() -> None:
    spans = (Span(0, 10), Span(20, 30))

    assert Timeline(spans).later(5) == Timeline((Span(5, 15), Span(25, 35)))
    assert Timeline(spans, end_sample=50).later(5).end_sample == 55


def test_starts_are_whole_samples_and_every_turn_has_a_gap() -> None:
    starts = list(turn_starts([7, 7, 7], gaps_ms=[0, 0, 0], crossfade_ms=10))

    assert starts == [0, 6, 12]
    assert all(isinstance(start, int) for start in starts)
    with pytest.raises(ValueError, match="shorter"):
        list(turn_starts([7, 7], gaps_ms=[0], crossfade_ms=10))
