"""Local stack: everything that Castline needs, in one process, on one port of this machine."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from castline import composition, observability
from castline.api.operations import OPERATIONS
from castline.sounds.keys import read_upload_key
from castline.speech.providers.registry import DEFAULT_CONCURRENCY
from infra import functions
from infra.environments import DEV
from local import resources
from local.azure_speech.engines import VoiceEngineName
from local.azure_speech.server import AzureSpeechEmulator
from local.cloud.background import repeating
from local.cloud.cloud import LocalCloud
from local.cloud.lambda_errors import HostStopped
from local.console import ConsolePage
from local.environment import environment_variables
from local.gateway import Gateway
from local.speech_emulators import emulated_provider
from local.webhook_lines import webhook_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from werkzeug.wrappers import Request

    from local.cloud.clock import Clock
    from local.cloud.limits import Limits


_SPOKEN_ROUTES = {(each.method, each.path) for each in OPERATIONS if each.speaks}
_RECONCILE_SECONDS = 60.0
_MAX_PROCESSING_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureAccount:
    """A Speech resource of the real service."""

    key: str
    region: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> AzureAccount | None:
        """Return the account in ``AZURE_SPEECH_KEY`` and ``AZURE_SPEECH_REGION``; None if neither is set.

        Raises:
            ValueError: only one of them is set.
        """
        key, region = environment.get("AZURE_SPEECH_KEY"), environment.get("AZURE_SPEECH_REGION")
        if key and region:
            return cls(key=key, region=region)
        if key or region:
            raise ValueError("set both AZURE_SPEECH_KEY and AZURE_SPEECH_REGION, or neither")
        return None


class LocalStack:
    """Castline on this machine, from ``start`` to ``stop`` or within a ``with`` block.

    Attributes:
        cloud: the local cloud.
        speech: the Azure Speech emulator; None when the real service speaks.
        gateway: the HTTP gateway.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        clock: Clock | None = None,
        speech: AzureSpeechEmulator | AzureAccount | None = None,
        speech_concurrency: int = DEFAULT_CONCURRENCY,
        more_speech: Sequence[AzureSpeechEmulator] = (),
        more_providers: Sequence[str] = (),
        requests_per_second: float | None = None,
        settings: Mapping[str, str] | None = None,
        synthesize_concurrency: int = resources.SYNTHESIZE_CONCURRENCY,
        limits: Limits | None = None,
        on_request: Callable[[str], None] | None = None,
        log_file: Path | None = None,
        console: ConsolePage | None = None,
        claims: Callable[[Request], Mapping[str, str] | None] | None = None,
    ) -> None:
        """Prepare a stack, and bind its port.

        Args:
            port: the port on 127.0.0.1; 0 selects a free one.
            clock: the clock, which scales all times.
            speech: the Azure emulator or account; by default an emulator.
            speech_concurrency: the maximum number of requests that each synthesize task has in flight.
            more_speech: additional Azure emulators, which form a pool of Speech resources with ``speech``.
            more_providers: the ids of other speech providers to emulate.
            requests_per_second: the limit above which the emulators of other providers throttle requests; None for no
                limit.
            settings: additional environment variables for the functions.
            synthesize_concurrency: the maximum number of batches that are synthesized at once: 2 to 1,000.
            limits: the limits of AWS that apply; by default none.
            on_request: called with a line about each request, and about each attempt to deliver a webhook.
            log_file: the file of the functions' logs, in place of standard output.
            console: the page at ``/``; by default the built one, without sign-in.
            claims: returns the token claims of a request, or None. By default, ``X-User-Id`` names the user.

        Raises:
            OSError: the port is in use.
            ValueError: an Azure account and emulators cannot form a pool.
        """
        self._log_file = log_file
        self.cloud = LocalCloud(clock=clock, limits=limits)
        self.speech: AzureSpeechEmulator | None
        self._account: AzureAccount | None
        if isinstance(speech, AzureAccount):
            if more_speech:
                raise ValueError("an Azure account and emulators cannot form a pool")
            self.speech, self._account = None, speech
            self._speech_pool: tuple[AzureSpeechEmulator, ...] = ()
        else:
            self.speech, self._account = speech or AzureSpeechEmulator(), None
            self._speech_pool = (self.speech, *more_speech)
        self._speech_concurrency = speech_concurrency
        voice_engine = self.speech.voice_engine if self.speech is not None else VoiceEngineName.ESPEAK
        self._more_providers = {
            provider_id: emulated_provider(
                provider_id, voice_engine=voice_engine, requests_per_second=requests_per_second
            )
            for provider_id in more_providers
        }
        self._settings = dict(settings or {})
        self._on_request = on_request
        self._synthesize_concurrency = synthesize_concurrency
        self.gateway = Gateway(
            invoke_api=self._invoke_api,
            s3=self.cloud.s3_wsgi_app(),
            bucket_name=resources.BUCKET_NAME,
            console=console or ConsolePage(),
            claims=claims,
            port=port,
            on_request=on_request,
        )
        self._running = ExitStack()

    @property
    def url(self) -> str:
        """The stack's URL, without a slash at its end."""
        return self.gateway.url

    def start(self) -> None:
        """Start everything; if that fails, stop everything again."""
        with ExitStack() as stack:
            stack.callback(self.gateway.close)
            if self._log_file is not None:
                stack.enter_context(_logs_in(self._log_file))
            stack.enter_context(self.cloud)
            for emulator in self._speech_pool:
                stack.enter_context(emulator)
            for provider in self._more_providers.values():
                stack.enter_context(provider.emulator)
            event_settings = resources.create_event_bus()
            queue_settings = resources.create_queues()
            state_machine_arn = self._create_resources()
            stack.enter_context(
                environment_variables(
                    {
                        "TABLE_NAME": resources.TABLE_NAME,
                        "BUCKET_NAME": resources.BUCKET_NAME,
                        "STATE_MACHINE_ARN": state_machine_arn,
                        "SPEECH_PROVIDERS": json.dumps(self._speech_providers()),
                        **DEV.quota_settings,
                        "DOWNLOAD_ENDPOINT_URL": self.url,
                        **event_settings,
                        **queue_settings,
                        "MAX_PROCESSING_SECONDS": str(self.cloud.clock.scale_timeout(_MAX_PROCESSING_SECONDS)),
                        # Webhook receivers under development run on this machine.
                        "WEBHOOKS_ALLOW_LOOPBACK": "true",
                        # The emulator shares this machine with the whole stack, so it may be slower than Azure.
                        "SPEECH_FIRST_CHUNK_TIMEOUT_MS": "60000",
                        **{
                            name: value
                            for provider in self._more_providers.values()
                            for name, value in provider.environment().items()
                        },
                        **self._settings,
                    }
                )
            )
            composition.reset()
            stack.callback(composition.reset)
            stack.enter_context(
                repeating(
                    self.reconcile,
                    interval_seconds=self.cloud.clock.scale_timeout(_RECONCILE_SECONDS),
                    name="reconcile-schedule",
                )
            )
            if self._on_request is not None:
                stack.enter_context(webhook_lines(self._on_request))
            self.gateway.start()
            stack.callback(self.gateway.stop)
            self._running = stack.pop_all()

    def stop(self) -> None:
        """Stop everything and delete every job."""
        self._running.close()

    def reconcile(self) -> dict[str, int]:
        """Run the reconciler now, and return its report. It also runs every minute."""
        report: dict[str, int] = self.cloud.lambdas.invoke(functions.RECONCILE.name, {})
        return report

    def _create_resources(self) -> str:
        resources.create_table()
        resources.create_bucket()
        resources.create_speech_secret(self._azure_secret())
        for provider_id, provider in self._more_providers.items():
            if provider.secret is not None:
                resources.create_speech_secret(provider.secret, name=_secret_id(provider_id))
        function_arns = resources.register_functions(self.cloud)
        state_machine_arn = resources.create_state_machine(function_arns)
        resources.map_ttl_removals(self.cloud)
        resources.map_job_events(self.cloud)
        resources.map_webhook_queue(self.cloud)
        resources.map_synthesis_queue(self.cloud, max_concurrency=self._synthesize_concurrency)
        self.cloud.on_event(resources.EVENT_BUS_NAME, self._job_event)
        self.cloud.on_execution_status_change(self._execution_ended)
        self.cloud.on_object_created(self._object_created)
        return state_machine_arn

    def _azure_secret(self) -> dict[str, Any]:
        if self._account is not None:
            return {"key": self._account.key, "region": self._account.region}
        pool = [{"key": emulator.key, "host": emulator.host} for emulator in self._speech_pool]
        if len(pool) == 1:
            return pool[0]
        return {"resources": [{"name": f"emulator-{number}"} | each for number, each in enumerate(pool, 1)]}

    def _speech_providers(self) -> dict[str, dict[str, Any]]:
        azure = {"secret_id": resources.SECRET_ID, "concurrency": self._speech_concurrency}
        return {"azure": azure} | {
            provider_id: {
                **({"secret_id": _secret_id(provider_id)} if provider.secret is not None else {}),
                **provider.options(),
            }
            for provider_id, provider in self._more_providers.items()
        }

    def _invoke_api(self, event: dict[str, Any]) -> dict[str, Any]:
        http = event["requestContext"]["http"]
        spec = functions.PREVIEW if (http["method"], event["rawPath"]) in _SPOKEN_ROUTES else functions.API
        answer: dict[str, Any] = self.cloud.lambdas.invoke(spec.name, event)
        return answer

    def _execution_ended(self, event: Mapping[str, Any]) -> None:
        with suppress(HostStopped):
            self.cloud.lambdas.invoke(functions.EXECUTION_ENDED.name, event)

    def _job_event(self, event: Mapping[str, Any]) -> None:
        with suppress(HostStopped):
            self.cloud.lambdas.invoke(functions.DISPATCH_WEBHOOKS.name, event)

    def _object_created(self, event: Mapping[str, Any]) -> None:
        if read_upload_key(event["detail"]["object"]["key"]) is not None:
            with suppress(HostStopped):
                self.cloud.lambdas.invoke(functions.SOUND_UPLOADED.name, event)

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()


def _secret_id(provider_id: str) -> str:
    return f"castline/{provider_id}-speech"


@contextmanager
def _logs_in(path: Path) -> Iterator[None]:
    """Write the functions' log lines and metrics to a file while the context lasts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        before = observability.output.setStream(file)
        try:
            yield
        finally:
            observability.output.setStream(before)
