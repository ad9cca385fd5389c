"""What the functions are told about where they run, all of it through environment variables."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class MissingSettingError(Exception):
    """An environment variable that this function needs is not set."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings by name. Each is read when it is asked for: a function needs only its own to be set."""

    environment: Mapping[str, str]

    @property
    def table_name(self) -> str:
        """The jobs table."""
        return self._required("TABLE_NAME")

    @property
    def bucket_name(self) -> str:
        """The bucket of segments and results."""
        return self._required("BUCKET_NAME")

    @property
    def state_machine_arn(self) -> str:
        """The workflow."""
        return self._required("STATE_MACHINE_ARN")

    @property
    def speech_providers(self) -> dict[str, dict[str, Any]]:
        """The enabled speech providers: for each id its options, as ``registry.enable`` takes them; JSON."""
        configuration = self._required("SPEECH_PROVIDERS")
        try:
            providers: dict[str, dict[str, Any]] = json.loads(configuration)
        except ValueError as error:
            raise MissingSettingError(f"the environment variable SPEECH_PROVIDERS is not JSON: {error}") from None
        return providers

    @property
    def speech_secret_max_age_seconds(self) -> int:
        """How soon a rotated key is followed, unless the old one is refused before; 0 asks before every utterance."""
        return int(self.environment.get("SPEECH_SECRET_MAX_AGE_SECONDS", "300"))

    @property
    def download_endpoint_url(self) -> str | None:
        """Where clients reach S3, if not at AWS's own address."""
        return self.environment.get("DOWNLOAD_ENDPOINT_URL")

    @property
    def max_active_jobs(self) -> int:
        """How many pending and processing jobs a user may have."""
        return int(self.environment.get("MAX_ACTIVE_JOBS", "3"))

    @property
    def speech_first_chunk_timeout_ms(self) -> int:
        """How long the provider may take to the first audio of a request."""
        return int(self.environment.get("SPEECH_FIRST_CHUNK_TIMEOUT_MS", "10000"))

    @property
    def speech_all_chunks_timeout_ms(self) -> int:
        """How long the provider may take to all the audio of a request."""
        return int(self.environment.get("SPEECH_ALL_CHUNKS_TIMEOUT_MS", "120000"))

    @property
    def reconcile_after_seconds(self) -> float:
        """How old a job or its execution is before the reconciler judges it: time for what happens by itself."""
        return float(self.environment.get("RECONCILE_AFTER_SECONDS", "60"))

    @property
    def settle_after_seconds(self) -> float:
        """How long after a job has failed a task of it may still be at work: more than any function's time-out."""
        return float(self.environment.get("SETTLE_AFTER_SECONDS", "900"))

    def _required(self, name: str) -> str:
        try:
            return self.environment[name]
        except KeyError:
            raise MissingSettingError(f"the environment variable {name} is not set") from None
