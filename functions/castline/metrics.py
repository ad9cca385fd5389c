"""What the functions count and measure. ``castline.observability`` writes it; alarms and the dashboard read it.

Each is counted once for each event that really happened, as soon as it is known to have happened: a write that was
refused, or repeated, counts nothing.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMESPACE: Final = "Castline"
SERVICE: Final = "castline"
"""The dimension ``service`` of every metric, unless ``POWERTOOLS_SERVICE_NAME`` says otherwise: deployments that
share an account are told apart by it."""


class Metric(StrEnum):
    """A metric of CloudWatch's. Those in ``BY_CODE`` come in total, and by the dimension ``code`` as well."""

    JOBS_SUBMITTED = "JobsSubmitted"
    JOBS_REFUSED = "JobsRefused"
    """Submissions of users who had as many active jobs as allowed."""
    JOBS_CANCELLED = "JobsCancelled"
    JOBS_COMPLETED = "JobsCompleted"
    JOBS_FAILED = "JobsFailed"
    """By the failure's code, such as ``TIMEOUT``."""
    JOB_LATENCY = "JobLatency"
    """From the start of processing to completion."""
    QUEUE_TIME = "QueueTime"
    """From submission to the start of processing."""
    BUDGET_TIME = "BudgetTime"
    """From the start of a job's processing until a batch is spoken for the first time: the wait for a free task."""
    OLDEST_PENDING_AGE = "OldestPendingAge"
    """How long ago the oldest job that is still pending was submitted, every time the reconciler runs; 0 for none."""
    PROVIDER_ERRORS = "ProviderErrors"
    """Requests to the provider that failed, by the error's class, such as ``ProviderThrottled``."""
    SEGMENTS_SYNTHESIZED = "SegmentsSynthesized"
    SEGMENTS_REUSED = "SegmentsReused"
    """Segments that need not be spoken, because the user has had the same one spoken before."""
    CHARACTERS = "Characters"
    """Of the segments synthesized."""
    BILLED_CHARACTERS = "BilledCharacters"
    """What Azure counts for them."""
    RECONCILER_STARTED = "ReconcilerStarted"
    RECONCILER_FAILED = "ReconcilerFailed"
    RECONCILER_SLOTS_FREED = "ReconcilerSlotsFreed"


BY_CODE: Final = frozenset({Metric.JOBS_FAILED, Metric.PROVIDER_ERRORS})

UNITS: Final[Mapping[Metric, str]] = MappingProxyType(
    {
        **dict.fromkeys(Metric, "Count"),
        Metric.BUDGET_TIME: "Milliseconds",
        Metric.JOB_LATENCY: "Milliseconds",
        Metric.OLDEST_PENDING_AGE: "Seconds",
        Metric.QUEUE_TIME: "Milliseconds",
    }
)
