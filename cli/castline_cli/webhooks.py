"""Webhooks in the service: lookup, and output of webhooks and deliveries."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any, Final

from castline_cli import shown
from castline_cli.errors import Misused, NotFound
from castline_cli.strings import cell, t

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from castline_cli.api import Api
    from castline_cli.session import Session

JOB_WEBHOOK: Final = "job"
"""Id of the webhook that stands for the ``webhook_url`` of single jobs."""
_WHOLE: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PART: Final = re.compile(r"[0-9a-f-]{4,36}")
_POLL_SECONDS: Final = 0.5
_PATIENCE_SECONDS: Final = 20.0
"""Maximum seconds to wait for the outcome of a test. An attempt takes at most 15 s."""


def find_webhook_id(api: Api, written: str, session: Session) -> str:
    """Return the id of the webhook with an id, a part of an id, a URL, or ``job``.

    Raises:
        NotFound: no webhook matches.
        Misused: several webhooks match.
    """
    if written == JOB_WEBHOOK or _WHOLE.fullmatch(written):
        return written
    part = written.strip().rstrip("…").lower()
    webhooks = api.webhooks()
    by_url = [each["id"] for each in webhooks if each["url"] == written]
    by_part = [each["id"] for each in webhooks if each["id"].startswith(part) or each["id"].endswith(part)]
    found = by_url or (by_part if _PART.fullmatch(part) else [])
    if not found:
        listing = session.command("webhooks", "list")
        raise NotFound(
            t("there is no webhook {written}; {listing} lists your webhooks", written=written, listing=listing)
        )
    if len(found) > 1:
        lines = "\n  ".join(found[:5])
        raise Misused(
            t(
                "{written} matches {count} webhooks; write the id of one:\n  {lines}",
                count=len(found),
                written=written,
                lines=lines,
            )
        )
    return str(found[0])


def find_delivery_id(api: Api, webhook_id: str, written: str) -> str:
    """Return the id of the delivery with an id, a part of an id, or ``last``.

    Raises:
        NotFound: no delivery matches.
        Misused: several deliveries match.
    """
    part = written.strip().rstrip("…").lower()
    if _WHOLE.fullmatch(part):
        return part
    ids = [each["id"] for each in api.deliveries(webhook_id)]
    found = ids[:1] if written == "last" else [each for each in ids if each.startswith(part) or each.endswith(part)]
    if not found or not (written == "last" or _PART.fullmatch(part)):
        raise NotFound(t("there is no delivery {written}", written=written))
    if len(found) > 1:
        lines = "\n  ".join(found[:5])
        raise Misused(
            t(
                "{written} matches {count} deliveries; write the id of one:\n  {lines}",
                count=len(found),
                written=written,
                lines=lines,
            )
        )
    return str(found[0])


def wait_for_attempt(api: Api, webhook_id: str, delivery_id: str) -> Mapping[str, Any]:
    """Poll a delivery until its first attempt has an outcome, for at most 20 s, and return the delivery."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        delivery: Mapping[str, Any] = next(each for each in api.deliveries(webhook_id) if each["id"] == delivery_id)
        if delivery["attempts"] or delivery["status"] != "pending" or time.monotonic() > deadline:
            return delivery
        time.sleep(_POLL_SECONDS)


def facts(webhook: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """Return the details of a webhook, each with its label."""
    pairs = [
        (cell("webhook"), webhook["id"]),
        (cell("url"), webhook["url"] or cell("webhook_url of single jobs")),
        (cell("events"), ", ".join(webhook["events"])),
        (cell("description"), shown.line(webhook["description"] or "")),
        (cell("status"), status(webhook)),
        (cell("failing since"), shown.moment(webhook["failing_since"])),
        (cell("created"), shown.moment(webhook["created_at"])),
        (cell("old secret until"), shown.moment(webhook["previous_secret_expires_at"])),
        (cell("secret"), webhook.get("secret", "")),
    ]
    return [(name, value) for name, value in pairs if value]


def status(webhook: Mapping[str, Any]) -> str:
    """Return a webhook's status, with the reason if it is disabled."""
    reason = webhook["disabled_reason"]
    return f"{cell(webhook['status'])} ({cell(reason)})" if reason else cell(webhook["status"])


def outcome(delivery: Mapping[str, Any]) -> str:
    """Return the outcome of a delivery's last attempt, and the time of the next one."""
    attempts = delivery["attempts"]
    if not attempts:
        return cell("not sent yet") if delivery["status"] == "pending" else cell(delivery["status"])
    last = attempts[-1]
    answer = str(last["status_code"] or cell(last["error"]))
    tries = cell(", {count} attempts", count=len(attempts)) if len(attempts) > 1 else ""
    again = (
        cell(", again at {moment}", moment=shown.moment(delivery["next_attempt_at"]))
        if delivery["next_attempt_at"]
        else ""
    )
    return cell("{answer} in {milliseconds} ms", answer=answer, milliseconds=last["duration_ms"]) + tries + again
