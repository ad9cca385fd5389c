"""Signatures of webhooks, by the Standard Webhooks specification (https://www.standardwebhooks.com)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from standardwebhooks import Webhook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def signed_headers(*, message_id: str, sent_at: datetime, body: str, secrets: Sequence[str]) -> dict[str, str]:
    """Return the headers that identify a message and prove its origin.

    Args:
        message_id: the id by which receivers recognize duplicates. It is the same in each attempt.
        sent_at: the time of the attempt, in UTC. Receivers refuse messages that are more than some minutes old.
        body: the exact text of the body, which is sent in UTF-8.
        secrets: the valid secrets, such as ``whsec_…``, the newest first. Each of them signs the message.
    """
    signatures = [Webhook(secret).sign(message_id, sent_at, body) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
