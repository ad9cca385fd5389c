"""Lock that lets this process send a moto service one request at a time."""

import functools
import threading
from collections.abc import Callable
from typing import Any


def one_at_a_time(lock: threading.RLock, handle: Callable[..., Any]) -> Callable[..., Any]:
    """Hold `lock` while `handle` parses, executes and answers a request."""

    @functools.wraps(handle)
    def locked(*args: Any, **options: Any) -> Any:
        with lock:
            return handle(*args, **options)

    return locked
