"""Which concrete parts the handlers work with.

Each part is made once, when it is first asked for: an invocation pays only for what it uses, and the next one finds
it warm. What is slow to import is imported here, inside the part that needs it.
"""

from __future__ import annotations

import os
import threading
from functools import cache, wraps
from typing import TYPE_CHECKING, TypeVar, cast

from castline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.config import Config
    from mypy_boto3_s3 import S3Client

    from castline.audio.storage import AudioStorage
    from castline.jobs.executions import Executions
    from castline.jobs.repository import JobRepository
    from castline.jobs.service import JobService
    from castline.speech.provider import SpeechProvider

PartT = TypeVar("PartT")

_making = threading.RLock()
_forget: list[Callable[[], None]] = []


def _made_once(make: Callable[[], PartT]) -> Callable[[], PartT]:
    """Make a part only once, also where several threads ask for it first: boto3 cannot make clients in parallel."""
    made = cache(make)
    _forget.append(made.cache_clear)

    @wraps(make)
    def part() -> PartT:
        with _making:
            return made()

    return part


@_made_once
def settings() -> Settings:
    """The process's environment, as it was when it was first asked for."""
    return Settings(dict(os.environ))


@_made_once
def job_repository() -> JobRepository:
    """The jobs table."""
    import boto3

    from castline.jobs.repository import JobRepository

    return JobRepository(boto3.client("dynamodb", config=_client_config()), settings().table_name)


@_made_once
def executions() -> Executions:
    """The workflow's executions."""
    import boto3

    from castline.jobs.executions import Executions

    return Executions(boto3.client("stepfunctions", config=_client_config()), settings().state_machine_arn)


@_made_once
def job_service() -> JobService:
    """What users do with jobs."""
    from castline.jobs.service import JobService

    return JobService(job_repository(), executions(), max_active_jobs=settings().max_active_jobs)


@_made_once
def audio_storage() -> AudioStorage:
    """The audio bucket."""
    import boto3

    from castline.audio.storage import AudioStorage

    s3: S3Client = boto3.client("s3", config=_client_config())
    endpoint_url = settings().download_endpoint_url
    presigning: S3Client = (
        boto3.client("s3", config=_client_config(), endpoint_url=endpoint_url) if endpoint_url else s3
    )
    return AudioStorage(bucket=settings().bucket_name, client=s3, presigning_client=presigning)


_speech_providers: list[SpeechProvider] = []


@_made_once
def speech_provider() -> SpeechProvider:
    """Azure Speech, with the key that Secrets Manager holds."""
    from aws_lambda_powertools.utilities.parameters import SecretsProvider

    from castline.speech.azure import AzureSpeechProvider

    secrets = SecretsProvider(boto_config=_client_config())
    secret = cast("dict[str, str]", secrets.get(settings().azure_speech_secret_id, transform="json"))
    provider = AzureSpeechProvider(
        key=secret["key"],
        region=secret.get("region"),
        host=secret.get("host"),
        concurrency=settings().speech_concurrency,
        first_chunk_timeout_ms=settings().speech_first_chunk_timeout_ms,
        all_chunks_timeout_ms=settings().speech_all_chunks_timeout_ms,
    )
    _speech_providers.append(provider)
    return provider


@_made_once
def _client_config() -> Config:
    from botocore.config import Config

    return Config(
        connect_timeout=2,
        read_timeout=20,
        retries={"mode": "standard", "total_max_attempts": 4},
        signature_version="v4",
    )


def reset() -> None:
    """Forget every part, so that the next use reads the environment again; close what has connections."""
    with _making:
        while _speech_providers:
            _speech_providers.pop().close()
        for forget in _forget:
            forget()
