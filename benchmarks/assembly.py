"""Benchmark of the assembly of a file from synthesized segments, compared with pydub.

    python -m benchmarks.assembly --segments 100

Each file is made in a separate process, from stored segments of about six seconds, with a gap of 300 ms and a
crossfade of 50 ms. All work on audio is counted. The work that synthesis tasks do beforehand, in parallel, has its
own column.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import av
import typer
from rich.console import Console
from rich.table import Table

from benchmarks import process_figures
from benchmarks.process_figures import ProcessFigures
from benchmarks.recipe import Recipe
from benchmarks.spoken_segments import CROSSFADE_MS, GAP_MS, SpokenSegments, in_studio_quality, speak, write_music
from benchmarks.target import Target, print_targets
from castline.audio.profile import Quality
from castline.pcm import SAMPLE_RATE_HZ

Way = Literal["castline", "pydub"]

_SEGMENTS_OF_AN_HOUR: Final = 600
_PROGRAMS: Final[dict[Way, str]] = {
    "castline": "benchmarks.write_programme",
    "pydub": "benchmarks.join_by_pydub",
}
_TOLERANCE_SECONDS: Final = 0.1
_COPIED_SECONDS: Final = 0.2
_COPIED_MB: Final = 64
_MIXED_CPU_SECONDS: Final = 60
_MIXED_MB: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """The figures of one file, made one way."""

    recipe: Recipe
    way: Way
    audio_seconds: float
    """The duration of the file according to FFmpeg."""
    size_bytes: int
    before_cpu_seconds: float
    """CPU time in the parallel step, to shape, encode and master all segments."""
    figures: ProcessFigures

    @property
    def cpu_seconds(self) -> float:
        """The total CPU time."""
        return self.before_cpu_seconds + self.figures.cpu_seconds

    def to_json(self) -> dict[str, Any]:
        """Return the figures in the form in which the benchmark saves them."""
        return {**asdict(self), "recipe": self.recipe.name, "cpu_seconds": self.cpu_seconds}


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with spoken segments and music."""

    path: Path
    shaping_seconds: dict[Quality, float]
    """The CPU time to shape one segment, by quality."""
    mastering_seconds: float
    """The CPU time to master the frames of one segment."""

    @classmethod
    def fill(cls, path: Path) -> Folder:
        """Synthesize segments in both qualities, and write music."""
        standard, mastering = SpokenSegments(path, Quality.STANDARD).store(speak())
        studio, _ = SpokenSegments(path, Quality.STUDIO).store(in_studio_quality(speak()))
        write_music(path)
        return cls(path, {Quality.STANDARD: standard, Quality.STUDIO: studio}, mastering)

    def measure(self, recipe: Recipe, way: Way, count: int, *, repeats: int = 1) -> Measurement:
        """Make a file of ``count`` segments, and check its length.

        Raises:
            RuntimeError: the length of the file differs from that of its segments and gaps.
        """
        output = self.path / f"{way}.{recipe.output_format.extension}"
        runs = [
            process_figures.run(_PROGRAMS[way], str(self.path), recipe.name, str(count), str(output))
            for _ in range(repeats)
        ]
        with av.open(output) as container:
            audio_seconds = (container.duration or 0) / av.time_base
        size_bytes = output.stat().st_size
        output.unlink()
        spoken = SpokenSegments(self.path, recipe.quality).first(count)
        pauses_seconds = (count - 1) * (GAP_MS - CROSSFADE_MS) / 1000
        expected_seconds = sum(segment.samples for segment in spoken) / SAMPLE_RATE_HZ + pauses_seconds
        if abs(audio_seconds - expected_seconds) > _TOLERANCE_SECONDS:
            raise RuntimeError(f"{way} made {audio_seconds} s of {expected_seconds} s")
        before = 0.0
        if way == "castline":
            mastering = self.mastering_seconds if recipe is Recipe.MP3 else 0.0
            before = count * (self.shaping_seconds[recipe.quality] + mastering)
        return Measurement(
            recipe=recipe,
            way=way,
            audio_seconds=audio_seconds,
            size_bytes=size_bytes,
            before_cpu_seconds=before,
            figures=_median(runs),
        )


def _median(runs: list[ProcessFigures]) -> ProcessFigures:
    return ProcessFigures(
        wall_seconds=statistics.median(run.wall_seconds for run in runs),
        cpu_seconds=statistics.median(run.cpu_seconds for run in runs),
        peak_rss_mb=max(run.peak_rss_mb for run in runs),
    )


def targets(measurements: list[Measurement]) -> list[Target]:
    """Return the targets for an hour of dialogue."""
    found: list[Target] = []
    for each in measurements:
        if each.way == "castline" and each.recipe is Recipe.MP3:
            found += [
                Target(name="MP3, joining, s", figure=each.figures.cpu_seconds, limit=_COPIED_SECONDS),
                Target(name="MP3, MB", figure=each.figures.peak_rss_mb, limit=_COPIED_MB),
            ]
        elif each.way == "castline" and each.recipe.has_music:
            name = each.recipe.output_format.upper()
            found += [
                Target(name=f"studio {name} with music, CPU s", figure=each.cpu_seconds, limit=_MIXED_CPU_SECONDS),
                Target(name=f"studio {name} with music, MB", figure=each.figures.peak_rss_mb, limit=_MIXED_MB),
            ]
    return found


def _print(measurements: list[Measurement], console: Console) -> None:
    table = Table(box=None)
    for heading in ("file", "audio", "way"):
        table.add_column(heading, no_wrap=True)
    for heading in ("before", "CPU", "all", "wall", "RSS", "MB"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in measurements:
        minutes, seconds = divmod(round(each.audio_seconds), 60)
        table.add_row(
            each.recipe.label,
            f"{minutes}:{seconds:02}",
            each.way,
            f"{each.before_cpu_seconds:.1f}",
            f"{each.figures.cpu_seconds:.2f}",
            f"{each.cpu_seconds:.1f}",
            f"{each.figures.wall_seconds:.2f}",
            f"{each.figures.peak_rss_mb:.0f}",
            f"{each.size_bytes / 1e6:.0f}",
        )
    console.print(table)
    console.print("seconds and MB; before: CPU time of the synthesis tasks, in parallel; all: before + CPU")


def main(
    segments: Annotated[
        int, typer.Option(min=1, help="Number of segments; 600 make an hour.")
    ] = _SEGMENTS_OF_AN_HOUR,
    repeats: Annotated[int, typer.Option(min=1, help="Runs of each file; the median counts.")] = 1,
    output: Annotated[Path, typer.Option(help="JSON file for the figures.")] = Path("out/assembly.json"),
) -> None:
    """Measure the assembly of files by Castline and by pydub, and compare Castline's with its targets."""
    console = Console(highlight=False, soft_wrap=True)
    with tempfile.TemporaryDirectory(prefix="castline-") as path:
        folder = Folder.fill(Path(path))
        measurements = [
            folder.measure(recipe, way, segments, repeats=repeats) for recipe in Recipe for way in _PROGRAMS
        ]
    _print(measurements, console)
    reached = targets(measurements)
    print_targets(reached, console)
    output.parent.mkdir(parents=True, exist_ok=True)
    figures = {
        "files": [each.to_json() for each in measurements],
        "targets": [target.to_json() for target in reached],
    }
    output.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    console.print(f"written to {output}")
    raise typer.Exit(0 if all(target.is_met for target in reached) else 1)


if __name__ == "__main__":
    typer.run(main)
