"""Clips around and under speech: their places, their gains, and the time that they take."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pytest

from castline.audio.assembly import plan_assembly
from castline.audio.clips import ClipSource
from castline.audio.profile import STANDARD, Quality, profile_of
from castline.audio.timeline import SoundLayout, SoundPlace, Span
from castline.audio.tracks import ClipFile, Envelope, Track, duck, overlay
from tests.turn_lengths import single_turns

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MS = 24
STEREO = profile_of(Quality.STUDIO, has_music=True)


def clip_file(folder: Path, samples: NDArray[np.int16]) -> Path:
    path = folder / "clip.pcm"
    path.write_bytes(samples.tobytes())
    return path


def steady(count: int, value: int = 8_192) -> NDArray[np.int16]:
    return np.full(count, value, np.int16)


def test_turns_wait_for_an_intro_and_an_outro_follows_them() -> None:
    # Given two turns of a second, and an outro of 2 s that begins 0.5 s early
    turns = single_turns([24_000, 24_000], gap_ms=500)
    around = SoundLayout(gap_ms=500, intro=2_000 * MS, outro=2_000 * MS, outro_overlap=500 * MS)

    assembly = plan_assembly(turns, crossfade_ms=0, copies_frames=True, sound_layout=around)

    assert assembly.frame_timeline is None
    assert [(span.start_ms, span.end_ms) for span in assembly.timeline.spans] == [(2_000, 3_000), (3_500, 4_500)]
    assert assembly.segment_starts == (48_000, 84_000)
    assert assembly.outro_start == 4_000 * MS
    assert assembly.timeline.duration_ms == 6_000


def test_a_sound_between_turns_takes_time_and_one_under_a_turn_does_not() -> None:
    turns = single_turns([24_000] * 3, gap_ms=300)
    sounds = (
        SoundPlace(before_turn=0, ticks=700 * MS),
        SoundPlace(before_turn=1, ticks=400 * MS),
        SoundPlace(before_turn=2, ticks=5_000 * MS, under=True),
        SoundPlace(before_turn=3, ticks=1_000 * MS),
    )

    assembly = plan_assembly(
        turns, crossfade_ms=0, copies_frames=False, sound_layout=SoundLayout(sounds=sounds, gap_ms=300)
    )

    starts_ms = [span.start_ms for span in assembly.timeline.spans]
    assert starts_ms == [1_000, 3_000, 4_300]
    assert [start // MS for start in assembly.sound_starts] == [0, 2_300, 4_300, 5_600]
    # The sound under the last turn is heard until after everything else
    assert assembly.timeline.duration_ms == 4_300 + 5_000


def test_clips_are_heard_where_they_are_placed_with_their_gain(tmp_path: Path) -> None:
    # Given a second of silence for speech, and a clip of 200 ms at 6 dB less from 500 ms on
    clip = ClipFile(clip_file(tmp_path, steady(4_800)), channels=1)
    track = Track(clip=clip, start=12_000, end=16_800, envelope=Envelope.steady(-6.02))
    speech = [np.zeros(count, np.float32) for count in (5_000, 8_000, 11_000)]

    heard = np.concatenate(list(overlay(speech, [track], STANDARD)), axis=1)[0]

    assert len(heard) == 24_000
    assert not heard[:12_000].any()
    assert not heard[16_800:].any()
    assert np.allclose(heard[12_000:16_800], 0.125, atol=0.001)


def test_speech_is_in_both_channels_and_a_clip_keeps_its_own(tmp_path: Path) -> None:
    left_only = np.array([[8_192, 0]] * 9_600, np.int16)
    clip = ClipFile(clip_file(tmp_path, left_only), channels=2)
    track = Track(clip=clip, start=0, end=4_800, envelope=Envelope.steady(0.0))

    (heard,) = overlay([np.full(9_600, 0.5, np.float32)], [track], STEREO)

    assert np.allclose(heard[0], 0.75)
    assert np.allclose(heard[1], 0.5)


def test_a_bed_sinks_before_speech_and_rises_after_it() -> None:
    # Given speech from 3 to 5 s and from 5.5 to 7 s
    spans = [Span(3_000 * MS, 5_000 * MS), Span(5_500 * MS, 7_000 * MS)]

    bed = duck(spans, start=0, end=12_000 * MS, gain_db=0, duck_db=20, fade_in_ms=1_000, fade_out_ms=2_000)

    def gain(at_ms: int) -> float:
        return float(bed.at(at_ms * MS, 1, 1)[0])

    assert gain(500) == pytest.approx(0.5, abs=0.01)  # fading in
    assert gain(2_600) == pytest.approx(1.0, abs=0.01)
    assert gain(2_850) == pytest.approx(10 ** (-10 / 20), abs=0.02)  # half way down, in decibels
    assert gain(3_000) == pytest.approx(0.1, abs=0.01)
    assert gain(4_999) == pytest.approx(0.1, abs=0.01)
    assert gain(5_250) == pytest.approx(0.1, abs=0.01)  # between turns that follow each other it stays low
    assert gain(7_250) == pytest.approx(0.1, abs=0.01)
    assert gain(8_060) == pytest.approx(1.0, abs=0.02)
    assert gain(11_000) == pytest.approx(0.5, abs=0.01)  # fading out
    assert gain(11_999) == pytest.approx(0.0, abs=0.01)


def test_a_bed_never_jumps() -> None:
    spans = [Span(start * MS, (start + 400) * MS) for start in range(1_000, 20_000, 1_700)]

    bed = duck(spans, start=0, end=22_000 * MS, gain_db=-6, duck_db=40, fade_in_ms=500, fade_out_ms=500)

    gains = bed.at(0, 22_000 * MS, 1)
    assert np.abs(np.diff(gains)).max() < 0.001


def test_a_clip_is_faded(tmp_path: Path) -> None:
    source = ClipSource(clip_file(tmp_path, steady(24_000)), STANDARD)

    heard = source.faded(fade_in_ms=400, fade_out_ms=300).read(0, 24_000)[0]

    assert len(source) == 24_000
    assert abs(heard[0]) < 0.01
    assert abs(heard[-1]) < 0.01
    assert heard[4_800] < heard[9_600] == pytest.approx(0.25)
    assert np.allclose(heard[9_600:16_800], 0.25)
    assert heard[20_000] > heard[23_000]


@pytest.mark.parametrize(("fade_in_ms", "fade_out_ms"), [(0, 0), (30_000, 0), (0, 30_000), (30_000, 30_000)])
def test_fades_longer_than_the_clip_are_cut(tmp_path: Path, fade_in_ms: int, fade_out_ms: int) -> None:
    source = ClipSource(clip_file(tmp_path, steady(24_001)), STANDARD)

    heard = source.faded(fade_in_ms=fade_in_ms, fade_out_ms=fade_out_ms).read(0, 25_000)[0]

    assert heard[12_000] == pytest.approx(0.25, abs=0.01)
    assert bool(heard[0] < 0.01) is bool(fade_in_ms)
    assert bool(heard[24_000] < 0.01) is bool(fade_out_ms)
    assert not heard[24_001:].any()


def test_a_clip_becomes_a_loop_without_a_seam(tmp_path: Path) -> None:
    # Given a clip of 3 s whose level is the same throughout
    rng = np.random.default_rng(0)
    tone = np.sin(2 * np.pi * 220 * np.arange(72_000) / 24_000) * 8_000
    samples = (tone + rng.normal(0, 5, 72_000)).astype(np.int16)

    loop = ClipSource(clip_file(tmp_path, samples), STANDARD).looped()

    # Then it is heard for as long as anybody reads, from its own beginning, without a gap or a jump in level
    heard = np.concatenate([loop.read(start, 5_000) for start in range(0, 480_000, 5_000)], axis=1)[0]
    assert np.allclose(heard[:50_000], samples[:50_000] / 32_768, atol=1e-4)
    levels = np.sqrt((heard.reshape(-1, 2_400) ** 2).mean(axis=1))
    assert levels.min() > 0.5 * levels.max()
    assert np.abs(np.diff(heard)).max() < 0.05


def test_a_clip_of_a_few_samples_can_be_repeated(tmp_path: Path) -> None:
    loop = ClipSource(clip_file(tmp_path, steady(3)), STANDARD).looped()

    assert np.allclose(loop.read(0, 24_000), 0.25)


def test_memory_does_not_grow_with_the_clip(tmp_path: Path) -> None:
    # Given a clip of two minutes in studio quality, 23 MB
    path = tmp_path / "long.pcm"
    with path.open("wb") as file:
        file.truncate(2 * 60 * 48_000 * 4)
    tracemalloc.start()

    source = ClipSource(path, STEREO)
    source.faded(fade_in_ms=3_000, fade_out_ms=3_000).read(5_000_000, 65_536)
    source.looped().read(15_000_000, 65_536)

    assert tracemalloc.get_traced_memory()[1] < 10e6
    tracemalloc.stop()
