"""Quotas of characters: exact under any concurrency, and settled by every way to end."""

from __future__ import annotations

import json
import math
import threading
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest

from castline import composition, observability
from castline.audio.formats import OutputFormat
from castline.aws_errors import ServiceUnavailable
from castline.jobs.errors import JobLimitExceeded
from castline.jobs.model import Batch, JobStatus, SpokenSegment
from castline.usage.errors import QuotaExceeded, SubmissionsStopped
from castline.usage.model import Breaker, Figures, LimitChanges, Quota, day_of, month_of
from tests.integration.api.client import call
from tests.integration.aws_calls import observed_calls
from tests.integration.lifecycle.world import MAX_PROCESSING, SETTLED, World, dialogue, new_user
from tests.integration.scripted_executions import Crash, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

SUBMISSIONS, ROOM = 20, 7
CHARGE = 13
"""The billed characters of a dialogue of ``text``: two Han characters and two digits, twice, and a mark."""
PRICE = 16


@pytest.fixture(autouse=True)
def _an_empty_world(world: World) -> None:
    """Empty the table: the usage of the deployment is that of one test."""
    world.forget_everything()


def text(number: int) -> str:
    return f"你好{number:02d}"


def set_limits(user: str, **limits: Any) -> None:
    """Set limits of a user, who may have any number of active jobs."""
    changes = LimitChanges(**{"max_active_jobs": 1000} | limits)
    composition.usage_repository().set_limit_changes(user, changes)


def set_ceiling(world: World, characters: int | None) -> None:
    composition.usage_repository().set_ceiling(characters, changed_at=world.clock.now(), changed_by="an operator")


def set_breaker(world: World, *, is_open: bool) -> None:
    breaker = Breaker(is_open=is_open, reason="An attack", changed_at=world.clock.now(), changed_by="an operator")
    composition.usage_repository().set_breaker(breaker)


def usage_of(world: World, user: str) -> Figures:
    return composition.usage_repository().month(user, month_of(world.clock.now())).total


def usage_of_all(world: World) -> Figures:
    return composition.usage_repository().deployment_month(month_of(world.clock.now())).total


