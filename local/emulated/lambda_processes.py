"""Published functions in processes of their own, as many at a time as their reserved concurrency allows."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING

from local.cloud.lambda_errors import HostStopped, TooManyRequests
from local.cloud.lambdas import Lambdas
from local.emulated.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from local.cloud.clock import Clock
    from local.cloud.lambda_runtime import Response
    from local.emulated.published import PublishedFunction, PublishedFunctions
    from local.emulated.runtime import Runtime


class LambdaProcesses(Lambdas):
    """The emulated cloud's functions: cold at the first invocation, then kept warm until the end.

    Attributes:
        aws: environment variables that lead a function to the emulated AWS; set before the first invocation.
        cold_starts: the number of processes started, by function.
        throttled: the number of invocations refused, by function.
    """

    def __init__(self, published: PublishedFunctions, *, runtime: Runtime, clock: Clock, log_file: Path) -> None:
        """Prepare the functions.

        Args:
            published: the published functions.
            runtime: the runtime of the functions.
            clock: scales their time-outs.
            log_file: the file of their logs.
        """
        self.aws: Mapping[str, str] = {}
        self.cold_starts: Counter[str] = Counter()
        self.throttled: Counter[str] = Counter()
        self._published = published
        self._runtime = runtime
        self._clock = clock
        self._log_file = log_file
        self._idle: dict[PublishedFunction, list[Sandbox]] = defaultdict(list)
        self._busy: set[Sandbox] = set()
        self._running: Counter[str] = Counter()
        self._stopped = False
        self._lock = threading.Lock()

    def name_of(self, reference: str) -> str:
        """See ``Lambdas``."""
        return self._published.find(reference).name

    def run(self, name: str, payload: str) -> Response:
        """See ``Lambdas``."""
        function = self._published.find(name)
        sandbox = self._occupy(function)
        try:
            response = sandbox.invoke(payload, timeout_seconds=self._clock.scale_timeout(function.timeout_seconds))
        finally:
            self._vacate(sandbox)
        if self._stopped:
            raise HostStopped(function.name)
        return response

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Kill every process when the context ends."""
        self._log_file.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield
        finally:
            with self._lock:
                self._stopped = True
                sandboxes = [*self._busy, *(sandbox for idle in self._idle.values() for sandbox in idle)]
            for sandbox in sandboxes:
                sandbox.close()

    def _occupy(self, function: PublishedFunction) -> Sandbox:
        with self._lock:
            if self._stopped:
                raise HostStopped(function.name)
            allowed = function.reserved_concurrency
            if allowed is not None and self._running[function.name] >= allowed:
                self.throttled[function.name] += 1
                raise TooManyRequests(function.name)
            self._running[function.name] += 1
            idle = self._idle[function]
            while idle:
                if (sandbox := idle.pop()).is_alive:
                    break
                sandbox.close()
            else:
                sandbox = self._start(function)
            self._busy.add(sandbox)
            return sandbox

    def _vacate(self, sandbox: Sandbox) -> None:
        with self._lock:
            self._busy.discard(sandbox)
            self._running[sandbox.function.name] -= 1
            if sandbox.is_alive and not self._stopped:
                self._idle[sandbox.function].append(sandbox)
                return
        sandbox.close()

    def _start(self, function: PublishedFunction) -> Sandbox:
        self.cold_starts[function.name] += 1
        with self._log_file.open("ab") as log:
            return Sandbox(function, runtime=self._runtime, aws=self.aws, log=log)
