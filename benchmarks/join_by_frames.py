"""Program that joins segments by copying frames: ``python -m benchmarks.join_by_frames FOLDER COUNT OUTPUT``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.process_figures import report
from benchmarks.spoken_segments import CROSSFADE_MS, GAP_MS, SpokenSegments
from castline.audio.frame_joining import join_frames
from castline.audio.frame_timeline import place
from castline.audio.stored_segment import frames_range
from castline.audio.timeline import TurnLengths
from castline.pcm import ms_to_samples

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK_BYTES = 64 * 1024  # as storage reads


class _TurnsOfOneSegment(Sequence[TurnLengths]):
    """A sequence of turns for :func:`place` without a list for every turn, which would count as memory of joining."""

    def __init__(self, lengths: Sequence[int]) -> None:
        self._lengths = lengths

    def __len__(self) -> int:
        return len(self._lengths)

    def __getitem__(self, position: Any) -> Any:
        return TurnLengths(segments=(self._lengths[position],), gap_ms=GAP_MS)


def main(folder: Path, count: int, output: Path) -> None:
    """Join the first ``count`` segments of ``folder``, each a turn of its own."""
    segments = SpokenSegments.open(folder)
    lengths = segments.lengths(count)
    frame_timeline = place(_TurnsOfOneSegment(lengths), crossfade_ms=CROSSFADE_MS)
    assert frame_timeline is not None
    chunks = join_frames(
        map(_read_frames, segments.stored_files(count), lengths),
        frame_timeline,
        fade_in_samples=ms_to_samples(CROSSFADE_MS),
        read_pcm=_never_needed,
    )
    with output.open("wb") as file:
        file.writelines(chunks)


def _read_frames(path: Path, samples: int) -> Iterator[bytes]:
    left_bytes = len(frames_range(samples))
    with path.open("rb") as file:
        while left_bytes:
            chunk = file.read(min(_CHUNK_BYTES, left_bytes))
            left_bytes -= len(chunk)
            yield chunk


def _never_needed(position: int) -> Iterator[bytes]:
    raise AssertionError(f"segment {position} leans on frames before it")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
    report()
