"""Signatures of webhooks, checked by the command line."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from castline_cli.signatures import is_signed

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_plJ3nmyCDGBKInavdOK15jsl"
BODY = '{"type":"job.completed","文":"字"}'
NOW = 1_700_000_000


def headers(*secrets: str, body: str = BODY, at: int = NOW) -> dict[str, str]:
    moment = datetime.fromtimestamp(at, UTC)
    return {
        "webhook-id": "one",
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(Webhook(secret).sign("one", moment, body) for secret in secrets),
    }


def test_what_the_specifications_package_signs_is_accepted() -> None:
    assert is_signed(headers(SECRET), BODY.encode(), SECRET, now=NOW)
    assert is_signed(headers(OTHER, SECRET), BODY.encode(), SECRET, now=NOW)


def test_a_signature_computed_by_hand_is_accepted() -> None:
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    digest = hmac.new(key, b"one.1700000000.{}", hashlib.sha256).digest()
    by_hand = {
        "webhook-id": "one",
        "webhook-timestamp": "1700000000",
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }

    assert is_signed(by_hand, b"{}", SECRET, now=NOW)


@pytest.mark.parametrize(
    ("given", "body", "now"),
    [
        (headers(SECRET), BODY.replace("completed", "failed"), NOW),
        (headers(OTHER), BODY, NOW),
        (headers(SECRET) | {"webhook-id": "two"}, BODY, NOW),
        (headers(SECRET) | {"webhook-timestamp": str(NOW + 1)}, BODY, NOW),
        (headers(SECRET) | {"webhook-timestamp": "now"}, BODY, NOW),
        (headers(SECRET) | {"webhook-signature": ""}, BODY, NOW),
        (headers(SECRET) | {"webhook-signature": "v1,é v2"}, BODY, NOW),
        ({}, BODY, NOW),
        (headers(SECRET), BODY, NOW + 301),
        (headers(SECRET), BODY, NOW - 301),
    ],
)
def test_everything_else_is_refused(given: dict[str, str], body: str, now: int) -> None:
    assert not is_signed(given, body.encode(), SECRET, now=now)


def test_a_secret_that_is_none_accepts_nothing() -> None:
    assert not is_signed(headers(SECRET), BODY.encode(), "whsec_?", now=NOW)
