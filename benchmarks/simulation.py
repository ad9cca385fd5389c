"""Discrete-event simulation of a deployment: jobs of many users that compete for limited resources.

It simulates the parts of Castline in which jobs wait for each other, with the product's own code where possible: the
throttle of the API, the item that all jobs write (``castline.dynamodb``), Step Functions' bucket of transitions, the
fair queue of batches (``castline.batch_queue``), the synthesize tasks, and the pace of each speech resource
(``castline.pacing``). A heap of events suffices as the engine, because no process waits for more than one thing at a
time.

It simulates no network and no faults: the provider accepts all requests at the pace that it should accept.
"""

from __future__ import annotations

import heapq
import random
from collections import defaultdict, deque
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from castline.dynamodb import CONFLICT_ATTEMPTS, longest_pause_seconds
from castline.pacing.model import Limit, Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

POLLERS = 5
"""The number of messages that Lambda initially takes from a queue at once."""
POLLERS_A_SECOND = 300 / 60
"""The growth of ``POLLERS`` per second while messages are left. Source:
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html"""
_CLIENT_PAUSE_SECONDS = (1.0, 3.0)
"""The range of times after which a client repeats a submission that was answered with 503."""
_TASK_RETRY_SECONDS = 1.0
"""The time after which the workflow retries to end a job whose transaction was cancelled at every attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobShape:
    """The work of one job for a deployment. Times are in seconds."""

    api_requests: int
    batches: tuple[int, ...]
    """The number of utterances in each batch. Each is a request to the provider."""
    request_seconds: float
    """The time that the provider takes to synthesize one utterance."""
    work_seconds: float
    """The CPU time to shape and store one utterance."""
    plan_seconds: float
    assemble_seconds: float
    transitions: int
    """The state transitions of the job, without those of its batches."""
    transitions_a_batch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """The limits of a deployment."""

    speech_resources: int
    speech_requests_per_second: float
    """The quota of each resource."""
    requests_in_flight: int
    """The maximum number of requests that a synthesize task has in flight."""
    tasks: int
    """The maximum number of synthesize tasks at once."""
    batches_at_once: int
    """The maximum number of batches of one job that are queued or being synthesized."""
    max_active_jobs: int
    api_requests_per_second: float
    api_burst: float
    transitions_per_second: float
    transitions_burst: float
    max_processing_seconds: float
    hold_seconds: float = 0.02
    """The time for which a transaction holds the item that all jobs write."""
    cold_start_share: float = 0.0
    cold_start_seconds: float = 0.0
    hand_over_seconds: float = 0.05
    """The time until a free task begins to handle a message in the queue."""


@dataclass(slots=True)
class SimulatedJob:
    """A job and its progress."""

    user: int
    shape: JobShape
    submitted_at: float = 0.0
    """The time at which its client first tried to submit it while a slot was free."""
    started_at: float | None = None
    """The time at which its first batch began."""
    ended_at: float = 0.0
    has_timed_out: bool = False
    waiting: deque[int] = field(default_factory=deque)
    """The batches that are not in the queue yet."""
    unfinished: int = 0
    next_tag: int = -1
    """The virtual time at which its next batch may start; -1 before the first one."""

    @property
    def seconds_until_start(self) -> float:
        """The time until the first batch began, or the job failed without one."""
        return (self.ended_at if self.started_at is None else self.started_at) - self.submitted_at

    @property
    def seconds_until_end(self) -> float:
        """The time until the file was ready, or the job failed."""
        return self.ended_at - self.submitted_at


class _Bucket:
    """A token bucket whose callers wait for their turn."""

    def __init__(self, per_second: float, burst: float) -> None:
        self._per_second, self._lead = per_second, burst / per_second
        self._next = -self._lead

    def take(self, now: float, tokens: int) -> float:
        """Return the time at which ``tokens`` are available."""
        self._next = max(self._next, now - self._lead) + tokens / self._per_second
        return max(now, self._next)


class Simulation:
    """A deployment with its jobs.

    Attributes:
        ended: the jobs that have ended, in order.
        refusals: the number of submissions that were answered with 503 and repeated.
        most_tasks: the highest number of synthesize and assemble tasks that ran at once.
    """

    def __init__(self, capacity: Capacity, *, seed: int) -> None:
        self.ended: list[SimulatedJob] = []
        self.refusals = 0
        self.most_tasks = 0
        self._capacity = capacity
        self._chance = random.Random(seed)  # noqa: S311 (a model)
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = count()
        self._api = _Bucket(capacity.api_requests_per_second, capacity.api_burst)
        self._transitions = _Bucket(capacity.transitions_per_second, capacity.transitions_burst)
        self._item_free_at = 0.0
        self._limit = Limit(requests_per_second=capacity.speech_requests_per_second)
        self._paces = [Pace.initial(self._limit, 0.0) for _ in range(capacity.speech_resources)]
        self._active: defaultdict[int, int] = defaultdict(int)
        self._backlog: defaultdict[int, deque[SimulatedJob]] = defaultdict(deque)
        self._queue: list[tuple[int, bool, int, SimulatedJob, int]] = []
        """Batches by their tags. Among equal tags, the first batches of jobs come first."""
        self._virtual_time = 0
        self._polls_again = False
        self._running = 0
        self._assembling = 0
        self._busy_since = 0.0

    def run(self, arrivals: Iterable[tuple[float, int, JobShape]]) -> None:
        """Simulate until all jobs have ended. Each arrival is a time, a user and the shape of a job."""
        for at, user, shape in arrivals:
            self._at(at, partial(self._want, job=SimulatedJob(user, shape)))
        while self._events:
            now, _, happen = heapq.heappop(self._events)
            happen(now)

    def _at(self, time: float, happen: Callable[[float], None]) -> None:
        heapq.heappush(self._events, (time, next(self._order), happen))

    def _want(self, now: float, job: SimulatedJob) -> None:
        if self._active[job.user] >= self._capacity.max_active_jobs:
            self._backlog[job.user].append(job)
            return
        self._active[job.user] += 1
        job.submitted_at = now
        admitted_at = self._api.take(now, job.shape.api_requests)
        self._at(admitted_at, partial(self._write, done=partial(self._plan, job=job), is_submission=True))

    def _write(
        self, now: float, done: Callable[[float], None], *, is_submission: bool = False, attempt: int = 0
    ) -> None:
        """Write the item that all jobs write, in a transaction that another transaction on it cancels."""
        hold = self._capacity.hold_seconds
        if now >= self._item_free_at:
            self._item_free_at = now + hold
            self._at(self._item_free_at, done)
            return
        attempt += 1
        pause = self._chance.uniform(0, longest_pause_seconds(attempt))
        if attempt == CONFLICT_ATTEMPTS:
            self.refusals += is_submission
            attempt = 0
            pause = self._chance.uniform(*_CLIENT_PAUSE_SECONDS) if is_submission else _TASK_RETRY_SECONDS
        self._at(now + hold + pause, partial(self._write, done=done, is_submission=is_submission, attempt=attempt))

    def _plan(self, now: float, job: SimulatedJob) -> None:
        job.waiting.extend(job.shape.batches)
        job.unfinished = len(job.waiting)
        planned_at = self._transitions.take(now, job.shape.transitions) + job.shape.plan_seconds
        for _ in range(min(len(job.waiting), self._capacity.batches_at_once)):
            self._at(planned_at, partial(self._enter_queue, job=job))

    def _enter_queue(self, now: float, job: SimulatedJob) -> None:
        size = job.waiting.popleft()
        sent_at = self._transitions.take(now, job.shape.transitions_a_batch) + self._capacity.hand_over_seconds
        self._at(sent_at, partial(self._receive, job=job, size=size))

    def _receive(self, now: float, job: SimulatedJob, size: int) -> None:
        if not self._running and not self._queue:
            self._busy_since = now
        is_first = job.next_tag < self._virtual_time
        tag = max(job.next_tag, self._virtual_time)
        job.next_tag = tag + size * self._active[job.user]
        heapq.heappush(self._queue, (tag, not is_first, next(self._order), job, size))
        self._work(now)

    def _work(self, now: float) -> None:
        """Let free tasks take the next batches of the queue."""
        pollers = POLLERS + int(POLLERS_A_SECOND * (now - self._busy_since))
        while self._queue and self._running < min(self._capacity.tasks, pollers):
            tag, _, _, job, size = heapq.heappop(self._queue)
            self._virtual_time = max(self._virtual_time, tag)
            self._synthesize(now, job, size)
        if self._queue and self._running < self._capacity.tasks and not self._polls_again:
            self._polls_again = True
            self._at(now + 1 / POLLERS_A_SECOND, self._poll_again)

    def _poll_again(self, now: float) -> None:
        self._polls_again = False
        self._work(now)

    def _synthesize(self, now: float, job: SimulatedJob, size: int) -> None:
        self._running += 1
        self._note_tasks()
        if job.started_at is None:
            job.started_at = now
        elif now > job.started_at + self._capacity.max_processing_seconds:
            job.has_timed_out = True
        ends_at = now if job.has_timed_out else self._speak(now, job.shape, size)
        self._at(ends_at, partial(self._finish_batch, job=job))

    def _speak(self, now: float, shape: JobShape, utterances: int) -> float:
        """Return the time at which a batch is synthesized, shaped and stored."""
        if self._chance.random() < self._capacity.cold_start_share:
            now += self._capacity.cold_start_seconds
        slots = [now] * self._capacity.requests_in_flight
        processor_free_at = now
        for may_go_at in self._reserve(now, utterances):
            spoken_at = max(may_go_at, slots[0]) + shape.request_seconds
            heapq.heapreplace(slots, spoken_at)
            processor_free_at = max(processor_free_at, spoken_at) + shape.work_seconds
        return processor_free_at

    def _reserve(self, now: float, requests: int) -> list[float]:
        """Reserve the earliest times at the resources, and return them in order."""
        times: list[float] = []
        while len(times) < requests:
            paces = [pace.at(self._limit, now) for pace in self._paces]
            chosen = min(range(len(paces)), key=lambda number: paces[number].earliest(self._limit, now))
            pace = paces[chosen]
            got = pace.reservable(requests - len(times))
            first_at = pace.earliest(self._limit, now)
            times += [max(now, first_at + number / pace.rate) for number in range(got)]
            self._paces[chosen] = pace.reserve(self._limit, got, now)
        return times

    def _finish_batch(self, now: float, job: SimulatedJob) -> None:
        self._running -= 1
        job.unfinished -= 1
        if job.has_timed_out:
            job.unfinished -= len(job.waiting)
            job.waiting.clear()
        if job.waiting:
            self._enter_queue(now, job)
        elif not job.unfinished:
            self._assemble(now, job)
        self._work(now)

    def _assemble(self, now: float, job: SimulatedJob) -> None:
        self._assembling += 1
        self._note_tasks()
        seconds = 0.0 if job.has_timed_out else job.shape.assemble_seconds
        self._at(now + seconds, partial(self._write, done=partial(self._end, job=job)))

    def _note_tasks(self) -> None:
        self.most_tasks = max(self.most_tasks, self._running + self._assembling)

    def _end(self, now: float, job: SimulatedJob) -> None:
        self._assembling -= 1
        if job.started_at is not None and now > job.started_at + self._capacity.max_processing_seconds:
            job.has_timed_out = True
        job.ended_at = now
        self.ended.append(job)
        self._active[job.user] -= 1
        if self._backlog[job.user]:
            self._want(now, self._backlog[job.user].popleft())
