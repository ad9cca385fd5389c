"""Process of one function: AWS's own runtime client, code and layers, in an environment like Lambda's."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import threading
import time
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from local.cloud.lambda_runtime import Response
from local.emulated.runtime_api import RuntimeAnswer, RuntimeApi, RuntimeEvent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

    from local.emulated.published import PublishedFunction
    from local.emulated.runtime import Runtime

INIT_SECONDS: Final = 60.0
"""The time in which a process must import its handler. Lambda allows 10 s; a busy laptop is slower."""
_EXITED: Final = RuntimeAnswer(payload="", error_type="Runtime.ExitError")


class Sandbox:
    """A process that runs a function, one invocation at a time, until ``close``.

    Attributes:
        function: the function.
        is_alive: whether it can be invoked (again).
    """

    def __init__(
        self, function: PublishedFunction, *, runtime: Runtime, aws: Mapping[str, str], log: BinaryIO
    ) -> None:
        """Start the process.

        Args:
            function: the function.
            runtime: the runtime of the process.
            aws: environment variables that lead to the emulated AWS.
            log: the file of its output.
        """
        self.function = function
        self.is_alive = True
        self._api = RuntimeApi()
        self._process = subprocess.Popen(  # noqa: S603 (our own interpreter)
            [runtime.interpreter, "-S", "-m", "awslambdaric", function.handler],
            cwd=function.task_root,
            env=_environment(function, runtime, self._api.address) | dict(aws),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        threading.Thread(target=self._watch, name=f"lambda-{function.name}-exit", daemon=True).start()

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def invoke(self, payload: str, *, timeout_seconds: float) -> Response:
        """Run the function with an event in JSON.

        A process that does not answer in time is killed. A process that fails to start or exits cannot be used again.

        Args:
            payload: the event.
            timeout_seconds: the time limit after the start of the process: the function's own timeout, or that
                timeout scaled.
        """
        request_id = str(uuid.uuid4())
        if (failure := self._start_up(request_id)) is not None:
            return failure
        deadline_ms = int((time.time() + timeout_seconds) * 1000)
        self._api.send(
            RuntimeEvent(
                payload=payload,
                headers={
                    "Lambda-Runtime-Aws-Request-Id": request_id,
                    "Lambda-Runtime-Deadline-Ms": str(deadline_ms),
                    "Lambda-Runtime-Invoked-Function-Arn": self.function.arn,
                    "Lambda-Runtime-Trace-Id": _trace_id(),
                },
            )
        )
        try:
            answer = self._api.answers.get(timeout=timeout_seconds)
        except queue.Empty:
            self.close()
            return _failure(
                request_id, "Sandbox.Timedout", f"Task timed out after {self.function.timeout_seconds:.2f} seconds"
            )
        return self._response(answer, request_id)

    def close(self) -> None:
        """Kill the process and its children."""
        self.is_alive = False
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._api.close()

    def _start_up(self, request_id: str) -> Response | None:
        """Wait until the process has imported its handler; return an error answer if it cannot."""
        deadline = time.monotonic() + INIT_SECONDS
        while not self._api.ready.wait(0.01):
            with suppress(queue.Empty):
                return self._response(self._api.answers.get_nowait(), request_id)
            if time.monotonic() > deadline:
                self.close()
                return _failure(request_id, "Sandbox.Timedout", f"Init timed out after {INIT_SECONDS:.2f} seconds")
        return None

    def _response(self, answer: RuntimeAnswer, request_id: str) -> Response:
        if answer is not _EXITED:
            return Response(answer.payload, answer.error_type)
        code = self._process.wait()
        self.close()
        how = f"exit status {code}" if code >= 0 else f"signal: {signal.strsignal(-code)}"
        return _failure(request_id, "Runtime.ExitError", f"Runtime exited with error: {how}")

    def _watch(self) -> None:
        self._process.wait()
        self.is_alive = False
        self._api.answers.put(_EXITED)


def _environment(function: PublishedFunction, runtime: Runtime, runtime_api: str) -> dict[str, str]:
    """Return Lambda's own variables over the function's configured ones; nothing of this process's environment."""
    opt = function.layers
    layered = [opt / "python", opt / f"python/lib/python{runtime.python}/site-packages"] if opt else []
    libraries = [opt / "lib"] if opt else []
    return dict(function.environment) | {
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{runtime.python}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{time.strftime('%Y/%m/%d')}/[{function.version}]{uuid.uuid4().hex}",
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "LAMBDA_RUNTIME_DIR": str(runtime.packages),
        "LAMBDA_TASK_ROOT": str(function.task_root),
        "LANG": "en_US.UTF-8",
        "LD_LIBRARY_PATH": ":".join(map(str, libraries)),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PYTHONNOUSERSITE": "1",
        "PYTHONPATH": ":".join(map(str, [function.task_root, *layered, runtime.packages])),
        "PYTHONUTF8": "1",
        "TZ": "UTC",
        "_HANDLER": function.handler,
        "_X_AMZN_TRACE_ID": _trace_id(),
    }


def _trace_id() -> str:
    return f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Parent={uuid.uuid4().hex[:16]};Sampled=0"


def _failure(request_id: str, error_type: str, message: str) -> Response:
    payload = {"errorType": error_type, "errorMessage": f"RequestId: {request_id} Error: {message}"}
    return Response(json.dumps(payload), error_type)
