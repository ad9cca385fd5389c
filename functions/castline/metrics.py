"""Metrics of the functions: names, units and dimensions.

``castline.observability`` writes them; alarms and the dashboard read them. A metric counts each event once, as soon
as the event is known to have happened. A write that was refused or repeated is not counted.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMESPACE: Final = "Castline"
SERVICE: Final = "castline"
"""The default of the dimension ``service``, which ``POWERTOOLS_SERVICE_NAME`` overrides.

The dimension tells deployments in one account apart.
"""


class Metric(StrEnum):
    """A CloudWatch metric.

    Each is written in total. Those in ``BY_CODE`` are also written with the dimension ``code``, and those in
    ``BY_PROVIDER`` with the dimension ``provider``.
    """

    JOBS_SUBMITTED = "JobsSubmitted"
    JOBS_REFUSED = "JobsRefused"
    """Submissions that were refused because the user had the maximum number of active jobs."""
    QUOTA_REFUSALS = "QuotaRefusals"
    """Submissions that a quota or the breaker refused, by the code of either, such as ``user_characters_per_day``."""
    DAILY_CEILING_USED = "DailyCeilingUsed"
    """The percentage of the deployment's daily ceiling that is billed or reserved. It is written at every run of the
    reconciler, and is 0 if there is no ceiling."""
    JOBS_CANCELLED = "JobsCancelled"
    JOBS_COMPLETED = "JobsCompleted"
    JOBS_FAILED = "JobsFailed"
    """Failed jobs, by failure code, such as ``TIMEOUT``."""
    JOB_LATENCY = "JobLatency"
    """The time from the start of processing to completion."""
    QUEUE_TIME = "QueueTime"
    """The time from submission to the start of processing."""
    BATCH_QUEUE_TIME = "BatchQueueTime"
    """The time for which a batch has waited in the queue."""
    OLDEST_PENDING_AGE = "OldestPendingAge"
    """The age of the oldest pending job, written at every run of the reconciler; 0 if there is none."""
    PREVIEWS = "Previews"
    """Previews that were answered with audio."""
    PREVIEWS_REFUSED = "PreviewsRefused"
    """Previews that were refused because the user had asked for too many in a minute."""
    PROVIDER_ERRORS = "ProviderErrors"
    """Failed requests to the provider, by error class, such as ``ProviderUnavailable``."""
    THROTTLED_REQUESTS = "ThrottledRequests"
    """Requests that the provider throttled. Each is sent again."""
    SEGMENTS_SYNTHESIZED = "SegmentsSynthesized"
    SEGMENTS_REUSED = "SegmentsReused"
    """Segments that were not synthesized because the user already had the same segment in the cache."""
    CHARACTERS = "Characters"
    """The characters of the synthesized segments."""
    BILLED_CHARACTERS = "BilledCharacters"
    """The characters that the provider bills for the synthesized segments."""
    WEBHOOKS_DELIVERED = "WebhooksDelivered"
    WEBHOOKS_FAILED = "WebhooksFailed"
    """Deliveries of webhooks that were given up."""
    WEBHOOK_ATTEMPTS_FAILED = "WebhookAttemptsFailed"
    """Failed attempts to deliver webhooks, by error, such as ``timeout``."""
    WEBHOOKS_DISABLED = "WebhooksDisabled"
    """Webhooks that were disabled because their deliveries fail, by reason, such as ``gone``."""
    RECONCILER_LAG = "ReconcilerLag"
    """The time by which the oldest due check was overdue when a run of the reconciler began; 0 if none was due."""
    RECONCILER_STARTED = "ReconcilerStarted"
    RECONCILER_FAILED = "ReconcilerFailed"
    RECONCILER_SLOTS_FREED = "ReconcilerSlotsFreed"
    RECONCILER_PREVIEWS_SETTLED = "ReconcilerPreviewsSettled"
    """Previews whose reservations the reconciler settled, because their own functions did not."""


BY_CODE: Final = frozenset(
    {
        Metric.WEBHOOKS_DISABLED,
        Metric.WEBHOOK_ATTEMPTS_FAILED,
        Metric.JOBS_FAILED,
        Metric.PROVIDER_ERRORS,
        Metric.QUOTA_REFUSALS,
    }
)
BY_PROVIDER: Final = frozenset({Metric.PROVIDER_ERRORS, Metric.THROTTLED_REQUESTS})

UNITS: Final[Mapping[Metric, str]] = MappingProxyType(
    {
        **dict.fromkeys(Metric, "Count"),
        Metric.BATCH_QUEUE_TIME: "Milliseconds",
        Metric.DAILY_CEILING_USED: "Percent",
        Metric.JOB_LATENCY: "Milliseconds",
        Metric.OLDEST_PENDING_AGE: "Seconds",
        Metric.QUEUE_TIME: "Milliseconds",
        Metric.RECONCILER_LAG: "Seconds",
    }
)
