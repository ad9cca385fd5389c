import time
from collections.abc import Callable

from tests.patience import PATIENCE_SECONDS


def eventually(condition: Callable[[], object], timeout_seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until `condition` holds; fail if it does not within `timeout_seconds`."""
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("the condition never came to hold")
        time.sleep(0.01)
