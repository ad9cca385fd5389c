"""Conditional requests (RFC 9110): whether a client has the representation already."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import Response

from castline.api.contract import to_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

_ENTITY_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\uffff]*")')


def entity_tag(*parts: str) -> str:
    """Return a strong entity tag that changes whenever one of ``parts`` changes."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}:{part}".encode("utf-8", "surrogatepass"))
    return f'"{digest.hexdigest()[:32]}"'


def is_known(tag: str, if_none_match: str | None) -> bool:
    """Tell whether an ``If-None-Match`` header (entity tags or ``*``) names ``tag``, by weak comparison."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or tag in _ENTITY_TAG.findall(if_none_match)


def answer_conditionally(
    app: APIGatewayHttpResolver, next_middleware: Callable[[APIGatewayHttpResolver], Response[Any]]
) -> Response[Any]:
    """Give a route's answer an entity tag, and answer 304 if the client has it already."""
    answer = next_middleware(app)
    answer.body = to_json(answer.body)
    tag = entity_tag(str(answer.headers["Content-Language"]), answer.body)
    answer.headers["ETag"] = tag
    if is_known(tag, app.current_event.headers.get("if-none-match")):
        del answer.headers["Content-Type"]
        return Response(status_code=304, body="", headers=answer.headers)
    return answer
