"""Quotas of AWS that limit a deployment, as Service Quotas names them.

Names, codes and defaults are from AWS's documentation. If regions differ, the default is the lowest one.
``infra.preflight`` reads the actual quotas of an account. KMS has no entry, because nothing is encrypted with a key
of the account.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceQuota:
    """A quota of an account in a region."""

    service: str
    """The code of the AWS service."""
    code: str
    name: str
    default: int
    beyond: str
    """The effect of calls beyond the quota."""
    setting: str | None = None
    """The field of ``Environment`` to lower where the quota cannot be raised."""

    def __str__(self) -> str:
        return f"{self.name} ({self.service} {self.code})"


LAMBDA_CONCURRENCY = ServiceQuota(
    service="lambda",
    code="L-B99A9384",
    name="Concurrent executions",
    default=1_000,
    beyond="the API answers 503, and batches, events and webhooks are taken up late",
)
NEW_ACCOUNT_CONCURRENCY = 10
"""The value of ``LAMBDA_CONCURRENCY`` in many new accounts."""
STATE_TRANSITIONS = ServiceQuota(
    service="states",
    code="L-AD9B4E93",
    name="StateTransition throttle token refill rate per second",
    default=800,
    beyond="all executions are delayed from state to state",
)
START_EXECUTION_RATE = ServiceQuota(
    service="states",
    code="L-1B55A735",
    name="StartExecution throttle token refill rate per second",
    default=150,
    beyond="submissions are answered 503",
)
START_EXECUTION_BURST = ServiceQuota(
    service="states",
    code="L-CE9F8059",
    name="StartExecution throttle token bucket size",
    default=800,
    beyond="submissions of a burst are answered 503",
)
SEND_TASK_SUCCESS_RATE = ServiceQuota(
    service="states",
    code="L-EACE83FA",
    name="SendTaskSuccess throttle token refill rate per second",
    default=300,
    beyond="finished batches are reported late",
)
OPEN_EXECUTIONS = ServiceQuota(
    service="states",
    code="L-B8A5B662",
    name="Open executions",
    default=1_000_000,
    beyond="submissions are answered 503",
)
QUEUE_IN_FLIGHT = ServiceQuota(
    service="sqs",
    code="L-C491D5A4",
    name="In-flight messages per standard queue",
    default=120_000,
    beyond="no further message of the queue is received",
)
API_RATE = ServiceQuota(
    service="apigateway",
    code="L-8A5B8E43",
    name="Throttle rate",
    default=2_500,
    beyond="requests are answered 429",
)
API_BURST = ServiceQuota(
    service="apigateway",
    code="L-CDF5615A",
    name="Throttle burst rate",
    default=1_250,
    beyond="requests of a burst are answered 429",
    setting="burst_requests",
)
EVENTS = ServiceQuota(
    service="events",
    code="L-9B653E91",
    name="PutEvents throttle limit in transactions per second",
    default=400,
    beyond="events of jobs are published late",
)
EVENT_INVOCATIONS = ServiceQuota(
    service="events",
    code="L-5540C5E3",
    name="Invocations throttle limit in transactions per second",
    default=750,
    beyond="webhooks are sent late",
)
TABLE_WRITES = ServiceQuota(
    service="dynamodb",
    code="L-AB614373",
    name="Table-level write throughput limit",
    default=40_000,
    beyond="writes are refused, and tried again",
)
TABLE_READS = ServiceQuota(
    service="dynamodb",
    code="L-CF0CBE56",
    name="Table-level read throughput limit",
    default=40_000,
    beyond="reads are refused, and tried again",
)

MAX_MAPPING_CONCURRENCY = 1_000
"""The highest concurrency that one event source mapping of SQS may have."""
