"""Clients of AWS, made once for all tests: making one takes longer than most requests."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

REGION = "us-east-1"


@cache
def client(service: str) -> Any:
    return boto3.client(service, region_name=REGION)  # type: ignore[call-overload]


@cache
def impatient_client(service: str) -> Any:
    """Return a client that does not try again."""
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client(service, region_name=REGION, config=config)  # type: ignore[call-overload]
