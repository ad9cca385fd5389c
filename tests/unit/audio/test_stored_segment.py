from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from castline.audio import mp3
from castline.audio.errors import BrokenSegment, LengthMismatch
from castline.audio.info_frame import Framing, info_frame
from castline.audio.mp3 import encode_frames
from castline.audio.stored_segment import encode_segment, frames_range, pcm_range, samples_in
from tests.unit.audio.decoding import decode, lag_samples
from tests.unit.audio.pcm_samples import hum, to_array

if TYPE_CHECKING:
    from collections.abc import Callable

ENCODED = {hum(24_000): b"".join(encode_frames([hum(24_000)], 24_000))}


@pytest.mark.parametrize("length", [1, 575, 576, 577, 24_000, 100_001])
def test_a_segment_holds_its_frames_and_then_its_pcm(length: int) -> None:
    pcm = hum(length)

    segment = encode_segment(pcm)

    assert segment.samples == length
    assert segment.body == segment.frames + segment.pcm
    assert segment.pcm == pcm
    assert len(segment.frames) == Framing.of(length).audio_frames * 288


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
    sizes = {pcm_range(samples).stop: samples for samples in range(1, 2_000)}

    for size_bytes in range(max(sizes)):
        if size_bytes in sizes:
            assert samples_in(size_bytes) == sizes[size_bytes]
        else:
            with pytest.raises(BrokenSegment, match=f" {size_bytes} bytes"):
                samples_in(size_bytes)


def test_an_encoder_that_leaves_frames_out_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp3, "_encoder", lambda _: Altered(lambda frames: frames[:-288]))

    with pytest.raises(LengthMismatch):
        encode_segment(hum(24_000))


def test_an_encoder_that_leans_on_earlier_frames_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given an encoder whose first frame is one from amid a stream
    def amid(frames: bytes) -> bytes:
        return frames[10 * 288 :] + frames[: 10 * 288]

    monkeypatch.setattr(mp3, "_encoder", lambda _: Altered(amid))

    with pytest.raises(BrokenSegment, match="needs frames before it"):
        encode_segment(hum(24_000))


def test_an_encoder_that_starts_with_a_tag_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def tagged(frames: bytes) -> bytes:
        return info_frame(Framing.of(24_000)) + frames[288:]

    monkeypatch.setattr(mp3, "_encoder", lambda _: Altered(tagged))

    with pytest.raises(BrokenSegment, match="is a tag"):
        encode_segment(hum(24_000))


def test_an_encoder_that_writes_another_kind_of_frame_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given an encoder that ends with a frame in stereo
    def stereo(frames: bytes) -> bytes:
        return frames[:-288] + b"\xff\xf3\xa4\x04" + frames[-284:]

    monkeypatch.setattr(mp3, "_encoder", lambda _: Altered(stereo))

    with pytest.raises(BrokenSegment, match="another header"):
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
