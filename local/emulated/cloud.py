"""Emulated AWS for deployments: moto behind an HTTP endpoint, with functions in processes of their own."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app

from local.cloud.clock import Clock
from local.cloud.corrected_moto import corrected_moto
from local.cloud.event_delivery import EventDelivery
from local.cloud.s3_http import s3_wsgi_app
from local.cloud.step_functions import join_interpreter, stop_executions
from local.emulated.cloudformation.cloudformation import cloudformation
from local.emulated.http_server import QuietRequestHandler, serving
from local.emulated.lambda_processes import LambdaProcesses
from local.emulated.published import PublishedFunctions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from local.emulated.runtime import Runtime

_GRACE_SECONDS = 1.0


class EmulatedCloud:
    """AWS on this machine, within a ``with``: one at a time in a process.

    Boto3 in this process reaches it without settings; every other process needs the variables in ``environment``.

    Attributes:
        region: the region of all resources.
        clock: the clock.
        lambdas: the functions.
        events: the status-change events of executions, and their delivery.
        uploads: the events of objects that are created in S3, and their delivery.
        published: the events that are put on buses, and their delivery.
    """

    region = "us-east-1"

    def __init__(self, runtime: Runtime, *, log_file: Path, clock: Clock | None = None) -> None:
        """Prepare the cloud.

        Args:
            runtime: the runtime of the functions.
            log_file: the file of the functions' logs.
            clock: the clock; by default real time.
        """
        self.clock = clock or Clock()
        self.events = EventDelivery("execution-events")
        self.uploads = EventDelivery("object-events")
        self.published = EventDelivery("bus-events")
        self._unpacked = tempfile.TemporaryDirectory(prefix="castline-functions-")
        published = PublishedFunctions(region=self.region, folder=Path(self._unpacked.name))
        self.lambdas = LambdaProcesses(published, runtime=runtime, clock=self.clock, log_file=log_file)
        self._running = ExitStack()

    @property
    def environment(self) -> Mapping[str, str]:
        """Environment variables that lead a process to this cloud, and to no real account."""
        return {
            "AWS_ACCESS_KEY_ID": "emulated",
            "AWS_SECRET_ACCESS_KEY": "emulated",
            "AWS_SESSION_TOKEN": "emulated",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ENDPOINT_URL": self.url,
            "DOWNLOAD_ENDPOINT_URL": self.url,
            "WEBHOOKS_ALLOW_LOOPBACK": "true",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }

    def client(self, service: str) -> Any:
        """Return a boto3 client of one of the cloud's services."""
        return self._session.client(service)  # type: ignore[call-overload]  # any service, by name

    def _app(self) -> WSGIApplication:
        """Return AWS's APIs. A request without a signature in its headers is for S3, and must have one in its URL."""
        signed: WSGIApplication = DomainDispatcherApplication(create_backend_app)
        presigned = s3_wsgi_app(self.clock.now)

        def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            is_signed = "HTTP_AUTHORIZATION" in environ or "HTTP_X_AMZ_TARGET" in environ
            is_public = "/.well-known/" in environ["PATH_INFO"]
            return (signed if is_signed or is_public else presigned)(environ, start_response)

        return app

    def __enter__(self) -> Self:
        """Start with no resources."""
        with ExitStack() as stack:
            stack.enter_context(self._unpacked)
            stack.enter_context(
                corrected_moto(
                    region=self.region,
                    clock=self.clock,
                    lambdas=self.lambdas,
                    events=self.events,
                    uploads=self.uploads,
                    published=self.published,
                )
            )
            stack.enter_context(cloudformation())
            # Not the default session: threads may not share one while they build clients.
            self._session = boto3.Session(region_name=self.region)
            port = stack.enter_context(serving(self._app(), name="emulated-aws", handler=_RequestHandler))
            # By name: with an address, the S3 client of the CDK CLI would ask for another signature.
            self.url = f"http://localhost:{port}"
            self.lambdas.aws = self.environment
            stack.enter_context(self.events.delivering())
            stack.enter_context(self.uploads.delivering())
            stack.enter_context(self.published.delivering())
            stack.callback(join_interpreter, timeout_seconds=_GRACE_SECONDS)
            stack.enter_context(self.lambdas.serving())
            stack.callback(stop_executions)
            self._running = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop all tasks and delete all resources."""
        self._running.close()


class _RequestHandler(QuietRequestHandler, MotoRequestHandler):  # type: ignore[misc]  # moto has no types
    """A request handler that reads headers as moto needs them."""
