import sys
from collections.abc import Iterator

import pytest

from local.cloud.clock import Clock
from local.cloud.cloud import LocalCloud


@pytest.fixture
def clock() -> Clock:
    return Clock(wait_scale=0.01)


@pytest.fixture
def cloud(clock: Clock) -> Iterator[LocalCloud]:
    with LocalCloud(clock=clock, poll_interval_seconds=None, expiry_interval_seconds=None) as cloud:
        yield cloud


@pytest.fixture
def eager_thread_switches() -> Iterator[None]:
    """Switch between threads often, so that races show."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.00001)
    yield
    sys.setswitchinterval(interval)
