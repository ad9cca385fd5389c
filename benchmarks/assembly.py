"""Benchmark of joining spoken segments into one MP3: copying frames against pydub, and memory against hours of audio.

    python -m benchmarks.assembly --baseline-up-to 100

Each join runs in a process of its own, reads segments of about six seconds from files and writes a file, with 300 ms
between turns and a crossfade of 50 ms. Copying uses frames that the synthesis task has made; pydub encodes when it
exports. The earlier time for encoding, one segment at a time and in parallel, is printed too.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

import soundfile
import typer
from rich.console import Console
from rich.table import Table

from benchmarks import process_figures
from benchmarks.process_figures import ProcessFigures
from benchmarks.spoken_segments import CROSSFADE_MS, GAP_MS, SpokenSegments, speak_segments
from benchmarks.target import Target, print_targets
from castline.audio.frame_timeline import place
from castline.audio.timeline import TurnLengths
from castline.pcm import SAMPLE_RATE_HZ

Method = Literal["frames", "pydub"]

COUNTS: Final = (10, 100, 500, 2_000)
HOURS: Final = (1, 4, 12)
_REPEATS: Final = {"frames": 5, "pydub": 1}
_MEMORY_NOISE: Final = 0.02
"""The share by which the memory of equal processes differs."""
_TOLERANCE_SECONDS: Final = 0.002
"""The tolerance for each turn; pydub cuts to milliseconds."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """The median of one join's repetitions."""

    method: Method
    segments: int
    audio_seconds: float
    """The duration of the result as libsndfile decodes it."""
    size_bytes: int
    figures: ProcessFigures


def measure(method: Method, segments: SpokenSegments, count: int) -> Measurement:
    """Join ``count`` segments, and check the length of the result.

    Raises:
        RuntimeError: The result is not as long as the joined segments.
    """
    output = segments.folder / f"{method}-{count}.mp3"
    runs = [
        process_figures.run(f"benchmarks.join_by_{method}", str(segments.folder), str(count), str(output))
        for _ in range(_REPEATS[method])
    ]
    audio_seconds = soundfile.info(output).frames / SAMPLE_RATE_HZ
    size_bytes = output.stat().st_size
    output.unlink()
    expected_seconds = _expected_seconds(segments, count)
    if abs(audio_seconds - expected_seconds) > (0 if method == "frames" else count * _TOLERANCE_SECONDS):
        raise RuntimeError(f"{method} made {audio_seconds} s of {expected_seconds} s")
    return Measurement(method, count, audio_seconds, size_bytes, _median(runs))


def _expected_seconds(segments: SpokenSegments, count: int) -> float:
    turns = [TurnLengths(segments=(samples,), gap_ms=GAP_MS) for samples in segments.lengths(count)]
    frame_timeline = place(turns, crossfade_ms=CROSSFADE_MS)
    assert frame_timeline is not None
    return frame_timeline.timeline().total_samples / SAMPLE_RATE_HZ


def _median(runs: list[ProcessFigures]) -> ProcessFigures:
    return ProcessFigures(
        wall_seconds=statistics.median(run.wall_seconds for run in runs),
        cpu_seconds=statistics.median(run.cpu_seconds for run in runs),
        peak_rss_mb=max(run.peak_rss_mb for run in runs),
    )


def targets(measurements: list[Measurement]) -> list[Target]:
    """Return the targets of joining for which there are measurements."""
    frames = {each.segments: each.figures for each in measurements if each.method == "frames"}
    pydub = {each.segments: each.figures for each in measurements if each.method == "pydub"}
    found: list[Target] = []
    if 500 in frames:
        found.append(Target(name="500 segments, MB", figure=frames[500].peak_rss_mb, limit=64))
    if 500 in pydub:
        share = frames[500].wall_seconds / pydub[500].wall_seconds
        found.append(Target(name="500 segments, part of pydub's time", figure=share, limit=0.01))
    if {100, 2_000} <= frames.keys():
        growth = frames[2_000].peak_rss_mb / frames[100].peak_rss_mb
        found.append(Target(name="2,000 segments against 100, memory", figure=growth, limit=1 + _MEMORY_NOISE))
    return found


def _print(measurements: list[Measurement], encoding_seconds: float, console: Console) -> None:
    table = Table("segments", "audio", "method", "wall s", "CPU s", "peak RSS MB", "MB", "times faster", box=None)
    baseline = {each.segments: each.figures for each in measurements if each.method == "pydub"}
    for each in measurements:
        other = baseline.get(each.segments) if each.method == "frames" else None
        minutes, seconds = divmod(round(each.audio_seconds), 60)
        table.add_row(
            f"{each.segments:,}",
            f"{minutes}:{seconds:02}",
            each.method,
            f"{each.figures.wall_seconds:.2f}",
            f"{each.figures.cpu_seconds:.2f}",
            f"{each.figures.peak_rss_mb:.1f}",
            f"{each.size_bytes / 1e6:.1f}",
            f"{other.wall_seconds / each.figures.wall_seconds:.0f}" if other else "",
        )
    console.print(table)
    print_targets(targets(measurements), console)
    console.print(f"beforehand, trimming, levelling and encoding took {encoding_seconds * 1000:.1f} ms a segment")


def main(
    counts: Annotated[list[int] | None, typer.Option("--segments", min=1, help="How many; repeatable.")] = None,
    hours: Annotated[list[int] | None, typer.Option(min=1, help="Hours of audio; repeatable.")] = None,
    baseline_up_to: Annotated[int, typer.Option(min=0, help="pydub joins no more: 500 take it minutes.")] = 500,
    output: Annotated[Path, typer.Option(help="A JSON file for the figures.")] = Path("out/assembly.json"),
) -> None:
    """Measure joins: ours must take at most a hundredth of the baseline's time, in constant memory."""
    console = Console(highlight=False, soft_wrap=True)
    with tempfile.TemporaryDirectory(prefix="castline-") as folder:
        encoding_seconds = speak_segments(Path(folder))
        segments = SpokenSegments.open(Path(folder))
        mean_seconds = statistics.fmean(segments.lengths_samples) / SAMPLE_RATE_HZ + (GAP_MS - CROSSFADE_MS) / 1000
        measurements: list[Measurement] = []
        for count in counts or COUNTS:
            if count <= baseline_up_to:
                measurements.append(measure("pydub", segments, count))
            measurements.append(measure("frames", segments, count))
        long_counts = [round(each * 3_600 / mean_seconds) for each in hours or HOURS]
        measurements += [measure("frames", segments, count) for count in long_counts]
    _print(measurements, encoding_seconds, console)
    output.parent.mkdir(parents=True, exist_ok=True)
    figures = {
        "encoding_seconds": encoding_seconds,
        "joins": [asdict(each) for each in measurements],
        "targets": [target.to_json() for target in targets(measurements)],
    }
    output.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    console.print(f"written to {output}")
    raise typer.Exit(0 if all(target.is_met for target in targets(measurements)) else 1)


if __name__ == "__main__":
    typer.run(main)
