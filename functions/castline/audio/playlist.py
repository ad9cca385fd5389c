"""HLS media playlist (RFC 8216) of stored MP3 frames: byte ranges of segments, and silence between them.

The parts are packed audio: MP3 frames without a container. All frames of all segments have the same form, and the
first frame of a segment needs no frame before it. Played in order, the parts are therefore one MP3 stream without a
discontinuity. They have no ID3 tag with a timestamp, because several jobs share a stored segment. A player has to
count the frames, as hls.js and FFmpeg do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from castline.audio.mp3_frames import FRAME_SAMPLES, FRAME_SIZE_BYTES, SILENT_FRAME
from castline.pcm import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from castline.audio.frame_timeline import FrameTimeline

CONTENT_TYPE: Final = "application/vnd.apple.mpegurl"
MAX_PART_FRAMES: Final = 250
"""The most frames of a part: 6 s, the target duration. A player reloads the playlist about as often."""
SILENCE: Final = SILENT_FRAME * MAX_PART_FRAMES
"""The content of the file that holds the silent parts."""
GAP_TITLE: Final = "gap"
_HEAD: Final = f"""#EXTM3U
#EXT-X-VERSION:4
#EXT-X-TARGETDURATION:{MAX_PART_FRAMES * FRAME_SAMPLES // SAMPLE_RATE_HZ}
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:EVENT
#EXT-X-START:TIME-OFFSET=0
"""
_END: Final = "#EXT-X-ENDLIST\n"


@dataclass(frozen=True, slots=True)
class StoredFrames:
    """The stored frames of a segment."""

    name: str
    """The name of the object."""
    start_byte: int
    """The offset of the first frame in the object."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a playlist: consecutive frames of one object."""

    title: str
    name: str | None
    """The name of the object; None for silence."""
    start_byte: int
    frame_count: int


def parts_of(
    timeline: FrameTimeline, segments: Sequence[StoredFrames], titles: Sequence[str], *, to_the_end: bool
) -> Iterator[Part]:
    """Yield the parts of a playlist in order.

    Args:
        timeline: the places of the segments.
        segments: the stored segments in spoken order: all of the timeline, or only the first ones.
        titles: the title of each turn.
        to_the_end: whether these are all segments. Then the silence after the last one is included.
    """
    end_frame = 0
    for placed, stored in zip(timeline.segments(), segments, strict=False):
        yield from _split(GAP_TITLE, None, 0, placed.first_frame - end_frame)
        yield from _split(titles[placed.turn], stored.name, stored.start_byte, placed.frame_count)
        end_frame = placed.first_frame + placed.frame_count
    if to_the_end:
        yield from _split(GAP_TITLE, None, 0, timeline.framing.audio_frames - end_frame)


def _split(title: str, name: str | None, start_byte: int, frame_count: int) -> Iterator[Part]:
    """Yield parts of about the same length, each with at most ``MAX_PART_FRAMES`` frames."""
    count = -(-frame_count // MAX_PART_FRAMES)
    for number in range(count):
        first, end = number * frame_count // count, (number + 1) * frame_count // count
        start = start_byte if name is None else start_byte + first * FRAME_SIZE_BYTES
        yield Part(title, name, start, end - first)


def write_playlist(parts: Sequence[Part], url_of: Callable[[str | None], str], *, has_ended: bool) -> str:
    """Return the text of a playlist.

    Args:
        parts: the parts, in order.
        url_of: a function that returns the URL of an object by its name, or of the silence for None.
        has_ended: whether the playlist is complete.
    """
    lines = [
        f"#EXTINF:{part.frame_count * FRAME_SAMPLES / SAMPLE_RATE_HZ:.3f},{part.title}\n"
        f"#EXT-X-BYTERANGE:{part.frame_count * FRAME_SIZE_BYTES}@{part.start_byte}\n"
        f"{url_of(part.name)}\n"
        for part in parts
    ]
    return "".join([_HEAD, *lines, _END if has_ended else ""])
