"""Load of many users on the limits of a deployment, and the setup that suffices for them.

The demand of a job is the recorded one (``benchmarks.demand``). The limits are the settings in
``infra.environments``, AWS's defaults in ``infra.quotas``, and a few fixed limits that cannot be raised.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from benchmarks.cost_model import PROVIDER, Assumptions
from benchmarks.demand import demands
from benchmarks.dynamodb_units import item_size_bytes, read_units
from benchmarks.hot_item import compete, stream
from benchmarks.simulation import Capacity, JobShape
from benchmarks.workflow_path import successful_path
from castline.batch_queue import items as queue_items
from castline.batch_queue.model import WaitingBatch
from castline.batch_queue.queue import _READ_AT_ONCE as QUEUE_ITEMS_READ_AT_ONCE
from castline.dynamodb import serialize
from castline.settings import Settings
from infra import functions, quotas
from infra.environments import PROD
from infra.quota_needs import needs
from local.resources import WORKFLOW_FILE

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from benchmarks.demand import JobDemand
    from benchmarks.simulation import SimulatedJob
    from infra.environments import Environment
    from infra.quota_needs import Need

PARTITION_READ_UNITS: Final = 3_000
PARTITION_WRITE_UNITS: Final = 1_000
"""The limits of one DynamoDB partition per second. They cannot be raised."""
CHARACTERS: Final = "`characters_per_day`"
"""The name of the load on the deployment's ceiling."""
HEADROOM: Final = 0.8
"""The highest share of a limit that may be used in the busiest minutes."""
_USAGE_ITEM_KB: Final = 3
"""The size of the item with the usage of all users, at the end of a month."""
_TASK_TOKEN_BYTES: Final = 1_024
"""The assumed length of a task token. The maximum is 2,048."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The jobs that a user submits, and their times."""

    jobs_a_day: float = 3
    turns: tuple[tuple[int, float], ...] = ((2, 0.3), (20, 0.5), (100, 0.19), (1_000, 0.01))
    """The share of jobs of each length, in turns of 30 characters."""
    peak_hour_share: float = 0.2
    """The share of a day's jobs in its busiest hour."""
    burst: float = 3
    """The rate of the busiest minutes, relative to that of their hour."""
    burst_seconds: float = 300

    def peak_jobs_per_second(self, users: int) -> float:
        """Return the number of jobs that are submitted per second in the busiest hour."""
        return users * self.jobs_a_day * self.peak_hour_share / 3600

    def arrivals(self, users: int, chance: random.Random) -> Iterator[tuple[float, int, JobShape]]:
        """Yield the time, user and shape of each job before, during and after the busiest minutes."""
        shapes = [shape_of(recorded(turns)) for turns, _ in self.turns]
        weights = [share for _, share in self.turns]
        per_second = self.peak_jobs_per_second(users)
        now = 0.0
        while True:
            is_burst = self.burst_seconds <= now < 2 * self.burst_seconds
            now += chance.expovariate(per_second * (self.burst if is_burst else 1.0))
            if now > 3 * self.burst_seconds:
                return
            yield now, chance.randrange(users), chance.choices(shapes, weights)[0]

    def is_in_burst(self, job: SimulatedJob) -> bool:
        """Return whether a job was submitted in the busiest minutes."""
        return self.burst_seconds <= job.submitted_at < 2 * self.burst_seconds


PROFILE: Final = Profile()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Equal deployments for a number of users."""

    users: int
    environment: Environment
    speech_resources: int = 1
    """The number of Speech resources in each deployment."""
    cells: int = 1
    """The number of deployments. Each has an equal part of the users."""

    @property
    def jobs_per_second(self) -> float:
        """The number of jobs that one deployment receives per second in the busiest minutes."""
        return PROFILE.burst * PROFILE.peak_jobs_per_second(self.users) / self.cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The load on a limit in the busiest minutes."""

    name: str
    demand: float
    limit: float
    is_fixed: bool = False
    """Whether the limit cannot be raised, so that only more deployments help."""

    @property
    def share(self) -> float:
        """The share of the limit that is used."""
        return self.demand / self.limit


def recorded(turns: int) -> JobDemand:
    """Return the recorded demand of a job with ``turns`` turns of 30 characters."""
    return next(each for each in demands() if (each.size.turns, each.size.characters_a_turn) == (turns, 30))


def mean(value: Callable[[JobDemand], float]) -> float:
    """Return the mean of a value over the jobs of the profile."""
    return sum(share * value(recorded(turns)) for turns, share in PROFILE.turns)


