"""Lifecycle under arbitrary sequences of events, compared with a model.

Hypothesis puts the events of many jobs in any order, late ones and repeated ones included. Each event is carried out
on the real service, repository and handlers, and everything that is stored is then compared with a simple model.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, cast

import pytest
from hypothesis import HealthCheck, Phase, event, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from castline import composition
from castline.audio.errors import BrokenSegment
from castline.aws_errors import ServiceUnavailable
from castline.dynamodb import unpack
from castline.jobs.errors import (
    IdempotencyKeyReused,
    JobCannotCancel,
    JobHasEnded,
    JobLimitExceeded,
    JobNotActive,
    JobNotCompleted,
    JobNotFound,
    JobStillActive,
)
from castline.jobs.model import Batch, JobStatus, SpokenSegment
from castline.table import shard_of
from castline.usage.errors import QuotaExceeded
from castline.usage.model import LimitChanges, Quota
from castline.usecases.errors import JobOverdue
from castline.usecases.settle_late import settle_late
from tests.even_handed import EVEN_HANDED
from tests.integration.lifecycle.model import LATEST_TASK, MAX_ACTIVE, MAX_PROCESSING, Expected, ExpectedJob
from tests.integration.lifecycle.world import SETTLED, Table, World, crash, dialogue, overtaken
from tests.integration.scripted_executions import Crash, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from castline.jobs.model import JobRecord

USERS = ("ann", "bob")
SUBMITTING = st.sampled_from(["ann", "ann", "ann", "bob"])
STRANGER = "eve"
TEXTS = ("你好", "你好", "Hello")
DAY = timedelta(days=1)
CHARGES = {"你好": 9, "Hello": 11}
"""The billed characters of a dialogue of which nothing is stored, by its text. A Han character counts twice."""
LATE_CHARGE = 7
QUOTAS: dict[str, tuple[int | None, int | None, int | None]] = {
    "none": (None, None, None),
    "day": (20, None, None),
    "month": (None, 25, None),
    "all": (None, None, 30),
}
"""Quotas of a story: characters of each user per day and per month, and of both users together per day."""
SEED = 2
"""The seed of the sequences: the same ones every time."""

TOLD = (
    "assemble and crash",
    "assemble overtaken",
    "assemble: in time",
    "assemble: too early",
    "cancel overtaken by speaking",
    "cancel: pending",
    "cancel: processing",
    "comes late: cancelled",
    "comes late: completed",
    "comes late: failed",
    "comes late: gone",
    "delete: cancelled",
    "delete: completed",
    "delete: failed",
    "delete: pending",
    "delete: processing",
    "execution ABORTED",
    "execution FAILED",
    "execution SUCCEEDED",
    "execution TIMED_OUT",
    "expire",
    "fail: pending",
    "fail: processing",
    "leak slot: gone",
    "lose execution: pending",
    "lose execution: processing",
    "plan overtaken by cancel",
    "reconcile: failed",
    "reconcile: slots_freed",
    "reconcile: started",
    "reconcile: unavailable",
    "speak and crash",
    "speak late or in part: cancelled",
    "speak late or in part: completed",
    "speak late or in part: failed",
    "speak overtaken by cancel",
    "speak: overdue",
    "speak: pending",
    "speak: processing",
    "settle late: cancelled",
    "settle late: failed",
    "stop overtaken by assembling",
    "stop overtaken by speaking",
    "stop: completed",
    "stop: pending",
    "stop: processing",
    "submit again: another text",
    "submit again: in trouble",
    "submit again: pending",
    "submit: ANSWER_LOST",
    "submit: CRASH",
    "submit: beyond deployment_characters_per_day",
    "submit: beyond user_characters_per_day",
    "submit: beyond user_characters_per_month",
    "submit: only what is missing is reserved",
    "submit: REFUSED",
    "submit: too many",
    "time passes: 30 days",
    "time passes: 7 days",
)
"""The events that must occur: an event that never occurs would prove nothing."""

_Rule = Any


def on_a_job(that: Callable[[ExpectedJob], bool], **more: st.SearchStrategy[Any]) -> Callable[[_Rule], _Rule]:
    """Make a rule about one ``job`` that meets the condition; it does not apply if there is none."""

    def jobs(machine: Lifecycle) -> list[ExpectedJob]:
        return [job for job in machine.expected.jobs if that(job)]

    def decorate(function: _Rule) -> _Rule:
        job = st.runner().flatmap(lambda machine: st.sampled_from(jobs(machine)))
        applies = precondition(lambda machine: bool(jobs(machine)))
        return cast("Any", rule)(job=job, **more)(applies(function))

    return decorate


class _AllRules:
    def is_enabled(self, rule: str) -> bool:
        return True


class Lifecycle(RuleBasedStateMachine):
    """All events of the jobs of two users, in any order."""

    world: ClassVar[World]
    happened: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        # Hypothesis would switch half of the rules off for each example, so that few stories ever come to their end.
        self._rules_strategy.enabled_rules_strategy = cast("Any", st.just(_AllRules()))
        self.expected = Expected()
        self.outcomes: dict[str, JobRecord] = {}
        self.seen: dict[str, Any] = {}
        self.sound = True
        self.quotas = QUOTAS["none"]
        self.world.forget_everything()

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    def note(self, what: str) -> None:
        """Record the coming event, or the kind it turned out to be."""
        self.sound = False
        self.happened[what] += 1
        event(what)

    @initialize(
        stages=st.lists(st.tuples(SUBMITTING, st.integers(-2, 3)), min_size=2, max_size=4),
        quotas=st.sampled_from(list(QUOTAS)),
    )
    def begin_in_the_middle(self, stages: list[tuple[str, int]], quotas: str) -> None:
        """Start with some jobs, each a number of steps along the normal way; below 0, it was not even started."""
        self.quotas = QUOTAS[quotas]
        per_day, per_month, of_all = self.quotas
        for user in USERS:
            limits = LimitChanges(characters_per_day=per_day, characters_per_month=per_month)
            composition.usage_repository().set_limit_changes(user, limits)
        composition.usage_repository().set_ceiling(of_all, changed_at=self.now, changed_by="an operator")
        for number, (user, steps) in enumerate(stages):
            count = len(self.expected.jobs)
            trouble = Trouble.CRASH if steps < 0 else Trouble.NONE
            self.submit(user=user, key=f"k{number}", text="你好", trouble=trouble)
            straight_on = (self.plan, self.speak, self.assemble)
            if len(self.expected.jobs) > count:
                for step in straight_on[: max(0, steps)]:
                    step(job=self.expected.jobs[-1])

    # Users

    @rule(
        user=SUBMITTING,
        key=st.sampled_from([None, "k0", "k1"]),
        text=st.sampled_from(TEXTS),
        trouble=st.sampled_from([Trouble.NONE, Trouble.NONE, Trouble.CRASH, *Trouble]),
    )
    def submit(self, user: str, key: str | None, text: str, trouble: Trouble) -> None:
        if self.expected.is_live(user, key, self.now):
            key = None
        slots = self.expected.slots(user)
        if len(slots) >= MAX_ACTIVE:
            self.note("submit: too many")
            with pytest.raises(JobLimitExceeded) as refusal:
                self._submit(user, key, text, Trouble.NONE)
            assert (refusal.value.current_jobs, refusal.value.max_jobs) == (len(slots), MAX_ACTIVE)
            return

        reserved = CHARGES[text]
        quota = self._exceeded_quota(user, reserved)
        if quota is not None:
            missing = composition.reserve_characters().missing(user, dialogue(text))
            if missing == reserved or self._exceeded_quota(user, missing) is not None:
                self.note(f"submit: beyond {quota}")
                with pytest.raises(QuotaExceeded) as exceeded:
                    self._submit(user, key, text, Trouble.NONE)
                assert exceeded.value.used > exceeded.value.limit - reserved
                return
            self.note("submit: only what is missing is reserved")
            reserved = missing
        self.note(f"submit: {trouble.name}")
        match trouble:
            case Trouble.NONE:
                assert self._submit(user, key, text, trouble) == self.world.executions.asked_for[-1]
            case Trouble.CRASH:
                with pytest.raises(Crash):
                    self._submit(user, key, text, trouble)
            case _:
                with pytest.raises(ServiceUnavailable):
                    self._submit(user, key, text, trouble)
        job = self.expected.add(self.world.executions.asked_for[-1], user, self.now)
        job.reserved = reserved
        if trouble in {Trouble.REFUSED, Trouble.ANSWER_LOST}:
            job.status = None
            job.was_discarded = True
            self.expected.forget(user, key)
        else:
            self.expected.remember(user, key, text, job)

    def _exceeded_quota(self, user: str, characters: int) -> Quota | None:
        """Return the quota that has too little left for a reservation."""
        day, month = f"{self.now:%Y-%m-%d}", f"{self.now:%Y-%m}"
        per_day, per_month, of_all = self.quotas
        for quota, limit, used in (
            (Quota.USER_MONTH, per_month, self.expected.committed(user, month)),
            (Quota.USER_DAY, per_day, self.expected.committed(user, day)),
            (Quota.DEPLOYMENT_DAY, of_all, self.expected.committed(None, day)),
        ):
            if characters and limit is not None and used + characters > limit:
                return quota
        return None

    @rule(
        name=st.runner().flatmap(lambda machine: st.sampled_from(machine.expected.live_keys(machine.now))),
        text=st.sampled_from(TEXTS),
        trouble=st.sampled_from(Trouble),
    )
    @precondition(lambda machine: bool(machine.expected.live_keys(machine.now)))
    def submit_again(self, name: tuple[str, str], text: str, trouble: Trouble) -> None:
        known = self.expected.keys[name]
        if known.text != text:
            self.note("submit again: another text")
            with pytest.raises(IdempotencyKeyReused):
                self._submit(*name, text, trouble)
        elif known.job.status == "pending" and trouble is not Trouble.NONE:
            self.note("submit again: in trouble")
            with pytest.raises((ServiceUnavailable, Crash)):
                self._submit(*name, text, trouble)
        else:
            self.note(f"submit again: {known.job.status}")
            assert self._submit(*name, text, trouble) == known.job.id
            assert known.job.status != "pending" or known.job.id in self.world.executions.statuses

    def _submit(self, user: str, key: str | None, text: str, trouble: Trouble) -> str:
        with self.world.executions.in_trouble(trouble):
            return self.world.submit(user, dialogue(text), idempotency_key=key).id

    @on_a_job(lambda _job: True)
    def cancel(self, job: ExpectedJob) -> None:
        self.note(f"cancel: {job.status or 'gone'}")
        with pytest.raises(JobNotFound):
            self.world.cancel(STRANGER, job.id)

        if job.status == "pending":
            cancelled = self.world.cancel(job.user, job.id)
            job.end("cancelled", self.now)
            assert (cancelled.status, cancelled.completed_at) == (JobStatus.CANCELLED, self.now)
            assert self.world.executions.statuses.get(job.id) != "RUNNING"
        elif job.is_visible(self.now):
            with pytest.raises(JobCannotCancel) as refusal:
                self.world.cancel(job.user, job.id)
            assert refusal.value.status == job.status
        else:
            with pytest.raises(JobNotFound):
                self.world.cancel(job.user, job.id)

    @on_a_job(lambda _job: True)
    def stop(self, job: ExpectedJob) -> None:
        self.note(f"stop: {job.status or 'gone'}")
        with pytest.raises(JobNotFound):
            self.world.stop(STRANGER, job.id)

        if job.is_active:
            stopped = self.world.stop(job.user, job.id).job
            job.stop(self.now)
            assert (stopped.status, stopped.completed_at) == (JobStatus.CANCELLED, self.now)
            assert stopped.billed_characters == job.billed
            assert self.world.executions.statuses.get(job.id) != "RUNNING"
        elif job.is_visible(self.now):
            with pytest.raises(JobHasEnded) as refusal:
                self.world.stop(job.user, job.id)
            assert refusal.value.status == job.status
        else:
            with pytest.raises(JobNotFound):
                self.world.stop(job.user, job.id)

    @on_a_job(lambda job: job.is_active and (job.started_at is None or not job.segments))
    def stop_overtaken_by_speaking(self, job: ExpectedJob) -> None:
        if self._is_overdue(job):
            return
        self.note("stop overtaken by speaking")
        segments = job.segments
        with overtaken(self.world.repository, "stop", lambda: self.world.synthesize(job.id)):
            stopped = self.world.stop(job.user, job.id).job
        self._has_spoken(job)
        job.segments = segments
        job.stop(self.now)
        assert stopped.billed_characters == job.recorded

    @on_a_job(lambda job: job.status == "processing" and job.segments == 2)
    def stop_overtaken_by_assembling(self, job: ExpectedJob) -> None:
        self.note("stop overtaken by assembling")
        with (
            overtaken(self.world.repository, "stop", lambda: self.world.assemble(job.id)),
            pytest.raises(JobHasEnded) as refusal,
        ):
            self.world.stop(job.user, job.id)
        assert refusal.value.status is JobStatus.COMPLETED
        job.end("completed", self.now)

    @on_a_job(lambda _job: True)
    def delete(self, job: ExpectedJob) -> None:
        self.note(f"delete: {job.status or 'gone'}")
        with pytest.raises(JobNotFound):
            self.world.delete(STRANGER, job.id)

        if job.is_active:
            with pytest.raises(JobStillActive) as refusal:
                self.world.delete(job.user, job.id)
            assert refusal.value.status == job.status
        elif job.is_visible(self.now):
            self.world.delete(job.user, job.id)
            job.delete(self.now)
        else:
            with pytest.raises(JobNotFound):
                self.world.delete(job.user, job.id)

    @on_a_job(lambda job: job.started_at is not None and job.has_ended)
    def settle_late(self, job: ExpectedJob) -> None:
        self.note(f"settle late: {job.status}")
        settle_late(job.id, self.world.repository)
        if job.is_open:
            job.settle()

    # The workflow; its tasks may come late, or twice, or for a job that is gone

    @on_a_job(lambda job: job.is_active)
    def plan(self, job: ExpectedJob) -> None:
        self.note(f"plan: {job.status}")
        self.world.plan(job.id)
        job.plan(self.now)

    @on_a_job(lambda job: job.status == "pending", task=st.sampled_from(["plan", "speak"]))
    def overtaken_by_cancel(self, job: ExpectedJob, task: str) -> None:
        self.note(f"{task} overtaken by cancel")
        write = "mark_planned" if task == "plan" else "start"
        with overtaken(self.world.repository, write, lambda: self.world.cancel(job.user, job.id)):
            if task == "plan":
                self.world.plan(job.id)
            else:
                with pytest.raises(JobNotActive):
                    self.world.synthesize(job.id)
        job.end("cancelled", self.now)

    @on_a_job(lambda job: job.status == "pending")
    def cancel_overtaken_by_speaking(self, job: ExpectedJob) -> None:
        self.note("cancel overtaken by speaking")
        with (
            overtaken(self.world.repository, "cancel", lambda: self.world.synthesize(job.id)),
            pytest.raises(JobCannotCancel),
        ):
            self.world.cancel(job.user, job.id)
        self._has_spoken(job)

    @on_a_job(lambda job: job.is_active, crashes=st.sampled_from([False, False, True]))
    def speak(self, job: ExpectedJob, crashes: bool = False) -> None:
        if job.status == "pending" and crashes:
            self.note("speak and crash")
            with overtaken(self.world.repository, "start", crash, after_effect=True), pytest.raises(Crash):
                self.world.synthesize(job.id)
            job.start(self.now)
        elif self._is_overdue(job):
            self.speak_overdue(job=job)
        else:
            self.note(f"speak: {job.status}")
            self.world.synthesize(job.id)
            self._has_spoken(job)

    @on_a_job(lambda job: job.status == "processing", late_by=st.sampled_from([timedelta(), DAY]))
    def speak_overdue(self, job: ExpectedJob, late_by: timedelta = timedelta()) -> None:
        self.note("speak: overdue")
        assert job.started_at is not None
        if not self._is_overdue(job):
            self.world.clock.advance(job.started_at + MAX_PROCESSING + late_by - self.now)
        with pytest.raises(JobOverdue):
            self.world.synthesize(job.id)

    def _is_overdue(self, job: ExpectedJob) -> bool:
        return job.started_at is not None and self.now - job.started_at >= MAX_PROCESSING

    def _has_spoken(self, job: ExpectedJob) -> None:
        job.start(self.now)
        job.record_batch(2, self.now)
        recorded = unpack(self.world.table()[f"JOB#{job.id}", "BATCH#0000"]["spoken_segments"])
        job.recorded = sum(segment["billed_characters"] for segment in recorded)

    @on_a_job(lambda job: job.started_at is not None, failed=st.booleans())
    def speak_late_or_in_part(self, job: ExpectedJob, failed: bool) -> None:
        self.note(f"speak late or in part: {job.status or 'gone'}")
        segment = SpokenSegment(number=0, fingerprint="0" * 64, samples=240, billed_characters=LATE_CHARGE)
        batch = Batch(number=0, segments=(segment,))
        self.world.repository.record_batch(job.id, batch, now=self.now, failed=failed)
        job.record_batch(1, self.now, failed=failed)
        job.recorded = LATE_CHARGE

    @on_a_job(lambda job: job.status == "processing" and job.segments == 2)
    def assemble(self, job: ExpectedJob) -> None:
        self.note("assemble: in time")
        self.world.assemble(job.id)
        job.end("completed", self.now)

    @on_a_job(lambda job: job.status == "processing" and job.segments < 2)
    def assemble_too_early(self, job: ExpectedJob) -> None:
        self.note("assemble: too early")
        with pytest.raises(BrokenSegment):
            self.world.assemble(job.id)

    @on_a_job(lambda job: job.status == "processing" and job.segments == 2 and not job.has_audio)
    def assemble_and_crash(self, job: ExpectedJob) -> None:
        self.note("assemble and crash")
        with (
            overtaken(composition.audio_storage(), "put_audio", crash, after_effect=True),
            pytest.raises(Crash),
        ):
            self.world.assemble(job.id)
        job.has_audio = True

    @on_a_job(
        lambda job: job.status == "processing" and job.segments == 2,
        by=st.sampled_from(["itself", "failure", "time-out", "stop"]),
        after_effect=st.booleans(),
    )
    def assemble_overtaken(self, job: ExpectedJob, by: str, after_effect: bool) -> None:
        self.note(f"assemble overtaken by {by}")
        events: dict[str, Callable[[], object]] = {
            "itself": lambda: self.world.assemble(job.id),
            "failure": lambda: self.world.record_failure(job.id),
            "time-out": lambda: self.world.report_status(job.id, "TIMED_OUT"),
            "stop": lambda: self.world.stop(job.user, job.id),
        }
        with (
            overtaken(composition.audio_storage(), "put_audio", events[by], after_effect=after_effect),
            pytest.raises(JobNotActive),
        ):
            self.world.assemble(job.id)
        if by == "itself":
            job.end("completed", self.now)
        elif by == "stop":
            job.stop(self.now)
            job.has_audio = False
        else:
            job.fail("PROVIDER_UNAVAILABLE" if by == "failure" else "TIMEOUT", self.now)

    @on_a_job(lambda job: not job.is_active, task=st.sampled_from(["plan", "synthesize", "assemble"]))
    def come_late(self, job: ExpectedJob, task: str) -> None:
        self.note(f"{task} comes late: {job.status or 'gone'}")
        with pytest.raises(JobNotActive) as refusal:
            getattr(self.world, task)(job.id)
        assert refusal.value.status == job.status

    @on_a_job(lambda _job: True, error=st.sampled_from(["ProviderUnavailable", "States.Timeout"]))
    def fail(self, job: ExpectedJob, error: str) -> None:
        self.note(f"fail: {job.status or 'gone'}")
        self.world.record_failure(job.id, error)
        job.fail("TIMEOUT" if error == "States.Timeout" else "PROVIDER_UNAVAILABLE", self.now)

    # Executions

    @on_a_job(
        lambda _job: True,
        status=st.sampled_from(["ABORTED", "FAILED", "TIMED_OUT", "SUCCEEDED", "RUNNING"]),
        reports=st.integers(0, 2),
    )
    def execution_changes(self, job: ExpectedJob, status: str, reports: int) -> None:
        """Change the execution's status; its event is delivered once, twice, or never."""
        self.note(f"execution {status}: {job.status or 'gone'}, {reports} reports")
        self.world.executions.statuses[job.id] = status
        for _ in range(reports):
            self.world.report_status(job.id, status)
        if reports and status in {"ABORTED", "FAILED", "TIMED_OUT"}:
            job.fail("TIMEOUT" if status == "TIMED_OUT" else "INTERRUPTED", self.now)

    @on_a_job(lambda job: job.is_active)
    def lose_execution(self, job: ExpectedJob) -> None:
        self.note(f"lose execution: {job.status}")
        self.world.executions.statuses.pop(job.id, None)

    # Time, and what comes with it

    @rule(delta=st.sampled_from([SETTLED, SETTLED, SETTLED, timedelta(hours=1), DAY, 7 * DAY, 30 * DAY]))
    @precondition(lambda machine: any(job.status is not None for job in machine.expected.jobs))
    def time_passes(self, delta: timedelta) -> None:
        self.note(f"time passes: {delta}")
        self.world.clock.advance(delta)

    @rule()
    @precondition(lambda machine: machine.expected.anything_has_expired(machine.now))
    def expire(self) -> None:
        self.note("expire")
        self.world.expire()
        self.expected.remove_expired(self.now)

    @on_a_job(lambda job: not job.is_active and not job.holds_leaked_slot)
    def leak_slot(self, job: ExpectedJob) -> None:
        self.note(f"leak slot: {job.status or 'gone'}")
        self.world.leak_slot(job.user, job.id)
        job.holds_leaked_slot = True
        self.expected.users_with_slots[job.user] = self.now

    @rule(
        after=st.sampled_from([SETTLED, SETTLED, SETTLED - timedelta(seconds=1), timedelta(minutes=10)]),
        trouble=st.sampled_from([Trouble.NONE, Trouble.NONE, Trouble.REFUSED, Trouble.ANSWER_LOST]),
    )
    @precondition(lambda machine: any(job.is_active or job.holds_leaked_slot for job in machine.expected.jobs))
    def reconcile(self, after: timedelta, trouble: Trouble) -> None:
        self.note("reconcile")
        self.world.clock.advance(after)
        expected = self._reconcile_expected(can_start=trouble is Trouble.NONE)
        with self.world.executions.in_trouble(trouble):
            report = self.world.reconcile()

        for remedy in ("started", "failed", "slots_freed", "settled", "unavailable"):
            assert report[remedy] == expected[remedy], remedy
            if expected[remedy]:
                self.note(f"reconcile: {remedy}")

    def _reconcile_expected(self, *, can_start: bool) -> Counter[str]:
        """Check what is due, the oldest first, and count what that does."""
        jobs = {job.id: job for job in self.expected.jobs}
        checks = [(job.check_at, shard_of(job.id), "job", job.id) for job in jobs.values() if job.is_open]
        checks += [(at, shard_of(user), "user", user) for user, at in self.expected.users_with_slots.items()]
        done: Counter[str] = Counter()
        for at, _, kind, subject in sorted(checks):
            if at > self.now:
                break
            if kind == "user":
                done["slots_freed"] += self.expected.reconcile_slots(subject, self.now)
            else:
                execution = self.world.executions.statuses.get(subject)
                done[jobs[subject].reconcile(self.now, execution, can_start=can_start)] += 1
        return done

    # What always holds

    @invariant()
    def everything_is_as_expected(self) -> None:
        table, objects = self.world.table(), self.world.objects("audio/")
        self._check_items(table)
        self._check_keys(table)
        self._check_usage(table)
        assert {key.split("/")[1] for key in objects} == {job.id for job in self.expected.jobs if job.has_audio}, (
            "audio"
        )
        # What users and the reconciler see follows from these: it is not looked at again until they change.
        self._check_open_jobs(table)
        for user in (*USERS, STRANGER):
            self._check_slots(user, table)
            self._check_list(user, table)
        for job in self.expected.jobs:
            self._check_detail(job, table)
        self.sound = True

    def _has_changed(self, subject: str, *state: Any) -> bool:
        before, self.seen[subject] = self.seen.get(subject), state
        return before != state

    def _check_items(self, table: Table) -> None:
        """Check the table: each job has all its items or none, with the expected expiry."""
        for job in self.expected.jobs:
            items = {sk: item for (pk, sk), item in table.items() if pk == f"JOB#{job.id}"}
            batches = {sk: items.pop(sk) for sk in list(items) if sk.startswith("BATCH#")}
            words = {sk: items.pop(sk) for sk in list(items) if sk.startswith("WORDS#")}
            assert all("expires_at" in item for item in (*batches.values(), *words.values()))
            assert bool(batches) == (job.batch_expires_at is not None)
            names = set() if job.status is None else {"JOB"} if job.deleted_at is not None else {"JOB", "INPUT"}
            results = {"RESULT"} if job.status == "completed" else set()
            started = items.pop("EVENT#job.started", None)
            assert (started is not None) == job.has_event_of_start, job
            if job.event_of_end is not None:
                name, expires_at = job.event_of_end
                assert items.pop(f"EVENT#{name}")["expires_at"] == int(expires_at.timestamp()), job
            assert set(items) == names | results, job
            expiry = int(job.expires_at.timestamp()) if job.expires_at else None
            assert {item.get("expires_at") for item in items.values()} <= {expiry}, job
        everybody = {f"JOB#{job.id}" for job in self.expected.jobs} | {f"USER#{user}" for user in USERS}
        everybody.add("DEPLOYMENT")
        assert {pk for pk, _ in table} <= everybody

    def _check_keys(self, table: Table) -> None:
        for user in USERS:
            found = [
                item["job_id"]
                for (pk, sk), item in table.items()
                if pk == f"USER#{user}" and sk.startswith("IDEMPOTENCY#")
            ]
            assert sorted(found) == sorted(
                known.job.id for (owner, _), known in self.expected.keys.items() if owner == user
            ), "idempotency keys"

    def _check_usage(self, table: Table) -> None:
        """Check that committed characters are the billed ones and those that open jobs have reserved, always."""
        for job in self.expected.jobs:
            result = table.get((f"JOB#{job.id}", "RESULT"))
            if result is not None and not job.audio_ms:
                job.audio_ms = unpack(result["result"])["duration_ms"]
                assert unpack(result["result"])["billed_characters"] == job.billed
        for key, figures in self.expected.usage().items():
            found = {name: int(value) for name, value in table.get(key, {}).items() if isinstance(value, Decimal)}
            found.pop("expires_at", None)
            assert {name: value for name, value in found.items() if value} == {
                name: value for name, value in figures.items() if value
            }, key

    def _check_open_jobs(self, table: Table) -> None:
        """Check the index of what is open: each is there with the time of its next check."""
        expected = {(f"OPEN#{shard_of(job.id)}", job.check_at, job.id) for job in self.expected.jobs if job.is_open}
        for user, check_at in self.expected.users_with_slots.items():
            expected.add((f"SLOTS#{shard_of(user)}", check_at, user))
        assert {
            (item["open_key"], item["open_sort"])
            for item in table.values()
            if item.get("open_key", "").startswith(("OPEN#", "SLOTS#"))
        } == {(partition, f"{at:%Y-%m-%dT%H:%M:%S}.000Z#{subject}") for partition, at, subject in expected}

    def _check_slots(self, user: str, table: Table) -> None:
        slots = self.expected.slots(user)
        if self._has_changed(f"slots of {user}", table.get((f"USER#{user}", "ACTIVE")), slots):
            assert self.world.repository.taken_slots(user) == slots
            assert len(self.expected.active(user)) <= MAX_ACTIVE

    def _check_list(self, user: str, table: Table) -> None:
        """Check a user's list. The lists of one status have a state machine of their own, in ``test_totals``."""
        mine = [job for job in reversed(self.expected.jobs) if job.user == user]
        visible = [(job.id, job.status) for job in mine if job.is_visible(self.now)]
        indexed = [item for item in table.values() if item.get("user_key") == f"USER#{user}"]
        # A leaked slot is taken for that of an active job until the reconciler frees it.
        leaked = sum(job.holds_leaked_slot for job in mine)
        if self._has_changed(f"jobs of {user}", indexed, visible, leaked):
            page = self.world.view.page(user, limit=100)
            assert [(job.id, str(job.status)) for job in page.jobs] == visible
            assert page.total == len(visible) + leaked

    def _check_detail(self, job: ExpectedJob, table: Table) -> None:
        items = [item for (pk, _), item in table.items() if pk == f"JOB#{job.id}"]
        if not self._has_changed(job.id, items, job.is_visible(self.now)):
            return
        view = self.world.view
        with pytest.raises(JobNotFound):
            view.record(STRANGER, job.id)
        if not job.is_visible(self.now):
            for ask in (view.record, view.completed):
                with pytest.raises(JobNotFound):
                    ask(job.user, job.id)
            return
        record = view.record(job.user, job.id)
        self._check_record(job, record)
        if job.status == "completed":
            assert view.completed(job.user, job.id)[1] == record.job.audio_file_id
        else:
            with pytest.raises(JobNotCompleted):
                view.completed(job.user, job.id)

    def _check_record(self, job: ExpectedJob, record: JobRecord) -> None:
        found = record.job
        failure = str(found.failure.code) if found.failure else None
        assert (str(found.status), failure) == (job.status, job.failure)
        assert (found.created_at, found.started_at, found.completed_at) == (
            job.created_at,
            job.started_at,
            job.ended_at,
        )
        assert (record.result is not None, found.audio_file_id is not None) == (job.status == "completed",) * 2
        assert (record.completed_segments, record.retry_count) == (job.segments, min(3, job.provider_failures))
        if job.has_ended:
            first = self.outcomes.setdefault(job.id, record)
            assert found.billed_characters == job.billed
            assert (replace(found, billed_characters=None), record.result, record.dialogue) == (
                replace(first.job, billed_characters=None),
                first.result,
                first.dialogue,
            )

    # And in the end

    def teardown(self) -> None:
        """Check that nothing stays open once every execution has ended."""
        if not self.sound:
            return
        statuses = self.world.executions.statuses
        statuses.update({job.id: "FAILED" for job in self.expected.jobs})
        self.world.clock.advance(DAY)
        self.world.reconcile()
        self.world.clock.advance(LATEST_TASK)
        self.world.reconcile()
        assert self.world.open_jobs() == []
        assert [self.world.repository.taken_slots(user) for user in USERS] == [frozenset()] * len(USERS)
        self.world.clock.advance(31 * DAY)
        self.world.expire()
        left = self.world.table()
        lasting = {"ACTIVE", "USAGE", "LIMITS", "CONTROLS", "PACE", "RECONCILER"}
        assert {sk.partition("#")[0] for _, sk in left} <= lasting
        for (_, sk), item in left.items():
            if sk.startswith("USAGE#"):
                assert item.get("committed", 0) == item.get("billed", 0), "characters that nobody has reserved"
        assert self.world.objects("audio/") == []


@pytest.mark.timeout(3600)
def test_the_lifecycle_holds_whatever_happens_in_whatever_order(world: World) -> None:
    Lifecycle.world = world
    Lifecycle.happened.clear()

    run_state_machine_as_test(
        seed(SEED)(Lifecycle),
        settings=settings(
            max_examples=45,
            stateful_step_count=25,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            backend=EVEN_HANDED,
            phases=[Phase.generate],  # shrinking a story takes minutes, and it is short enough as it is
        ),
    )

    told = {what: sum(count for each, count in Lifecycle.happened.items() if what in each) for what in TOLD}
    assert min(told.values()) > 0, told
