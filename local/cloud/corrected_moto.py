"""Corrected moto: moto in this process with all corrections applied."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from moto import mock_aws

from local.cloud.asl_timers import asl_timers
from local.cloud.clock import Clock
from local.cloud.credentials import fake_credentials
from local.cloud.dynamodb import linearizable_dynamodb
from local.cloud.dynamodb_memory import forgotten_items
from local.cloud.dynamodb_speed import quick_dynamodb
from local.cloud.event_delivery import EventDelivery
from local.cloud.interpreter_clients import cached_interpreter_clients
from local.cloud.lambda_api import lambda_api
from local.cloud.lambdas import Lambdas
from local.cloud.object_events import object_events
from local.cloud.published_events import published_events
from local.cloud.request_overhead import light_requests
from local.cloud.s3 import linearizable_s3
from local.cloud.s3_cors import matching_cors_rules
from local.cloud.s3_expiry import noted_object_expiries
from local.cloud.s3_speed import quick_s3
from local.cloud.sqs import documented_sqs
from local.cloud.state_machine_parsing import parsed_once
from local.cloud.step_functions import step_functions
from local.cloud.ttl import noted_expiries

_MOTO_CONFIG = {
    "core": {"mock_credentials": False},
    "stepfunctions": {"execute_state_machine": True},
}

# moto replaces parts of botocore for the whole process.
_only_one = threading.Lock()


@contextmanager
def corrected_moto(
    *,
    region: str,
    clock: Clock,
    lambdas: Lambdas,
    events: EventDelivery,
    uploads: EventDelivery,
    published: EventDelivery,
) -> Iterator[None]:
    """Answer boto3 from memory while the context lasts, starting with no resources.

    `clock` sets the time of state machines, `lambdas` runs the functions, `events` receives each change of an
    execution's status, `uploads` each object that is created in a bucket that sends its events to EventBridge, and
    `published` each event that is put on a bus.

    Raises:
        RuntimeError: A cloud is running in this process already.
    """
    if not _only_one.acquire(blocking=False):
        raise RuntimeError("a local cloud is running in this process already")
    try:
        with _corrections(region, clock, lambdas, events, uploads, published):
            yield
    finally:
        _only_one.release()


@contextmanager
def _corrections(
    region: str,
    clock: Clock,
    lambdas: Lambdas,
    events: EventDelivery,
    uploads: EventDelivery,
    published: EventDelivery,
) -> Iterator[None]:
    with (
        fake_credentials(region),
        mock_aws(config=_MOTO_CONFIG),
        light_requests(),
        linearizable_dynamodb(),
        forgotten_items(),
        quick_dynamodb(),
        noted_expiries(),
        linearizable_s3() as s3_lock,
        quick_s3(s3_lock),
        noted_object_expiries(),
        matching_cors_rules(),
        object_events(uploads.publish),
        published_events(published.publish),
        documented_sqs(clock),
        asl_timers(clock),
        parsed_once(),
        cached_interpreter_clients(),
        step_functions(events.publish),
        lambda_api(lambdas),
    ):
        yield
