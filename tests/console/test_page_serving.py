"""Serving of the console's page by the local stack."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
import pytest
from werkzeug.test import Client, EnvironBuilder
from werkzeug.wrappers import Request

from infra.console_page import SignIn
from local.console import ConsolePage
from local.gateway import Gateway
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a built page, beside a file that must not be served."""
    (tmp_path / "secret.txt").write_text("hush", "utf-8")
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html><title>Castline</title>", "utf-8")
    (dist / "icon.svg").write_text("<svg/>", "utf-8")
    (dist / "assets" / "index-B4dC0ffe.js").write_text("export {}", "utf-8")
    (dist / "assets" / "index-B4dC0ffe.css").write_text("body{}", "utf-8")
    return dist


@pytest.fixture
def gateway(folder: Path) -> Iterator[Gateway]:
    """Yield a gateway in front of an API that answers with the requested path."""
    gateway = Gateway(
        invoke_api=lambda event: {
            "statusCode": 404,
            "headers": {"Content-Type": "application/json"},
            "body": json.dumps({"api": event["rawPath"]}),
        },
        s3=lambda _environ, _start_response: [],
        bucket_name="castline-audio",
        console=ConsolePage(folder=folder),
    )
    yield gateway
    gateway.close()


@pytest.fixture
def client(gateway: Gateway) -> Client:
    return Client(gateway.serve)


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/icon.svg", "image/svg+xml"),
        ("/assets/index-B4dC0ffe.js", "text/javascript; charset=utf-8"),
        ("/assets/index-B4dC0ffe.css", "text/css; charset=utf-8"),
        ("/config.json", "application/json"),
    ],
)
def test_every_file_has_its_type_and_the_headers_that_guard_it(client: Client, path: str, content_type: str) -> None:
    response = client.get(path)

    assert (response.status_code, response.headers["Content-Type"]) == (200, content_type)
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; ")
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "microphone=()" in response.headers["Permissions-Policy"]


def test_what_carries_a_hash_is_kept_and_all_else_asked_for_again(client: Client) -> None:
    assert client.get("/assets/index-B4dC0ffe.js").headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for path in ("/", "/icon.svg", "/config.json"):
        assert client.get(path).headers["Cache-Control"] == "no-cache"


def test_a_page_that_has_not_changed_is_not_sent_again(client: Client) -> None:
    etag = client.get("/").headers["ETag"]

    again = client.get("/", headers={"If-None-Match": etag})

    assert (again.status_code, again.data) == (304, b"")


def test_head_gives_the_headers_alone(client: Client) -> None:
    got, asked = client.get("/"), client.head("/")

    assert (asked.status_code, asked.data) == (200, b"")
    assert asked.headers["Content-Length"] == got.headers["Content-Length"]


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets",
        "/assets/",
        "/..",
    ],
)
def test_no_path_leads_out_of_the_folder(client: Client, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 404
    assert b"hush" not in response.data


@pytest.mark.parametrize(("method", "path"), [("POST", "/"), ("GET", "/api/v1/health"), ("GET", "/nowhere")])
def test_everything_else_is_the_apis(client: Client, method: str, path: str) -> None:
    assert client.open(path, method=method).json == {"api": path}


def test_without_sign_in_the_page_is_told_of_none(client: Client) -> None:
    assert client.get("/config.json").json == {"environment": "local", "api": "/api/v1", "sign_in": None}


def test_with_sign_in_the_page_may_call_its_issuer(folder: Path) -> None:
    page = ConsolePage(
        folder=folder, sign_in=SignIn(issuer="https://login.example.com/castline", client_id="console")
    )

    response = page.answer(Request(EnvironBuilder(path="/config.json").get_environ()))

    assert response is not None
    assert json.loads(response.data)["sign_in"] == {
        "issuer": "https://login.example.com/castline",
        "client_id": "console",
        "scopes": ["openid", "email"],
    }
    assert "connect-src 'self' https://login.example.com;" in response.headers["Content-Security-Policy"]


def test_a_raw_path_leads_nowhere_over_a_socket_either(gateway: Gateway) -> None:
    gateway.start()
    try:
        with httpx.Client(base_url=gateway.url, trust_env=False, timeout=PATIENCE_SECONDS) as client:
            request = client.build_request("GET", "/")
            request.url = request.url.copy_with(raw_path=b"/../secret.txt")
            assert client.send(request).status_code == 404
    finally:
        gateway.stop()
