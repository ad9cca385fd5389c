"""``castline listen``: receives the webhooks of a local stack."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlsplit

import typer

from castline_cli import shown
from castline_cli.commands.webhooks import EventsOption  # noqa: TC001 (typer reads annotations at run time)
from castline_cli.errors import CastlineError, Misused
from castline_cli.output import complain, is_for_people, remark, say
from castline_cli.session import Session
from castline_cli.strings import t
from castline_client.addresses import is_this_machine, without_prefix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from castline_cli.receiver import Received

_TURN_SECONDS: Final = 0.5
"""Seconds after which Ctrl-C is noticed on systems where a signal does not end a wait."""


def listen(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port to listen on; 0 chooses a free one.")] = 0,
    forward: Annotated[
        str | None, typer.Option("--forward", metavar="URL", help="Forward each event to a server of yours.")
    ] = None,
    events: EventsOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print each event as it was sent, one per line.")] = False,
) -> None:
    """Receive the webhooks of a local stack, check their signatures and print them, until Ctrl-C.

    The command adds a webhook when it starts, and deletes it when it ends.
    """
    from castline_cli.receiver import Receiver

    session = Session.of(context)
    if not is_this_machine(session.url):
        raise Misused(
            t("only a local stack can reach this machine, and {url} is not one", url=without_prefix(session.url))
        )
    if forward is not None and not _is_url(forward):
        raise Misused(
            t(
                "{forward!r} is not a URL to forward events to, such as http://localhost:3000/hooks",
                forward=shown.line(forward),
            )
        )
    body: dict[str, Any] = {"description": "castline listen"} | ({"events": [*events]} if events else {})
    with Receiver(port, forward_to=forward) as receiver, session.api() as api:
        webhook = api.create_webhook({"url": receiver.url, **body})
        receiver.secret = webhook["secret"]
        try:
            complain(t("listening on {url}; press Ctrl-C to stop", url=receiver.url))
            if forward:
                complain(
                    t("forwarding to {forward}, signed with {secret}", forward=forward, secret=webhook["secret"])
                )
            while True:
                received = receiver.take(timeout_seconds=_TURN_SECONDS)
                if received is not None:
                    _print(received, as_json=as_json, is_passed_on=forward is not None)
        except KeyboardInterrupt:
            remark(t("stopped"))
        finally:
            with contextlib.suppress(CastlineError):
                api.delete_webhook(webhook["id"])


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _print(received: Received, *, as_json: bool, is_passed_on: bool) -> None:
    if not received.is_signed:
        complain(t("refused a request without a valid signature"))
        return
    if as_json or not is_for_people():
        say(received.body)
    else:
        event = json.loads(received.body)
        say("  ".join(filter(None, (shown.moment(event["timestamp"]), event["type"], _summary(event["data"])))))
    if received.problem:
        complain(t("cannot be forwarded: {problem}", problem=received.problem))
    elif is_passed_on:
        remark(t("forwarded; the response was {status}", status=received.status))


def _summary(data: Mapping[str, Any]) -> str:
    """Return the job's id, error code and duration in an event, as one line."""
    length = data.get("duration_ms")
    parts = [data.get("job_id"), data.get("error_code"), None if length is None else shown.duration(length)]
    return "  ".join(str(part) for part in parts if part)
