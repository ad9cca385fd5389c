"""Demand of jobs on limited resources, computed from the recorded usage, the planner and the state machine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from benchmarks.cost_model import CostModel, plan, transitions
from benchmarks.costs import load_record
from benchmarks.prices import load_prices
from benchmarks.usage import PUT_EVENTS

if TYPE_CHECKING:
    from benchmarks.usage import JobSize
    from infra.environments import Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDemand:
    """The demand of one job, from its submission to its download."""

    size: JobSize
    api_requests: int
    """The number of requests for submission, polls and download."""
    billed_characters: int
    batches: tuple[int, ...]
    """The number of utterances in each batch. Each utterance is a request to the provider."""
    request_seconds: float
    """The time that the provider takes to synthesize one utterance."""
    speaking_seconds: float
    """The time for which the synthesize tasks wait for the provider."""
    transitions: int
    events: int
    write_units: float
    read_units: float
    function_seconds: dict[str, float]
    """The seconds for which each function runs, by its name."""

    @property
    def utterances(self) -> int:
        """The number of requests to the provider."""
        return sum(self.batches)

    def jobs_per_second(self, environment: Environment) -> float:
        """Return the highest number of jobs of this size that an environment can process per second."""
        return min(
            environment.requests_per_second / self.api_requests,
            environment.synthesize_concurrency / self.speaking_seconds,
        )


@cache
def demands() -> tuple[JobDemand, ...]:
    """Return the demand of a job of each recorded size."""
    record = load_record()
    model = CostModel(record.deployment, load_prices())
    found = []
    for usage in record.measurement.jobs:
        whole = model.whole(usage)
        planned = plan(usage.size)
        found.append(
            JobDemand(
                size=usage.size,
                api_requests=model.requests,
                billed_characters=planned.billed_characters,
                batches=planned.batches,
                request_seconds=model.request_seconds(usage),
                speaking_seconds=model.provider_seconds(usage),
                transitions=transitions(usage.size),
                events=whole.operations.get(PUT_EVENTS, 0),
                write_units=whole.write_units,
                read_units=whole.read_units,
                function_seconds=model.function_seconds(usage),
            )
        )
    return tuple(found)
