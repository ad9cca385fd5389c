"""Idempotency keys: a repeated submission with the same key creates no second job."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from castline.aws_errors import ServiceUnavailable
from castline.jobs.errors import IdempotencyKeyReused
from castline.jobs.model import IdempotencyKey, JobStatus
from local.quickstart import DIALOGUE as BODY
from tests.integration.api.client import Answer, call
from tests.integration.lifecycle.world import DIALOGUE, MAX_ACTIVE, SETTLED, World, dialogue, new_user, overtaken
from tests.integration.scripted_executions import Crash, Trouble

OTHER_BODY: dict[str, Any] = {**BODY, "gap_ms": 17}
INVALID_BODY: dict[str, Any] = {**BODY, "gap_ms": -1}


def post(user: str, key: str | None, body: dict[str, Any] = BODY) -> Answer:
    headers = {"Idempotency-Key": key} if key is not None else {}
    return call("POST", "/jobs", user=user, json=body, headers=headers)


def job_of(answer: Answer) -> str:
    assert answer.status == 201, answer.text
    return str(answer.json()["id"])


def error_of(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json()["error"]


def jobs_of(world: World, user: str) -> set[str]:
    """Return the user's jobs, which at this stage are all active."""
    jobs = {job.id for job in world.view.page(user, limit=100).jobs}
    assert world.repository.taken_slots(user) == jobs
    return jobs


