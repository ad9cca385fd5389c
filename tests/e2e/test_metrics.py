"""Metrics of the functions: when they count, when they do not, and which alarms or charts use them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar
from unittest.mock import patch
from uuid import uuid4

import boto3
import pytest

from castline import composition
from castline.jobs.failures import FailureCode
from castline.metrics import BY_CODE, BY_PROVIDER, UNITS, Metric
from castline.previews.repository import PreviewRepository
from castline.speech import errors
from castline.speech.providers.registry import PROVIDERS
from castline.usage.model import REFUSAL_CODES, Breaker, LimitChanges
from castline.webhooks.model import AttemptError, DisabledReason
from local.cloud.lambda_errors import FunctionError
from tests.e2e.api_client import MAX_ACTIVE_JOBS
from tests.e2e.dialogues import dialogue
from tests.e2e.executions import ended_status
from tests.e2e.metric_lines import Written, total, written_metrics
from tests.integration.examples import make_dialogue, make_job
from tests.integration.local_cloud.eventually import eventually
from tests.integration.webhooks.receiver import Receiver

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from castline.jobs.model import Job
    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient


@pytest.fixture(scope="module")
def metrics_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a log that holds what this module makes the functions write, and nothing else."""
    return tmp_path_factory.mktemp("logs") / "functions.log"


@pytest.fixture(scope="module")
def stack(own_stack: Callable[..., LocalStack], metrics_log: Path) -> LocalStack:
    """Return a stack whose reconciler does not wait."""
    settings = {"RECONCILE_AFTER_SECONDS": "0", "SETTLE_AFTER_SECONDS": "0", "MAX_PROCESSING_SECONDS": "600"}
    return own_stack(settings=settings, log_file=metrics_log)


@pytest.fixture
def of_job(metrics_log: Path) -> Callable[[str], list[Written]]:
    """Return a function that returns the metrics written for a job."""
    return lambda job_id: [each for each in written_metrics(metrics_log) if each.job_id == job_id]


@pytest.fixture
def since_now(metrics_log: Path) -> Callable[[], list[Written]]:
    """Return a function that returns the metrics written since the test began."""
    before = len(written_metrics(metrics_log))
    return lambda: written_metrics(metrics_log)[before:]


def store_job(created_at: datetime | None = None) -> Job:
    """Return a pending job of a user of its own, without an execution."""
    job = make_job(created_at=created_at or datetime.now(UTC))
    composition.job_repository().create(job, make_dialogue(f"一 {uuid4()}"), max_active=3)
    return job


def names(metrics: list[Written]) -> dict[str, int]:
    """Return how many times each metric was written."""
    written = [each.name for each in metrics]
    return {name: written.count(name) for name in dict.fromkeys(written)}


