"""Deployed environment in operation: its API is served, and its events reach its functions."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from local.azure_speech.server import AzureSpeechEmulator
from local.emulated.distribution import Distribution
from local.emulated.event_bus import EventBus
from local.emulated.http_api import HttpApi
from local.emulated.queue_readers import QueueReaders
from local.emulated.stream_readers import StreamReaders

if TYPE_CHECKING:
    from types import TracebackType

    from local.azure_speech.engines import VoiceEngineName
    from local.emulated.cloud import EmulatedCloud
    from local.emulated.deployment import Deployment


class DeployedService:
    """The running parts of a deployed environment, within a ``with``.

    Attributes:
        bus: the rules.
        streams: the event source mappings of the table's stream.
        speech: the speech emulator.
        url: the API's URL, without a slash at its end.
        console_url: the console's URL, without a slash at its end.
    """

    def __init__(self, cloud: EmulatedCloud, deployment: Deployment, *, voice_engine: VoiceEngineName) -> None:
        """Read the deployed resources.

        Raises:
            ApiNotServable: the API uses a feature that is not emulated.
        """
        self._cloud = cloud
        self._deployment = deployment
        self._api = HttpApi(cloud, deployment.api_id)
        self._distribution = Distribution(
            cloud,
            deployment.distribution_id,
            api=self._api,
            api_host=f"{deployment.api_id}.execute-api.{cloud.region}.amazonaws.com",
        )
        self.bus = EventBus(cloud)
        self.streams = StreamReaders(cloud)
        self._queues = QueueReaders(cloud)
        self.speech = AzureSpeechEmulator(voice_engine=voice_engine)
        self.url = self.console_url = ""
        self._running = ExitStack()

    def __enter__(self) -> Self:
        """Start, and put the emulator's key into the secret, as an operator does."""
        with ExitStack() as stack:
            stack.enter_context(self.speech)
            self._cloud.client("secretsmanager").put_secret_value(
                SecretId=self._deployment.secret_id,
                SecretString=json.dumps({"key": self.speech.key, "host": self.speech.host}),
            )
            stack.enter_context(self.bus.running())
            stack.enter_context(self.streams.running())
            stack.enter_context(self._queues.running())
            self.url = stack.enter_context(self._api.serving())
            self.console_url = stack.enter_context(self._distribution.serving())
            self._running = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop."""
        self._running.close()
