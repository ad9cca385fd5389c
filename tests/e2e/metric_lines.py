"""Metrics that the functions have written, read from their log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from castline.metrics import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A value of a metric."""

    name: str
    unit: str
    value: float
    code: str | None
    provider: str | None
    job_id: str | None
    user_id: str | None
    counts_as: frozenset[str]
    """The CloudWatch metrics of the value: the metric's name with each set of dimensions, as in an alarm."""


def written_metrics(log_file: Path) -> list[Written]:
    """Return all metrics in a log, in order."""
    return [each for line in log_file.read_text("utf-8").splitlines() for each in _read(json.loads(line))]


def total(metrics: list[Written], name: str, *, code: str | None = None, provider: str | None = None) -> float:
    """Return the sum of a metric's values."""
    return sum(
        each.value
        for each in metrics
        if each.name == name and code in {None, each.code} and provider in {None, each.provider}
    )


def _read(line: dict[str, Any]) -> Iterator[Written]:
    for directive in line.get("_aws", {}).get("CloudWatchMetrics", ()):
        assert directive["Namespace"] == NAMESPACE
        for metric in directive["Metrics"]:
            name = metric["Name"]
            (value,) = line[name]
            yield Written(
                name=name,
                unit=metric["Unit"],
                value=value,
                code=line.get("code"),
                provider=line.get("provider"),
                job_id=line.get("job_id"),
                user_id=line.get("user_id"),
                counts_as=frozenset(
                    " ".join([NAMESPACE, name, *sorted(f"{each}={line[each]}" for each in dimensions)])
                    for dimensions in directive["Dimensions"]
                ),
            )
