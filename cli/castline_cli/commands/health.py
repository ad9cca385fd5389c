"""``castline health``: checks whether the service answers."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from castline_cli.output import say
from castline_cli.session import Session
from castline_cli.strings import t
from castline_client.addresses import without_prefix


def health(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print the API's response.")] = False,
) -> None:
    """Check whether Castline answers."""
    session = Session.of(context)
    with session.api() as api:
        started = time.perf_counter()
        answer = api.get("/health")
        elapsed_ms = (time.perf_counter() - started) * 1000
    say(
        answer.text
        if as_json
        else t("{url} answers in {elapsed_ms:.0f} ms", url=without_prefix(session.url), elapsed_ms=elapsed_ms)
    )
