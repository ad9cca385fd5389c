"""Settings of the queues that call functions, for every host that creates them."""

from __future__ import annotations

from dataclasses import dataclass

from infra import functions


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """A queue, and the function that its messages invoke."""

    reader: functions.FunctionSpec
    visibility_seconds: int
    """The time after which an undeleted message is visible again; at least the timeout of the function."""
    max_receives: int
    """The number of receipts after which a message goes to the dead-letter queue."""
    retention_days: int


# The visibility timeout is six times the timeout of the function, as AWS recommends. A message is received once, and
# again after each failed invocation: a hundred of them take seven hours.
WEBHOOKS = QueueSettings(
    reader=functions.DELIVER_WEBHOOKS,
    visibility_seconds=6 * functions.DELIVER_WEBHOOKS.timeout_seconds,
    max_receives=100,
    retention_days=14,
)

# A running task extends the visibility timeout of its ticket. The ticket of a failed task has to come back soon.
SYNTHESIS = QueueSettings(
    reader=functions.SYNTHESIZE,
    visibility_seconds=functions.SYNTHESIZE.timeout_seconds,
    max_receives=100,
    retention_days=2,
)
