"""Operations on shows, which have the common fields of the jobs of a programme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline_client.operations.requests import body_of, path_to
from castline_client.steps import Request, ask
from castline_client.types import ShowDetail, ShowList, ShowSummary

if TYPE_CHECKING:
    from castline_client.steps import Flow
    from castline_client.types import PutShowRequest


def shows() -> Flow[list[ShowSummary]]:
    """Return the user's shows, without their content."""
    found = yield from body_of(Request[ShowList]("GET", "/shows"))
    return found["items"]


def show(name: str) -> Flow[ShowDetail]:
    """Return a show with its content."""
    return body_of(Request[ShowDetail]("GET", path_to("shows", name)))


def put_show(name: str, show: PutShowRequest, *, overwrite: bool = False) -> Flow[ShowSummary]:
    """Create a show, or replace it with ``overwrite``.

    Raises:
        Conflict: a show with that name exists, and ``overwrite`` is false.
    """
    headers = {} if overwrite else {"If-None-Match": "*"}
    return body_of(Request[ShowSummary]("PUT", path_to("shows", name), body=show, headers=headers))


def delete_show(name: str) -> Flow[None]:
    """Delete a show. Jobs that were submitted with it are not changed."""
    yield from ask(Request[None]("DELETE", path_to("shows", name)))
