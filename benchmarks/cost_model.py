"""Cost model of a job, and of an environment without jobs: arithmetic on measured usage.

Free tiers, discounts and taxes are left out. The model assumes that nothing fails and that no segment is reused.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final, TypeVar

from benchmarks.usage import PUT_EVENTS, dialogue
from benchmarks.workflow_path import successful_path
from castline.api.requests import CreateJobRequest
from castline.audio.retention import SEGMENT_LIFETIME_DAYS
from castline.jobs.model import JobStatus
from castline.jobs.transitions import retention
from castline.pcm import SAMPLE_RATE_HZ, SAMPLE_WIDTH_BYTES
from castline.speech.providers.azure.billing import billed_characters
from castline.speech.providers.azure.provider import AzureSpeech
from castline.synthesis.segments import plan_speech
from infra import functions
from local.resources import WORKFLOW_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.deployment import Deployment
    from benchmarks.prices import Price
    from benchmarks.usage import JobSize, JobUsage, Measurement, Usage

NumberT = TypeVar("NumberT", int, float)

AZURE: Final = "Azure Speech"

_GB: Final = 2**30
_MONTH_DAYS: Final = 30
_DAY_SECONDS: Final = 24 * 60 * 60
_ONE_CPU_MB: Final = 1769
"""The memory with which Lambda gives a function one CPU."""
_S3_WRITES: Final = {
    "s3.CompleteMultipartUpload",
    "s3.CreateMultipartUpload",
    "s3.ListObjectsV2",
    "s3.PutObject",
    "s3.UploadPart",
}
_S3_FREE: Final = {"s3.AbortMultipartUpload", "s3.DeleteObject"}

PROVIDER = AzureSpeech({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """Values that are assumed, because they were not measured."""

    polls: int = 10
    """The number of times that a client polls a job's status."""
    characters_a_second: float = 4.2
    """The rate of spoken Mandarin, in characters per second."""
    first_audio_seconds: float = 0.3
    """The time until Azure sends the first audio."""
    speaking_speed: float = 20.0
    """The speed at which Azure sends audio, relative to playback."""
    cold_start_share: float = 0.05
    """The share of cold starts in all invocations."""
    cold_start_seconds: float = 1.5
    """The time of a cold start, which is billed like any other time."""
    platform_log_bytes: int = 1_000
    """The bytes that Lambda itself logs for an invocation."""
    history_log_bytes: int = 500
    """The bytes that Step Functions logs for an event, without data."""
    access_log_bytes: int = 500
    """The bytes that API Gateway logs for a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The division of a dialogue, known before any of it is spoken."""

    billed_characters: int
    batches: tuple[int, ...]
    """The number of utterances in each batch."""


@cache
def plan(size: JobSize) -> Plan:
    """Divide a dialogue of this size as the workflow does."""
    speech = plan_speech(CreateJobRequest.model_validate(dialogue(size)).to_dialogue(), PROVIDER)
    return Plan(
        billed_characters=sum(billed_characters(segment.utterance) for segment in speech.segments),
        batches=tuple(batch.utterance_count for batch in speech.batches),
    )


def transitions(size: JobSize) -> int:
    """Return the number of states that a job's execution enters."""
    definition = json.loads(WORKFLOW_FILE.read_text("utf-8"))
    return successful_path(definition, items=len(plan(size).batches)).transitions


