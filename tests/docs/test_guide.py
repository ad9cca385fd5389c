"""The guide does what it says: every command is run against the local stack, and every answer compared.

Commands go into one shell in the order of the page, with the stack's address in place of the one shown. ``answers``
says what may differ. A command whose answer is not shown has to succeed all the same, and so do its requests.
"""

from __future__ import annotations

import json
import re
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.docs.answers import Answers, Differs
from tests.docs.pages import Command, block_with, read, steps
from tests.docs.shell import Shell
from tests.docs.stacks import stack_that_notes_requests
from tests.e2e.api_client import ApiClient
from tests.e2e.decoded_audio import decode
from tests.integration.local_cloud.eventually import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.stack import LocalStack

EDITIONS = ["docs/guide.md", "docs/guide.zh-TW.md"]
SHOWN_ADDRESS = "http://localhost:8000"
AT_LEAST_SECONDS = 5


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
                eventually(self._is_spoken)
            case ["wait", "until", "all", "have", "ended"]:
                eventually(self._have_all_ended)
            case _:
                raise AssertionError(f"nobody knows how to {words}")

    def close(self) -> None:
        self._paused.close()

    def _is_spoken(self) -> bool:
        progress = self._client.job(self._client.list_ids()[0])["progress"]
        return bool(0 < progress["total_segments"] <= progress["completed_segments"])

    def _have_all_ended(self) -> bool:
        return not any(self._client.list_ids(status=status) for status in ("pending", "processing"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A page whose commands have been run, and the shell and the stack after the last."""

    page: str
    client: ApiClient
    shell: Shell
    folder: Path
    requests: list[str]


@pytest.fixture(scope="module", params=EDITIONS)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Do what a page says, compare, and yield what there is then."""
    page, folder = read(request.param), tmp_path_factory.mktemp("guide")
    with stack_that_notes_requests(folder / "functions.log") as (stack, requests):
        answers = Answers()
        with Shell(folder) as shell, ApiClient(stack.url) as client, ExitStack() as at_the_end:
            director = Director(stack, client)
            at_the_end.callback(director.close)
            for step in steps(page):
                if isinstance(step, Command):
                    before = len(requests)
                    try:
                        printed = shell.run(answers.in_command(step.text).replace(SHOWN_ADDRESS, stack.url))
                        if step.answer is not None:
                            shown = printed.replace(stack.url, SHOWN_ADDRESS)
                            answers.compare(step.answer_language, step.answer, shown)
                        else:
                            assert printed == "" or printed.startswith("{"), printed
                            assert not refusals(requests[before:])
                    except AssertionError as error:
                        raise Differs(f"line {step.line}: {error}") from error
                else:
                    director.carry_out(step.words)
            yield Run(page=page, client=client, shell=shell, folder=folder, requests=requests)


def refusals(requests: list[str]) -> list[str]:
    return [line for line in requests if int(line.split()[2]) >= 400]


def test_every_command_is_answered_as_shown_and_audio_is_downloaded(run: Run) -> None:
    files = sorted(run.folder.glob("*.mp3"))

    assert len(files) == run.page.count("curl -L ") > 0
    assert all(decode(file.read_bytes()).duration_ms > AT_LEAST_SECONDS * 1000 for file in files)


def test_no_operation_is_left_out(run: Run) -> None:
    for path, methods in json.loads(read("docs/openapi.json"))["paths"].items():
        if path.startswith("/api/v1/admin/"):
            continue  # Calls of operators do not exist for the user of the page.
        pattern = re.sub(r"\{\w+\}", r"[^/?\\s]+", path)
        for method in methods:
            assert any(re.match(rf"{method.upper()} {pattern}[? ]", line) for line in run.requests), (
                f"{method} {path}"
            )


def test_both_editions_upload_a_file_alike() -> None:
    english, chinese = (block_with(read(edition), "-T") for edition in EDITIONS)

    assert english == chinese


@pytest.mark.parametrize("run", EDITIONS[:1], indirect=True)
def test_a_file_is_uploaded_as_shown(run: Run) -> None:
    # Given a sound that waits for its file
    content = next(run.folder.glob("*.mp3")).read_bytes()
    (run.folder / "jingle.mp3").write_bytes(content)
    sound = {"name": "Jingle", "size_bytes": len(content), "content_type": "audio/mpeg"}
    created = run.client.post("/sounds", json=sound).json()

    # When
    run.shell.run(f"UPLOAD_URL='{created['upload']['url']}'")
    run.shell.run(block_with(run.page, "-T"))

    # Then
    def status() -> str:
        return str(run.client.get(f"/sounds/{created['id']}").json()["status"])

    eventually(lambda: status() != "waiting")
    assert status() == "ready"
