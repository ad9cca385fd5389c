"""Quotas of Step Functions, which moto does not have: excess calls are refused, and state transitions delayed."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from typing import Any, Self
from unittest.mock import patch

from botocore import xform_name
from moto.core.exceptions import JsonRESTError
from moto.stepfunctions.parser.asl.component.common.retry.retry_outcome import RetryOutcome
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.responses import StepFunctionResponse

from local.cloud.asl_timers import wait_while_running
from local.cloud.usage import Usage
from local.token_bucket import TokenBucket

_LARGE_REGIONS = {"us-east-1", "us-west-2", "eu-west-1"}
_SHORTEST_WAIT_SECONDS = 0.001


@dataclass(frozen=True, slots=True)
class Quota:
    """A token bucket: its size, and how many tokens are added each second."""

    burst: int
    per_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFunctionsQuotas:
    """Quotas of an account in one region, for Standard workflows.

    The defaults are those of most regions in the Developer Guide ("Step Functions service quotas"). A new account has
    fewer state transitions at first. If the guide and the General Reference differ (DescribeExecution: 50 a second
    there), the smaller number is used.
    """

    state_transition: Quota = Quota(800, 800)
    start_execution: Quota = Quota(800, 150)
    describe_execution: Quota = Quota(250, 10)
    stop_execution: Quota = Quota(500, 25)
    send_task_success: Quota = Quota(1500, 300)
    send_task_failure: Quota = Quota(1500, 300)
    send_task_heartbeat: Quota = Quota(1500, 300)

    @classmethod
    def of_region(cls, region: str) -> Self:
        """Return the default quotas of a region."""
        if region not in _LARGE_REGIONS:
            return cls()
        return cls(
            state_transition=Quota(5000, 5000),
            start_execution=Quota(1300, 300),
            describe_execution=Quota(300, 15),
            stop_execution=Quota(1000, 200),
            send_task_success=Quota(3000, 500),
            send_task_failure=Quota(3000, 500),
            send_task_heartbeat=Quota(3000, 500),
        )


@contextmanager
def metered_step_functions(quotas: StepFunctionsQuotas | None, usage: Usage) -> Iterator[None]:
    """Count transitions and calls, and enforce `quotas` if there are any, while the context lasts.

    A call beyond its quota is refused with ThrottlingException. A transition beyond it is delayed: the execution
    waits, and does not fail.
    """
    buckets = _buckets(quotas)
    with ExitStack() as hooks:
        for action in ("StartExecution", "DescribeExecution", "StopExecution", *_SEND_TASK):
            name = xform_name(action)
            answer = _admitted(action, getattr(StepFunctionResponse, name), buckets.get(name), usage)
            hooks.enter_context(patch.object(StepFunctionResponse, name, answer))
        hooks.enter_context(_metered_transitions(buckets.get("state_transition"), usage))
        yield


_SEND_TASK = ("SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat")


def _buckets(quotas: StepFunctionsQuotas | None) -> dict[str, TokenBucket]:
    if quotas is None:
        return {}
    named: dict[str, Quota] = {field.name: getattr(quotas, field.name) for field in fields(quotas)}
    return {name: TokenBucket(quota.per_second, quota.burst) for name, quota in named.items()}


def _admitted(
    action: str, answer: Callable[[Any], Any], bucket: TokenBucket | None, usage: Usage
) -> Callable[[Any], Any]:
    def admit(request: Any) -> Any:
        is_throttled = bucket is not None and not bucket.take()
        usage.count_call(action, is_throttled=is_throttled)
        if is_throttled:
            raise JsonRESTError("ThrottlingException", "Rate exceeded")
        return answer(request)

    return admit


@contextmanager
def _metered_transitions(bucket: TokenBucket | None, usage: Usage) -> Iterator[None]:
    enter, handle_retry = CommonStateField._eval_body, ExecutionState._handle_retry

    def wait_for_turn(env: Any) -> None:
        is_throttled = False
        while bucket is not None and env.is_running() and not bucket.take():
            is_throttled = True
            wait_while_running(env, max(_SHORTEST_WAIT_SECONDS, bucket.wait_seconds))
        if env.is_running():
            usage.count_transition(is_throttled=is_throttled)

    def enter_in_turn(state: Any, env: Any) -> None:
        wait_for_turn(env)
        if env.is_running():
            enter(state, env)

    def retry_in_turn(state: Any, env: Any, failure_event: Any) -> RetryOutcome:
        outcome = handle_retry(state, env, failure_event)
        if outcome == RetryOutcome.CanRetry:
            wait_for_turn(env)
        return outcome

    with (
        patch.object(CommonStateField, "_eval_body", enter_in_turn),
        patch.object(ExecutionState, "_handle_retry", retry_in_turn),
    ):
        yield
