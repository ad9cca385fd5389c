"""Translation of botocore's transient errors, after which a later attempt may succeed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.exceptions import ClientError


class ServiceUnavailable(Exception):
    """AWS could not serve a request; a later attempt may succeed."""


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
    """Return AWS's name for the error, such as ``ConditionalCheckFailedException``."""
    return error.response["Error"]["Code"]


@contextmanager
def translated_aws_errors() -> Iterator[None]:
    """Raise transient errors of AWS and the network as ServiceUnavailable, and leave all other errors unchanged.

    An incomplete response body is a transient error.

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
