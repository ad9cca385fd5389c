"""Declaration of routes: each once, where its handler is.

The resolver, the methods of each path, API Gateway's routes and ``docs/openapi.json`` follow from the declarations.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from castline.api import errors as api_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from castline.api.errors import ApiError

    HandlerT = TypeVar("HandlerT", bound=Callable[..., Any])

PREFIX: Final = "/api/v1"
IS_HEAD: Final = "is_head"
"""Name in the router's context that tells whether the client has sent HEAD; handlers are called as for GET."""
to_json: Final = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
"""Writes the body of an answer."""


def follow(*operation_ids: str, **parameters: str) -> dict[str, Any]:
    """Return links to operations, as OpenAPI writes them; without ``parameters``, about the job that an answer is."""
    return {
        operation_id: {
            "operationId": operation_id,
            "parameters": parameters or {"job_id": "$response.body#/id"},
        }
        for operation_id in operation_ids
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A successful answer, for the documentation.

    Attributes:
        status: the HTTP status.
        description: what the answer is.
        headers: names of headers besides those of every answer.
        text_types: media types of a body that is text, not JSON.
        has_json: whether the body is, or may be, the JSON that the handler returns.
        example: a body.
        links: the operations that may be called next, as OpenAPI writes them.
    """

    status: int
    description: str
    headers: tuple[str, ...] = ()
    text_types: tuple[str, ...] = ()
    has_json: bool = True
    example: Any = None
    links: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A method of a path, and what a client may send and get there.

    Attributes:
        id: the name of the handler; for clients, the operation's id.
        method: the HTTP method.
        path: the path as OpenAPI and API Gateway write it: ``/api/v1/jobs/{job_id}``.
        is_open: whether it takes no token.
        for_operators: whether it exists for operators only.
        speaks: whether it has the provider speak. A function of its own answers it, which has what that needs.
        answers: the successful answers. There are none for an operation that is not documented.
        errors: the errors that it may answer with.
        request_headers: names of headers that it reads, besides those that the handler takes as arguments.
        request_example: a body.
        max_body_bytes: the size of the largest valid body; 0 where no body is read.
    """

    id: str
    method: str
    path: str
    is_open: bool
    for_operators: bool
    speaks: bool
    answers: tuple[Answer, ...]
    errors: tuple[ApiError, ...]
    request_headers: tuple[str, ...]
    request_example: Any
    max_body_bytes: int

    @property
    def methods(self) -> tuple[str, ...]:
        """Return the methods that are answered: HEAD goes wherever GET does."""
        return ("GET", "HEAD") if self.method == "GET" else (self.method,)


class Router(APIGatewayHttpRouter):
    """A router that knows the declarations of its routes.

    Attributes:
        operations: the declarations.
    """

    def __init__(self) -> None:
        super().__init__()
        self.operations: list[Operation] = []

    def operation(
        self,
        method: str,
        path: str,
        *,
        prefix: str = PREFIX,
        tag: str = "",
        answers: Sequence[Answer] = (),
        errors: Sequence[ApiError] = (),
        is_open: bool = False,
        for_operators: bool = False,
        speaks: bool = False,
        request_headers: Sequence[str] = (),
        request_example: Any = None,
        max_body_bytes: int = 0,
        middlewares: Sequence[Callable[..., Any]] = (),
    ) -> Callable[[HandlerT], HandlerT]:
        """Declare a route, and serve it by the handler that this decorates.

        The first line of the handler's docstring is the summary. Its arguments are the parameters, and what it
        returns is validated and written as JSON, with the status of the first answer. For the other arguments, see
        ``Operation``; to ``errors``, those of every operation are added.
        """

        def register(handler: HandlerT) -> HandlerT:
            declared = Operation(
                id=handler.__name__,
                method=method,
                path=prefix + path,
                is_open=is_open,
                for_operators=for_operators,
                speaks=speaks,
                answers=tuple(answers),
                errors=(
                    *errors,
                    *((api_errors.NOT_FOUND,) if for_operators else ()),
                    api_errors.INTERNAL_ERROR,
                    *(() if is_open else (api_errors.UNAUTHORIZED,)),
                ),
                request_headers=(*request_headers, *(() if is_open else ("Accept-Language",))),
                request_example=request_example,
                max_body_bytes=max_body_bytes,
            )
            self.operations.append(declared)
            self.route(
                declared.path.replace("{", "<").replace("}", ">"),
                method,
                summary=str(handler.__doc__).splitlines()[0].rstrip(".").replace("``", ""),
                tags=[tag],
                operation_id=declared.id,
                include_in_schema=bool(answers),
                status_code=answers[0].status if answers else 200,
                middlewares=list(middlewares),
            )(handler)
            return handler

        return register
