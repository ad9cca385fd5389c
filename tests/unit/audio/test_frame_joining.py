"""Joined files, decoded by libsndfile and by FFmpeg."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castline.audio.errors import BrokenSegment
from castline.audio.frame_joining import join_frames
from castline.audio.frame_timeline import FrameTimeline, place
from castline.audio.mp3 import encode_frames, encode_mp3
from castline.audio.stored_segment import StoredSegment, encode_segment
from tests.turn_lengths import turns_of
from tests.unit.audio.decoding import decode, lag_samples
from tests.unit.audio.ffmpeg import ffmpeg
from tests.unit.audio.pcm_samples import Samples, cut, hum, to_array

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

FRAME_SAMPLES = 576
AUDIBLE = 300  # what an MP3 has of echo before a sound is softer
LENGTHS = st.one_of(st.integers(1, 1_500), st.integers(1, 100_000), st.integers(1, 24_000 * 10))
TURNS = st.lists(st.lists(LENGTHS, min_size=1, max_size=3), min_size=1, max_size=6)
CHUNK_SIZES = st.lists(st.integers(1, 65_536), min_size=1, max_size=5).map(lambda sizes: [*sizes, 65_536])


@cache
def _long_hum() -> bytes:
    return hum(24_000 * 10)


def source(samples: int) -> bytes:
    """Return PCM with loud ends, so that the ends can be found again."""
    steady = to_array(_long_hum()[: samples * 2]).copy()
    steady[:240] = steady[-240:] = 12_000
    return steady.tobytes()


@lru_cache(maxsize=32)
def stored(samples: int) -> StoredSegment:
    return encode_segment(source(samples))


def placed(turns: Sequence[Sequence[int]], *, gap_ms: int = 300, crossfade_ms: int = 0) -> FrameTimeline:
    frame_timeline = place(turns_of(turns, gap_ms=gap_ms), crossfade_ms=crossfade_ms)
    assert frame_timeline is not None
    return frame_timeline


def no_pcm(position: int) -> Iterable[bytes]:
    raise AssertionError(f"asked for the PCM of segment {position}")


def join(
    frame_timeline: FrameTimeline,
    segments: Iterable[Iterable[bytes]] | None = None,
    *,
    crossfade_ms: int = 0,
    read_pcm: Any = no_pcm,
) -> bytes:
    if segments is None:
        segments = ([stored(each.samples).frames] for each in frame_timeline.segments())
    return b"".join(join_frames(segments, frame_timeline, fade_in_samples=crossfade_ms * 24, read_pcm=read_pcm))


def ends_of_sound(decoded: Samples, start: int, end: int) -> tuple[int, int]:
    """Return the first audible sample, and one past the last, from ``start`` to ``end``."""
    start = max(0, start)
    audible = np.flatnonzero(np.abs(decoded[start:end].astype(int)) > AUDIBLE)
    return start + int(audible[0]), start + int(audible[-1]) + 1


@settings(max_examples=15, deadline=None)
@given(TURNS, st.integers(100, 1_000), st.integers(0, 500), CHUNK_SIZES)
def test_every_turn_is_heard_where_the_timeline_says(
    turns: list[list[int]], pause_ms: int, crossfade_ms: int, chunk_sizes: list[int]
) -> None:
    # Given segments of a sample to ten seconds, whose frames come in arbitrary chunks
    frame_timeline = placed(turns, gap_ms=pause_ms + crossfade_ms, crossfade_ms=crossfade_ms)
    segments = (cut(stored(each.samples).frames, chunk_sizes) for each in frame_timeline.segments())

    # When they are joined, and decoded by somebody else
    file = join(frame_timeline, segments, crossfade_ms=crossfade_ms)
    faded, steady = decode(file), decode(join(frame_timeline))

    # Then the file is as long as promised, in frames and, decoded, in samples
    assert len(file) == frame_timeline.framing.file_size_bytes == (1 + frame_timeline.framing.audio_frames) * 288
    assert len(faded) == len(steady) == frame_timeline.timeline().total_samples

    # And each turn begins and ends, to a frame, where the timeline says; but for the soft beginning of a fade
    for span in frame_timeline.timeline().spans:
        margin = pause_ms * 12 - 288
        first, last = ends_of_sound(steady, span.start_sample - margin, span.end_sample + margin)
        assert abs(first - span.start_sample) <= FRAME_SAMPLES
        assert abs(last - span.end_sample) <= FRAME_SAMPLES
        unheard = slice(max(0, span.start_sample - margin), max(0, span.start_sample - FRAME_SAMPLES))
        assert not (np.abs(faded[unheard].astype(int)) > AUDIBLE).any()


def test_each_segment_lies_where_it_is_placed_to_the_sample() -> None:
    turns = [[10_000, 20_001], [30_007], [5_555, 12_345, 577]]
    frame_timeline = placed(turns, gap_ms=350, crossfade_ms=50)

    decoded = decode(join(frame_timeline, crossfade_ms=50))

    for each in frame_timeline.segments():
        start = each.first_frame * FRAME_SAMPLES
        heard = decoded[start : start + each.samples]
        assert lag_samples(heard, to_array(source(each.samples))) == 0


def test_a_segment_sounds_the_same_wherever_it_is() -> None:
    # Given a segment that is heard alone, and among others
    alone = decode(join(placed([[24_000]])))
    frame_timeline = placed([[24_000], [12_345], [24_000], [24_000]])

    decoded = decode(join(frame_timeline))

    for position in (0, 2, 3):
        start = frame_timeline.timeline().spans[position].start_sample
        difference = decoded[start : start + 24_000].astype(int) - alone
        assert np.abs(difference).max() <= 1  # the decoder rounds differently at different frames


def test_the_middle_of_a_gap_is_digital_silence() -> None:
    frame_timeline = placed([[24_000], [24_000]], gap_ms=400)

    decoded = decode(join(frame_timeline))

    first, second = frame_timeline.timeline().spans
    assert not decoded[first.end_sample + 1_728 : second.start_sample - 1_152].any()


def gain_at(frame_timeline: FrameTimeline, after_ms: int, *, crossfade_ms: int) -> float:
    """Return how loud the second turn is, compared with no fade, so long after its start."""
    faded, steady = (decode(join(frame_timeline, crossfade_ms=each)).astype(float) for each in (crossfade_ms, 0))
    amid = frame_timeline.timeline().spans[1].start_sample + after_ms * 24
    block = slice(amid - 240, amid + 240)
    assert np.array_equal(faded[:24_000], steady[:24_000])
    return float(np.sqrt((faded[block] ** 2).mean() / (steady[block] ** 2).mean()))


@pytest.mark.parametrize(
    ("second_turn", "crossfade_ms", "after_ms", "gain"),
    [
        ([24_000], 200, 20, 0.1), ([24_000], 200, 100, 0.5), ([24_000], 200, 150, 0.75), ([24_000], 200, 300, 1.0),
        # A turn shorter than the fade fades in over its whole length.
        ([4_800], 500, 100, 0.5), ([4_800], 500, 183, 0.92),
        # The fade goes on in the second segment of the turn.
        ([600, 24_000], 500, 250, 0.5),
    ],
)  # fmt: skip
def test_the_next_turn_fades_in_but_the_first_does_not(
    second_turn: list[int], crossfade_ms: int, after_ms: int, gain: float
) -> None:
    frame_timeline = placed([[24_000], second_turn], gap_ms=1_000, crossfade_ms=crossfade_ms)

    assert gain_at(frame_timeline, after_ms, crossfade_ms=crossfade_ms) == pytest.approx(gain, abs=0.12)


class TestSegmentsThatLeanOnOthers:
    """Frames that were cut out of a stream, whose first frame needs missing frames."""

    PCM = source(24_000)
    FRAME_COUNT = 44

    def leaning(self) -> bytes:
        stream = b"".join(encode_frames([source(100_000)], 100_000))
        frames = stream[50 * 288 : (50 + self.FRAME_COUNT) * 288]
        assert frames[4] != 0  # main_data_begin
        return frames

    def test_they_are_encoded_again_from_their_pcm(self) -> None:
        frame_timeline = placed([[24_000]] * 3, gap_ms=300)
        good = stored(24_000).frames
        asked_for: list[int] = []

        def read_pcm(position: int) -> Iterator[bytes]:
            asked_for.append(position)
            return cut(self.PCM, [7, 10_001])  # chunks that cut samples in two

        mended = join(frame_timeline, [[good], [self.leaning()], [good]], read_pcm=read_pcm)

        assert mended == join(frame_timeline)
        assert asked_for == [1]

    def test_they_fade_in_all_the_same(self) -> None:
        frame_timeline = placed([[24_000]] * 2, gap_ms=300, crossfade_ms=50)
        segments = [[stored(24_000).frames], [self.leaning()]]

        mended = join(frame_timeline, segments, crossfade_ms=50, read_pcm=lambda _: [self.PCM])

        assert mended == join(frame_timeline, crossfade_ms=50)

    @pytest.mark.parametrize("held", [0, 23_999, 24_001, 50_000])
    def test_pcm_of_another_length_is_named(self, held: int) -> None:
        segments = [[stored(24_000).frames], [self.leaning()]]

        with pytest.raises(BrokenSegment, match="segment 1 "):
            join(placed([[24_000]] * 2), segments, read_pcm=lambda _: [bytes(held * 2)])


GOOD = stored(24_000).frames
SECOND_HEADER_BROKEN = GOOD[:288] + b"\x00" + GOOD[289:]


def test_a_segment_that_is_not_what_was_stored_is_named() -> None:
    for broken, reason in [
        (b"", "has 0 of"), (GOOD[:100], "has 100 of"), (GOOD[:-1], "has 12671 of"), (GOOD + b"\xff", "longer"),
        (GOOD + GOOD, "longer"),
        (b"\0" * len(GOOD), "not MP3 as it was stored from its frame 0"),
        (b"RIFF" + GOOD[4:], "not MP3 as it was stored from its frame 0"),
        (SECOND_HEADER_BROKEN, "not MP3 as it was stored from its frame 1"),
        (GOOD[1:] + b"\xff", "not MP3 as it was stored from its frame 0"),
    ]:  # fmt: skip
        for chunk_size in (500, 100_000):
            segments = [[GOOD], cut(broken, [chunk_size]), [GOOD]]

            with pytest.raises(BrokenSegment, match=f"segment 1 .*{reason}"):
                join(placed([[24_000]] * 3), segments, crossfade_ms=50)


@pytest.mark.parametrize("count", [1, 3])
def test_more_or_fewer_segments_than_places_are_an_error(count: int) -> None:
    with pytest.raises(ValueError, match="argument"):
        join(placed([[24_000]] * 2), [[GOOD]] * count)


def test_no_segment_is_opened_before_the_one_before_it_was_written() -> None:
    # Given segments that note when they are asked for
    asked_for: list[int] = []

    def segments() -> Iterator[list[bytes]]:
        for position in range(3):
            asked_for.append(position)
            yield [GOOD[:6_000], GOOD[6_000:]]

    # When the Info frame, and a chunk of the first segment, are taken
    joined = join_frames(segments(), placed([[24_000]] * 3), fade_in_samples=0, read_pcm=no_pcm)
    next(joined)
    next(joined)

    # Then
    assert asked_for == [0]


def test_one_segment_alone_is_the_file_that_the_encoder_would_write() -> None:
    assert join(placed([[24_000]])) == b"".join(encode_mp3([source(24_000)], 24_000))


def test_ffmpeg_has_nothing_to_complain_of_and_hears_every_sample(tmp_path: Path) -> None:
    path, raw = tmp_path / "joined.mp3", tmp_path / "joined.raw"
    lengths = [[1], [24_000, 100_000], [577], [50_000], [31_415, 9_265]] * 2
    path.write_bytes(join(placed(lengths, gap_ms=200, crossfade_ms=100), crossfade_ms=100))

    run = ffmpeg("-i", str(path), "-f", "s16le", str(raw))

    assert (run.returncode, run.stderr) == (0, "")
    assert raw.stat().st_size == 2 * len(decode(path.read_bytes()))
