"""Broken response bodies of S3: the reader retries, or tells the client to retry."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
import pytest
from moto.core.botocore_stubber import BotocoreStubber

from local import resources
from tests.e2e.dialogues import dialogue
from tests.e2e.executions import execution_arn
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

    from local.azure_speech.server import AzureSpeechEmulator
    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient

# As WAV, two parts of an upload: 100 ms a character.
LONG_TURNS = ("長" * 600, "短" * 600)


def closed(connection: socket.socket) -> None:
    """Close the connection too early."""
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(PATIENCE_SECONDS)
    connection.recv(1)  # the other side has read what there is, and goes
    connection.close()


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def silent(connection: socket.socket) -> None:
    """Send nothing more until the other side gives up."""
    connection.settimeout(PATIENCE_SECONDS)
    connection.recv(1)
    connection.close()


@dataclass
class BrokenReads:
    """The reads that a test has seen.

    Attributes:
        urls: of all reads, in order.
        broken: the URL of the read that was broken off; empty if there was none.
    """

    urls: list[str] = field(default_factory=list)
    broken: str = ""


@contextmanager
def body_breaking_off(
    key_prefix: str, how: Callable[[socket.socket], None], *, ordinal: int = 1
) -> Iterator[BrokenReads]:
    """Send half of one body over a real connection, and end it with ``how``.

    Args:
        key_prefix: the key prefix of the object.
        how: the way to end the connection.
        ordinal: the number of the request to break, from 1.
    """
    reads = BrokenReads()
    counting = threading.Lock()
    stubbed = BotocoreStubber.__call__

    def serve_half(server: socket.socket, answer: AWSResponse) -> None:
        with server:
            connection, _ = server.accept()
        connection.recv(65_536)
        head = [f"HTTP/1.1 {answer.status_code} OK", *(f"{name}: {value}" for name, value in answer.headers.items())]
        connection.sendall("\r\n".join([*head, "", ""]).encode("ascii") + answer.content[: len(answer.content) // 2])
        how(connection)

    def breaking(
        stubber: BotocoreStubber, event_name: str, request: AWSPreparedRequest, **more: Any
    ) -> AWSResponse | None:
        answer: AWSResponse | None = stubbed(stubber, event_name, request, **more)
        if event_name == "before-send.s3.GetObject" and f"/{key_prefix}" in request.url and answer is not None:
            with counting:
                reads.urls.append(request.url)
                strikes = len(reads.urls) == ordinal
            if strikes:
                reads.broken = request.url
                server = socket.create_server(("127.0.0.1", 0))
                threading.Thread(target=serve_half, args=(server, answer), daemon=True).start()
                request.url = f"http://127.0.0.1:{server.getsockname()[1]}/"
                return None  # botocore sends it itself
        return answer

    with patch.object(BotocoreStubber, "__call__", breaking):
        yield reads


@pytest.mark.parametrize(
    ("how", "texts", "output_format", "ordinal"),
    [
        pytest.param(closed, ("第一句話", "第二句話"), "mp3", 2, id="mp3"),
        pytest.param(reset, ("第三句話", "第四句話"), "wav", 1, id="wav"),
        pytest.param(reset, LONG_TURNS, "wav", 2, id="wav amid an upload in parts"),
    ],
)
def test_a_segment_is_read_again(
    stack: LocalStack,
    client: ApiClient,
    speech: AzureSpeechEmulator,
    how: Callable[[socket.socket], None],
    texts: tuple[str, ...],
    output_format: str,
    ordinal: int,
) -> None:
    # Given a connection to S3 that breaks amid a segment
    before = len(speech.traffic.requests)
    with body_breaking_off("segments/", how, ordinal=ordinal) as reads:
        # When a job is assembled
        job = client.complete(dialogue(*texts, output_format=output_format))

    # Then it is read again, by the task's next try or, where not even its head has come, by the client of S3
    assert reads.urls.count(reads.broken) > 1
    assert len(stack.cloud.clock.retry_delays_seconds(execution_arn(job["id"]))) <= 1
    # And nothing is spoken twice, and nothing is left of the first try
    assert len(speech.traffic.requests) - before == len(texts)
    assert client.download(job["id"]).content
    uploads = boto3.client("s3").list_multipart_uploads(Bucket=resources.BUCKET_NAME).get("Uploads", ())
    assert not [upload for upload in uploads if job["id"] in upload["Key"]]


@pytest.mark.parametrize("how", [closed, silent])
def test_subtitles_are_for_later(client: ApiClient, how: Callable[[socket.socket], None]) -> None:
    # Given a connection to S3 that breaks amid the cues
    job = client.complete(dialogue("第一句話", "第二句話"))
    path = f"/jobs/{job['id']}/subtitles"
    with body_breaking_off("audio/", how) as reads:
        # When they are asked for
        answer = client.get(path)

    # Then it is said to come back, which helps
    assert reads.broken
    assert answer.status_code == 503
    assert answer.json()["error"] == "SERVICE_UNAVAILABLE"
    assert int(answer.headers["Retry-After"]) > 0
    assert client.get(path).status_code == 200
