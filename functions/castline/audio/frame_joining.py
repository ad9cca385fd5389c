"""Joining of encoded segments into one MP3 by copying their frames, in constant memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.audio.errors import BrokenSegment, LengthMismatch
from castline.audio.fade_in import fade_in_steps
from castline.audio.info_frame import info_frame
from castline.audio.mp3_frames import (
    FRAME_SIZE_BYTES,
    SILENT_FRAME,
    find_foreign_frame,
    main_data_begin,
    with_gain,
)
from castline.pcm import whole_samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from castline.audio.frame_timeline import FrameTimeline, PlacedSegment


def join_frames(
    segments: Iterable[Iterable[bytes]],
    frame_timeline: FrameTimeline,
    *,
    fade_in_samples: int,
    read_pcm: Callable[[int], Iterable[bytes]],
) -> Iterator[bytes]:
    """Join the frames of ``segments`` into one MP3 file that matches ``frame_timeline`` exactly.

    Args:
        segments: The MP3 frames of each segment in order, as chunks of any size. Each segment is requested after
            the one before it has been written, and is read once.
        frame_timeline: The place of each segment.
        fade_in_samples: The length of the fade-in of each turn but the first. A turn that is shorter fades in over
            its whole length.
        read_pcm: A function that returns the PCM of the segment at a position. It is called if the segment's stored
            frames depend on earlier frames and cannot follow others. The segment is then encoded again.

    Yields:
        The Info frame, the segments' frames, and silent frames in the gaps and pauses.

    Raises:
        BrokenSegment: A segment or its PCM is shorter or longer than its place, or a segment does not consist of
            frames.
        ValueError: There are more or fewer segments than places.
    """
    yield info_frame(frame_timeline.framing)
    end_frame = 0
    for position, (chunks, placed) in enumerate(zip(segments, frame_timeline.segments(), strict=True)):
        if placed.first_frame > end_frame:
            yield SILENT_FRAME * (placed.first_frame - end_frame)
        end_frame = placed.first_frame + placed.frame_count
        steps_down = _steps_down(placed, fade_in_samples)
        head_frames = max(1, len(steps_down))
        head, rest = _split(_check(chunks, placed, position), head_frames)
        if main_data_begin(head) != 0:
            head, rest = _split(_check(_encode_again(read_pcm, placed, position), placed, position), head_frames)
        if main_data_begin(head) != 0:
            raise BrokenSegment(f"segment {position} needs frames before it, even when it is encoded again")
        yield _faded(head, steps_down)
        yield from rest
    if frame_timeline.framing.audio_frames > end_frame:
        yield SILENT_FRAME * (frame_timeline.framing.audio_frames - end_frame)


def _steps_down(placed: PlacedSegment, fade_in_samples: int) -> tuple[int, ...]:
    """Return the gain steps of a segment's first frames, which are the segment's part of the turn's fade-in."""
    if placed.turn == 0:
        return ()
    steps_of_turn = fade_in_steps(min(fade_in_samples, placed.turn_samples))
    return steps_of_turn[placed.frames_into_turn : placed.frames_into_turn + placed.frame_count]


def _check(chunks: Iterable[bytes], placed: PlacedSegment, position: int) -> Iterator[bytes]:
    """Yield ``chunks`` unchanged; raise as soon as they cannot be the frames of ``placed``."""
    expected_bytes = placed.frame_count * FRAME_SIZE_BYTES
    seen_bytes = 0
    for chunk in chunks:
        foreign = find_foreign_frame(chunk, offset_bytes=seen_bytes)
        if foreign is not None:
            raise BrokenSegment(f"segment {position} is not MP3 as it was stored from its frame {foreign} on")
        seen_bytes += len(chunk)
        if seen_bytes > expected_bytes:
            raise BrokenSegment(f"segment {position} is longer than its {expected_bytes} bytes")
        yield chunk
    if seen_bytes < expected_bytes:
        raise BrokenSegment(f"segment {position} has {seen_bytes} of its {expected_bytes} bytes")


def _split(chunks: Iterator[bytes], head_frames: int) -> tuple[bytes, Iterator[bytes]]:
    """Return the bytes of the first ``head_frames`` frames, and the chunks after them."""
    head = bytearray()
    for chunk in chunks:
        head += chunk
        if len(head) >= head_frames * FRAME_SIZE_BYTES:
            break
    return bytes(head), chunks


def _faded(head: bytes, steps_down: tuple[int, ...]) -> bytes:
    """Return ``head`` with the gain of its first frames lowered."""
    faded = [
        with_gain(head[number * FRAME_SIZE_BYTES : (number + 1) * FRAME_SIZE_BYTES], steps)
        for number, steps in enumerate(steps_down)
    ]
    return b"".join((*faded, head[len(steps_down) * FRAME_SIZE_BYTES :]))


def _encode_again(
    read_pcm: Callable[[int], Iterable[bytes]], placed: PlacedSegment, position: int
) -> Iterator[bytes]:
    from castline.audio.mp3 import encode_frames  # rarely needed, and slow to load

    try:
        yield from encode_frames(whole_samples(read_pcm(position)), placed.samples)
    except LengthMismatch as error:
        raise BrokenSegment(f"segment {position} cannot be encoded again: {error}") from error
