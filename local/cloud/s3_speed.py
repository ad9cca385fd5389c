"""Speed fix of moto's S3: it looks up, reads and stores an object without a web framework.

moto spends most of its time for an object on parsing requests and building answers. moto still answers unusual
requests, and refuses requests other than look-ups.
"""

import re
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSPreparedRequest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.botocore_stubber import BotocoreStubber
from moto.s3.models import FakeBucket, FakeKey, S3Backend, s3_backends

if TYPE_CHECKING:
    from moto.core.common_types import TYPE_RESPONSE

_ACCOUNT_WIDE = "aws"
_METADATA = "x-amz-meta-"
_TRAILER = b"x-amz-checksum-crc32:"
_ONE_RANGE = re.compile(r"bytes=(\d+)-(\d+)")

_OF_EVERY_REQUEST = {
    "amz-sdk-invocation-id",
    "amz-sdk-request",
    "authorization",
    "user-agent",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-security-token",
}
_UNDERSTOOD = {
    "HEAD": _OF_EVERY_REQUEST,
    "GET": _OF_EVERY_REQUEST | {"range", "x-amz-checksum-mode"},
    "PUT": _OF_EVERY_REQUEST
    | {
        "content-encoding",
        "content-type",
        "expect",
        "if-none-match",
        "transfer-encoding",
        "x-amz-decoded-content-length",
        "x-amz-sdk-checksum-algorithm",
        "x-amz-trailer",
    },
}


@contextmanager
def quick_s3(lock: threading.RLock) -> Iterator[None]:
    """Answer plain requests for objects as moto does, but faster.

    Args:
        lock: the lock of `linearizable_s3`, held during each request.
    """
    process = BotocoreStubber.process_request

    def process_quickly(stubber: BotocoreStubber, request: AWSPreparedRequest) -> "TYPE_RESPONSE | None":
        return _answer(request, lock) or process(stubber, request)

    with patch.object(BotocoreStubber, "process_request", process_quickly):
        yield


def _answer(request: AWSPreparedRequest, lock: threading.RLock) -> "TYPE_RESPONSE | None":
    """Answer a plain request for an object; return None to leave the request to moto."""
    url = urlsplit(request.url)
    bucket_name, is_for_s3, _ = url.netloc.partition(".s3.")
    if not is_for_s3 or url.query or request.method not in _UNDERSTOOD:
        return None
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    if not all(name in _UNDERSTOOD[request.method] or name.startswith(_METADATA) for name in headers):
        return None
    name = unquote(url.path[1:])
    backend: S3Backend = s3_backends[DEFAULT_ACCOUNT_ID][_ACCOUNT_WIDE]
    bucket = backend.buckets.get(bucket_name)
    if not isinstance(bucket, FakeBucket) or not name or not _is_plain(bucket):
        return None
    if request.method == "PUT":
        return _put(backend, bucket, name, headers, request.body, lock)
    with lock:
        key = backend.get_object(bucket_name, name)
        if request.method == "HEAD":
            return _head(key)
        return _get(key, headers.get("range", "")) if key is not None else None


def _is_plain(bucket: FakeBucket) -> bool:
    return not (bucket.policy or bucket.versioning_status or bucket.object_lock_enabled)


def _head(key: FakeKey | None) -> "TYPE_RESPONSE":
    return (404, _with_id({}), b"") if key is None else (200, _describe(key), b"")


def _get(key: FakeKey, asked_for: str) -> "TYPE_RESPONSE | None":
    if (match := _ONE_RANGE.fullmatch(asked_for)) is None:
        return None
    first, last = int(match[1]), min(int(match[2]), key.size - 1)
    length = last - first + 1
    if length < 1 or length == key.size:
        return None
    with key.lock:
        key._value_buffer.seek(first)
        content = key._value_buffer.read(length)
    part = {"content-range": f"bytes {first}-{last}/{key.size}", "content-length": str(length)}
    return 206, _describe(key) | part, content


def _put(
    backend: S3Backend,
    bucket: FakeBucket,
    name: str,
    headers: Mapping[str, str],
    body: Any,
    lock: threading.RLock,
) -> "TYPE_RESPONSE | None":
    if headers.get("x-amz-trailer") != "x-amz-checksum-crc32" or headers.get("content-encoding") != "aws-chunked":
        return None
    content, checksum = _unchunk(body.read())
    kept = {header: value for header, value in headers.items() if header.startswith(_METADATA)}
    if "content-type" in headers:
        kept["content-type"] = headers["content-type"]
    with lock:
        if "if-none-match" in headers and name in bucket.keys:
            body.seek(0)
            return None
        key = backend.put_object(bucket.name, name, content, storage="STANDARD", checksum_value=checksum)
        key.set_metadata(kept)
        key.set_acl(bucket.acl)
        key.checksum_algorithm = headers["x-amz-sdk-checksum-algorithm"]
        answer = _with_id(key.response_dict)
    del answer["content-length"]
    return 200, {"x-amz-checksum-crc32": checksum} | answer, b""


def _unchunk(body: bytes) -> tuple[bytes, str]:
    """Return the content of a body in "aws-chunked" encoding, and the checksum in its trailer."""
    stream = BytesIO(body)
    content = b""
    while size := int(stream.readline(), 16):
        content += stream.read(size)
        stream.readline()
    return content, stream.readline().removeprefix(_TRAILER).strip().decode("ascii")


def _describe(key: FakeKey) -> dict[str, Any]:
    return _with_id({**key.metadata, **key.response_dict, "Accept-Ranges": "bytes"})


def _with_id(headers: dict[str, Any]) -> dict[str, Any]:
    return headers | {"x-amzn-requestid": uuid.uuid4().hex}


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
