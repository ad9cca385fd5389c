"""Totals of lists: exact whatever happens, and as cheap for a user with many jobs as for one with few."""

from __future__ import annotations

import random
import threading
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID, uuid4

import boto3
import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from castline.dynamodb import deserialize, encode_time, serialize
from castline.jobs import items, totals
from castline.jobs import repository as job_repository
from castline.jobs.errors import JobLimitExceeded, JobNotActive
from castline.jobs.model import JobStatus, Titles
from castline.jobs.repository import JobRepository
from castline.table import OPEN_JOBS
from local import resources
from tests.ended_jobs import end_job
from tests.even_handed import EVEN_HANDED
from tests.integration.examples import make_dialogue, make_job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from castline.jobs.model import Job, JobPage
    from local.cloud.cloud import LocalCloud

pytestmark = pytest.mark.timeout(1800)

SEED = 1
"""The seed of the stories: the same ones every time."""
TABLE = "jobs"
NOW = datetime(2026, 1, 20, 10, 30, tzinfo=UTC)
DAY = timedelta(days=1)
DIALOGUE = make_dialogue()
ENDED = (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED)
DAYS = {JobStatus.COMPLETED: 30, JobStatus.FAILED: 30, JobStatus.CANCELLED: 7}


@pytest.fixture(scope="module")
def repository(cloud: LocalCloud) -> JobRepository:
    resources.create_table(TABLE)
    return JobRepository(boto3.client("dynamodb"), TABLE)


@pytest.fixture
def user() -> str:
    return f"user-{uuid4()}"


def make_id(moment: datetime) -> str:
    """Return a UUIDv7 of a moment."""
    milliseconds, noise = int(moment.timestamp() * 1000), uuid4()  # Hypothesis would repeat what random gives
    version_7 = noise.int % 2**76 | 7 << 76
    return str(UUID(int=milliseconds << 80 | version_7))


def new_job(user: str, now: datetime, **changes: Any) -> Job:
    return make_job(user_id=user, id=make_id(now), created_at=now, **changes)


def expiry(status: JobStatus, ended_at: datetime) -> datetime:
    return datetime(ended_at.year, ended_at.month, ended_at.day, tzinfo=UTC) + (DAYS[status] + 1) * DAY


def update(item_key: dict[str, str], expression: str, **values: Any) -> None:
    boto3.client("dynamodb").update_item(
        TableName=TABLE,
        Key=serialize(item_key),
        UpdateExpression=expression,
        ExpressionAttributeNames={"#status": "status"} if "#status" in expression else {},
        ExpressionAttributeValues=serialize({f":{name}": value for name, value in values.items()}),
    )


def active_item(user: str) -> dict[str, Any]:
    answer = boto3.client("dynamodb").get_item(TableName=TABLE, Key=serialize(items.active_key(user)))
    return deserialize(answer.get("Item", {}))


class EarlierRelease:
    """The writes of the release before counters when a job was created and ended."""

    @staticmethod
    def create(job: Job) -> None:
        boto3.client("dynamodb").put_item(TableName=TABLE, Item=serialize(items.new_job_item(job)))
        update(
            items.active_key(job.user_id),
            f"SET {OPEN_JOBS.partition_key} = :slots, {OPEN_JOBS.sort_key} = :user, user_id = :user ADD job_ids :ids",
            slots="SLOTS#0",
            user=job.user_id,
            ids={job.id},
        )

    @staticmethod
    def end(job: Job, status: JobStatus, now: datetime) -> None:
        update(
            items.job_key(job.id),
            "SET #status = :status, completed_at = :now, expires_at = :expiry, user_status_key = :key "
            f"REMOVE {OPEN_JOBS.partition_key}",
            status=status.value,
            now=encode_time(now),
            expiry=int((now + DAYS[status] * DAY).timestamp()),
            key=items.user_status_key(job.user_id, status),
        )
        update(items.active_key(job.user_id), "DELETE job_ids :ids", ids={job.id})


