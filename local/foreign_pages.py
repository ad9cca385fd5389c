"""Protection of the local stack against web pages of other sites.

The stack listens on this machine only, but every page that is open in a browser here can send it requests, and each
request may use the key of a real provider.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

_THIS_MACHINE = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?", re.IGNORECASE)
_ONLY_READ = {"GET", "HEAD", "OPTIONS"}


def refusal_of_host(request: Request) -> Response | None:
    """Refuse a request whose Host is not this machine.

    Another site's name may resolve to this machine (DNS rebinding), so that its pages would count as ours.
    """
    if _THIS_MACHINE.fullmatch(request.headers.get("Host", "")):
        return None
    return _refusal("Host must be 127.0.0.1, localhost or [::1]")


def refusal_of_page(request: Request) -> Response | None:
    """Refuse a request that changes something and may come from a page of another site."""
    if request.method in _ONLY_READ:
        return None
    if request.headers.get("Origin", request.host_url.rstrip("/")) != request.host_url.rstrip("/"):
        return _refusal("Origin must be the address of this stack")
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return _refusal("pages of other sites may not change anything here (Sec-Fetch-Site)")
    # The service reads a body without a type as JSON, and browsers send such a body without a preflight request.
    has_body = bool(request.content_length) or "Transfer-Encoding" in request.headers
    if has_body and not request.headers.get("Content-Type", "").partition(";")[0].strip():
        return _refusal("a request with a body must say Content-Type: application/json")
    return None


def _refusal(reason: str) -> Response:
    message = f"Refused by the local stack: {reason}"
    return Response(json.dumps({"message": message}), status=403, content_type="application/json")