class TestReplay:
    def test_the_same_key_and_body_give_the_same_job(self, world: World, user: str) -> None:
        answers = [post(user, "key") for _ in range(MAX_ACTIVE + 2)]

        assert {answer.text for answer in answers} == {answers[0].text}
        assert jobs_of(world, user) == {job_of(answers[0])}

    def test_what_means_the_same_is_the_same(self, world: World, user: str) -> None:
        # Given a body with its turns in another order and its defaults written out
        spelled_out = {**BODY, "turns": BODY["turns"][::-1], "gap_ms": 300, "language": "zh-TW"}

        assert job_of(post(user, "key", spelled_out)) == job_of(post(user, "key", {**BODY, "gap_ms": 300}))

    def test_several_at_once_give_one_job(self, world: World, user: str) -> None:
        together = threading.Barrier(8)
        given: list[str] = []

        def submit() -> None:
            together.wait()
            given.append(world.submit(user, DIALOGUE, idempotency_key="key").id)

        threads = [threading.Thread(target=submit) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(given) == 8
        assert jobs_of(world, user) == set(given)
        assert len(set(given)) == 1
        assert world.executions.statuses[given[0]] == "RUNNING"

    def test_a_replay_needs_no_slot(self, world: World, user: str) -> None:
        first = job_of(post(user, "key"))
        for _ in range(MAX_ACTIVE - 1):
            post(user, None)

        assert job_of(post(user, "key")) == first
        assert error_of(post(user, "another key")) == (429, "JOB_LIMIT_EXCEEDED")

    def test_a_job_that_has_moved_on_is_given_as_it_is(self, world: World, user: str) -> None:
        job_id = job_of(post(user, "key"))
        world.begin(job_id)
        assert post(user, "key").json()["status"] == "processing"

        world.record_failure(job_id)
        started = len(world.executions.asked_for)
        failed = post(user, "key").json()

        assert (failed["id"], failed["status"]) == (job_id, "failed")
        assert len(world.executions.asked_for) == started

    def test_a_completed_job_is_given_as_it_is(self, world: World, user: str) -> None:
        job_id = world.submit(user, DIALOGUE, idempotency_key="key").id
        world.complete(job_id)

        again = world.submit(user, DIALOGUE, idempotency_key="key")

        assert (again.id, again.status) == (job_id, JobStatus.COMPLETED)
        assert again == world.repository.get(job_id)

    def test_without_a_key_every_submission_counts(self, world: World, user: str) -> None:
        assert len({job_of(post(user, None)) for _ in range(MAX_ACTIVE)}) == MAX_ACTIVE


class TestAnotherBody:
    def test_is_refused(self, world: World, user: str) -> None:
        job_id = job_of(post(user, "key"))

        assert error_of(post(user, "key", OTHER_BODY)) == (422, "IDEMPOTENCY_KEY_REUSED")

        assert jobs_of(world, user) == {job_id}
        assert job_of(post(user, "key")) == job_id

    def test_is_refused_even_where_there_is_no_free_slot(self, world: World, user: str) -> None:
        post(user, "key")
        for _ in range(MAX_ACTIVE - 1):
            post(user, None)

        assert error_of(post(user, "key", OTHER_BODY)) == (422, "IDEMPOTENCY_KEY_REUSED")

    def test_of_several_at_once_one_wins(self, world: World, user: str) -> None:
        together = threading.Barrier(10)
        outcomes: list[str] = []

        def submit(number: int) -> None:
            together.wait()
            try:
                job = world.submit(user, dialogue(f"第 {number % 2} 句"), idempotency_key="key")
                outcomes.append(job.id)
            except IdempotencyKeyReused:
                outcomes.append("refused")

        threads = [threading.Thread(target=submit, args=(number,)) for number in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        (winner,) = jobs_of(world, user)
        assert sorted(outcomes) == sorted([winner] * 5 + ["refused"] * 5)


class TestFailedSubmission:
    """The key of a failed submission can be used again."""

    def test_after_a_validation_error(self, world: World, user: str) -> None:
        assert error_of(post(user, "key", INVALID_BODY)) == (400, "VALIDATION_ERROR")

        job_of(post(user, "key"))

    def test_after_a_refusal_at_the_limit(self, world: World, user: str) -> None:
        others = [job_of(post(user, None)) for _ in range(MAX_ACTIVE)]
        assert error_of(post(user, "key", OTHER_BODY)) == (429, "JOB_LIMIT_EXCEEDED")

        call("DELETE", f"/jobs/{others[0]}", user=user)

        assert job_of(post(user, "key")) not in others

    @pytest.mark.parametrize("trouble", [Trouble.REFUSED, Trouble.ANSWER_LOST])
    def test_after_a_failed_start(self, world: World, user: str, trouble: Trouble) -> None:
        with world.executions.in_trouble(trouble):
            refused = post(user, "key", OTHER_BODY)
        assert error_of(refused) == (503, "SERVICE_UNAVAILABLE")
        assert int(refused.headers["Retry-After"]) > 0
        left = {key: item for key, item in world.table().items() if user in key[0] and key[1] != "ACTIVE"}
        assert [(sk, int(item["committed"]), int(item["jobs"])) for (_, sk), item in left.items()] == [
            ("USAGE#2026-01", 0, 0)
        ]

        job_id = job_of(post(user, "key"))

        assert jobs_of(world, user) == {job_id}


class TestCrashBeforeTheStart:
    @pytest.fixture
    def job_id(self, world: World, user: str) -> str:
        """Return the id of a job that was stored by an invocation that crashed before starting it."""
        with world.executions.in_trouble(Trouble.CRASH), pytest.raises(Crash):
            world.submit(user, DIALOGUE, idempotency_key="key")
        (job_id,) = jobs_of(world, user)
        assert job_id not in world.executions.statuses
        return job_id

    def test_is_healed_by_the_retry(self, world: World, user: str, job_id: str) -> None:
        assert world.submit(user, DIALOGUE, idempotency_key="key").id == job_id

        assert world.executions.statuses[job_id] == "RUNNING"

    def test_is_healed_by_the_reconciler(self, world: World, user: str, job_id: str) -> None:
        world.clock.advance(SETTLED)

        world.reconcile()

        assert world.executions.statuses[job_id] == "RUNNING"
        assert world.submit(user, DIALOGUE, idempotency_key="key").id == job_id

    def test_is_healed_by_a_later_retry_where_the_first_cannot_start_it_either(
        self, world: World, user: str, job_id: str
    ) -> None:
        with world.executions.in_trouble(Trouble.REFUSED), pytest.raises(ServiceUnavailable):
            world.submit(user, DIALOGUE, idempotency_key="key")
        assert jobs_of(world, user) == {job_id}

        assert world.submit(user, DIALOGUE, idempotency_key="key").id == job_id

        assert world.executions.statuses[job_id] == "RUNNING"


class TestReplayMeetsFailedStart:
    """A request fails to start its job while another comes under the same key."""

    def test_a_replay_that_was_given_the_job_keeps_it(self, world: World, user: str) -> None:
        replayed: list[str] = []

        def replay() -> None:
            with world.executions.in_trouble(Trouble.NONE):
                replayed.append(world.submit(user, DIALOGUE, idempotency_key="key").id)

        # When the start fails, and the replay comes before the job is undone
        with (
            overtaken(world.repository, "discard", replay),
            world.executions.in_trouble(Trouble.REFUSED),
        ):
            first = world.submit(user, DIALOGUE, idempotency_key="key")

        # Then both have the one job, and it runs
        assert replayed == [first.id]
        assert jobs_of(world, user) == {first.id}
        assert world.executions.statuses[first.id] == "RUNNING"

    def test_a_replay_that_finds_the_job_undone_submits_another(self, world: World, user: str) -> None:
        # Given a job that could not be started, and is undone after a replay has met its key
        with world.executions.in_trouble(Trouble.CRASH), pytest.raises(Crash):
            world.submit(user, DIALOGUE, idempotency_key="key")
        undone = world.repository.get(world.executions.asked_for[-1])
        assert undone is not None
        key = IdempotencyKey(key="key", request_hash="")

        with overtaken(
            world.repository, "acknowledge", lambda: world.repository.discard(undone, idempotency_key=key)
        ):
            replayed = world.submit(user, DIALOGUE, idempotency_key="key")

        # Then the replay's user has a job all the same
        assert replayed.id != undone.id
        assert jobs_of(world, user) == {replayed.id}
        assert world.executions.statuses[replayed.id] == "RUNNING"


class TestScope:
    def test_a_key_of_one_user_means_nothing_for_another(self, world: World, user: str) -> None:
        other = new_user()

        first, second = job_of(post(user, "key")), job_of(post(other, "key", OTHER_BODY))

        assert first != second
        assert (jobs_of(world, user), jobs_of(world, other)) == ({first}, {second})

    def test_a_day_later_the_key_is_free(self, world: World, user: str) -> None:
        first = job_of(post(user, "key"))
        world.clock.advance(timedelta(hours=24) - timedelta(seconds=1))
        assert job_of(post(user, "key")) == first

        world.clock.advance(timedelta(seconds=1))

        second = job_of(post(user, "key", OTHER_BODY))
        assert second != first
        assert job_of(post(user, "key", OTHER_BODY)) == second

    @pytest.mark.parametrize("key", ["", "x" * 256])
    def test_a_key_of_no_or_too_many_characters_is_refused(self, world: World, user: str, key: str) -> None:
        answer = post(user, key)

        assert error_of(answer) == (400, "VALIDATION_ERROR")
        assert len(answer.json()["details"]["errors"]) == 1
        assert jobs_of(world, user) == set()

    @pytest.mark.parametrize("key", ["x", "x" * 255, "USER#a#b", "a b", "0"])
    def test_any_other_key_will_do(self, world: World, user: str, key: str) -> None:
        assert job_of(post(user, key)) == job_of(post(user, key))
