"""Corrected moto: moto in this process with all corrections applied."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

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
from local.cloud.limits import Limits
from local.cloud.object_events import object_events
from local.cloud.published_events import published_events
from local.cloud.s3 import linearizable_s3
from local.cloud.s3_cors import matching_cors_rules
from local.cloud.s3_expiry import noted_object_expiries
from local.cloud.sqs import documented_sqs
from local.cloud.state_machine_parsing import parsed_once
from local.cloud.step_functions import step_functions
from local.cloud.step_functions_quotas import metered_step_functions
from local.cloud.task_tokens import single_use_task_tokens
from local.cloud.ttl import noted_expiries
from local.cloud.usage import Usage
from local.cloud.user_agent import constant_user_agent
from local.deep_calls import threads_with_room

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
    limits: Limits | None = None,
    usage: Usage | None = None,
) -> Iterator[None]:
    """Answer boto3 from memory while the context lasts, starting with no resources.

    Args:
        region: The region in the environment.
        clock: The clock of state machines and queues.
        lambdas: Runs the functions.
        events: Receives the events of changes of executions' status.
        uploads: Receives the events of objects that are created in buckets that send their events to EventBridge.
        published: Receives the events that are put on buses.
        limits: The limits of AWS that apply; by default none.
        usage: Counts calls, transitions and refusals.

    Raises:
        RuntimeError: A cloud is running in this process already.
    """
    if not _only_one.acquire(blocking=False):
        raise RuntimeError("a local cloud is running in this process already")
    try:
        with _corrections(region, clock, lambdas, events, uploads, published, limits or Limits(), usage or Usage()):
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
    limits: Limits,
    usage: Usage,
) -> Iterator[None]:
    with ExitStack() as stack:
        enter = stack.enter_context
        enter(threads_with_room())
        enter(fake_credentials(region))
        enter(mock_aws(config=_MOTO_CONFIG))
        enter(constant_user_agent())
        enter(linearizable_dynamodb(limits.transactions, usage))
        enter(forgotten_items())
        enter(quick_dynamodb())
        enter(noted_expiries())
        enter(linearizable_s3())
        enter(noted_object_expiries())
        enter(matching_cors_rules())
        enter(object_events(uploads.publish))
        enter(published_events(published.publish))
        enter(documented_sqs(clock))
        enter(asl_timers(clock))
        enter(parsed_once())
        enter(cached_interpreter_clients())
        enter(step_functions(events.publish))
        enter(single_use_task_tokens())
        enter(metered_step_functions(limits.step_functions, usage))
        enter(lambda_api(lambdas))
        yield
