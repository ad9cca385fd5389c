"""CORS of S3: the first rule that matches decides about a page's request, as on AWS.

moto applies all rules, so that a rule for other pages refuses a request that another rule allows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.s3.exceptions import AccessForbidden
from moto.s3.responses import S3Response
from moto.s3.utils import cors_matches_origin


@contextmanager
def matching_cors_rules() -> Iterator[None]:
    """Answer preflight requests by the first matching rule while the context lasts."""
    set_headers = S3Response._set_cors_headers_options

    def set_headers_of_match(response: Any, headers: Any, bucket: Any) -> None:
        matching = [rule for rule in bucket.cors if _matches(rule, headers)]
        if bucket.cors and not matching:
            raise AccessForbidden("CORSResponse: This CORS request is not allowed.")
        with patch.object(bucket, "cors", matching[:1]):
            set_headers(response, headers, bucket)

    with patch.object(S3Response, "_set_cors_headers_options", set_headers_of_match):
        yield


def _matches(rule: Any, headers: Any) -> bool:
    method = headers.get("Access-Control-Request-Method")
    methods = _listed(rule.allowed_methods)
    return cors_matches_origin(headers.get("Origin", ""), _listed(rule.allowed_origins)) and (
        method is None or method in methods
    )


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
