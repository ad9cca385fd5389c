"""The local gateway takes from clients and web pages what API Gateway and a careful service would, and no more."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.test import Client

from local.cloud.cloud import LocalCloud
from local.console import ConsolePage
from local.gateway import Gateway
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = "application/json"
SIX_MEBIBYTES = 6 * 1024 * 1024


@pytest.fixture(scope="module")
def received() -> list[dict[str, Any]]:
    """Return the list of events that reach the API's function."""
    return []


@pytest.fixture
def events(received: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the list of events that reach the API's function in the test."""
    received.clear()
    return received


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, received: list[dict[str, Any]]) -> Iterator[Gateway]:
    def handle(event: dict[str, Any], _context: object) -> dict[str, Any]:
        received.append(event)
        return {"statusCode": 200, "body": "x" * int(event["headers"].get("answer-bytes", "2"))}

    with LocalCloud(poll_interval_seconds=None, expiry_interval_seconds=None) as cloud:
        cloud.lambdas.register("api", handle, timeout_seconds=90)
        gateway = Gateway(
            invoke_api=lambda event: cloud.lambdas.invoke("api", event),
            s3=cloud.s3_wsgi_app(),
            bucket_name="bucket",
            console=ConsolePage(folder=tmp_path_factory.mktemp("console")),
        )
        gateway.start()
        yield gateway
        gateway.stop()
        gateway.close()


@pytest.fixture
def client(gateway: Gateway) -> Client:
    return Client(gateway.serve)


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "localhost", "[::1]:8000"])
def test_this_machine_is_served(client: Client, events: list[dict[str, Any]], host: str) -> None:
    answer = client.post(
        "/api/v1/jobs", data="{}", content_type=JSON, headers={"Host": host, "Origin": f"http://{host}"}
    )

    assert answer.status_code == 200
    assert len(events) == 1


@pytest.mark.parametrize("path", ["/", "/docs", "/api/v1/jobs", "/bucket/audio/job/file.mp3"])
@pytest.mark.parametrize("host", ["127.0.0.1.rebound.example", ""])
def test_another_host_is_refused_everywhere(
    client: Client, events: list[dict[str, Any]], path: str, host: str
) -> None:
    answer = client.get(path, headers={"Host": host})

    assert (answer.status_code, events) == (403, [])
    assert answer.json is not None
    assert "Host" in answer.json["message"]


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Origin": "https://evil.example"}, "Origin"),
        ({"Origin": "null"}, "Origin"),
        ({"Origin": "http://127.0.0.1:3000"}, "Origin"),
        ({"Origin": "https://127.0.0.1:8000"}, "Origin"),
        ({"Sec-Fetch-Site": "cross-site"}, "Sec-Fetch-Site"),
    ],
)
@pytest.mark.parametrize(("method", "body"), [("POST", "{}"), ("POST", None), ("DELETE", None)])
def test_a_page_of_another_site_changes_nothing(
    client: Client,
    events: list[dict[str, Any]],
    headers: dict[str, str],
    reason: str,
    method: str,
    body: str | None,
) -> None:
    answer = client.open(
        "/api/v1/jobs",
        method=method,
        data=body,
        content_type=JSON if body else None,
        headers={"Host": "127.0.0.1:8000", **headers},
    )

    assert (answer.status_code, events) == (403, [])
    assert answer.json is not None
    assert reason in answer.json["message"]


@pytest.mark.parametrize("content_type", [None, " ; charset=utf-8"])
def test_a_body_without_a_type_is_refused(
    client: Client, events: list[dict[str, Any]], content_type: str | None
) -> None:
    answer = client.post("/api/v1/jobs", data="{}", content_type=content_type)

    assert (answer.status_code, events) == (403, [])
    assert answer.json is not None
    assert "Content-Type: application/json" in answer.json["message"]


def test_no_body_needs_no_type(client: Client) -> None:
    assert client.post("/api/v1/jobs/1/resubmit").status_code == 200
    assert client.delete("/api/v1/jobs/1").status_code == 200


@pytest.mark.parametrize(
    ("character", "characters", "status", "chunked"),
    [
        ("x", SIX_MEBIBYTES - 2_000, 200, True),
        ("x", SIX_MEBIBYTES, 413, False),
        ("x", 11 * 1024 * 1024, 413, True),
        # An event is JSON in UTF-8: three bytes each, and a quotation mark takes two.
        ("字", SIX_MEBIBYTES // 3 - 1_000, 200, False),
        ("字", SIX_MEBIBYTES // 3, 413, False),
        ('"', SIX_MEBIBYTES // 2, 413, False),
    ],
)
def test_an_event_is_no_larger_than_lambda_takes(
    gateway: Gateway, events: list[dict[str, Any]], character: str, characters: int, status: int, chunked: bool
) -> None:
    body = (character * characters).encode()

    assert post(gateway, body, chunked=chunked) == status
    assert len(events) == (status == 200)


def test_bytes_that_are_no_text_count_as_base64(gateway: Gateway, events: list[dict[str, Any]]) -> None:
    assert post(gateway, b"\xff" * (SIX_MEBIBYTES * 3 // 4 - 2_000)) == 200
    assert post(gateway, b"\xff" * (SIX_MEBIBYTES * 3 // 4)) == 413
    assert len(events) == 1


@pytest.mark.parametrize(("answer_bytes", "status"), [(SIX_MEBIBYTES - 100, 200), (SIX_MEBIBYTES + 100, 500)])
def test_an_answer_is_no_larger_than_lambda_gives(client: Client, answer_bytes: int, status: int) -> None:
    answer = client.get("/api/v1/jobs", headers={"answer-bytes": str(answer_bytes)})

    assert answer.status_code == status
    if status == 500:
        assert json.loads(answer.data) == {"message": "Internal Server Error"}


def post(gateway: Gateway, body: bytes, *, chunked: bool = False) -> int:
    """Send a body of JSON's type, chunked without saying its size, and return the status."""
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=PATIENCE_SECONDS)
    try:
        data = (body[start : start + 65_536] for start in range(0, len(body), 65_536)) if chunked else body
        connection.request("POST", "/api/v1/jobs", body=data, headers={"Content-Type": JSON}, encode_chunked=chunked)
        return connection.getresponse().status
    finally:
        connection.close()