@cache
def work_seconds() -> float:
    """Return the CPU time for one utterance. It is taken from the smallest job, whose tasks do not compete."""
    job = demands()[0]
    cold = Assumptions().cold_start_share * Assumptions().cold_start_seconds * len(job.batches)
    return (job.function_seconds[functions.SYNTHESIZE.name] - job.speaking_seconds - cold) / job.utterances


@cache
def _transitions() -> tuple[int, int]:
    """Return the state transitions of a job without those of its batches, and the state transitions of a batch."""
    definition = json.loads(WORKFLOW_FILE.read_text("utf-8"))
    without, with_one = (successful_path(definition, items=items).transitions for items in (0, 1))
    return without, with_one - without


@cache
def _batches_at_once() -> int:
    states = json.loads(WORKFLOW_FILE.read_text("utf-8"))["States"].values()
    (at_once,) = (state["MaxConcurrency"] for state in states if state["Type"] == "Map")
    return int(at_once)


def shape_of(job: JobDemand) -> JobShape:
    """Return the work of a job in the simulation's terms."""
    without, with_one = _transitions()
    return JobShape(
        api_requests=job.api_requests,
        batches=job.batches,
        request_seconds=job.request_seconds,
        work_seconds=work_seconds(),
        plan_seconds=job.function_seconds[functions.PLAN.name],
        assemble_seconds=job.function_seconds[functions.ASSEMBLE.name],
        transitions=without,
        transitions_a_batch=with_one,
    )


def speech_requests_per_second(environment: Environment) -> float:
    """Return the quota of each resource of an environment's first speech provider, on which the model is based."""
    configured = environment.speech_providers[0].requests_per_second
    return PROVIDER.requests_per_second if configured is None else configured


def capacity_of(setup: Setup) -> Capacity:
    """Return the limits of one deployment, in an account with AWS's default quotas."""
    return Capacity(
        speech_resources=setup.speech_resources,
        speech_requests_per_second=speech_requests_per_second(setup.environment),
        requests_in_flight=setup.environment.speech_providers[0].concurrency,
        tasks=setup.environment.synthesize_concurrency,
        batches_at_once=_batches_at_once(),
        max_active_jobs=setup.environment.max_active_jobs,
        api_requests_per_second=setup.environment.requests_per_second,
        api_burst=setup.environment.burst_requests,
        transitions_per_second=quotas.STATE_TRANSITIONS.default,
        transitions_burst=quotas.STATE_TRANSITIONS.default,
        max_processing_seconds=Settings({}).max_processing_seconds,
        cold_start_share=Assumptions().cold_start_share,
        cold_start_seconds=Assumptions().cold_start_seconds,
    )


@cache
def usage_item_transactions() -> int:
    """Return how many transactions per second the item that all jobs write takes without a failure."""
    return max(rate for rate in range(10, 41, 5) if not compete(stream(rate, seconds=300), hold_seconds=0.02).failed)


@cache
def _waiting_batch_bytes() -> int:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    waiting = WaitingBatch(
        job_id="0" * 36,
        user_id="0" * 36,
        batch={"number": 10, "first_utterance": 160, "utterance_count": 16},
        task_token="0" * _TASK_TOKEN_BYTES,
        cost=16,
        queued_at=now,
    )
    item: Any = serialize(queue_items.waiting_item(waiting, 1, is_first=True, lifetime=timedelta(days=1)))
    return item_size_bytes(item)