@dataclass
class Reads:
    """The reads of DynamoDB."""

    calls: list[str] = field(default_factory=list)
    rows: int = 0
    """The number of rows that queries have read, whether they return them or not."""


@contextmanager
def observed_reads(repository: JobRepository) -> Iterator[Reads]:
    """Yield what is read of DynamoDB meanwhile."""
    reads = Reads()

    def note(model: Any, parsed: dict[str, Any], **_: Any) -> None:
        reads.calls.append(model.name)
        reads.rows += parsed.get("ScannedCount", 0)

    events = repository._client.meta.events
    events.register("after-call.dynamodb", note)
    try:
        yield reads
    finally:
        events.unregister("after-call.dynamodb", note)


def test_an_ended_job_is_kept_to_the_end_of_the_day_on_which_its_retention_passes(
    repository: JobRepository, user: str
) -> None:
    # Given jobs that have ended in the first and in the last moment of a day
    for ended_at in (datetime(2026, 1, 20, tzinfo=UTC), datetime(2026, 1, 20, 23, 59, 59, 999_000, tzinfo=UTC)):
        job = new_job(user, ended_at)
        repository.create(job, DIALOGUE, max_active=3)
        end_job(repository, job, JobStatus.CANCELLED, now=ended_at)

    # Then both are there seven days later, to the end of that day in UTC, and not longer
    end = datetime(2026, 1, 28, tzinfo=UTC)
    before = repository.list_page(user, now=end - timedelta(milliseconds=1), limit=10)
    after = repository.list_page(user, now=end, limit=10)
    assert (len(before.jobs), before.total) == (2, 2)
    assert (after.jobs, after.total) == ((), 0)


def run(functions: Sequence[Callable[[], None]]) -> None:
    """Call all at once, and wait for them."""
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_totals_are_exact_under_concurrency(repository: JobRepository, user: str) -> None:
    # Given threads that create jobs and let them end, all at once
    barrier = threading.Barrier(16)
    tellings = 2  # of each end at once, as by late tasks and repeated events
    chosen = random.Random(7)
    fates: Sequence[JobStatus | None] = [chosen.choice([None, *ENDED]) for _ in range(16)]
    happened: list[JobStatus] = []

    def live(fate: JobStatus | None) -> None:
        barrier.wait()
        try:
            job = new_job(user, NOW)
            repository.create(job, DIALOGUE, max_active=12)
        except JobLimitExceeded:
            return
        if fate is None:
            happened.append(JobStatus.PENDING)
            return
        if fate is JobStatus.COMPLETED:
            repository.start(job, total_segments=1, now=NOW)
        run([partial(end, job, fate)] * tellings)
        happened.append(fate)

    def end(job: Job, fate: JobStatus) -> None:
        with suppress(JobNotActive):
            end_job(repository, job, fate, now=NOW)

    run([partial(live, fate) for fate in fates])

    # Then every total is the number of jobs
    assert len(happened) >= 12
    assert repository.list_page(user, now=NOW, limit=1).total == len(happened)
    for status in JobStatus:
        assert repository.list_page(user, now=NOW, limit=1, status=status).total == happened.count(status)


@dataclass
class Lived:
    """A job as it should be."""

    job: Job
    status: JobStatus
    expires_at: datetime | None = None
    is_readable: bool = True

    def is_visible(self, now: datetime) -> bool:
        return self.expires_at is None or now < self.expires_at


