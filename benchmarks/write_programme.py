"""Program that makes a file of segments: ``python -m benchmarks.write_programme FOLDER RECIPE COUNT OUTPUT``."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from benchmarks.process_figures import reported
from benchmarks.recipe import Recipe
from benchmarks.spoken_segments import CROSSFADE_MS, GAP_MS, LOUDNESS, MUSIC, SpokenSegments
from castline.audio.clips import ClipSource
from castline.audio.profile import profile_of
from castline.audio.tags import Chapter, Tags
from castline.jobs.model import Bed, Dialogue, Music, Turn, VoiceAssignment
from castline.speech.providers.azure.provider import AzureSpeech
from castline.synthesis.clips import DialogueClips, MeasuredClip
from castline.synthesis.programme import plan_programme
from castline.synthesis.segments import plan_turns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from castline.audio.timeline import Span
    from castline.jobs.model import SpokenSegment

_CHUNK_BYTES: Final = 64 * 1024  # as storage reads
_TURNS_A_CHAPTER: Final = 50
_MUSIC_LUFS: Final = -20.0


class _Files:
    """A ``castline.audio.assembly.SegmentSource`` of files."""

    def __init__(self, segments: SpokenSegments, spoken: Sequence[SpokenSegment]) -> None:
        self._segments = segments
        self._spoken = spoken

    def frames(self) -> Iterator[Iterator[bytes]]:
        return (_read(self._segments.frames(segment)) for segment in self._spoken)

    def pcm(self) -> Iterator[Iterator[bytes]]:
        return (_read(self._segments.pcm(segment)) for segment in self._spoken)

    def pcm_of(self, position: int) -> Iterator[bytes]:
        return _read(self._segments.pcm(self._spoken[position]))


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def main(folder: Path, recipe: Recipe, count: int, output: Path) -> None:
    """Make a file of the first ``count`` segments of ``folder``. Each segment is one turn."""
    segments = SpokenSegments(folder, recipe.quality)
    spoken = segments.first(count)
    dialogue = Dialogue(
        provider="azure",
        turns=tuple(Turn(speaker="A", text="你好。", index=number) for number in range(count)),
        voice_assignments=(VoiceAssignment(speaker="A", voice_id="zh-TW-HsiaoYuNeural"),),
        language="zh-TW",
        output_format=recipe.output_format,
        gap_ms=GAP_MS,
        crossfade_ms=CROSSFADE_MS,
        quality=recipe.quality,
        loudness=LOUDNESS,
        music=Music(bed=Bed(sound_id="bed", gain_db=-12.0, fade_in_ms=2_000, fade_out_ms=4_000))
        if recipe.has_music
        else None,
    )
    profile = profile_of(recipe.quality, has_music=recipe.has_music)
    clips = (
        {"bed": MeasuredClip(source=ClipSource(folder / MUSIC, profile), lufs=_MUSIC_LUFS)}
        if recipe.has_music
        else {}
    )
    with reported(), TemporaryDirectory() as scratch, output.open("wb") as file:
        programme = plan_programme(
            dialogue,
            plan_turns(dialogue, AzureSpeech({})),
            [[segment] for segment in spoken],
            DialogueClips(dialogue=dialogue, clips=clips, profile=profile),
        )
        tags = Tags(title="Benchmark", chapters=tuple(_chapters(programme.assembly.timeline.spans)))
        chunks, _ = programme.write(_Files(segments, spoken), tags, Path(scratch))
        file.writelines(chunks)


def _chapters(spans: Sequence[Span]) -> Iterator[Chapter]:
    for first in range(0, len(spans), _TURNS_A_CHAPTER):
        last = min(first + _TURNS_A_CHAPTER, len(spans)) - 1
        yield Chapter(title=f"Part {first}", start_ms=spans[first].start_ms, end_ms=spans[last].end_ms)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Recipe[sys.argv[2]], int(sys.argv[3]), Path(sys.argv[4]))
