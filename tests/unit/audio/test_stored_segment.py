from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from castline.audio import mp3
from castline.audio.errors import BrokenSegment, LengthMismatch
from castline.audio.info_frame import Framing, info_frame
from castline.audio.mp3 import encode_frames
from castline.audio.profile import Loudness, Quality
from castline.audio.stored_segment import (
    Layout,
    encode_segment,
    frames_range,
    pcm_range,
    samples_in,
    studio_segment,
)
from tests.unit.audio.decoding import decode, lag_samples
from tests.unit.audio.pcm_samples import hum, to_array

if TYPE_CHECKING:
    from collections.abc import Callable

ENCODED = {hum(24_000): b"".join(encode_frames([hum(24_000)], 24_000))}


@pytest.mark.parametrize("length", [1, 576, 24_001])
def test_a_segment_holds_its_frames_and_then_its_pcm(length: int) -> None:
    pcm = hum(length)

    segment = encode_segment(pcm)

    assert segment.samples == length
    assert segment.body == segment.frames + segment.pcm
    assert segment.pcm == pcm
    assert len(segment.frames) == Framing.of(length).audio_frames * 288


@pytest.mark.parametrize("length", [1, 577])
def test_its_words_come_last_and_change_nothing_else(length: int) -> None:
    without, with_words = encode_segment(hum(length)), encode_segment(hum(length), words=b"words")

    assert with_words.body == without.body + b"words"
    assert (with_words.frames, with_words.pcm) == (without.frames, without.pcm)
    assert with_words.body[with_words.layout.words.start : with_words.layout.words.stop] == b"words"


def test_a_studio_segment_holds_whole_ticks_of_pcm_at_48_khz_and_its_words() -> None:
    for samples, ticks in [(1, 1), (2, 1), (3, 2), (48_000, 24_000)]:
        pcm = hum(samples)

        segment = studio_segment(pcm, words=b"words")

        assert segment.samples == ticks
        assert segment.pcm == pcm.ljust(ticks * 4, b"\0")
        assert segment.body == segment.pcm + b"words"
        assert segment.frames == b""


@pytest.mark.parametrize("length", [1, 577])
def test_mastered_frames_come_after_all_else_and_change_nothing_of_it(length: int) -> None:
    without, mastered = encode_segment(hum(length), words=b"words"), encode_segment(hum(length)).frames

    segment = without.with_mastered(mastered, loudness=Loudness.PODCAST, notes=b"notes")

    assert segment.body == without.body + b"notes" + mastered
    assert (segment.frames, segment.pcm) == (without.frames, without.pcm)
    layout = segment.layout
    assert (layout.words, layout.loudness) == (without.layout.words, Loudness.PODCAST)
    assert segment.body[layout.mastered_notes.start : layout.mastered_notes.stop] == b"notes"
    assert segment.body[layout.mastered_frames.start : layout.mastered_frames.stop] == mastered


@given(
    st.integers(1, 15_000_000),
    st.sampled_from(Quality),
    st.integers(0, 100_000),
    st.one_of(st.just((Loudness.NONE, 0)), st.tuples(st.sampled_from(Loudness), st.integers(0, 2_000))),
)
def test_an_object_tells_its_layout(
    samples: int, quality: Quality, words_bytes: int, mastered: tuple[Loudness, int]
) -> None:
    loudness, notes_bytes = mastered
    assume(loudness is not Loudness.NONE or not notes_bytes)
    layout = Layout(samples, quality, words_bytes, loudness, notes_bytes)
    size = layout.mastered_frames.stop

    assert Layout.of_object(size, layout.to_metadata()) == layout
    for size_bytes in (size - 1, size + 1, 0):
        with pytest.raises(BrokenSegment):
            Layout.of_object(size_bytes, layout.to_metadata())


@given(st.integers(1, 15_000_000))
def test_an_object_of_an_older_release_tells_its_layout_by_its_size(samples: int) -> None:
    assert Layout.of_object(pcm_range(samples).stop, {"cues": ""}) == Layout(samples)


def test_notes_that_nobody_has_written_are_no_layout() -> None:
    for notes in [
        {"samples": "1"}, {"samples": "x", "words-bytes": "0"}, {"samples": "1", "words-bytes": "-1"},
        {"samples": "0", "words-bytes": "290"}, {"samples": "-1", "words-bytes": "290"},
        {"samples": "1", "words-bytes": "0", "quality": "best"},
        {"samples": "1", "words-bytes": "0", "mastered-for": "podcast", "mastered-notes-bytes": "9"},
        {"samples": "1", "words-bytes": "0", "mastered-for": "anybody", "mastered-notes-bytes": "0"},
        {"samples": "1", "words-bytes": "576", "mastered-for": "podcast", "mastered-notes-bytes": "-576"},
    ]:  # fmt: skip
        with pytest.raises(BrokenSegment):
            Layout.of_object(pcm_range(1).stop, notes)


def test_its_frames_sound_like_its_pcm() -> None:
    pcm = hum(24_000)

    decoded = decode(info_frame(Framing.of(24_000)) + encode_segment(pcm).frames)

    assert lag_samples(decoded, to_array(pcm)) == 0
    error = decoded.astype(float) - to_array(pcm)
    assert np.sqrt((error**2).mean()) < 0.1 * to_array(pcm).std()


@given(st.integers(1, 15_000_000))
def test_the_parts_lie_where_the_number_of_samples_says(samples: int) -> None:
    frames, pcm = frames_range(samples), pcm_range(samples)

    assert frames.start == 0
    assert frames.stop == pcm.start == Framing.of(samples).audio_frames * 288
    assert len(pcm) == samples * 2
    assert samples_in(pcm.stop) == samples


def test_every_size_belongs_to_one_number_of_samples_or_to_none() -> None:
    sizes = {pcm_range(samples).stop: samples for samples in range(1, 700)}

    for size_bytes in range(max(sizes)):
        if size_bytes in sizes:
            assert samples_in(size_bytes) == sizes[size_bytes]
        else:
            with pytest.raises(BrokenSegment, match=f" {size_bytes} bytes"):
                samples_in(size_bytes)


def without_the_last(frames: bytes) -> bytes:
    return frames[:-288]


def from_amid_a_stream(frames: bytes) -> bytes:
    return frames[10 * 288 :] + frames[: 10 * 288]


def starting_with_a_tag(frames: bytes) -> bytes:
    return info_frame(Framing.of(24_000)) + frames[288:]


def ending_in_stereo(frames: bytes) -> bytes:
    return frames[:-288] + b"\xff\xf3\xa4\x04" + frames[-284:]


@pytest.mark.parametrize(
    ("alter", "error", "reason"),
    [
        (without_the_last, LengthMismatch, "frames"),
        (from_amid_a_stream, BrokenSegment, "needs frames before it"),
        (starting_with_a_tag, BrokenSegment, "is a tag"),
        (ending_in_stereo, BrokenSegment, "another header"),
    ],
)
def test_an_encoder_that_writes_other_frames_is_noticed(
    alter: Callable[[bytes], bytes], error: type[Exception], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mp3, "_encoder", lambda _: Altered(alter))

    with pytest.raises(error, match=reason):
        encode_segment(hum(24_000))


class Altered:
    """An encoder that returns all its frames at the end, with changes."""

    def __init__(self, alter: Callable[[bytes], bytes]) -> None:
        self._alter = alter
        self._pcm = b""

    def encode(self, pcm: bytes) -> bytes:
        self._pcm += pcm
        return b""

    def flush(self) -> bytes:
        return self._alter(ENCODED[self._pcm])