class Totals(RuleBasedStateMachine):
    """A user's jobs, some of them of a release without counters, counted one by one."""

    repository: ClassVar[JobRepository]
    happened: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.of_this_release: set[str] = set()
        self.user = f"user-{uuid4()}"
        self.now = NOW
        self.upgraded_at: datetime | None = None
        self.jobs: list[Lived] = []
        self.looked_at = cycle(JobStatus)

    def jobs_of(self, *statuses: JobStatus) -> list[Lived]:
        return [each for each in self.jobs if each.status in statuses]

    @property
    def active(self) -> list[Lived]:
        return self.jobs_of(JobStatus.PENDING, JobStatus.PROCESSING)

    @property
    def earlier_functions_are_at_work(self) -> bool:
        return self.upgraded_at is None or self.now < self.upgraded_at + timedelta(minutes=15)

    def _kind(self, lived: Lived) -> str:
        return "job of this release" if lived.job.id in self.of_this_release else "job of the release before"

    @initialize(before=st.integers(0, 2), since=st.integers(0, 1), is_deployed=st.booleans())
    def begin_with_some_jobs(self, before: int, since: int, is_deployed: bool) -> None:
        for _ in range(before):
            self.create_by_the_release_before()
        if is_deployed:
            self.deploy()
            for _ in range(since):
                self.create()

    @rule()
    @precondition(lambda machine: machine.upgraded_at is None)
    def deploy(self) -> None:
        self.upgraded_at = self.now

    @rule()
    @precondition(lambda machine: machine.earlier_functions_are_at_work and len(machine.active) < 3)
    def create_by_the_release_before(self) -> None:
        self.now += timedelta(milliseconds=1)
        job = new_job(self.user, self.now)
        EarlierRelease.create(job)
        self.jobs.append(Lived(job, JobStatus.PENDING))

    @rule()
    @precondition(lambda machine: machine.upgraded_at is not None and len(machine.active) < 3)
    def create(self) -> None:
        self.now += timedelta(milliseconds=1)
        job = new_job(self.user, self.now)
        self.repository.create(job, DIALOGUE, max_active=3)
        self.of_this_release.add(job.id)
        self.jobs.append(Lived(job, JobStatus.PENDING))

    @rule()
    @precondition(lambda machine: bool(machine.jobs_of(JobStatus.PENDING)))
    def start(self) -> None:
        lived = self.jobs_of(JobStatus.PENDING)[0]
        self.repository.start(lived.job, total_segments=1, now=self.now)
        lived.status = JobStatus.PROCESSING

    @rule()
    @precondition(lambda machine: bool(machine.jobs_of(JobStatus.PENDING)))
    def discard(self) -> None:
        lived = self.jobs_of(JobStatus.PENDING)[-1]
        assert self.repository.discard(lived.job)
        self.jobs.remove(lived)

    @rule(status=st.sampled_from(ENDED), by_the_release_before=st.booleans(), newest=st.booleans())
    @precondition(lambda machine: bool(machine.active))
    def end(self, status: JobStatus, by_the_release_before: bool, newest: bool) -> None:
        lived = self.active[-1 if newest else 0]
        if status is JobStatus.CANCELLED and lived.status is JobStatus.PROCESSING:
            status = JobStatus.FAILED
        if status is JobStatus.COMPLETED and lived.status is JobStatus.PENDING:
            self.repository.start(lived.job, total_segments=1, now=self.now)
        if self.upgraded_at is None or (by_the_release_before and self.earlier_functions_are_at_work):
            EarlierRelease.end(lived.job, status, self.now)
            self.happened[f"ended by the release before: {self._kind(lived)}"] += 1
            lived.expires_at = (self.now + DAYS[status] * DAY).replace(microsecond=0)
        else:
            end_job(self.repository, lived.job, status, now=self.now)
            self.happened[f"ended: {self._kind(lived)}"] += 1
            lived.expires_at = expiry(status, self.now)
        lived.status = status

    @rule(of=st.integers(0, 100))
    @precondition(lambda machine: bool(machine.jobs))
    def damage(self, of: int) -> None:
        """Write what this release cannot read into a job, as a newer release might."""
        lived = self.jobs[of % len(self.jobs)]
        if lived.expires_at is not None:
            update(items.job_key(lived.job.id), "SET job_type = :opera", opera="opera")
            lived.is_readable = False

    @rule(passed=st.sampled_from([timedelta(minutes=4), timedelta(hours=5), DAY, 6 * DAY, 23 * DAY, 30 * DAY]))
    def time_passes(self, passed: timedelta) -> None:
        if passed >= DAY:  # no job is active for longer
            while self.active:
                self.end(status=JobStatus.FAILED, by_the_release_before=False, newest=False)
        self.now += passed

    @rule()
    def midnight_comes(self) -> None:
        self.now = datetime(self.now.year, self.now.month, self.now.day, tzinfo=UTC) + DAY

    @rule()
    def dynamodb_removes_what_has_expired(self) -> None:
        for lived in [each for each in self.jobs if not each.is_visible(self.now)]:
            self.happened["removed"] += 1
            boto3.client("dynamodb").delete_item(TableName=TABLE, Key=serialize(items.job_key(lived.job.id)))
            self.jobs.remove(lived)

    @rule()
    @precondition(lambda machine: machine.upgraded_at is not None)
    def reconcile(self) -> None:
        self.repository.forget_user_without_slots(self.user, now=self.now)
        if not self.active:
            yesterday = self.now - DAY
            assert all(
                name.split("_")[1] >= f"{yesterday:%Y%m%d}"
                for name in active_item(self.user)
                if name.startswith("ended_")
            )

    @invariant()
    def totals_are_those_of_counting_one_by_one(self) -> None:
        """Check the list of all jobs, and those of one status after another."""
        self._check(None, next(self.looked_at))

    def teardown(self) -> None:
        self._check(*JobStatus)

    def _check(self, *statuses: JobStatus | None) -> None:
        for status in statuses:
            visible = [each for each in self.jobs if status in {None, each.status} and each.is_visible(self.now)]
            page = self.repository.list_page(self.user, now=self.now, limit=100, status=status)
            assert page.total == len(visible), status
            assert [job.id for job in page.jobs] == [each.job.id for each in reversed(visible) if each.is_readable]


