"""Serves S3 over HTTP, for presigned URLs: moto's own application, behind the checks it leaves out."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from moto.moto_server.werkzeug_app import create_backend_app
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def s3_wsgi_app(now: Callable[[], datetime]) -> "WSGIApplication":
    """S3 with path-style addresses (`/bucket/key`), over the buckets that boto3 sees in this process.

    Signatures (version 4) must be there but are not verified. A request without one, and a presigned one
    that has expired by `now`, are refused with 403, as by a private bucket.
    """
    s3: WSGIApplication = create_backend_app("s3")

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        answer = _refusal(Request(environ), now()) or s3
        return answer(environ, start_response)

    return app


def _refusal(request: Request, now: datetime) -> Response | None:
    # Browsers sign no preflight, and S3 asks for none.
    if request.method == "OPTIONS" or "Authorization" in request.headers:
        return None
    if "X-Amz-Signature" not in request.args:
        return _error(403, "AccessDenied", "Access Denied")
    try:
        signed_at = datetime.strptime(request.args["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        lifetime = timedelta(seconds=int(request.args["X-Amz-Expires"]))
    except (KeyError, ValueError):
        return _error(400, "AuthorizationQueryParametersError", "X-Amz-Date and X-Amz-Expires are required")
    if now > signed_at + lifetime:
        return _error(403, "AccessDenied", "Request has expired")
    return None


def _error(status: int, code: str, message: str) -> Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Response(body, status, content_type="application/xml")
