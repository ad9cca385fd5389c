"""Signatures of webhooks."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from castline.webhooks.signing import signed_headers

OLD = "whsec_" + base64.b64encode(b"the older secret, of 32 bytes...").decode()
NEW = "whsec_" + base64.b64encode(b"the newer secret, of 32 bytes...").decode()
BODY = '{"type":"job.completed","data":{"title":"第一集 🎙"}}'


def headers(*secrets: str, sent_at: datetime | None = None, body: str = BODY) -> dict[str, str]:
    sent_at = sent_at or datetime.now(UTC)
    return signed_headers(message_id="evt_1", sent_at=sent_at, body=body, secrets=secrets)


def test_a_vector_computed_by_hand() -> None:
    # Given the example of the specification's own page, and its HMAC computed from nothing but its definition
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = '{"test": 2432232314}'
    sent_at = datetime.fromtimestamp(1614265330, UTC)
    content = b"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330." + body.encode()
    digest = hmac.digest(base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), content, hashlib.sha256)
    # When the message is signed
    signed = signed_headers(message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", sent_at=sent_at, body=body, secrets=[secret])
    # Then the signature is that
    assert signed == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    assert signed["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_while_two_secrets_are_valid_either_verifies_it(secret: str) -> None:
    signed = headers(NEW, OLD)
    assert Webhook(secret).verify(BODY, signed) == json.loads(BODY)
    assert len(signed["webhook-signature"].split(" ")) == 2


def test_the_signature_of_the_newest_secret_is_the_first() -> None:
    now = datetime.now(UTC)
    assert headers(NEW, OLD, sent_at=now)["webhook-signature"].startswith(
        headers(NEW, sent_at=now)["webhook-signature"]
    )


def test_another_secret_another_body_and_another_time_are_refused() -> None:
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(BODY, headers(NEW))
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(BODY + " ", headers(NEW))
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(BODY, headers(NEW, sent_at=datetime.now(UTC) - timedelta(minutes=6)))
