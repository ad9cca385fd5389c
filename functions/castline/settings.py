"""Settings of the functions, read from environment variables."""

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
    """Settings by name. Each is read when it is used: a function needs only its own variables."""

    environment: Mapping[str, str]

    @property
    def table_name(self) -> str:
        """The name of the jobs table."""
        return self._required("TABLE_NAME")

    @property
    def bucket_name(self) -> str:
        """The name of the bucket of segments and finished files."""
        return self._required("BUCKET_NAME")

    @property
    def state_machine_arn(self) -> str:
        """The ARN of the workflow's state machine."""
        return self._required("STATE_MACHINE_ARN")

    @property
    def speech_providers(self) -> dict[str, dict[str, Any]]:
        """The options of each enabled speech provider, by provider id, as ``registry.enable`` takes them."""
        configuration = self._required("SPEECH_PROVIDERS")
        try:
            providers: dict[str, dict[str, Any]] = json.loads(configuration)
        except ValueError as error:
            raise MissingSettingError(f"the environment variable SPEECH_PROVIDERS is not JSON: {error}") from None
        return providers

    @property
    def currency(self) -> str:
        """The ISO 4217 code of the currency of prices and costs."""
        return self.environment.get("CURRENCY", "USD")

    @property
    def speech_secret_max_age_seconds(self) -> int:
        """The time after which a provider's secret is read again. At 0, it is read before every utterance."""
        return int(self.environment.get("SPEECH_SECRET_MAX_AGE_SECONDS", "300"))

    @property
    def download_endpoint_url(self) -> str | None:
        """The URL at which clients reach S3, if it is not AWS's own."""
        return self.environment.get("DOWNLOAD_ENDPOINT_URL")

    @property
    def max_active_jobs(self) -> int:
        """The maximum number of pending and processing jobs of a user."""
        return int(self.environment.get("MAX_ACTIVE_JOBS", "3"))

    @property
    def previews_per_minute(self) -> int:
        """The maximum number of previews of a user in a minute. The default exceeds what a person can listen to."""
        return int(self.environment.get("PREVIEWS_PER_MINUTE", "30"))

    @property
    def operator_claim(self) -> str:
        """The claim of a token that makes its user an operator if its value is, or includes, ``operator_value``."""
        return self.environment.get("OPERATOR_CLAIM", "cognito:groups")

    @property
    def operator_value(self) -> str:
        """The value that ``operator_claim`` has, or includes, for operators."""
        return self.environment.get("OPERATOR_VALUE", "operators")

    @property
    def user_characters_per_day(self) -> int | None:
        """The characters that the jobs of a user may bill on a day; None for no limit."""
        return self._optional_int("USER_CHARACTERS_PER_DAY")

    @property
    def user_characters_per_month(self) -> int | None:
        """The characters that the jobs of a user may bill in a month; None for no limit."""
        return self._optional_int("USER_CHARACTERS_PER_MONTH")

    @property
    def deployment_characters_per_day(self) -> int | None:
        """The characters that all jobs together may bill on a day; None for no limit."""
        return self._optional_int("DEPLOYMENT_CHARACTERS_PER_DAY")

    @property
    def speech_first_chunk_timeout_ms(self) -> int:
        """The longest time until the provider sends the first audio of a request."""
        return int(self.environment.get("SPEECH_FIRST_CHUNK_TIMEOUT_MS", "10000"))

    @property
    def speech_all_chunks_timeout_ms(self) -> int:
        """The longest time until the provider has sent all audio of a request."""
        return int(self.environment.get("SPEECH_ALL_CHUNKS_TIMEOUT_MS", "120000"))

    @property
    def reconcile_after_seconds(self) -> float:
        """The age from which the reconciler checks a job or its execution. Younger ones may still make progress."""
        return float(self.environment.get("RECONCILE_AFTER_SECONDS", "60"))

    @property
    def max_processing_seconds(self) -> float:
        """The maximum time for which a job may be processing. After it, the job fails."""
        return float(self.environment.get("MAX_PROCESSING_SECONDS", "600"))

    @property
    def max_pending_seconds(self) -> float:
        """The maximum time for which a job may be pending. After it, the job fails."""
        return float(self.environment.get("MAX_PENDING_SECONDS", "86400"))

    @property
    def synthesis_queue_url(self) -> str:
        """The URL of the queue of tickets, each of which entitles a task to speak one waiting batch."""
        return self._required("SYNTHESIS_QUEUE_URL")

    @property
    def event_bus_name(self) -> str:
        """The name of the bus on which job events are published."""
        return self._required("EVENT_BUS_NAME")

    @property
    def event_dead_letters_url(self) -> str:
        """The URL of the queue of events that cannot be published."""
        return self._required("EVENT_DEAD_LETTERS_URL")

    @property
    def settle_after_seconds(self) -> float:
        """The maximum time for which a task may run after its job has failed. It must exceed every timeout."""
        return float(self.environment.get("SETTLE_AFTER_SECONDS", "900"))

    def _optional_int(self, name: str) -> int | None:
        value = self.environment.get(name)
        return int(value) if value else None

    @property
    def webhook_queue_url(self) -> str:
        """The URL of the queue of deliveries to webhooks."""
        return self._required("WEBHOOK_QUEUE_URL")

    @property
    def webhooks_allow_loopback(self) -> bool:
        """Whether webhooks may be sent to this machine itself. Set it only on a local stack."""
        return self.environment.get("WEBHOOKS_ALLOW_LOOPBACK") == "true"

    def _required(self, name: str) -> str:
        try:
            return self.environment[name]
        except KeyError:
            raise MissingSettingError(f"the environment variable {name} is not set") from None
