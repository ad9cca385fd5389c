"""Help for the tests of moto without hooks."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from unittest.mock import patch

import pytest

_INTERRUPTION_SECONDS = 20
"""The longest time that an interruption may take. It takes longer only if moto holds a lock."""

TestT = TypeVar("TestT", bound=Callable[..., None])


def mends(hook: str) -> Callable[[TestT], TestT]:
    """Run a test on moto without hooks, and show `hook`, the path of a module, in its name."""

    def mark(test: TestT) -> TestT:
        on_moto = pytest.mark.usefixtures("unpatched_moto")(test)
        named: TestT = pytest.mark.parametrize("unpatched_moto", [hook], indirect=True)(on_moto)
        return named

    return mark


@contextmanager
def interrupted(owner: Any, name: str, act: Callable[[], object]) -> Iterator[list[object]]:
    """Call `act` on another thread, as another client would, just before the first call of the method `name`.

    The method waits until `act` has returned. If moto holds a lock, `act` has to wait for the method instead, and
    runs afterwards.

    Yields:
        A list that contains, in the end, what `act` has returned or raised.
    """
    method = getattr(owner, name)
    outcomes: list[object] = []
    threads: list[threading.Thread] = []

    def run() -> None:
        try:
            outcomes.append(act())
        except Exception as error:  # noqa: BLE001  a test looks at whatever was raised
            outcomes.append(error)

    def call_after_act(*args: Any, **options: Any) -> Any:
        if not threads:
            threads.append(threading.Thread(target=run, daemon=True))
            threads[0].start()
            threads[0].join(_INTERRUPTION_SECONDS)
        return method(*args, **options)

    with patch.object(owner, name, call_after_act):
        yield outcomes
    assert threads, f"moto calls {owner.__name__}.{name} no more"
    threads[0].join()