def loads(setup: Setup) -> list[Load]:
    """Return the load on each limit of one deployment in the busiest minutes."""
    jobs = setup.jobs_per_second
    environment = setup.environment
    requests = jobs * mean(lambda job: job.utterances)
    batches = jobs * mean(lambda job: len(job.batches))
    tasks = jobs * mean(lambda job: sum(_batch_seconds(shape_of(job), size) for size in job.batches))
    others = jobs * mean(
        lambda job: sum(
            seconds for name, seconds in job.function_seconds.items() if name != functions.SYNTHESIZE.name
        )
    )
    at_work = min(tasks, environment.synthesize_concurrency)
    # A task reads past the batches that other tasks are synthesizing.
    pages = 1 + at_work // QUEUE_ITEMS_READ_AT_ONCE
    units = pages * read_units([QUEUE_ITEMS_READ_AT_ONCE * _waiting_batch_bytes()], consistent=True)
    writes_a_batch = 3  # it is queued, taken and removed
    return [
        Load(
            name="requests a second to Azure Speech",
            demand=requests,
            limit=setup.speech_resources * speech_requests_per_second(environment),
        ),
        Load(name="`synthesize_concurrency`", demand=tasks, limit=environment.synthesize_concurrency),
        Load(
            name="`requests_per_second` of the API",
            demand=jobs * mean(lambda job: job.api_requests),
            limit=environment.requests_per_second,
        ),
        Load(
            name=CHARACTERS,
            demand=setup.users / setup.cells * PROFILE.jobs_a_day * mean(lambda job: job.billed_characters),
            limit=environment.characters_per_day or math.inf,
        ),
        Load(
            name="transactions a second on the usage of all users",
            demand=2 * jobs,
            limit=usage_item_transactions(),
            is_fixed=True,
        ),
        Load(
            name="reads of the queue's partition",
            demand=batches * units,
            limit=PARTITION_READ_UNITS,
            is_fixed=True,
        ),
        Load(
            name="writes of the queue's partition",
            demand=batches * writes_a_batch * math.ceil(_waiting_batch_bytes() / 1024),
            limit=PARTITION_WRITE_UNITS,
            is_fixed=True,
        ),
        Load(
            name="writes of the deployment's partition",
            # For each batch, the queue's virtual time and mean, and the provider's pace. For each job, the usage of
            # all users, two times; a transaction doubles the units.
            demand=3 * batches + 2 * jobs * 2 * _USAGE_ITEM_KB,
            limit=PARTITION_WRITE_UNITS,
            is_fixed=True,
        ),
        Load(
            name=_quota(quotas.LAMBDA_CONCURRENCY), demand=at_work + others, limit=quotas.LAMBDA_CONCURRENCY.default
        ),
        Load(
            name=_quota(quotas.STATE_TRANSITIONS),
            demand=jobs * mean(lambda job: job.transitions),
            limit=quotas.STATE_TRANSITIONS.default,
        ),
        Load(name=_quota(quotas.START_EXECUTION_RATE), demand=jobs, limit=quotas.START_EXECUTION_RATE.default),
        Load(name=_quota(quotas.SEND_TASK_SUCCESS_RATE), demand=batches, limit=quotas.SEND_TASK_SUCCESS_RATE.default),
        Load(
            name=_quota(quotas.EVENTS),
            demand=jobs * mean(lambda job: job.events),
            limit=quotas.EVENTS.default,
        ),
        Load(
            name=_quota(quotas.TABLE_WRITES),
            demand=jobs * mean(lambda job: job.write_units),
            limit=quotas.TABLE_WRITES.default,
        ),
    ]


def _quota(quota: quotas.ServiceQuota) -> str:
    return f"{quota.service} {quota.code}, {quota.name}"


def _batch_seconds(shape: JobShape, utterances: int) -> float:
    """Return the time that a batch takes if it does not have to wait."""
    in_flight = PROD.speech_providers[0].concurrency
    processor_free_at = 0.0
    for number in range(utterances):
        spoken_at = (number // in_flight + 1) * shape.request_seconds
        processor_free_at = max(processor_free_at, spoken_at) + shape.work_seconds
    return processor_free_at


def suited(users: int) -> Setup:
    """Return the smallest setup that uses at most ``HEADROOM`` of each limit in the busiest minutes."""
    cells = 1
    while True:
        setup = _with_settings(Setup(users=users, environment=PROD, cells=cells))
        if all(load.share <= HEADROOM for load in loads(setup) if load.is_fixed):
            return setup
        cells += 1


def _with_settings(setup: Setup) -> Setup:
    """Raise the settings and the number of resources until they suffice."""
    unlimited = replace(PROD, synthesize_concurrency=quotas.MAX_MAPPING_CONCURRENCY)
    speech, tasks, api, characters = (
        load.demand / HEADROOM for load in loads(replace(setup, environment=unlimited))[:4]
    )
    requests_per_second = max(PROD.requests_per_second, _round_up(api, 50))
    return replace(
        setup,
        speech_resources=math.ceil(speech / speech_requests_per_second(PROD)),
        environment=replace(
            PROD,
            synthesize_concurrency=max(PROD.synthesize_concurrency, _round_up(tasks, 5)),
            requests_per_second=requests_per_second,
            burst_requests=2 * requests_per_second,
            characters_per_day=max(PROD.characters_per_day or 0, _round_up(characters, 5_000_000)),
        ),
    )


def _round_up(value: float, step: int) -> int:
    return math.ceil(value / step) * step


def to_raise(setup: Setup) -> list[Need]:
    """Return the needs that exceed the default AWS quotas of an account."""
    return [need for need in needs(setup.environment) if need.value > need.quota.default]