class TestACompletedJob:
    def test_is_counted_once_with_what_it_took(
        self, client: ApiClient, of_job: Callable[[str], list[Written]]
    ) -> None:
        # When
        job = client.complete(dialogue())
        ended_status(job["id"])

        # Then
        metrics = of_job(job["id"])
        assert names(metrics) == {
            "JobsSubmitted": 1,
            "QueueTime": 1,
            "BatchQueueTime": 1,
            "SegmentsSynthesized": 1,
            "Characters": 1,
            "BilledCharacters": 1,
            "JobsCompleted": 1,
            "JobLatency": 1,
        }
        assert total(metrics, "JobLatency") == pytest.approx(job["result_metadata"]["latency_ms"], abs=1)
        assert 0 <= total(metrics, "QueueTime") < 60_000

    def test_counts_what_is_spoken_and_what_azure_charges(
        self, client: ApiClient, of_job: Callable[[str], list[Written]]
    ) -> None:
        # When a voice says the same twice
        job = client.complete(dialogue("漢字 & kana", "好", "漢字 & kana"))
        ended_status(job["id"])

        # Then
        metrics = of_job(job["id"])
        assert (total(metrics, "SegmentsSynthesized"), total(metrics, "SegmentsReused")) == (2, 1)
        assert total(metrics, "Characters") == len("漢字 & kana") + len("好")
        assert total(metrics, "BilledCharacters") == len("漢字 &amp; kana") + 2 + len("好") + 1

        # And when it is submitted again, nothing is spoken
        again = client.complete(dialogue("漢字 & kana", "好", "漢字 & kana"))
        ended_status(again["id"])
        metrics = of_job(again["id"])
        assert (total(metrics, "SegmentsSynthesized"), total(metrics, "SegmentsReused")) == (0, 3)
        assert total(metrics, "BilledCharacters") == 0

    def test_is_not_counted_again_when_its_tasks_come_again(
        self, stack: LocalStack, client: ApiClient, since_now: Callable[[], list[Written]]
    ) -> None:
        # Given
        job = client.complete(dialogue())
        ended_status(job["id"])
        before = since_now()

        # When
        for task in ("plan", "assemble"):
            with pytest.raises(FunctionError, match="the job is completed"):
                stack.cloud.lambdas.invoke(task, {"job_id": job["id"]})
        stack.cloud.lambdas.invoke("record-failure", {"job_id": job["id"], "failure": {"Error": "States.Timeout"}})

        # Then
        assert since_now() == before

    def test_is_submitted_once_however_often_it_is_sent(
        self, stack: LocalStack, client: ApiClient, since_now: Callable[[], list[Written]]
    ) -> None:
        headers = {"Idempotency-Key": str(uuid4())}
        with stack.cloud.lambdas.pause("plan"):
            answers = [client.post("/jobs", json=dialogue(), headers=headers) for _ in range(3)]

        assert len({answer.json()["id"] for answer in answers}) == 1
        assert total(since_now(), "JobsSubmitted") == 1

    def test_waits_from_submission_to_its_first_batch(
        self, client: ApiClient, of_job: Callable[[str], list[Written]]
    ) -> None:
        # When a job has two batches
        job = client.complete(dialogue(*(f"第 {turn} 句" for turn in range(17))))

        # Then
        assert names(of_job(job["id"]))["QueueTime"] == 1

    def test_waits_for_its_turn_once_an_attempt(
        self, client: ApiClient, of_job: Callable[[str], list[Written]]
    ) -> None:
        # Given a job whose batch fails once
        job_id = client.submit(dialogue("等一下 {fault unavailable times=1}"))
        client.wait_for(job_id, "completed")
        ended_status(job_id)

        # Then
        metrics = of_job(job_id)
        assert names(metrics)["BatchQueueTime"] == 2
        assert 0 <= total(metrics, "BatchQueueTime") < 60_000


class TestAFailedJob:
    def test_is_counted_by_its_code_and_its_provider_error_by_its_class(
        self, client: ApiClient, of_job: Callable[[str], list[Written]]
    ) -> None:
        # When
        job_id = client.submit(dialogue("沒有這個人。", voices=("zh-TW-NobodyNeural", "")))
        client.wait_for(job_id, "failed")
        ended_status(job_id)

        # Then
        metrics = of_job(job_id)
        assert total(metrics, "JobsFailed") == total(metrics, "JobsFailed", code="VOICE_NOT_FOUND") == 1
        assert total(metrics, "ProviderErrors") == total(metrics, "ProviderErrors", code="VoiceNotFound") == 1
        assert total(metrics, "JobsCompleted") == 0

    def test_whose_provider_error_is_transient_counts_each_request(
        self, client: ApiClient, of_job: Callable[[str], list[Written]]
    ) -> None:
        job = client.complete(dialogue("再試一次 {fault unavailable times=2}", "好的。"))
        ended_status(job["id"])

        metrics = of_job(job["id"])
        assert total(metrics, "ProviderErrors", code="ProviderUnavailable") == 2
        assert (total(metrics, "SegmentsSynthesized"), total(metrics, "SegmentsReused")) == (2, 0)
        assert total(metrics, "JobsFailed") == 0

    def test_whose_requests_are_throttled_counts_each_and_no_error(
        self, client: ApiClient, of_job: Callable[[str], list[Written]]
    ) -> None:
        job = client.complete(dialogue("再試一次 {fault throttled times=2}", "好的。"))
        ended_status(job["id"])

        metrics = of_job(job["id"])
        assert total(metrics, "ThrottledRequests") == total(metrics, "ThrottledRequests", provider="azure") == 2
        assert total(metrics, "ProviderErrors") == 0


