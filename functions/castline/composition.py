"""Which concrete parts the handlers work with.

Each part is made once, when it is first asked for: an invocation pays only for what it uses, and the next one finds
it warm. What is slow to import is imported here, inside the part that needs it.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, cast

from castline.settings import Settings

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_s3 import S3Client

    from castline.audio.storage import AudioStorage
    from castline.jobs.repository import JobRepository
    from castline.jobs.service import JobService
    from castline.speech.provider import SpeechProvider


@cache
def settings() -> Settings:
    """The process's environment, as it was when it was first asked for."""
    return Settings(dict(os.environ))


@cache
def job_repository() -> JobRepository:
    """The jobs table."""
    import boto3

    from castline.jobs.repository import JobRepository

    return JobRepository(boto3.client("dynamodb", config=_client_config()), settings().table_name)


@cache
def job_service() -> JobService:
    """What users do with jobs."""
    import boto3

    from castline.jobs.executions import Executions
    from castline.jobs.service import JobService

    executions = Executions(boto3.client("stepfunctions", config=_client_config()), settings().state_machine_arn)
    return JobService(job_repository(), executions, max_active_jobs=settings().max_active_jobs)


@cache
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


@cache
def speech_provider() -> SpeechProvider:
    """Azure Speech, with the key that Secrets Manager holds."""
    from aws_lambda_powertools.utilities.parameters import SecretsProvider

    from castline.speech.azure import AzureSpeechProvider

    secrets = SecretsProvider(boto_config=_client_config())
    secret = cast("dict[str, str]", secrets.get(settings().azure_speech_secret_id, transform="json"))
    return AzureSpeechProvider(
        key=secret["key"],
        region=secret.get("region"),
        host=secret.get("host"),
        concurrency=settings().speech_concurrency,
    )


def reset() -> None:
    """Forget every part, so that the next use reads the environment again; close what has connections."""
    if speech_provider.cache_info().currsize:
        speech_provider().close()
    for part in (settings, job_repository, job_service, audio_storage, speech_provider, _client_config):
        part.cache_clear()


@cache
def _client_config() -> Config:
    from botocore.config import Config

    return Config(
        connect_timeout=2,
        read_timeout=20,
        retries={"mode": "standard", "total_max_attempts": 4},
        signature_version="v4",
    )
