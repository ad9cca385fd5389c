"""Settings of the queues that call functions, for every host that creates them."""

from __future__ import annotations

from dataclasses import dataclass

from infra import functions


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """A queue, and the function that its messages call."""

    reader: functions.FunctionSpec
    visibility_seconds: int
    """The time after which a message comes back that nobody has deleted: no less than the function may take."""
    max_receives: int
    """The number of receipts after which a message goes to the dead-letter queue."""
    retention_days: int


# A message comes back after six times what the function may take, as AWS recommends it. It is received once, and once
# more after each breakdown: a hundred of them take seven hours.
WEBHOOKS = QueueSettings(
    reader=functions.DELIVER_WEBHOOKS,
    visibility_seconds=6 * functions.DELIVER_WEBHOOKS.timeout_seconds,
    max_receives=100,
    retention_days=14,
)

# A task that works on hides its ticket anew; that of a task that has broken down is to come back soon.
SYNTHESIS = QueueSettings(
    reader=functions.SYNTHESIZE,
    visibility_seconds=functions.SYNTHESIZE.timeout_seconds,
    max_receives=100,
    retention_days=2,
)
