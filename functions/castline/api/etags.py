"""Entity tags and conditional requests (RFC 9110)."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import Response

from castline.api.contract import to_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

_ENTITY_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\uffff]*")')


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
    return if_none_match.strip() == "*" or tag in {named for _, named in _ENTITY_TAG.findall(if_none_match)}


def may_change(tag: str | None, *, if_match: str | None = None, if_none_match: str | None = None) -> bool:
    """Tell whether a resource may be changed under these headers, by strong comparison.

    Args:
        tag: the entity tag of the resource; None if the resource does not exist.
        if_match: the ``If-Match`` header: entity tags, one of which must be ``tag``, or ``*`` for any.
        if_none_match: the ``If-None-Match`` header: ``*`` if the resource must not exist.
    """
    if if_none_match is not None and tag is not None:
        return False
    if if_match is None:
        return True
    if if_match.strip() == "*":
        return tag is not None
    return tag in {named for weak, named in _ENTITY_TAG.findall(if_match) if not weak}


def answer_conditionally(
    app: APIGatewayHttpResolver, next_middleware: Callable[[APIGatewayHttpResolver], Response[Any]]
) -> Response[Any]:
    """Add an entity tag to a response that has none, and respond with 304 if the client already has that version."""
    answer = next_middleware(app)
    answer.body = to_json(answer.body)
    if "ETag" not in answer.headers:
        answer.headers["ETag"] = entity_tag(str(answer.headers["Content-Language"]), answer.body)
    tag = str(answer.headers["ETag"])
    if is_known(tag, app.current_event.headers.get("if-none-match")):
        del answer.headers["Content-Type"]
        return Response(status_code=304, body="", headers=answer.headers)
    return answer
