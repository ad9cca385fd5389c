import os
import threading
import time

import boto3
import pytest

from local.cloud.clock import Clock
from local.cloud.cloud import LocalCloud
from tests.integration.local_cloud.eventually import eventually
from tests.integration.local_cloud.state_machines import create, finish, inline_map, invoke, start


def test_it_starts_and_stops_repeatedly_and_keeps_nothing() -> None:
    environment = dict(os.environ)
    threads = set(threading.enumerate())
    for _ in range(2):
        # Given a cloud that starts after another has stopped
        with LocalCloud() as cloud:
            cloud.lambdas.register("echo", lambda event, _context: event, timeout_seconds=90)
            client = boto3.client("s3")

            # Then nothing is left of the one before
            assert client.list_buckets()["Buckets"] == []
            client.create_bucket(Bucket="bucket")

            # When a state machine has run
            execution = finish(start(create(invoke("echo")), {"a": 1}))
            assert execution["output"] == {"a": 1}

        # Then its threads are gone and the environment is as it was
        eventually(lambda: set(threading.enumerate()) <= threads)
        assert dict(os.environ) == environment


def test_stopping_ends_what_is_running() -> None:
    threads = set(threading.enumerate())
    # Given executions in a task, in a Map, before a retry and in a Wait state
    with LocalCloud() as cloud:
        cloud.lambdas.register("echo", lambda event, _context: event, timeout_seconds=900)
        cloud.lambdas.register("broken", lambda _event, _context: 1 / 0, timeout_seconds=900)
        retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 900}]
        with cloud.lambdas.pause("echo") as pause:
            start(create(invoke("echo")))
            start(create(inline_map(invoke("echo"), MaxConcurrency=2)), [1, 2, 3])
            start(create({"Type": "Wait", "Seconds": 900, "End": True}))
            retrying = start(create(invoke("broken", Retry=retry)))
            pause.wait_until_reached()
            eventually(lambda: cloud.clock.retry_delays_seconds(retrying))

            # When the cloud stops
            stopping = time.monotonic()
            cloud.stop()

    # Then it does not take long, and leaves no thread behind
    assert time.monotonic() - stopping < 60
    eventually(lambda: set(threading.enumerate()) <= threads)


def test_a_second_cloud_at_once_is_refused(cloud: LocalCloud) -> None:
    with pytest.raises(RuntimeError, match="already"):
        LocalCloud(clock=Clock()).start()
    assert boto3.client("s3").list_buckets()["Buckets"] == []
