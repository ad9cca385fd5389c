"""Timers of state machines, scaled by the local cloud's clock. The definitions stay unchanged.

In moto, a stopped execution sleeps on before a retry, and a wait that begins at that moment lasts its whole time. On
AWS, the waits of an execution end with it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.stepfunctions.parser.asl.component.common.retry.jitter_strategy_decl import JitterStrategyDecl
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import TimeoutSeconds
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction

from local.cloud.clock import Clock

# moto sets an environment's event and clears it at once, so a waiting thread can miss it. It checks again after this
# time.
_WAKE_UP_SECONDS = 0.2


@contextmanager
def asl_timers(clock: Clock) -> Iterator[None]:
    """Scale Retry delays, Wait states and `TimeoutSeconds`; end a wait when its execution ends."""
    apply_jitter = JitterStrategyDecl._eval_body
    declare_timeout = TimeoutSeconds.__init__

    def wait_before_retry(declaration: Any, env: Any) -> None:
        # The delay is final once jitter is applied. Next, moto would sleep and ignore StopExecution. So wait here,
        # where the environment is known, and leave moto a delay of 0.
        apply_jitter(declaration, env)
        delay_seconds: float = env.stack.pop()
        clock.record_retry(_execution_arn(env), delay_seconds)
        wait_while_running(env, clock.scale_wait(delay_seconds))
        env.stack.append(0)

    def wait(_function: Any, env: Any, wait_seconds: float) -> None:
        wait_while_running(env, clock.scale_wait(wait_seconds))

    def declare_scaled_timeout(declaration: Any, timeout_seconds: float, is_default: bool | None = None) -> None:
        unlimited = timeout_seconds == TimeoutSeconds.DEFAULT_TIMEOUT_SECONDS
        scaled = timeout_seconds if unlimited else clock.scale_timeout(timeout_seconds)
        declare_timeout(declaration, scaled, is_default)

    with (
        patch.object(JitterStrategyDecl, "_eval_body", wait_before_retry),
        patch.object(WaitFunction, "_wait_interval", wait),
        patch.object(TimeoutSeconds, "__init__", declare_scaled_timeout),
    ):
        yield


def _execution_arn(env: Any) -> str:
    return str(env.states.context_object.context_object_data["Execution"]["Id"])


def wait_while_running(env: Any, seconds: float) -> None:
    """Wait, at most until the execution of an environment ends."""
    deadline = time.monotonic() + seconds
    while env.is_running() and (remaining := deadline - time.monotonic()) > 0:
        env.program_state_event.wait(min(remaining, _WAKE_UP_SECONDS))
