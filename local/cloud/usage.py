"""Counts of the cloud's calls and state transitions, and of those that it has refused or delayed."""

import threading
from collections import Counter


class Usage:
    """Counts since the cloud was made. Thread-safe.

    Attributes:
        state_transitions: The number of states that Step Functions executions have entered, including retries.
        throttled_transitions: The number of transitions that had to wait for their turn (`ExecutionThrottled`).
        step_functions_calls: The number of calls that Step Functions has answered, by action.
        throttled_calls: The number of calls that were refused because of their rate, by action.
        transaction_conflicts: The number of requests to DynamoDB that were refused because of a transaction in
            progress, by operation.
    """

    def __init__(self) -> None:
        self.state_transitions = 0
        self.throttled_transitions = 0
        self.step_functions_calls: Counter[str] = Counter()
        self.throttled_calls: Counter[str] = Counter()
        self.transaction_conflicts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def count_transition(self, *, is_throttled: bool) -> None:
        """Count a state transition."""
        with self._lock:
            self.state_transitions += 1
            self.throttled_transitions += is_throttled

    def count_call(self, action: str, *, is_throttled: bool) -> None:
        """Count a call to Step Functions."""
        with self._lock:
            (self.throttled_calls if is_throttled else self.step_functions_calls)[action] += 1

    def count_conflict(self, operation: str) -> None:
        """Count a request to DynamoDB that conflicted with a transaction."""
        with self._lock:
            self.transaction_conflicts[operation] += 1