class TestARefusal:
    def test_by_the_cap_is_counted_and_no_submission(
        self, stack: LocalStack, client: ApiClient, since_now: Callable[[], list[Written]]
    ) -> None:
        with stack.cloud.lambdas.pause("plan"):
            statuses = [client.post("/jobs", json=dialogue()).status_code for _ in range(MAX_ACTIVE_JOBS + 2)]

        assert statuses == [201] * MAX_ACTIVE_JOBS + [429] * 2
        assert total(since_now(), "JobsRefused") == 2
        assert total(since_now(), "JobsSubmitted") == MAX_ACTIVE_JOBS

    def test_by_a_quota_and_by_the_breaker_is_counted_by_its_reason(
        self, client: ApiClient, since_now: Callable[[], list[Written]]
    ) -> None:
        # Given a user who may bill nothing today
        usage, user = composition.usage_repository(), client.headers["X-User-Id"]
        usage.set_limit_changes(user, LimitChanges(characters_per_day=0))

        # When the user submits, and once more while the breaker is open
        assert client.post("/jobs", json=dialogue()).status_code == 429
        usage.set_breaker(Breaker(is_open=True))
        try:
            assert client.post("/jobs", json=dialogue()).status_code == 503
        finally:
            usage.set_breaker(Breaker(is_open=False))

        # Then
        written = since_now()
        assert total(written, "QuotaRefusals", code="user_characters_per_day") == 1
        assert total(written, "QuotaRefusals", code="submissions_stopped") == 1
        assert total(written, "QuotaRefusals") == 2
        assert total(written, "JobsRefused") == total(written, "JobsSubmitted") == 0

    def test_by_the_schema_is_none(self, client: ApiClient, since_now: Callable[[], list[Written]]) -> None:
        assert client.post("/jobs", json=dialogue(provider="nobody")).status_code == 400

        assert total(since_now(), "JobsRefused") == 0


class TestACancelledJob:
    def test_is_counted_once_however_many_cancel_it(
        self, stack: LocalStack, client: ApiClient, of_job: Callable[[str], list[Written]]
    ) -> None:
        # When it is cancelled by many at the same time
        with stack.cloud.lambdas.pause("plan"), ThreadPoolExecutor(8) as clients:
            job_id = client.submit(dialogue())
            statuses = list(clients.map(lambda _: client.delete(f"/jobs/{job_id}").status_code, range(8)))

        # Then
        assert sorted(statuses) == [200] + [409] * 7
        assert total(of_job(job_id), "JobsCancelled") == 1
        assert total(of_job(job_id), "JobsFailed") == 0


class TestTheReconciler:
    def test_counts_what_it_puts_right(self, stack: LocalStack, since_now: Callable[[], list[Written]]) -> None:
        # Given a job that was never started, one whose execution is lost, and a slot that no job holds
        never_started, lost = store_job(), store_job()
        composition.job_repository().start(lost, total_segments=1, now=datetime.now(UTC) - timedelta(minutes=10))
        boto3.Session().client("dynamodb").update_item(
            TableName=composition.settings().table_name,
            Key={"pk": {"S": f"USER#{lost.user_id}"}, "sk": {"S": "ACTIVE"}},
            UpdateExpression="ADD job_ids :ids",
            ExpressionAttributeValues={":ids": {"SS": [str(uuid4())]}},
        )

        # When it runs, and runs again
        reports = [stack.reconcile()]
        ended_status(never_started.id)
        reports.append(stack.reconcile())

        # Then each is counted once, as it is reported
        metrics = since_now()
        for name, key in (
            ("ReconcilerStarted", "started"),
            ("ReconcilerFailed", "failed"),
            ("ReconcilerSlotsFreed", "slots_freed"),
        ):
            assert total(metrics, name) == sum(report[key] for report in reports) == 1, name
        assert total(metrics, "JobsFailed", code="INTERRUPTED") == 1
        assert {each.job_id for each in metrics if each.name == "ReconcilerStarted"} == {never_started.id}

    def test_tells_the_age_of_the_oldest_pending_job(
        self, stack: LocalStack, since_now: Callable[[], list[Written]]
    ) -> None:
        # Given a job that has waited for 400 s and one that has not
        old, _young = store_job(datetime.now(UTC) - timedelta(seconds=400)), store_job()

        # When
        stack.reconcile()
        ended_status(old.id)
        stack.reconcile()

        # Then
        first, second = (each.value for each in since_now() if each.name == "OldestPendingAge")
        assert second < 400 <= first


