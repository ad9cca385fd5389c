"""Which AWS errors mean "try again later": the one translator from botocore's errors to ours."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.exceptions import ClientError


class ServiceUnavailable(Exception):
    """AWS could not do its part just now; trying again later may help."""


_TRY_AGAIN_LATER = frozenset(
    {
        "InternalServerError",
        "InternalServiceError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)


def error_code(error: ClientError) -> str:
    """AWS's name for what went wrong, such as ``ConditionalCheckFailedException``."""
    return error.response["Error"]["Code"]


@contextmanager
def translated_aws_errors() -> Iterator[None]:
    """Turn what AWS or the network may recover from into ServiceUnavailable; let everything else through.

    A body that breaks off while it is read is among it.

    Raises:
        ServiceUnavailable: botocore's own retries are used up.
    """
    from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
    from botocore.exceptions import ConnectionError as BotoConnectionError
    from urllib3.exceptions import HTTPError as TransportError

    try:
        yield
    except ClientError as error:
        status_code = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if error_code(error) in _TRY_AGAIN_LATER or status_code >= 500:
            raise ServiceUnavailable(f"{error.operation_name}: {error_code(error)}") from error
        raise
    except (BotoConnectionError, HTTPClientError, IncompleteReadError, TransportError, ConnectionError) as error:
        raise ServiceUnavailable(type(error).__name__) from error
