"""HTTP gateway of the local stack, in place of CloudFront, API Gateway and S3's presigned downloads.

Everything is on one port: the console at ``/``, the API below ``/api``, the bucket's objects at their presigned URLs,
the API's documentation at ``/docs`` and ``/openapi.json``.

The header ``X-User-Id`` names the user, in place of a token; the user ``operator`` is an operator. Web pages of other
sites are refused (``foreign_pages``).
"""

from __future__ import annotations

import socket
import threading
import time
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.openapi import swagger_ui
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from castline.api.operations import OPERATIONS
from local import foreign_pages, http_event
from local.cloud.lambda_errors import (
    FunctionError,
    FunctionNotFound,
    HostStopped,
    RequestTooLarge,
    TooManyRequests,
)
from local.openapi import FILE as API_DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from local.console import ConsolePage

DEFAULT_USER = "local-user"
OPERATOR = "operator"
"""The id of the user who is an operator."""
_ADDRESS = "127.0.0.1"
_SWAGGER_UI_FILES = {
    "swagger-ui.min.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.min.js": "text/javascript; charset=utf-8",
}
_API_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Castline API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.min.css">
<div id="api"></div>
<script src="/docs/swagger-ui-bundle.min.js"></script>
<script>SwaggerUIBundle({url: "/openapi.json", dom_id: "#api", deepLinking: true, validatorUrl: null})</script>
</html>
"""
_API_PAGE_HEADERS = {"Content-Security-Policy": "default-src 'self' 'unsafe-inline' data:"}
"""The page may load resources from this host only."""
_OPEN_PATHS = frozenset(route.path for route in OPERATIONS if route.is_open)


class Gateway:
    """An HTTP server on 127.0.0.1, on a separate thread, from ``start`` to ``stop``."""

    def __init__(
        self,
        *,
        invoke_api: Callable[[dict[str, Any]], dict[str, Any]],
        s3: WSGIApplication,
        bucket_name: str,
        console: ConsolePage,
        claims: Callable[[Request], Mapping[str, str] | None] | None = None,
        port: int = 0,
        on_request: Callable[[str], None] | None = None,
    ) -> None:
        """Prepare the gateway, and bind the port.

        Args:
            invoke_api: answers an event of payload version 2.0, as the API function does.
            s3: serves ``/bucket/key``.
            bucket_name: the bucket whose objects clients may fetch.
            console: the page at ``/``.
            claims: returns the token claims of a request, or None to answer 401. It is not called for routes that
                take no token. By default, ``X-User-Id`` names the user.
            port: the port; 0 selects a free one.
            on_request: called with a line about each request.

        Raises:
            OSError: the port is in use.
        """
        self._invoke_api = invoke_api
        self._s3 = s3
        self._bucket_path = f"/{bucket_name}/"
        self._console = console
        self._claims = claims
        self._on_request = on_request or (lambda _line: None)
        self._socket = socket.create_server((_ADDRESS, port))
        self.port: int = self._socket.getsockname()[1]

    @property
    def url(self) -> str:
        """The gateway's URL, without a slash at its end."""
        return f"http://{_ADDRESS}:{self.port}"

    def start(self) -> None:
        """Start serving."""
        self._server = make_server(
            _ADDRESS,
            self.port,
            self.serve,
            threaded=True,
            request_handler=QuietRequestHandler,
            fd=self._socket.fileno(),
        )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="gateway", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def close(self) -> None:
        """Release the port."""
        self._socket.close()

    def serve(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        started = time.perf_counter()
        request = Request(environ)
        refusal = foreign_pages.refusal_of_host(request)
        if refusal is None and request.path.startswith(self._bucket_path):
            return self._s3(environ, start_response)
        response = refusal or self._answer(request)
        elapsed_ms = (time.perf_counter() - started) * 1000
        self._on_request(
            f"{request.method} {request.full_path.rstrip('?')} {response.status_code} {elapsed_ms:.0f} ms"
        )
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.method == "GET" and (document := _documentation(request.path)) is not None:
            return document
        if (page := self._console.answer(request)) is not None:
            return page
        if (refusal := foreign_pages.refusal_of_page(request)) is not None:
            return refusal
        try:
            if (event := self._event(request)) is None:
                return http_event.unauthorized()
            answer = self._invoke_api(event)
        except (RequestEntityTooLarge, RequestTooLarge):
            return http_event.own_answer(413, "Request Entity Too Large")
        except TooManyRequests:
            return http_event.own_answer(503, "Service Unavailable")
        except (FunctionError, FunctionNotFound, HostStopped):
            return http_event.own_answer(500, "Internal Server Error")
        return http_event.to_response(answer)

    def _event(self, request: Request) -> dict[str, Any] | None:
        if self._claims is None:
            return to_event(request)
        if request.path in _OPEN_PATHS:
            return http_event.to_event(request, http_event.MatchedRoute())
        claims = self._claims(request)
        return None if claims is None else to_event(request, claims)


def _documentation(path: str) -> Response | None:
    """Return the API's documentation: the OpenAPI document or the files of Swagger UI; None for other paths."""
    if path == "/openapi.json":
        return Response(API_DOCUMENT.read_bytes(), content_type="application/json")
    if path in {"/docs", "/docs/"}:
        return Response(_API_PAGE, content_type="text/html; charset=utf-8", headers=_API_PAGE_HEADERS)
    directory, _, name = path.rpartition("/")
    if directory == "/docs" and (content_type := _SWAGGER_UI_FILES.get(name)) is not None:
        return Response(files(swagger_ui).joinpath(name).read_bytes(), content_type=content_type)
    return None


def to_event(request: Request, claims: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the request as an event of payload version 2.0, with ``claims`` or the user that the request names."""
    if claims is None:
        user = request.headers.get("X-User-Id") or DEFAULT_USER
        claims = {"sub": user} | ({"cognito:groups": "[operators]"} if user == OPERATOR else {})
    event = http_event.to_event(request, http_event.MatchedRoute(claims=claims))
    event["headers"].pop("x-user-id", None)
    return event


class QuietRequestHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 (werkzeug's name)
        """Log nothing: requests are logged elsewhere."""
