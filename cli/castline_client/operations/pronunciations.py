"""Operations on pronunciation sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline_client.operations.requests import body_of, path_to
from castline_client.steps import Request, ask
from castline_client.types import PronunciationSetDetail, PronunciationSetList, PronunciationSetSummary

if TYPE_CHECKING:
    from castline_client.steps import Flow
    from castline_client.types import PronunciationSchema


def pronunciation_sets() -> Flow[list[PronunciationSetSummary]]:
    """Return the user's pronunciation sets, without their entries."""
    found = yield from body_of(Request[PronunciationSetList]("GET", "/pronunciations"))
    return found["items"]


def pronunciation_set(name: str) -> Flow[PronunciationSetDetail]:
    """Return a pronunciation set with its entries."""
    return body_of(Request[PronunciationSetDetail]("GET", path_to("pronunciations", name)))


def put_pronunciation_set(
    name: str, entries: list[PronunciationSchema], *, overwrite: bool = False
) -> Flow[PronunciationSetSummary]:
    """Create a pronunciation set, or replace its entries with ``overwrite``.

    Raises:
        Conflict: a set with that name exists, and ``overwrite`` is false.
    """
    headers = {} if overwrite else {"If-None-Match": "*"}
    path, body = path_to("pronunciations", name), {"entries": entries}
    return body_of(Request[PronunciationSetSummary]("PUT", path, body=body, headers=headers))


def delete_pronunciation_set(name: str) -> Flow[None]:
    """Delete a pronunciation set. Jobs that were submitted with it are not changed."""
    yield from ask(Request[None]("DELETE", path_to("pronunciations", name)))
