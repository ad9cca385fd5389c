"""The guide does what it says: every command is run against the local stack, and every answer compared.

Commands go into one shell in the order of the page, with the stack's address in place of the one shown. ``answers``
says what may differ. A command whose answer is not shown has to succeed all the same, and so do its requests.
"""

from __future__ import annotations

import json
import re
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from local.openapi import document
from tests.contract.run import stack_of_users_with_tokens
from tests.contract.tokens import Issuer
from tests.docs.answers import Answers, Differs
from tests.docs.pages import Command, code, read, steps
from tests.docs.shell import HAS_CURL, Shell
from tests.e2e.api_client import ApiClient
from tests.e2e.decoded_audio import decode
from tests.e2e.dialogues import dialogue
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

    from local.stack import LocalStack

EDITIONS = ["docs/guide.md", "docs/guide.zh-TW.md"]
SHOWN_ADDRESS = "http://localhost:8000"
AT_LEAST_SECONDS = 5
NEEDS_CURL = pytest.mark.skipif(not HAS_CURL, reason="curl is not installed")


class Director:
    """Carries out the directives of a page."""

    def __init__(self, stack: LocalStack, client: ApiClient) -> None:
        self._stack = stack
        self._client = client
        self._paused = ExitStack()

    def carry_out(self, words: str) -> None:
        match words.split():
            case ["pause", task]:
                self._paused.enter_context(self._stack.cloud.lambdas.pause(task))
            case ["go", "on"]:
                self._paused.close()
            case ["wait", "until", "spoken"]:
                job_id = self._client.list_ids()[0]
                deadline = time.monotonic() + PATIENCE_SECONDS
                progress = self._client.job(job_id)["progress"]
                while not 0 < progress["total_segments"] <= progress["completed_segments"]:
                    progress = self._client.job(job_id)["progress"]
                    assert time.monotonic() < deadline
                    time.sleep(0.02)
            case ["wait", "until", "all", "have", "ended"]:
                deadline = time.monotonic() + PATIENCE_SECONDS
                while self._client.list_ids(status="pending") or self._client.list_ids(status="processing"):
                    assert time.monotonic() < deadline
                    time.sleep(0.02)
            case _:
                raise AssertionError(f"nobody knows how to {words}")

    def close(self) -> None:
        self._paused.close()


def run(page: str, stack: LocalStack, requests: list[str], folder: Path, *, real_curl: bool) -> None:
    """Do what a page says, and compare."""
    answers = Answers()
    with Shell(folder, real_curl=real_curl) as shell, ApiClient(stack.url) as client, ExitStack() as at_the_end:
        director = Director(stack, client)
        at_the_end.callback(director.close)
        for step in steps(page):
            if isinstance(step, Command):
                before = len(requests)
                try:
                    printed = shell.run(answers.in_command(step.text).replace(SHOWN_ADDRESS, stack.url))
                    if step.answer is not None:
                        answers.compare(step.answer_language, step.answer, printed.replace(stack.url, SHOWN_ADDRESS))
                    else:
                        assert printed == "" or printed.startswith("{"), printed
                        assert not refusals(requests[before:])
                except AssertionError as error:
                    raise Differs(f"line {step.line}: {error}") from error
            else:
                director.carry_out(step.words)


def refusals(requests: list[str]) -> list[str]:
    return [line for line in requests if int(line.split()[2]) >= 400]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    "real_curl",
    [
        pytest.param(True, id="curl", marks=NEEDS_CURL),
        pytest.param(False, id="stand-in"),
    ],
)
def test_every_command_is_answered_as_shown(
    edition: str, stack: LocalStack, requests: list[str], folder: Path, real_curl: bool
) -> None:
    page = read(edition)

    run(page, stack, requests, folder, real_curl=real_curl)

    # And what was downloaded is audio
    files = sorted(folder.glob("*.mp3"))
    assert len(files) == page.count("curl -L ") > 0
    assert all(decode(file.read_bytes()).duration_ms > AT_LEAST_SECONDS * 1000 for file in files)
    # And no operation is left out, but for those of operators, which do not exist for the user of the page
    for path, methods in document()["paths"].items():
        if path.startswith("/api/v1/admin/"):
            continue
        pattern = re.sub(r"\{\w+\}", r"[^/?\\s]+", path)
        for method in methods:
            assert any(re.match(rf"{method.upper()} {pattern}[? ]", line) for line in requests), f"{method} {path}"


def block(edition: str, words: str) -> str:
    """Return the one block of a page that is no step, because it needs something of the reader's own."""
    (found,) = [text for text in code(read(edition), "sh") if words in text]
    return found


@pytest.mark.parametrize("real_curl", [pytest.param(True, marks=NEEDS_CURL, id="curl"), False])
@pytest.mark.parametrize("edition", EDITIONS)
def test_a_file_is_uploaded_as_shown(edition: str, stack: LocalStack, folder: Path, real_curl: bool) -> None:
    with ApiClient(stack.url) as client, Shell(folder, real_curl=real_curl) as shell:
        # Given a sound that waits for its file
        content = client.download(client.complete(dialogue())["id"]).content
        (folder / "jingle.mp3").write_bytes(content)
        sound = {"name": "Jingle", "size_bytes": len(content), "content_type": "audio/mpeg"}
        created = client.post("/sounds", json=sound).json()

        # When
        shell.run(f"UPLOAD_URL='{created['upload']['url']}'")
        shell.run(block(edition, "-T"))

        # Then
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (status := client.get(f"/sounds/{created['id']}").json()["status"]) == "waiting":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert status == "ready"


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_token_is_sent_as_shown(edition: str, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    issuer, logs = Issuer(), tmp_path_factory.mktemp("logs")
    with stack_of_users_with_tokens(issuer, log_folder=logs) as stack, Shell(folder, real_curl=HAS_CURL) as shell:
        shell.run(f"API={stack.url}/api/v1 TOKEN={issuer.token('anna')}")
        assert json.loads(shell.run(block(edition, "Bearer")))["items"] == []

        shell.run("TOKEN=another")
        assert json.loads(shell.run(block(edition, "Bearer")))["message"] == "Unauthorized"