def test_totals_are_exact_whatever_happens(repository: JobRepository) -> None:
    Totals.repository = repository
    Totals.happened.clear()

    run_state_machine_as_test(
        seed(SEED)(Totals),
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            database=None,
            deadline=None,
            backend=EVEN_HANDED,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )

    assert set(Totals.happened) >= {
        "ended by the release before: job of the release before",
        "ended: job of the release before",
        "ended: job of this release",
        "removed",
    }


@pytest.mark.parametrize("ended_at", [NOW, datetime(2026, 1, 20, 0, 0, 0, 400_000, tzinfo=UTC)], ids=str)
@pytest.mark.parametrize("status", ENDED)
def test_a_job_is_counted_by_the_release_that_has_ended_it(
    repository: JobRepository, user: str, status: JobStatus, ended_at: datetime
) -> None:
    # Given a job of each release, both of which end in the same moment, which may be midnight
    earlier, counted = new_job(user, ended_at), new_job(user, ended_at + timedelta(milliseconds=1))
    EarlierRelease.create(earlier)
    EarlierRelease.end(earlier, status, ended_at)
    repository.create(counted, DIALOGUE, max_active=3)
    if status is JobStatus.COMPLETED:
        repository.start(counted, total_segments=1, now=ended_at)
    end_job(repository, counted, status, now=ended_at)

    # Then each is counted once, until it expires
    ends = (ended_at + DAYS[status] * DAY).replace(microsecond=0)
    second = timedelta(seconds=1)
    found = [
        repository.list_page(user, now=moment, limit=9, status=status).total
        for moment in (ends - second, ends + second, expiry(status, ended_at) - second, expiry(status, ended_at))
    ]
    assert found == [2, 1, 1, 0]


def test_a_total_outlives_the_job_that_the_release_before_has_left_active(
    repository: JobRepository, user: str
) -> None:
    # Given an active job of the release before, and an ended one
    ended, active = new_job(user, NOW), new_job(user, NOW + timedelta(seconds=1))
    for job in (ended, active):
        EarlierRelease.create(job)
    EarlierRelease.end(ended, JobStatus.FAILED, NOW + timedelta(seconds=2))
    assert repository.list_page(user, now=NOW, limit=9).total == 2

    # When this release ends it
    repository.cancel(active, now=NOW + timedelta(seconds=9))

    # Then both are counted
    assert repository.list_page(user, now=NOW + timedelta(seconds=9), limit=9).total == 2
    assert active_item(user)[totals.COUNTED_SINCE] == "2026-01-20T10:30:09.000Z"


