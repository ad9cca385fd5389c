"""S3 over HTTP for presigned URLs: moto's own application, behind checks that it lacks."""

import hmac
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.moto_server.werkzeug_app import create_backend_app
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def s3_wsgi_app(now: Callable[[], datetime]) -> "WSGIApplication":
    """Return S3 with path-style addresses (`/bucket/key`), over the buckets that boto3 sees in this process.

    A request without a signature is refused with 403, as by a private bucket. So is a presigned request (version 4)
    that has expired by `now` or was signed for another method, object or set of parameters. A signature in the
    headers must be present but is not verified.
    """
    s3: WSGIApplication = create_backend_app("s3")

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        answer = _refusal(Request(environ), now()) or s3
        return answer(environ, start_response)

    return app


def _refusal(request: Request, now: datetime) -> Response | None:
    # Browsers do not sign preflight requests, and S3 does not require it.
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
    if not hmac.compare_digest(_signature(request), request.args["X-Amz-Signature"]):
        return _error(403, "SignatureDoesNotMatch", "The signature does not match the request")
    return None


def _signature(request: Request) -> str:
    """Return the signature that the request must have, for its method and its URL."""
    path_and_query = str(request.environ.get("REQUEST_URI") or request.environ["RAW_URI"])
    path, _, query = path_and_query.partition("?")
    # Like S3, decode every parameter and encode it again, because clients differ in what they escape.
    signed = "&".join(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
        for name, value in parse_qsl(query, keep_blank_values=True)
        if name != "X-Amz-Signature"
    )
    names = request.args.get("X-Amz-SignedHeaders", "").split(";")
    to_sign = AWSRequest(
        method=request.method,
        url=f"{request.scheme}://{request.host}{path}?{signed}",
        headers={name: request.headers.get(name, "") for name in names if name},
    )
    to_sign.context["timestamp"] = request.args["X-Amz-Date"]
    access_key, _, scope = request.args.get("X-Amz-Credential", "").partition("/")
    region = scope.partition("/")[2].partition("/")[0]
    # In the local cloud, the secret of an access key is the access key itself.
    signer = S3SigV4QueryAuth(Credentials(access_key, access_key), "s3", region)
    return str(signer.signature(signer.string_to_sign(to_sign, signer.canonical_request(to_sign)), to_sign))


def _error(status: int, code: str, message: str) -> Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Response(body, status, content_type="application/xml")
