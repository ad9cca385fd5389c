"""Load of many users on the limits of a deployment, and the setup that suits them.

The demand of a job is the recorded one (``benchmarks.demand``). Limits are those of ``infra.environments``, AWS's
defaults in ``infra.quotas``, and the few that nobody can raise.
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
"""The limits of one partition of DynamoDB in a second. They cannot be raised."""
CHARACTERS: Final = "`characters_per_day`"
"""The name of the load on the deployment's own ceiling."""
HEADROOM: Final = 0.8
"""The part of a limit that is to be used in the busiest minutes."""
_USAGE_ITEM_KB: Final = 3
"""The size of the usage of all users at the end of a month."""
_TASK_TOKEN_BYTES: Final = 1_024
"""The assumed length of a task token. It is 2,048 at most."""


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
        """Return how many jobs are submitted in a second of the busiest hour."""
        return users * self.jobs_a_day * self.peak_hour_share / 3600

    def arrivals(self, users: int, chance: random.Random) -> Iterator[tuple[float, int, JobShape]]:
        """Yield jobs of the time before the busiest minutes, of these, and of the time after them."""
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
    """Deployments for a number of users, all alike."""

    users: int
    environment: Environment
    speech_resources: int = 1
    """In each deployment."""
    cells: int = 1
    """The number of deployments, each with a part of the users."""

    @property
    def jobs_per_second(self) -> float:
        """The jobs that come to one deployment in a second of the busiest minutes."""
        return PROFILE.burst * PROFILE.peak_jobs_per_second(self.users) / self.cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The load on a limit in the busiest minutes."""

    name: str
    demand: float
    limit: float
    is_fixed: bool = False
    """Whether nothing raises the limit but further deployments."""

    @property
    def share(self) -> float:
        """The part of the limit that is used."""
        return self.demand / self.limit


def recorded(turns: int) -> JobDemand:
    """Return the demand of a job of the profile."""
    return next(each for each in demands() if (each.size.turns, each.size.characters_a_turn) == (turns, 30))


def mean(value: Callable[[JobDemand], float]) -> float:
    """Return the mean of a value of jobs by the profile."""
    return sum(share * value(recorded(turns)) for turns, share in PROFILE.turns)


@cache
def work_seconds() -> float:
    """Return the time of a processor for one utterance, from the smallest job: its tasks do not compete."""
    job = demands()[0]
    cold = Assumptions().cold_start_share * Assumptions().cold_start_seconds * len(job.batches)
    return (job.function_seconds[functions.SYNTHESIZE.name] - job.speaking_seconds - cold) / job.utterances


@cache
def _transitions() -> tuple[int, int]:
    """Return the state transitions of a job beside its batches', and of a batch."""
    definition = json.loads(WORKFLOW_FILE.read_text("utf-8"))
    without, with_one = (successful_path(definition, items=items).transitions for items in (0, 1))
    return without, with_one - without


@cache
def _batches_at_once() -> int:
    states = json.loads(WORKFLOW_FILE.read_text("utf-8"))["States"].values()
    (at_once,) = (state["MaxConcurrency"] for state in states if state["Type"] == "Map")
    return int(at_once)


def shape_of(job: JobDemand) -> JobShape:
    """Return what a job asks of a deployment."""
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
    """Return the quota of each resource of an environment's first speech provider, which is the model's."""
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
    """Return how many transactions a second the item takes that all jobs write, without one that fails."""
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
    # A task reads past the batches that others are speaking.
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
            # The queue's time and mean, and the pace of the provider; the usage of all users, which a transaction
            # writes at twice its size.
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
    """Return the time that a batch takes without waiting."""
    in_flight = PROD.speech_providers[0].concurrency
    processor_free_at = 0.0
    for number in range(utterances):
        spoken_at = (number // in_flight + 1) * shape.request_seconds
        processor_free_at = max(processor_free_at, spoken_at) + shape.work_seconds
    return processor_free_at


def suited(users: int) -> Setup:
    """Return the smallest setup in which no limit is used by more than ``HEADROOM`` in the busiest minutes."""
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
    """Return the needs for quotas of AWS beyond what an account has by default."""
    return [need for need in needs(setup.environment) if need.value > need.quota.default]