def test_a_job_that_a_function_of_the_release_before_has_ended_during_the_deployment_is_counted(
    repository: JobRepository, user: str
) -> None:
    # Given two jobs of this release, the second of which a function of the release before has ended
    first, second = new_job(user, NOW), new_job(user, NOW + timedelta(minutes=2))
    for job in (first, second):
        repository.create(job, DIALOGUE, max_active=3)
    repository.cancel(first, now=NOW)
    EarlierRelease.end(second, JobStatus.CANCELLED, NOW + timedelta(minutes=5))

    # Then both are counted, until each expires
    found = [
        repository.list_page(user, now=NOW + passed, limit=9).total
        for passed in (timedelta(minutes=6), 7 * DAY, 7 * DAY + timedelta(minutes=6), 8 * DAY)
    ]
    assert found == [2, 2, 1, 0]


def test_the_stored_form_of_the_counters(repository: JobRepository, user: str) -> None:
    for status in (*ENDED, JobStatus.FAILED, JobStatus.CANCELLED):
        job = new_job(user, NOW)
        repository.create(job, DIALOGUE, max_active=3)
        if status is JobStatus.COMPLETED:
            repository.start(job, total_segments=1, now=NOW)
        end_job(repository, job, status, now=NOW)
    last = new_job(user, NOW)
    repository.create(last, DIALOGUE, max_active=3)

    stored = active_item(user)

    del stored["pk"], stored["sk"], stored["user_id"], stored[OPEN_JOBS.partition_key], stored[OPEN_JOBS.sort_key]
    assert stored == {
        "job_ids": {last.id},
        "counted_since": "2026-01-20T10:30:00.000Z",
        "ended_20260220_completed": 1,
        "ended_20260220_failed": 2,
        "ended_20260128_cancelled": 2,
    }


def put_ended(
    user: str, count: int, *, status: JobStatus = JobStatus.COMPLETED, since: datetime = NOW, title: str = "Lesson"
) -> list[str]:
    """Put jobs that this release has ended, one every 20 seconds, oldest first, and return their ids."""
    client = boto3.client("dynamodb")
    moments = [since + number * timedelta(seconds=20) for number in range(count)]
    found: list[dict[str, Any]] = []
    counters: dict[str, int] = {}
    for moment in moments:
        job = new_job(user, moment, titles=Titles(title=f"{title} {len(found)}"))
        until = expiry(status, moment)
        item = items.new_job_item(replace(job, status=status))
        del item[OPEN_JOBS.partition_key]
        found.append(item | {"completed_at": encode_time(moment), "expires_at": int(until.timestamp())})
        name = totals.counter(status, until)
        counters[name] = counters.get(name, 0) + 1
    for start in range(0, count, 25):
        puts: Any = [{"PutRequest": {"Item": serialize(item)}} for item in found[start : start + 25]]
        client.batch_write_item(RequestItems={TABLE: puts})
    names = ", ".join(f"{name} = :{name}" for name in counters)
    update(items.active_key(user), f"SET counted_since = :since, {names}", since=encode_time(since - DAY), **counters)
    return [item["job_id"] for item in found]


MANY = 300


@pytest.fixture(scope="module")
def heavy_user(repository: JobRepository) -> tuple[str, list[str]]:
    """Return a user with many completed jobs, and their ids, newest first."""
    name = f"user-{uuid4()}"
    return name, put_ended(name, MANY)[::-1]


