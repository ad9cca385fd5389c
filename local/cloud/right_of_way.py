"""Right of way of API requests: while one is answered, work in the background waits at its next step.

On AWS, every execution and every function has a machine of its own. Here they share one interpreter: when twelve long
jobs begin at once, hundreds of threads compete for it, and a request would take seconds.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent

_LONGEST_WAIT_SECONDS = 3.0

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
    """Make executions of state machines give way at every step of their evaluation."""
    evaluate = EvalComponent.eval

    def give_way_and_evaluate(component: Any, env: Any) -> None:
        give_way()
        evaluate(component, env)

    with patch.object(EvalComponent, "eval", give_way_and_evaluate):
        yield