class TestAPreview:
    REQUEST: ClassVar[dict[str, str]] = {"voice_id": "zh-TW-HsiaoYuNeural", "text": "早安。"}

    def test_is_counted_when_it_is_spoken_and_when_it_is_refused(
        self, client: ApiClient, since_now: Callable[[], list[Written]]
    ) -> None:
        # When one user asks for previews until there are too many
        statuses = []
        while 429 not in statuses:
            statuses.append(client.post("/previews", json=self.REQUEST).status_code)

        # Then
        assert total(since_now(), "Previews") == statuses.count(200) == len(statuses) - 1
        assert total(since_now(), "PreviewsRefused") == 1

    def test_whose_function_has_died_is_counted_by_the_reconciler(
        self, stack: LocalStack, client: ApiClient, since_now: Callable[[], list[Written]]
    ) -> None:
        # Given a function that dies when the provider has spoken
        with patch.object(PreviewRepository, "settle", side_effect=RuntimeError("dies")):
            assert client.post("/previews", json=self.REQUEST).status_code == 500

        # When the reconciler comes twice after it
        later = datetime.now(UTC) + timedelta(seconds=61)
        with composition.given(clock=lambda: lambda: later):
            stack.reconcile()
            stack.reconcile()

        # Then
        assert total(since_now(), "ReconcilerPreviewsSettled") == 1


class TestADelivery:
    def test_is_counted_by_its_outcome(self, client: ApiClient, since_now: Callable[[], list[Written]]) -> None:
        with Receiver() as receiver:
            # Given one webhook that accepts everything, and one that is gone
            for path in ("/200", "/410"):
                webhook_id = client.post("/webhooks", json={"url": receiver.url(path)}).json()["id"]

                # When each is tested
                assert client.post(f"/webhooks/{webhook_id}/test").status_code == 202

            # Then
            both = ("WebhooksDelivered", "WebhooksDisabled")
            eventually(lambda: all(total(since_now(), name) for name in both))
        written = since_now()
        assert total(written, "WebhooksDelivered") == 1
        assert total(written, "WebhooksFailed") == 1
        assert total(written, "WebhookAttemptsFailed", code="bad_status") == 1
        assert total(written, "WebhookAttemptsFailed") == total(written, "WebhooksDisabled") == 1


class TestEveryMetric:
    """A check that runs last: the tests above have written every metric that exists."""

    def test_is_written_in_its_unit_by_some_function(self, metrics_log: Path) -> None:
        written = {(each.name, each.unit) for each in written_metrics(metrics_log)}

        assert written == {(str(metric), UNITS[metric]) for metric in Metric}

    def test_is_counted_by_the_dimensions_that_alarms_read(self, metrics_log: Path) -> None:
        # Given all codes and providers that there are
        possible = {f"Castline {metric} service=castline" for metric in Metric}
        for metric, codes in (
            (Metric.JOBS_FAILED, list(FailureCode)),
            (Metric.PROVIDER_ERRORS, [name for name, each in vars(errors).items() if isinstance(each, type)]),
            (Metric.QUOTA_REFUSALS, REFUSAL_CODES),
            (Metric.WEBHOOK_ATTEMPTS_FAILED, list(AttemptError)),
            (Metric.WEBHOOKS_DISABLED, list(DisabledReason)),
        ):
            possible |= {f"Castline {metric} code={code} service=castline" for code in codes}
        possible |= {
            f"Castline {metric} provider={each} service=castline" for metric in BY_PROVIDER for each in PROVIDERS
        }

        # When
        counted = {name for each in written_metrics(metrics_log) for name in each.counts_as}

        # Then
        assert counted <= possible
        assert {f"Castline {metric} service=castline" for metric in Metric} <= counted
        assert {name.split()[1] for name in counted if " code=" in name} == BY_CODE
