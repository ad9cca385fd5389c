"""Needs of an environment: how much of each AWS quota it uses when it runs at its own limits.

The API's throttle and ``synthesize_concurrency`` limit how many jobs of each size start per second. The need for a
quota is that of the job size that uses most of it at that rate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.demand import demands
from infra import functions, quotas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.demand import JobDemand
    from infra.environments import Environment
    from infra.quotas import ServiceQuota

_DAY_SECONDS = 24 * 60 * 60
_OWN_CONCURRENCY = {functions.API, functions.PREVIEW, functions.SYNTHESIZE, functions.DELIVER_WEBHOOKS}
"""The functions whose concurrency the environment's settings bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """The need for one quota."""

    quota: ServiceQuota
    value: int
    reason: str


def needs(environment: Environment) -> Iterator[Need]:
    """Yield the needs of ``environment``, one for each quota."""
    yield _concurrency(environment)
    for quota, use, unit in (
        (quotas.STATE_TRANSITIONS, lambda job: job.transitions, "state transitions"),
        (quotas.START_EXECUTION_RATE, lambda _: 1, "executions"),
        (quotas.SEND_TASK_SUCCESS_RATE, lambda job: len(job.batches), "batches"),
        (quotas.EVENTS, lambda job: job.events, "events"),
        (quotas.EVENT_INVOCATIONS, lambda job: job.events, "events to the rule of webhooks"),
        (quotas.TABLE_WRITES, lambda job: job.write_units, "write units"),
        (quotas.TABLE_READS, lambda job: job.read_units, "read units"),
    ):
        yield _rate(environment, quota, use, unit)
    yield Need(
        quota=quotas.START_EXECUTION_BURST,
        value=environment.burst_requests,
        reason=f"all {environment.burst_requests:,} burst_requests may be submissions",
    )
    yield _open_executions(environment)
    yield Need(
        quota=quotas.QUEUE_IN_FLIGHT,
        value=max(environment.synthesize_concurrency, environment.webhook_concurrency),
        reason="each running invocation has one message of its queue in flight",
    )
    yield Need(quota=quotas.API_RATE, value=environment.requests_per_second, reason="requests_per_second")
    yield Need(quota=quotas.API_BURST, value=environment.burst_requests, reason="burst_requests")


def _concurrency(environment: Environment) -> Need:
    others = {spec.name: 1 for spec in functions.ALL if spec not in _OWN_CONCURRENCY}
    for job in demands():
        per_second = job.jobs_per_second(environment)
        for name, at_once in others.items():
            others[name] = max(at_once, _at_once(per_second * job.function_seconds.get(name, 0.0)))
    together = sum(others.values())
    return Need(
        quota=quotas.LAMBDA_CONCURRENCY,
        value=environment.burst_requests
        + environment.synthesize_concurrency
        + environment.webhook_concurrency
        + together,
        reason=(
            f"{environment.burst_requests:,} for burst_requests at the same moment, "
            f"{environment.synthesize_concurrency:,} for synthesize_concurrency, "
            f"{environment.webhook_concurrency:,} for webhook_concurrency, "
            f"{together:,} for the other {len(others)} functions"
        ),
    )


def _at_once(mean: float) -> int:
    """Return how many invocations run at once, at most, in 999 of 1,000 moments, if they start independently."""
    return math.ceil(mean + 3 * math.sqrt(mean))


def _rate(environment: Environment, quota: ServiceQuota, use: Callable[[JobDemand], float], unit: str) -> Need:
    def per_second(job: JobDemand) -> float:
        return job.jobs_per_second(environment) * use(job)

    job = max(demands(), key=per_second)
    return Need(
        quota=quota,
        value=math.ceil(per_second(job)),
        reason=(
            f"{job.jobs_per_second(environment):.3g} jobs of {job.size.turns:,} turns a second, "
            f"each with {use(job):,.0f} {unit}"
        ),
    )


def _open_executions(environment: Environment) -> Need:
    admitted = max(job.jobs_per_second(environment) for job in demands()) * _DAY_SECONDS
    reason = "the jobs that the API admits in 24 hours, the longest time for which a job may wait"
    if environment.characters_per_day is not None:
        charged = environment.characters_per_day / min(job.billed_characters for job in demands())
        if charged < admitted:
            admitted, reason = charged, "the number of shortest jobs that characters_per_day allows"
    return Need(quota=quotas.OPEN_EXECUTIONS, value=math.ceil(admitted), reason=reason)