def test_a_list_costs_the_same_for_many_jobs_as_for_few(
    repository: JobRepository, user: str, heavy_user: tuple[str, list[str]]
) -> None:
    heavy, ids = heavy_user
    few = put_ended(user, 12)[::-1]
    later = NOW + 3 * DAY

    def cost(name: str, **query: Any) -> tuple[Reads, JobPage]:
        with observed_reads(repository) as reads:
            page = repository.list_page(name, now=later, limit=5, **query)
        return reads, page

    for status in (None, *JobStatus):
        of_few, page = cost(user, status=status)
        of_many, long_page = cost(heavy, status=status)
        expected = MANY if status in {None, JobStatus.COMPLETED} else 0
        assert (page.total, long_page.total) == (min(12, expected), expected)
        assert of_many == of_few
        assert len(of_many.calls) <= 4
    of_few, _ = cost(user, after=few[4])
    of_many, page = cost(heavy, after=ids[200])
    assert [job.id for job in page.jobs] == ids[201:206]
    assert of_many == of_few


def test_the_jobs_of_earlier_releases_cost_nothing_once_all_have_expired(
    repository: JobRepository, user: str
) -> None:
    put_ended(user, 10)

    def queries(now: datetime) -> int:
        with observed_reads(repository) as reads:
            repository.list_page(user, now=now, limit=5, status=JobStatus.FAILED)
        return reads.calls.count("Query")

    assert [queries(NOW + 30 * DAY), queries(NOW + 33 * DAY)] == [2, 1]


def test_expired_jobs_that_are_still_stored_do_not_make_a_page_slow(
    repository: JobRepository, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given five completed jobs, and many newer cancelled ones, which have expired and are not removed yet
    monkeypatch.setattr(job_repository, "_PASSED_OVER_ROWS", 20)
    kept = put_ended(user, 5)[::-1]
    put_ended(user, 50, status=JobStatus.CANCELLED, since=NOW + timedelta(hours=1))
    later = NOW + 9 * DAY

    # When the list is read to its end
    seen: list[str] = []
    after, pages = None, 0
    while True:
        with observed_reads(repository) as reads:
            page = repository.list_page(user, now=later, limit=2, after=after)
        seen += [job.id for job in page.jobs]
        pages += 1
        after = page.next_after
        # Then no page reads more than a few times
        assert len(reads.calls) <= 6
        assert page.total == 5
        if after is None:
            break

    # And every job is found
    assert seen == kept
    assert pages <= 6


class TestSearch:
    """Searches read the titles of a bounded number of jobs at a time."""

    def test_the_total_of_a_search_in_all_jobs_is_known(self, repository: JobRepository, user: str) -> None:
        ids = put_ended(user, 30)[::-1]

        first = repository.list_page(user, now=NOW, limit=8, words="lesson 1")
        second = repository.list_page(user, now=NOW, limit=8, words="lesson 1", after=first.next_after)

        matching = [job_id for number, job_id in zip(range(29, -1, -1), ids, strict=True) if "1" in str(number)]
        assert [job.id for job in (*first.jobs, *second.jobs)] == matching
        assert (first.total, second.total, second.next_after) == (len(matching), len(matching), None)

    def test_a_search_in_more_jobs_goes_on_with_the_cursor(
        self, repository: JobRepository, heavy_user: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given searches of a hundred jobs at a time
        searched = 100
        monkeypatch.setattr(job_repository, "SEARCHED_JOBS", searched)
        heavy, ids = heavy_user
        numbers = {job_id: number for number, job_id in zip(range(MANY - 1, -1, -1), ids, strict=True)}

        # When the list is searched to its end
        seen: list[int] = []
        after, pages = None, 0
        while True:
            with observed_reads(repository) as reads:
                page = repository.list_page(heavy, now=NOW + DAY, limit=10, words="7", after=after)
            seen += [numbers[job.id] for job in page.jobs]
            pages += 1
            # Then no page says how many there are, and each reads a bounded number of jobs
            assert page.total is None or page.next_after is None
            assert reads.calls.count("BatchGetItem") <= 1
            assert reads.calls.count("Query") <= 4
            after = page.next_after
            if after is None:
                break

        # And every match is found, newest first
        assert seen == [number for number in range(MANY - 1, -1, -1) if "7" in str(number)]
        assert pages <= MANY / searched + len(seen) / 10 + 1