def submit_at_once(world: World, users: list[str]) -> tuple[dict[str, str], Counter[str]]:
    """Submit another text once for each entry of ``users``, all at the same moment.

    Returns:
        The accepted jobs with their users, and the outcomes.
    """
    accepted: dict[str, str] = {}
    outcomes: Counter[str] = Counter()
    together = threading.Barrier(len(users))
    lock = threading.Lock()

    def attempt(number: int, user: str) -> None:
        together.wait()
        try:
            job_id = world.submit(user, dialogue(text(number))).id
        except QuotaExceeded as refusal:
            with lock:
                outcomes[f"{refusal.quota}: {refusal.used} of {refusal.limit}"] += 1
        else:
            with lock:
                accepted[job_id] = user
                outcomes["accepted"] += 1

    threads = [threading.Thread(target=attempt, args=each) for each in enumerate(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return accepted, outcomes


class TestManyAtOnce:
    @pytest.mark.parametrize("quota", Quota)
    def test_exactly_those_submissions_that_fit_are_accepted(self, world: World, user: str, quota: Quota) -> None:
        # Given a quota with room for seven, and almost for an eighth
        limit = ROOM * CHARGE + CHARGE - 1
        users = [new_user() for _ in range(5)] if quota is Quota.DEPLOYMENT_DAY else [user]
        for each in users:
            set_limits(each, **({} if quota is Quota.DEPLOYMENT_DAY else {quota.removeprefix("user_"): limit}))
        set_ceiling(world, limit if quota is Quota.DEPLOYMENT_DAY else None)

        # When more are submitted at once
        accepted, outcomes = submit_at_once(world, users * (SUBMISSIONS // len(users)))

        # Then
        assert outcomes == {
            "accepted": ROOM,
            f"{quota}: {ROOM * CHARGE} of {limit}": SUBMISSIONS - ROOM,
        }
        assert usage_of_all(world).committed_characters == ROOM * CHARGE

        # And after all have ended, what is used is what was billed, to the character
        billed: Counter[str] = Counter()
        for job_id, owner in accepted.items():
            world.complete(job_id)
            record = world.repository.get_record(job_id)
            assert record is not None
            assert record.result is not None
            assert record.job.billed_characters == record.result.billed_characters == CHARGE
            billed[owner] += record.result.billed_characters
        for owner in users:
            used = usage_of(world, owner)
            assert (used.billed_characters, used.reserved_characters) == (billed[owner], 0)
            assert used.cost_micros == billed[owner] * PRICE
        assert usage_of_all(world) == sum((usage_of(world, each) for each in users), Figures())
        assert usage_of_all(world).jobs == ROOM

    def test_the_same_key_at_once_is_reserved_once(self, world: World, user: str) -> None:
        outcomes: set[str] = set()
        together = threading.Barrier(10)

        def attempt() -> None:
            together.wait()
            outcomes.add(world.submit(user, dialogue(text(0)), idempotency_key="key").id)

        threads = [threading.Thread(target=attempt) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(outcomes) == 1
        assert usage_of(world, user) == Figures(committed_characters=CHARGE, jobs=1)

    def test_jobs_end_at_once_in_every_way(self, world: World, user: str) -> None:
        # Given eight jobs, half of them spoken
        set_limits(user)
        jobs = [world.submit(user, dialogue(text(number))).id for number in range(8)]
        for job_id in jobs[:4]:
            world.plan(job_id)
            world.synthesize(job_id)
        ways: list[Callable[[str], object]] = [
            world.assemble,
            world.record_failure,
            lambda job_id: world.report_status(job_id, "TIMED_OUT"),
            lambda job_id: world.report_status(job_id, "ABORTED"),
        ]

        # When all end at once, each by two ways at the same time
        def end(job_id: str, way: Callable[[str], object]) -> None:
            try:
                way(job_id)
            except Exception as error:  # noqa: BLE001 (that one of the two comes late is checked below)
                late.append(error)

        late: list[Exception] = []
        threads = [
            threading.Thread(target=end, args=(job_id, way))
            for number, job_id in enumerate(jobs)
            for way in (ways[number % len(ways)], world.record_failure)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        # Then each is settled once
        assert {world.status_of(job_id) for job_id in jobs} <= {JobStatus.COMPLETED, JobStatus.FAILED}
        used = usage_of(world, user)
        assert (used.billed_characters, used.committed_characters) == (4 * CHARGE, 4 * CHARGE)
        assert usage_of_all(world) == used


def complete(world: World, user: str, job_id: str) -> None:
    world.complete(job_id)


def fail_after_speaking(world: World, user: str, job_id: str) -> None:
    world.plan(job_id)
    world.synthesize(job_id)
    world.record_failure(job_id)


def fail(world: World, user: str, job_id: str) -> None:
    world.plan(job_id)
    world.record_failure(job_id)


def time_out_as_a_whole(world: World, user: str, job_id: str) -> None:
    world.plan(job_id)
    world.synthesize(job_id)
    world.report_status(job_id, "TIMED_OUT")


def be_interrupted(world: World, user: str, job_id: str) -> None:
    world.report_status(job_id, "ABORTED")


def be_cancelled(world: World, user: str, job_id: str) -> None:
    world.cancel(user, job_id)


def be_found_dead(world: World, user: str, job_id: str) -> None:
    world.plan(job_id)
    world.synthesize(job_id)
    del world.executions.statuses[job_id]
    world.clock.advance(MAX_PROCESSING)
    world.reconcile()


def never_begin(world: World, user: str, job_id: str) -> None:
    del world.executions.statuses[job_id]
    world.clock.advance(timedelta(days=1))
    with world.executions.in_trouble(Trouble.REFUSED):
        world.reconcile()


class TestTheEnd:
    @pytest.mark.parametrize(
        ("end", "billed"),
        [
            (complete, CHARGE),
            (fail, 0),
            (fail_after_speaking, CHARGE),
            (time_out_as_a_whole, CHARGE),
            (be_interrupted, 0),
            (be_cancelled, 0),
            (be_found_dead, CHARGE),
            (never_begin, 0),
        ],
    )
    def test_every_way_settles_the_reservation_once(
        self, world: World, user: str, end: Callable[[World, str, str], None], billed: int
    ) -> None:
        job_id = world.submit(user, dialogue(text(0))).id
        day = day_of(world.clock.now())

        # When the job ends, and later news of it come
        end(world, user, job_id)
        for news in ("ABORTED", "FAILED", "TIMED_OUT"):
            world.report_status(job_id, news)
        world.record_failure(job_id)
        world.clock.advance(timedelta(minutes=15))
        world.reconcile()

        # Then only what was billed is used, on the day of the submission
        (used,) = composition.usage_repository().month(user, day[:7]).days.items()
        assert used[0] == day
        assert replace(used[1], audio_ms=0) == Figures(
            billed_characters=billed, committed_characters=billed, jobs=1, cost_micros=billed * PRICE
        )
        assert (used[1].audio_ms > 0) == (end is complete)
        job = world.repository.get(job_id)
        assert job is not None
        assert job.billed_characters == billed

    def test_what_a_late_task_bills_is_added_when_the_job_is_settled(self, world: World, user: str) -> None:
        # Given a job that has timed out, a task of which goes on
        job_id = world.submit(user, dialogue(text(0))).id
        world.plan(job_id)
        world.report_status(job_id, "TIMED_OUT")
        late = SpokenSegment(number=0, fingerprint="0" * 64, samples=240, billed_characters=6)
        world.repository.record_batch(job_id, Batch(number=0, segments=(late,)), now=world.clock.now())
        assert usage_of(world, user).committed_characters == 0

        # When the reconciler comes, twice
        world.clock.advance(timedelta(minutes=15))
        reports = [world.reconcile()["settled"] for _ in range(2)]

        # Then it is counted once
        assert reports == [1, 0]
        assert usage_of(world, user) == Figures(
            billed_characters=6, committed_characters=6, jobs=1, cost_micros=6 * PRICE
        )
        assert usage_of_all(world) == usage_of(world, user)
        job = world.repository.get(job_id)
        assert job is not None
        assert job.billed_characters == 6

    @pytest.mark.parametrize("trouble", [Trouble.REFUSED, Trouble.ANSWER_LOST])
    def test_a_failed_start_reserves_nothing(self, world: World, user: str, trouble: Trouble) -> None:
        with world.executions.in_trouble(trouble), pytest.raises(ServiceUnavailable):
            world.submit(user, dialogue(text(0)))

        assert usage_of(world, user) == usage_of_all(world) == Figures()

    def test_a_crash_before_the_start_keeps_the_reservation_until_the_end(self, world: World, user: str) -> None:
        with world.executions.in_trouble(Trouble.CRASH), pytest.raises(Crash):
            world.submit(user, dialogue(text(0)))
        assert usage_of(world, user) == Figures(committed_characters=CHARGE, jobs=1)

        world.clock.advance(SETTLED)
        world.reconcile()
        (job_id,) = world.repository.taken_slots(user)
        world.complete(job_id)

        assert usage_of(world, user).billed_characters == CHARGE
        assert usage_of(world, user).reserved_characters == 0

    def test_a_job_counts_for_the_day_of_its_submission(self, world: World, user: str) -> None:
        # Given a quota that a job uses up, and the next day
        set_limits(user, characters_per_day=CHARGE)
        first = world.submit(user, dialogue(text(0))).id
        world.clock.advance(timedelta(days=1))

        # When it ends on the next day
        second = world.submit(user, dialogue(text(1))).id
        world.complete(first)

        # Then that day's quota is used by that day's job alone
        with pytest.raises(QuotaExceeded) as refusal:
            world.submit(user, dialogue(text(2)))
        assert (refusal.value.used, refusal.value.limit) == (CHARGE, CHARGE)
        world.cancel(user, second)
        world.submit(user, dialogue(text(2)))

    def test_a_job_of_an_earlier_release_settles_nothing(self, world: World, user: str) -> None:
        # Given a job that has reserved nothing
        job = world.submit(user, dialogue(text(0)))
        key = {"pk": {"S": f"JOB#{job.id}"}, "sk": {"S": "JOB"}}
        world.dynamodb.update_item(
            TableName=composition.settings().table_name,
            Key=key,
            UpdateExpression="REMOVE usage_day, reserved_characters, price_per_million",
        )
        before = usage_of(world, user)

        # When it ends
        world.plan(job.id)
        world.synthesize(job.id)
        world.record_failure(job.id)
        world.clock.advance(timedelta(minutes=15))
        assert world.reconcile()["settled"] == 1

        # Then
        assert usage_of(world, user) == before
        assert world.status_of(job.id) is JobStatus.FAILED


class TestWhatIsReserved:
    def test_a_partly_stored_job_needs_room_for_the_rest_only(self, world: World, user: str) -> None:
        # Given a dialogue that is stored, and a quota with room for one character more
        spoken = dialogue(text(0))
        world.complete(world.submit(user, spoken).id)
        set_limits(user, characters_per_day=CHARGE + 8)

        # When one of its two turns is changed, for which there is room
        first, second = spoken.turns
        edited = replace(spoken, turns=(first, replace(second, text="你好99")))
        job = world.submit(user, edited)

        # Then only the new turn is reserved, and then billed
        assert job.reservation is not None
        assert job.reservation.characters == 6
        world.complete(job.id)
        assert usage_of(world, user).billed_characters == CHARGE + 6

        # And a job of which everything is stored always fits
        set_limits(user, characters_per_day=0)
        again = world.resubmit(user, job.id)
        assert again.reservation is not None
        assert again.reservation.characters == 0
        with pytest.raises(QuotaExceeded):
            world.submit(user, dialogue(text(1)))

    def test_another_version_reserves_nothing(self, world: World, user: str) -> None:
        # Given a user whose quota is used up
        job_id = world.submit(user, dialogue(text(0))).id
        world.complete(job_id)
        set_limits(user, characters_per_day=0)

        version = composition.render_job()(user, job_id, {"output_format": OutputFormat.MP3})

        assert version.reservation is not None
        assert version.reservation.characters == 0
        assert usage_of(world, user).jobs == 2

    def test_a_key_that_is_known_is_answered_although_the_quota_is_used_up(self, world: World, user: str) -> None:
        job = world.submit(user, dialogue(text(0)), idempotency_key="key")
        set_limits(user, characters_per_day=0)

        assert world.submit(user, dialogue(text(0)), idempotency_key="key").id == job.id
        assert usage_of(world, user) == Figures(committed_characters=CHARGE, jobs=1)

    def test_submissions_that_are_bound_to_be_refused_do_not_contend_for_the_usage_of_all(
        self, world: World, user: str
    ) -> None:
        # Given users who have used up their slots, their quota, or the whole deployment's
        without_slots, without_quota = new_user(), new_user()
        set_limits(without_slots, max_active_jobs=1)
        set_limits(without_quota, characters_per_day=CHARGE - 1)
        world.submit(without_slots, dialogue(text(0)))

        # When they submit
        with observed_calls() as operations:
            with pytest.raises(JobLimitExceeded):
                world.submit(without_slots, dialogue(text(1)))
            with pytest.raises(QuotaExceeded):
                world.submit(without_quota, dialogue(text(1)))
            set_ceiling(world, CHARGE)
            with pytest.raises(QuotaExceeded) as refusal:
                world.submit(user, dialogue(text(1)))

        # Then no transaction locks the item that those of all users write
        assert (refusal.value.quota, refusal.value.used) == (Quota.DEPLOYMENT_DAY, CHARGE)
        assert "TransactWriteItems" not in operations

    def test_the_limit_of_active_jobs_goes_before_the_quota(self, world: World, user: str) -> None:
        set_limits(user, max_active_jobs=1, characters_per_day=CHARGE)
        world.submit(user, dialogue(text(0)))

        with pytest.raises(JobLimitExceeded) as refusal:
            world.submit(user, dialogue(text(1)))

        assert (refusal.value.current_jobs, refusal.value.max_jobs) == (1, 1)


BODY = {
    "provider": "azure",
    "turns": [{"speaker": "A", "text": "你好", "index": 0}],
    "voice_assignments": [{"speaker": "A", "voice_id": "zh-TW-HsiaoYuNeural"}],
}


class TestAnswers:
    @pytest.mark.parametrize(
        ("limits", "quota", "language", "words"),
        [
            ({"characters_per_day": 5}, "user_characters_per_day", "en", "would exceed a character quota"),
            ({"characters_per_month": 5}, "user_characters_per_month", "zh-TW", "超過字元額度"),
            ({}, "deployment_characters_per_day", "en", "would exceed a character quota"),
        ],
    )
    def test_a_refusal_says_which_quota_and_until_when(
        self, world: World, user: str, limits: dict[str, int], quota: str, language: str, words: str
    ) -> None:
        # Given a quota of five characters, four of which are used
        set_limits(user, **limits)
        set_ceiling(world, None if limits else 5)
        assert call("POST", "/jobs", user=user, json=BODY).status == 201

        # When
        refused = call("POST", "/jobs", user=user, json=BODY, headers={"Accept-Language": language})

        # Then
        assert (refused.status, refused.json()["error"]) == (429, "QUOTA_EXCEEDED")
        assert words in refused.json()["message"]
        resets_at = datetime.fromisoformat(refused.json()["details"].pop("resets_at"))
        assert refused.json()["details"].items() >= {"quota": quota, "used": 4, "limit": 5}.items()
        now = world.clock.now()
        assert (resets_at.hour, resets_at.minute, resets_at.second, resets_at.utcoffset()) == (0, 0, 0, timedelta())
        assert now < resets_at <= now + timedelta(days=31 if "month" in quota else 1)
        assert resets_at.day == 1 or "month" not in quota
        assert refused.headers["Retry-After"] == str(math.ceil((resets_at - now).total_seconds()))

    def test_while_the_breaker_is_open_nothing_is_submitted(self, world: World, user: str) -> None:
        # Given a completed job, one with a key, and the breaker open
        done = world.submit(user, dialogue(text(0)))
        world.complete(done.id)
        headers = {"Idempotency-Key": "key"}
        kept = call("POST", "/jobs", user=user, json=BODY, headers=headers).json()
        set_breaker(world, is_open=True)

        # Then new jobs of every kind are refused
        for path, body in (
            ("/jobs", BODY),
            (f"/jobs/{done.id}/resubmit", None),
            (f"/jobs/{done.id}/renditions", {"output_format": "mp3"}),
        ):
            refused = call("POST", path, user=user, **({"json": body} if body else {}))
            assert (refused.status, refused.json()["error"]) == (503, "SUBMISSIONS_STOPPED"), path
            assert refused.json()["details"] == {"reason": "An attack"}
            assert int(refused.headers["Retry-After"]) > 0

        # And what was submitted before can still be asked for, cancelled, and completed
        assert call("POST", "/jobs", user=user, json=BODY, headers=headers).json()["id"] == kept["id"]
        world.complete(kept["id"])
        assert world.status_of(kept["id"]) is JobStatus.COMPLETED

        # And when it is closed, everything is as before
        set_breaker(world, is_open=False)
        assert call("POST", "/jobs", user=user, json=BODY).status == 201

    def test_the_limit_of_active_jobs_goes_before_the_breaker(self, world: World, user: str) -> None:
        set_limits(user, max_active_jobs=1)
        world.submit(user, dialogue(text(0)))
        set_breaker(world, is_open=True)

        with pytest.raises(JobLimitExceeded):
            world.submit(user, dialogue(text(1)))
        with pytest.raises(SubmissionsStopped):
            world.submit(new_user(), dialogue(text(1)))


def test_the_reconciler_measures_the_ceiling(world: World, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written = StringIO()
    monkeypatch.setattr(observability.output, "stream", written)

    def ceiling_used() -> list[float]:
        """Run the reconciler, and return the values that it writes of the metric."""
        written.seek(0)
        written.truncate()
        world.reconcile()
        lines = map(json.loads, written.getvalue().splitlines())
        return [value for line in lines for value in line.get("DailyCeilingUsed", ())]

    # Given eight jobs that reserve 80 % of the ceiling
    assert ceiling_used() == [0]
    set_ceiling(world, 10 * CHARGE)
    set_limits(user)
    for number in range(8):
        world.submit(user, dialogue(text(number)))

    # Then that is measured, and on the next day nothing
    assert ceiling_used() == [80]
    world.clock.advance(timedelta(days=1))
    assert ceiling_used() == [0]

    # And a ceiling of nothing is reached, and none never
    set_ceiling(world, 0)
    assert ceiling_used() == [100]
    set_ceiling(world, None)
    assert ceiling_used() == [0]
