"""Deployed environment in operation: the URLs of its API and console, and its speech emulator."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from local.azure_speech.server import AzureSpeechEmulator

if TYPE_CHECKING:
    from types import TracebackType

    from local.azure_speech.engines import VoiceEngineName
    from local.emulated.cloud import EmulatedCloud
    from local.emulated.deployment import Deployment


class DeployedService:
    """A deployed environment with a running speech emulator, within a ``with`` block.

    Attributes:
        speech: the speech emulator.
        url: the API's URL, without a slash at its end.
        console_url: the console's URL, without a slash at its end.
        console_host: the name of the console's host, for the header ``Host`` of requests to the cloud's address.
    """

    def __init__(self, cloud: EmulatedCloud, deployment: Deployment, *, voice_engine: VoiceEngineName) -> None:
        """Prepare the service."""
        self._cloud = cloud
        self._deployment = deployment
        self.speech = AzureSpeechEmulator(voice_engine=voice_engine)
        self.url = f"{cloud.url}/_aws/execute-api/{deployment.api_id}/$default"
        self.console_url = deployment.console_url
        self.console_host = self.console_url.removeprefix("https://")
        self._running = ExitStack()

    def __enter__(self) -> Self:
        """Start the emulator, and put its key into the secret, as an operator does."""
        with ExitStack() as stack:
            stack.enter_context(self.speech)
            self._cloud.client("secretsmanager").put_secret_value(
                SecretId=self._deployment.secret_id,
                SecretString=json.dumps({"key": self.speech.key, "host": self.speech.host}),
            )
            self._running = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the emulator."""
        self._running.close()
