"""Right of way of API requests: while one is answered, work in the background waits at its next step.

On AWS, every execution and every function has a machine of its own. Here they share one interpreter: when twelve long
jobs begin at once, hundreds of threads compete for it, and a request would take seconds.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.inline_iteration_component import (
    InlineIterationComponent,
)

_LONGEST_WAIT_SECONDS = 3.0
_BETWEEN_WORKERS_SECONDS = 0.02
"""Time in which a worker of a Map usually reaches the point where it waits for the outcome of its first item."""

_nobody_asks = threading.Event()
_nobody_asks.set()


class _OneAtATime:
    """Turn that one invocation holds at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *error: object) -> None:
        self._lock.release()


class RightOfWay(_OneAtATime):
    """Turn of a function that answers requests: one invocation at a time, while work in the background waits."""

    def __enter__(self) -> None:
        super().__enter__()
        _nobody_asks.clear()

    def __exit__(self, *error: object) -> None:
        _nobody_asks.set()
        super().__exit__(*error)


class GivingWay(_OneAtATime):
    """Turn of a function in the background: one invocation at a time, which begins after the present request."""

    def __enter__(self) -> None:
        super().__enter__()
        give_way()


def give_way() -> None:
    """Wait until the present request is answered. The end of a request lets all waiting threads continue."""
    _nobody_asks.wait(_LONGEST_WAIT_SECONDS)


@contextmanager
def executions_give_way() -> Iterator[None]:
    """Make executions of state machines give way at every step of their evaluation, and start workers one by one."""
    evaluate = EvalComponent.eval

    def give_way_and_evaluate(component: Any, env: Any) -> None:
        give_way()
        evaluate(component, env)

    with patch.object(EvalComponent, "eval", give_way_and_evaluate), _workers_one_by_one():
        yield


@contextmanager
def _workers_one_by_one() -> Iterator[None]:
    """Start the workers of all Maps one after another, and none for which no item is left.

    moto starts ``MaxConcurrency`` threads at once for each Map. With 120 of them, a request that comes before the
    first step of each waits over two seconds for the interpreter.
    """
    launch = InlineIterationComponent._launch_worker
    turn = threading.Lock()
    next_start = 0.0

    def launch_in_turn(component: Any, env: Any, eval_input: Any, job_pool: Any) -> None:
        nonlocal next_start
        with turn:
            if not job_pool._open_jobs:
                return
            time.sleep(max(0.0, next_start - time.monotonic()))
            give_way()
            launch(component, env, eval_input, job_pool)
            next_start = time.monotonic() + _BETWEEN_WORKERS_SECONDS

    with patch.object(InlineIterationComponent, "_launch_worker", launch_in_turn):
        yield
