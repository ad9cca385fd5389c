import sys
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from local.cloud.clock import Clock
from local.cloud.cloud import LocalCloud
from local.cloud.credentials import fake_credentials
from local.cloud.step_functions import join_interpreter, stop_executions


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


@pytest.fixture
def unpatched_moto() -> Iterator[None]:
    """Run moto without the hooks of the local cloud."""
    config: Any = {"core": {"mock_credentials": False}, "stepfunctions": {"execute_state_machine": True}}
    with fake_credentials("us-east-1"), mock_aws(config=config):
        yield
        stop_executions()
        join_interpreter(timeout_seconds=10)
