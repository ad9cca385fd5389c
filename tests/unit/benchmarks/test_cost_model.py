from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.cost_model import Assumptions, CostModel, plan, transitions
from benchmarks.costs import SIZES, load_record
from benchmarks.prices import Price, load_prices
from benchmarks.usage import JobSize, JobUsage, Usage

RECORD = load_record()
PRICES = load_prices()
SMALL = JobSize(turns=2, characters_a_turn=30)


def usage(*, work: Usage | None = None, poll: Usage | None = None, audio_bytes: int = 0) -> JobUsage:
    """Return the usage of a job of 60 characters and 5 s of humming."""
    return JobUsage(
        size=SMALL,
        submit=Usage(),
        work=work or Usage(),
        poll=poll or Usage(),
        download=Usage(),
        history_events=0,
        audio_seconds=5.0,
        audio_bytes=audio_bytes,
        segment_bytes=5 * 48_000,
        item_bytes=0,
    )


def model(**assumptions: float) -> CostModel:
    """Return a model in which real voices take 10 s for the same characters."""
    whole = Assumptions(**{"characters_a_second": 6.0, "cold_start_share": 0.0, **assumptions})  # type: ignore[arg-type]
    return CostModel(RECORD.deployment, PRICES, whole)


def test_the_planner_says_how_many_batches_a_job_has() -> None:
    assert plan(JobSize(turns=20, characters_a_turn=30)).batches == (16, 4)
    assert plan(JobSize(turns=100, characters_a_turn=1000)).batches == (8,) * 12 + (4,)
    assert transitions(JobSize(turns=20, characters_a_turn=30)) == 5


def test_a_function_is_charged_for_the_time_that_its_share_of_a_cpu_takes() -> None:
    # Given
    work = Usage(invocations={"plan": 1}, seconds={"plan": 0.1})

    # When
    cost = model().job(usage(work=work))["Lambda"]

    # Then: 512 MB are 0.29 of a CPU
    assert cost == pytest.approx(0.2e-6 + 0.1 * 1769 / 512 * 0.5 * 0.0000166667)


def test_synthesizing_waits_for_the_provider_besides() -> None:
    # Given
    work = Usage(invocations={"synthesize": 1}, seconds={"synthesize": 0.0})

    # When
    cost = model(first_audio_seconds=3.0, speaking_speed=1e9).job(usage(work=work))["Lambda"]

    # Then: two segments are spoken at once, with 2 GB
    assert cost == pytest.approx(0.2e-6 + 3.0 * 2 * 0.0000166667)


def test_every_poll_is_paid_for() -> None:
    # Given
    poll = Usage(operations={"dynamodb.Query": 1}, read_units=2)

    # When
    few, many = (model(polls=polls).job(usage(poll=poll)) for polls in (1, 11))

    # Then
    assert many["DynamoDB"] - few["DynamoDB"] == pytest.approx(10 * 2 * 0.125e-6)
    assert many["API Gateway"] - few["API Gateway"] == pytest.approx(10 * 1e-6)


def test_s3_charges_writes_and_reads_and_no_deletions() -> None:
    # Given
    work = Usage(operations={"s3.PutObject": 3, "s3.UploadPart": 2, "s3.HeadObject": 5, "s3.DeleteObject": 7})

    # When
    cost = model().job(usage(work=work))["S3 requests"]

    # Then: real speech is twice as long, so that its parts are twice as many; and the client downloads the file
    assert cost == pytest.approx((3 + 4) * 5e-6 + (5 + 1) * 0.4e-6)


def test_segments_are_kept_for_28_days_and_the_file_for_30() -> None:
    # When
    costs = model().job(usage(audio_bytes=60_000))

    # Then
    kept_gb_months = (480_000 * 28 + 120_000 * 30) / 30 / 2**30
    assert costs["S3 storage"] == pytest.approx(kept_gb_months * 0.023)
    assert costs["Data transfer"] == pytest.approx(120_000 / 2**30 * 0.09)


def test_every_price_is_used_and_says_when_and_where_it_was_published() -> None:
    # Given
    asked: set[str] = set()

    class Asked(dict[str, Price]):
        def __getitem__(self, name: str) -> Price:
            asked.add(name)
            return super().__getitem__(name)

    # When
    for architecture in ("arm64", "x86_64"):
        prices = Asked(PRICES)
        whole = CostModel(replace(RECORD.deployment, architecture=architecture), prices)
        whole.job(RECORD.measurement.jobs[0])
        whole.month(RECORD.measurement)
        whole.metrics_in_use()

    # Then
    assert asked == set(PRICES)
    assert all(price.as_of and price.published.startswith("https://") and price.usd > 0 for price in PRICES.values())


def test_what_was_measured_is_what_the_tables_are_about() -> None:
    assert [job.size for job in RECORD.measurement.jobs] == SIZES


def test_the_recorded_jobs_took_the_path_that_the_workflow_prescribes() -> None:
    for job in RECORD.measurement.jobs:
        batches = len(plan(job.size).batches)
        assert job.work.invocations == {
            "plan": 1, "queue-batch": batches, "synthesize": batches, "assemble": 1,
            # The start and the end
            "publish-events": 2, "dispatch-webhooks": 2,
        }  # fmt: skip
