"""Check of a finished file: it is decoded with another decoder (libsndfile) and compared with the API's result."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import soundfile

if TYPE_CHECKING:
    from pathlib import Path

_FRAME_MS = 24
_AUDIBLE_DBFS = -45.0
_SILENT_DBFS = -60.0
_GAP_EDGE_MS = 30
"""The distance from a turn's edge from which silence is required. An encoder smears sound over a frame's edge."""


def find_faults(path: Path, result: dict[str, Any]) -> list[str]:
    """Return the faults of the file at ``path``, given the job's ``result_metadata``; empty if there are none."""
    samples, rate_hz = soundfile.read(path, dtype="float32")
    faults: list[str] = []

    decoded_ms = len(samples) * 1000 / rate_hz
    if abs(decoded_ms - result["duration_ms"]) > _FRAME_MS:
        faults.append(f"the file lasts {decoded_ms:.0f} ms, but duration_ms is {result['duration_ms']}")
    if path.stat().st_size != result["size_bytes"]:
        faults.append(f"the file has {path.stat().st_size} bytes, but size_bytes is {result['size_bytes']}")

    def level_dbfs(start_ms: int, end_ms: int) -> float:
        part = samples[start_ms * rate_hz // 1000 : end_ms * rate_hz // 1000]
        power = sum(float(sample) ** 2 for sample in part) / len(part) if len(part) else 0.0
        return 10 * math.log10(power) if power else -math.inf

    timings = result["turn_timings"]
    for turn in timings:
        level = level_dbfs(turn["start_ms"], turn["end_ms"])
        if level < _AUDIBLE_DBFS:
            faults.append(f"turn {turn['turn_index']} cannot be heard ({level:.0f} dBFS)")
    for before, after in pairwise(timings):
        level = level_dbfs(before["end_ms"] + _GAP_EDGE_MS, after["start_ms"] - _GAP_EDGE_MS)
        if level > _SILENT_DBFS:
            faults.append(f"there is sound between turns {before['turn_index']} and {after['turn_index']}")
    return faults