class CostModel:
    """A model that turns usage into USD."""

    def __init__(
        self, deployment: Deployment, prices: Mapping[str, Price], assumptions: Assumptions | None = None
    ) -> None:
        self._deployment = deployment
        self._prices = prices
        self._assumptions = assumptions or Assumptions()

    def job(self, usage: JobUsage) -> dict[str, float]:
        """Return the cost of one job in USD by item, AWS's most expensive item first."""
        stretch = self._stretch(usage)
        whole = self.whole(usage)
        costs = {
            "Lambda": self._lambda(whole, self.provider_seconds(usage), stretch),
            "Step Functions": self._usd("step_functions_transitions", transitions(usage.size)),
            "DynamoDB": self._dynamodb(whole, usage.item_bytes),
            "EventBridge": self._usd("eventbridge_events", whole.operations.get(PUT_EVENTS, 0)),
            "S3 requests": self._s3_requests(whole, stretch),
            "S3 storage": self._s3_storage(usage, stretch),
            "Data transfer": self._usd("transfer_out", (usage.audio_bytes * stretch + whole.response_bytes) / _GB),
            "CloudWatch Logs": self._logs(
                whole, usage.history_events * self._assumptions.history_log_bytes, requests=self.requests
            ),
            "X-Ray": self._usd(
                "xray_traces",
                self.requests * (functions.API.name in self._deployment.traced_functions)
                + self._deployment.workflow_is_traced,
            ),
            "API Gateway": self._usd("api_gateway_requests", self.requests),
        }
        azure = self._usd("azure_speech_characters", plan(usage.size).billed_characters)
        return {AZURE: azure, **dict(sorted(costs.items(), key=lambda item: -item[1]))}

    def month(self, measurement: Measurement) -> dict[str, float]:
        """Return the monthly cost of an unused environment, in USD by item."""
        runs = _MONTH_DAYS * 24 * 60 / self._deployment.scheduled_minutes
        reconcile = measurement.reconcile
        traced = functions.RECONCILE.name in self._deployment.traced_functions
        return {
            f"Metrics that alarms watch ({self._deployment.alarm_metrics})": self._usd(
                "alarm_metrics", self._deployment.alarm_metrics
            ),
            "Dashboard": self._usd("dashboards", self._deployment.dashboards),
            "Snapshot that the API starts from": self._usd(
                "snapshot_gb_seconds", sum(self._snapshots_gb.values()) * _MONTH_DAYS * _DAY_SECONDS
            ),
            "Secret": self._usd("secrets", self._deployment.secrets),
            f"Metrics that the reconciler writes ({len(reconcile.metrics)})": self._usd(
                "custom_metrics", len(reconcile.metrics)
            ),
            "Reconciler, every minute": runs
            * (
                self._lambda(reconcile, 0.0, 1.0, cold_start_share=0.0)
                + self._dynamodb(reconcile, 0)
                + self._logs(reconcile, 0, requests=0)
                + self._usd("xray_traces", traced)
            ),
        }

    def metrics_in_use(self) -> float:
        """Return the cost of the metrics in USD, for a month in which each has a value every hour."""
        return self._usd("custom_metrics", len(self._deployment.custom_metrics))

    @property
    def requests(self) -> int:
        """The number of requests of one job's client: submission, polls, download."""
        return 1 + self._assumptions.polls + 1

    def _usd(self, price: str, quantity: float) -> float:
        return self._prices[price].of(quantity)

    def whole(self, usage: JobUsage) -> Usage:
        """Return the whole usage of a job, with the assumed number of polls."""
        parts = [usage.submit, usage.work, usage.download, *[usage.poll] * self._assumptions.polls]
        whole = replace(parts[0])
        for part in parts[1:]:
            whole = _sum(whole, part)
        return whole

    def _spoken_seconds(self, usage: JobUsage) -> float:
        return usage.size.characters / self._assumptions.characters_a_second

    def _hummed_seconds(self, usage: JobUsage) -> float:
        return usage.segment_bytes / (SAMPLE_RATE_HZ * SAMPLE_WIDTH_BYTES)

    def function_seconds(self, usage: JobUsage) -> dict[str, float]:
        """Return the seconds for which each function runs for a job, by its name."""
        return self._function_seconds(
            self.whole(usage),
            self.provider_seconds(usage),
            self._stretch(usage),
            cold_start_share=self._assumptions.cold_start_share,
        )

    def request_seconds(self, usage: JobUsage) -> float:
        """Return the time that Azure takes to synthesize one utterance of a job."""
        spoken_seconds = self._spoken_seconds(usage) / sum(plan(usage.size).batches)
        return self._assumptions.first_audio_seconds + spoken_seconds / self._assumptions.speaking_speed

    def provider_seconds(self, usage: JobUsage) -> float:
        """Return the total time for which a job's synthesize tasks wait for Azure."""
        batches = plan(usage.size).batches
        rounds = sum(math.ceil(segments / self._deployment.speech_concurrency) for segments in batches)
        return rounds * self.request_seconds(usage)

    def _stretch(self, usage: JobUsage) -> float:
        """Return the length of the spoken audio, relative to that of the hummed audio that was measured."""
        return self._spoken_seconds(usage) / self._hummed_seconds(usage)

    def _lambda(
        self, usage: Usage, provider_seconds: float, stretch: float, *, cold_start_share: float | None = None
    ) -> float:
        """Return the cost of the functions."""
        share = self._assumptions.cold_start_share if cold_start_share is None else cold_start_share
        seconds = self._function_seconds(usage, provider_seconds, stretch, cold_start_share=share)
        gb_seconds = sum(each * self._deployment.memory_mb[name] / 1024 for name, each in seconds.items())
        gb_restored = sum(usage.invocations.get(name, 0) * share * gb for name, gb in self._snapshots_gb.items())
        return (
            self._usd("lambda_requests", sum(usage.invocations.values()))
            + self._usd(f"lambda_gb_seconds_{self._deployment.architecture}", gb_seconds)
            + self._usd("snapshot_gb_restored", gb_restored)
        )

    @property
    def _snapshots_gb(self) -> dict[str, float]:
        """The memory of the functions that start from a snapshot."""
        return {name: self._deployment.memory_mb[name] / 1024 for name in self._deployment.snapshots}

    def _function_seconds(
        self, usage: Usage, provider_seconds: float, stretch: float, *, cold_start_share: float
    ) -> dict[str, float]:
        """Return the seconds of each function: the local ones, scaled to the audio's length and share of a CPU."""
        by_function = {}
        for name, local_seconds in usage.seconds.items():
            seconds = local_seconds * _ONE_CPU_MB / min(self._deployment.memory_mb[name], _ONE_CPU_MB)
            if name in {functions.SYNTHESIZE.name, functions.ASSEMBLE.name}:
                seconds *= stretch
            if name == functions.SYNTHESIZE.name:
                seconds += provider_seconds
            if name not in self._deployment.snapshots:
                seconds += usage.invocations[name] * cold_start_share * self._assumptions.cold_start_seconds
            by_function[name] = seconds
        return by_function

    def _dynamodb(self, usage: Usage, item_bytes: int) -> float:
        kept_gb_months = item_bytes / _GB * retention(JobStatus.COMPLETED).days / _MONTH_DAYS
        return (
            self._usd("dynamodb_write_units", usage.write_units)
            + self._usd("dynamodb_read_units", usage.read_units)
            + self._usd("dynamodb_storage", kept_gb_months)
            + self._usd("dynamodb_backup", kept_gb_months * self._deployment.backs_up_table)
        )

    def _s3_requests(self, usage: Usage, stretch: float) -> float:
        download = 1
        writes, reads = 0.0, float(download)
        for name, times in usage.operations.items():
            if not name.startswith("s3.") or name in _S3_FREE:
                continue
            if name in _S3_WRITES:
                writes += math.ceil(times * stretch) if name == "s3.UploadPart" else times
            else:
                reads += times
        return self._usd("s3_writes", writes) + self._usd("s3_reads", reads)

    def _s3_storage(self, usage: JobUsage, stretch: float) -> float:
        kept = (
            usage.segment_bytes * SEGMENT_LIFETIME_DAYS + usage.audio_bytes * retention(JobStatus.COMPLETED).days
        ) * stretch
        return self._usd("s3_storage", kept / _GB / _MONTH_DAYS)

    def _logs(self, usage: Usage, workflow_bytes: int, *, requests: int) -> float:
        size_gb = (
            usage.log_bytes
            + sum(usage.invocations.values()) * self._assumptions.platform_log_bytes
            + requests * self._assumptions.access_log_bytes
            + workflow_bytes
        ) / _GB
        months = self._deployment.log_retention_days / _MONTH_DAYS
        return self._usd("logs_ingestion", size_gb) + self._usd("logs_storage", size_gb * months)


def _sum(one: Usage, other: Usage) -> Usage:
    return replace(
        one,
        operations=_merged(one.operations, other.operations),
        invocations=_merged(one.invocations, other.invocations),
        seconds=_merged(one.seconds, other.seconds),
        read_units=one.read_units + other.read_units,
        write_units=one.write_units + other.write_units,
        log_bytes=one.log_bytes + other.log_bytes,
        response_bytes=one.response_bytes + other.response_bytes,
    )


def _merged(one: Mapping[str, NumberT], other: Mapping[str, NumberT]) -> dict[str, NumberT]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}
