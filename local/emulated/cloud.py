"""Emulated AWS for deployments: ministack in a separate process, which functions and the CDK reach over HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any, Final, Self

import boto3

from layers.build import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    from local.emulated.runtime import Runtime

_KEY: Final = "test"
"""The access key and secret of the account's root, by which ministack knows it."""


class EmulatedCloud:
    """AWS on this machine, within a ``with`` block. It listens on 127.0.0.1 only.

    The deployed policies of the functions' roles, of buckets and of queues allow or deny every request.

    Attributes:
        account: the account of all resources.
        region: the region of all resources.
        url: the endpoint of all services.
    """

    account = "123456789012"
    region = "us-east-1"

    def __init__(self, runtime: Runtime, *, log_file: Path, wait_scale: float = 1.0) -> None:
        """Prepare the cloud.

        Args:
            runtime: the runtime of the functions.
            log_file: the file of the functions' logs. The server's log is written beside it.
            wait_scale: the factor on a workflow's waits, such as those before a retry.
        """
        self.url = ""
        self._runtime = runtime
        self._log_file = log_file.absolute()
        self._wait_scale = wait_scale
        self._running = ExitStack()

    @property
    def environment(self) -> Mapping[str, str]:
        """Environment variables with which a process uses this cloud as the account's root, and no real account."""
        return {
            "AWS_ACCESS_KEY_ID": _KEY,
            "AWS_SECRET_ACCESS_KEY": _KEY,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }

    @property
    def cold_starts(self) -> Counter[str]:
        """The number of processes started, by function."""
        started = (
            line for line in self._log_file.read_text("utf-8").splitlines() if line.startswith('{"cold_start"')
        )
        return Counter(json.loads(line)["cold_start"] for line in started)

    def client(self, service: str) -> Any:
        """Return a boto3 client of one of the cloud's services."""
        return self._session.client(service, endpoint_url=self.url)  # type: ignore[call-overload]  # any, by name

    def __enter__(self) -> Self:
        """Start with no resources."""
        self._log_file.parent.mkdir(parents=True, exist_ok=True)
        self._log_file.write_bytes(b"")
        with ExitStack() as stack:
            folder = stack.enter_context(
                tempfile.TemporaryDirectory(prefix="castline-aws-", ignore_cleanup_errors=True)
            )
            log = stack.enter_context(self._log_file.with_name("emulated-aws.log").open("wb"))
            server = subprocess.Popen(
                [sys.executable, "-m", "local.emulated.server"],
                cwd=ROOT,
                env=self._server_environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                text=True,
            )
            stack.enter_context(server)
            stack.callback(_end, server)
            assert server.stdout is not None  # noqa: S101 (for the type checker)
            port = server.stdout.readline().strip()
            if not port:
                raise RuntimeError(f"the emulated AWS has not started: see {log.name}")
            self.url = f"http://localhost:{port}"
            self._session = boto3.Session(region_name=self.region, aws_access_key_id=_KEY, aws_secret_access_key=_KEY)
            self._running = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the server and the functions' processes."""
        self._running.close()

    def _server_environment(self, folder: str) -> dict[str, str]:
        """Return the environment of the server and its functions. Only PATH comes from this process's environment."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "TMPDIR": folder,
            "AUTH": "true",
            "AWS_ACCESS_KEY_ID": _KEY,
            "AWS_SECRET_ACCESS_KEY": _KEY,
            "AWS_EC2_METADATA_DISABLED": "true",
            "MINISTACK_ACCOUNT_ID": self.account,
            "MINISTACK_REGION": self.region,
            "IOT_MTLS_ENABLED": "0",  # which listens on every address
            "SFN_WAIT_SCALE": str(self._wait_scale),
            "FUNCTION_LOG": str(self._log_file),
            "FUNCTION_PACKAGES": str(self._runtime.packages),
            "FUNCTION_PYTHON": str(self._runtime.interpreter),
            "FUNCTION_PYTHON_VERSION": self._runtime.python,
            "WEBHOOKS_ALLOW_LOOPBACK": "true",
        }


def _end(server: subprocess.Popen[str]) -> None:
    """Kill the server and the functions' processes, which have no state that has to be saved."""
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
