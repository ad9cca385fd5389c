"""Declarations of routes. Each route is declared once, at its handler.

The resolver, the methods of each path, API Gateway's routes and ``docs/openapi.json`` are derived from them.
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
"""Key in the router's context that is true if the client sent HEAD. Handlers are called as for GET."""
to_json: Final = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
"""Serializes the body of a response."""


def follow(*operation_ids: str, **parameters: str) -> dict[str, Any]:
    """Return OpenAPI links to operations.

    Args:
        operation_ids: the ids of the operations.
        parameters: their parameters, as runtime expressions. By default, the job's id is taken from the response.
    """
    return {
        operation_id: {
            "operationId": operation_id,
            "parameters": parameters or {"job_id": "$response.body#/id"},
        }
        for operation_id in operation_ids
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A successful response, as the documentation describes it.

    Attributes:
        status: the HTTP status.
        description: the description in the documentation.
        headers: names of headers besides those that every response has.
        text_types: media types of a body that is text, not JSON.
        has_json: whether the body is, or may be, the JSON that the handler returns.
        example: an example of the body.
        links: OpenAPI links to the operations that may be called next.
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
    """A method of a path, with the requests that it accepts and the responses that it returns.

    Attributes:
        id: the operation's id, which is the name of the handler.
        method: the HTTP method.
        path: the path as OpenAPI and API Gateway write it: ``/api/v1/jobs/{job_id}``.
        is_open: whether it needs no token.
        for_operators: whether it exists for operators only.
        speaks: whether it sends text to the speech provider. Such operations run in a Lambda function of their own.
        answers: the successful responses; empty for an operation that is not documented.
        errors: the errors that it may return.
        request_headers: names of headers that it reads, besides those that the handler takes as arguments.
        request_example: an example of the request's body.
        max_body_bytes: the size of the largest valid body; 0 if it reads no body.
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
        """Return the HTTP methods that the operation serves. An operation with GET also serves HEAD."""
        return ("GET", "HEAD") if self.method == "GET" else (self.method,)


class Router(APIGatewayHttpRouter):
    """Router that keeps the declarations of its routes.

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
        """Declare a route, and serve it with the decorated handler.

        The first line of the handler's docstring is the summary of the operation. The handler's arguments are its
        parameters. The handler's result is validated and returned as JSON, with the status of the first answer.
        ``Operation`` describes the other arguments. The errors that every operation has are added to ``errors``.
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
