"""``castline webhooks``: URLs that are called when something happens to jobs."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from castline_cli import shown
from castline_cli.commands.jobs import JsonOption  # noqa: TC001 (typer reads annotations at run time)
from castline_cli.completion import complete_webhook
from castline_cli.errors import ExitCode, Misused
from castline_cli.output import is_for_people, say, table
from castline_cli.session import Session
from castline_cli.strings import cell, t

if TYPE_CHECKING:
    from collections.abc import Mapping

webhooks = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Have URLs called when something happens to jobs.",
    epilog="\b\nA WEBHOOK is its id, at least four characters of the id's beginning or end, its URL, or `job`:\n"
    "that stands for the webhook_url of single jobs, and `castline webhooks rotate job` makes its secret.",
)


class Event(StrEnum):
    """Type of an event."""

    STARTED = "job.started"
    COMPLETED = "job.completed"
    FAILED = "job.failed"
    CANCELLED = "job.cancelled"


WebhookArgument = Annotated[
    str,
    typer.Argument(
        metavar="WEBHOOK", help="Its id, a part of the id, its URL, or job.", autocompletion=complete_webhook
    ),
]
EventsOption = Annotated[
    list[Event] | None,
    typer.Option(
        "-e", "--event", help="A type of events to send; may be repeated. [default: all]", show_default=False
    ),
]
DescriptionOption = Annotated[
    str | None, typer.Option("-d", "--description", metavar="TEXT", help="A note of yours.")
]


@webhooks.command("list")
def list_webhooks(context: typer.Context, as_json: JsonOption = False) -> None:
    """List webhooks, newest first."""
    from castline_cli.webhooks import status

    with Session.of(context).api() as api:
        found = api.webhooks()
    if as_json:
        _say_json({"items": found, "total": len(found)})
        return
    table(
        ("webhook", "status", "url"),
        [(each["id"], status(each), str(each["url"])) for each in found],
        footer="" if found else t("no webhooks"),
        shortens_last=True,
    )


@webhooks.command()
def add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="An HTTPS URL in the public Internet.")],
    events: EventsOption = None,
    description: DescriptionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Have a URL called, and show the secret that calls are signed with. It is not shown again."""
    body: dict[str, Any] = {"url": url} | _given(events=events and [*events], description=description)
    with Session.of(context).api() as api:
        created = api.create_webhook(body)
    _show(created, as_json=as_json)


@webhooks.command()
def show(context: typer.Context, webhook: WebhookArgument, as_json: JsonOption = False) -> None:
    """Show what is known of a webhook."""
    from castline_cli.webhooks import find_webhook_id

    session = Session.of(context)
    with session.api() as api:
        found = api.webhook(find_webhook_id(api, webhook, session))
    _show(found, as_json=as_json)


@webhooks.command()
def update(
    context: typer.Context,
    webhook: WebhookArgument,
    url: Annotated[str | None, typer.Option("--url", metavar="URL", help="Another URL.")] = None,
    events: EventsOption = None,
    description: DescriptionOption = None,
    enabled: Annotated[
        bool | None, typer.Option("--enable/--disable", help="Send events again, or no more.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Change a webhook. An empty description removes it."""
    from castline_cli.webhooks import find_webhook_id

    status = None if enabled is None else "enabled" if enabled else "disabled"
    changes = _given(url=url, events=events and [*events], status=status)
    if description is not None:
        changes["description"] = description or None
    if not changes:
        raise Misused(t("nothing is to change; see `castline webhooks update --help`"))
    session = Session.of(context)
    with session.api() as api:
        changed = api.change_webhook(find_webhook_id(api, webhook, session), changes)
    _show(changed, as_json=as_json)


@webhooks.command()
def remove(context: typer.Context, webhook: WebhookArgument) -> None:
    """Delete a webhook: its URL is not called any more."""
    from castline_cli.webhooks import find_webhook_id

    session = Session.of(context)
    with session.api() as api:
        webhook_id = find_webhook_id(api, webhook, session)
        api.delete_webhook(webhook_id)
    say(t("removed {webhook_id}", webhook_id=webhook_id) if is_for_people() else webhook_id)


@webhooks.command()
def rotate(context: typer.Context, webhook: WebhookArgument, as_json: JsonOption = False) -> None:
    """Make a new secret, and show it. Calls are signed with the old one, too, for 24 hours."""
    from castline_cli.webhooks import find_webhook_id

    session = Session.of(context)
    with session.api() as api:
        rotated = api.rotate_webhook_secret(find_webhook_id(api, webhook, session))
    _show(rotated, as_json=as_json)


@webhooks.command("test")
def send_test(context: typer.Context, webhook: WebhookArgument, as_json: JsonOption = False) -> None:
    """Send a test event, and show what came of it. Exits with 4 unless the URL has accepted it."""
    from castline_cli.webhooks import find_webhook_id, wait_for_attempt

    session = Session.of(context)
    with session.api() as api:
        webhook_id = find_webhook_id(api, webhook, session)
        sent = api.test_webhook(webhook_id)
        delivery = wait_for_attempt(api, webhook_id, sent["id"])
    _show_delivery(delivery, as_json=as_json)


@webhooks.command()
def deliveries(
    context: typer.Context,
    webhook: WebhookArgument,
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, help="How many.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print each delivery as the API gives it.")] = False,
) -> None:
    """List what was sent in the last 30 days, newest first, and what came of it."""
    from itertools import islice

    from castline_cli.webhooks import find_webhook_id, outcome

    session = Session.of(context)
    with session.api() as api:
        webhook_id = find_webhook_id(api, webhook, session)
        found = list(islice(api.deliveries(webhook_id), limit))
    if as_json:
        for each in found:
            _say_json(each)
        return
    table(
        ("delivery", "event", "sent", "status", "outcome"),
        [
            (each["id"], each["event_type"], shown.moment(each["created_at"]), cell(each["status"]), outcome(each))
            for each in found
        ],
        footer="" if found else t("nothing was sent"),
        shortens_last=True,
    )


@webhooks.command()
def redeliver(
    context: typer.Context,
    webhook: WebhookArgument,
    delivery: Annotated[str, typer.Argument(metavar="DELIVERY", help="Its id, a part of the id, or last.")],
    as_json: JsonOption = False,
) -> None:
    """Send an event once more, and show what came of it. Exits with 4 unless the URL has accepted it."""
    from castline_cli.webhooks import find_delivery_id, find_webhook_id, wait_for_attempt

    session = Session.of(context)
    with session.api() as api:
        webhook_id = find_webhook_id(api, webhook, session)
        sent = api.redeliver(webhook_id, find_delivery_id(api, webhook_id, delivery))
        attempted = wait_for_attempt(api, webhook_id, sent["id"])
    _show_delivery(attempted, as_json=as_json)


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _show(webhook: Mapping[str, Any], *, as_json: bool) -> None:
    from castline_cli.webhooks import facts

    if as_json:
        _say_json(webhook)
        return
    footer = t("Keep the secret: it is not shown again.") if "secret" in webhook else ""
    table(("", ""), facts(webhook), footer=footer)


def _show_delivery(delivery: Mapping[str, Any], *, as_json: bool) -> None:
    from castline_cli.webhooks import outcome

    if as_json:
        _say_json(delivery)
    else:
        table(("", "", ""), [(delivery["id"], cell(delivery["status"]), outcome(delivery))])
    if delivery["status"] != "delivered":
        raise typer.Exit(ExitCode.REFUSED)


def _say_json(value: Any) -> None:
    say(json.dumps(value, ensure_ascii=False))
