"""``castline webhooks``: manages webhooks and shows their deliveries."""

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
    help="Manage webhooks: URLs that receive the events of jobs.",
    epilog="\b\nWEBHOOK is an id, at least four characters of the beginning or end of an id, a URL, or `job`, which\n"
    "stands for the webhook_url of single jobs. `castline webhooks rotate job` creates its secret.",
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
        metavar="WEBHOOK",
        help="The webhook's id, a part of the id, its URL, or job.",
        autocompletion=complete_webhook,
    ),
]
EventsOption = Annotated[
    list[Event] | None,
    typer.Option("-e", "--event", help="An event type to send. Repeatable. [default: all]", show_default=False),
]
DescriptionOption = Annotated[
    str | None, typer.Option("-d", "--description", metavar="TEXT", help="A note for yourself.")
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
    url: Annotated[str, typer.Argument(metavar="URL", help="An HTTPS URL on the public Internet.")],
    events: EventsOption = None,
    description: DescriptionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a webhook, and show the secret that its requests are signed with. It is not shown again."""
    body: dict[str, Any] = {"url": url} | _given(events=events and [*events], description=description)
    with Session.of(context).api() as api:
        created = api.create_webhook(body)
    _show(created, as_json=as_json)


@webhooks.command()
def show(context: typer.Context, webhook: WebhookArgument, as_json: JsonOption = False) -> None:
    """Show the details of a webhook."""
    from castline_cli.webhooks import find_webhook_id

    session = Session.of(context)
    with session.api() as api:
        found = api.webhook(find_webhook_id(api, webhook, session))
    _show(found, as_json=as_json)


@webhooks.command()
def update(
    context: typer.Context,
    webhook: WebhookArgument,
    url: Annotated[str | None, typer.Option("--url", metavar="URL", help="The new URL.")] = None,
    events: EventsOption = None,
    description: DescriptionOption = None,
    enabled: Annotated[
        bool | None, typer.Option("--enable/--disable", help="Enable or disable the webhook.", show_default=False)
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
        raise Misused(t("nothing to change; see `castline webhooks update --help`"))
    session = Session.of(context)
    with session.api() as api:
        changed = api.change_webhook(find_webhook_id(api, webhook, session), changes)
    _show(changed, as_json=as_json)


@webhooks.command()
def remove(context: typer.Context, webhook: WebhookArgument) -> None:
    """Delete a webhook. No more events are sent to its URL."""
    from castline_cli.webhooks import find_webhook_id

    session = Session.of(context)
    with session.api() as api:
        webhook_id = find_webhook_id(api, webhook, session)
        api.delete_webhook(webhook_id)
    say(t("removed {webhook_id}", webhook_id=webhook_id) if is_for_people() else webhook_id)


@webhooks.command()
def rotate(context: typer.Context, webhook: WebhookArgument, as_json: JsonOption = False) -> None:
    """Create a new secret, and show it. For 24 hours, requests are signed with the old secret, too."""
    from castline_cli.webhooks import find_webhook_id

    session = Session.of(context)
    with session.api() as api:
        rotated = api.rotate_webhook_secret(find_webhook_id(api, webhook, session))
    _show(rotated, as_json=as_json)


@webhooks.command("test")
def send_test(context: typer.Context, webhook: WebhookArgument, as_json: JsonOption = False) -> None:
    """Send a test event, and show the outcome. The exit code is 4 unless the URL has accepted it."""
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
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, help="The maximum number of deliveries.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print each delivery as the API returns it.")] = False,
) -> None:
    """List the deliveries of the last 30 days and their outcomes, newest first."""
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
        footer="" if found else t("no deliveries"),
        shortens_last=True,
    )


@webhooks.command()
def redeliver(
    context: typer.Context,
    webhook: WebhookArgument,
    delivery: Annotated[
        str, typer.Argument(metavar="DELIVERY", help="The delivery's id, a part of the id, or last.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Send an event again, and show the outcome. The exit code is 4 unless the URL has accepted it."""
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
    footer = t("Save the secret. It is not shown again.") if "secret" in webhook else ""
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
