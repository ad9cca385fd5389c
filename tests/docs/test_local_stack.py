"""The examples in docs/local-stack.md work."""

from __future__ import annotations

import json
import runpy
from typing import TYPE_CHECKING, Any

from infra.functions import API
from local.cloud.clock import Clock
from local.stack import LocalStack
from tests.docs.pages import code, read
from tests.e2e.api_client import ApiClient
from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PAGE = read("docs/local-stack.md")


def test_the_lines_for_tests_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    _, lines = code(PAGE, "python")
    (folder / "lines.py").write_text(lines, "utf-8")

    left = runpy.run_path(str(folder / "lines.py"))

    calls = [each for each in left["stack"].cloud.lambdas.invocations if each.name == API.name]
    assert [call.outcome for call in calls] == ["succeeded"] * 2


def test_the_limits_of_the_emulator_can_be_read() -> None:
    limited, _ = code(PAGE, "python")
    names: dict[str, Any] = {}

    exec(limited, names)  # noqa: S102

    assert names["speech"].traffic.refusals == {}


def test_a_turn_with_a_marker_fails_as_often_as_it_says(folder: Path) -> None:
    (line,) = code(PAGE, "json")
    turn = json.loads(line)

    stack = LocalStack(clock=Clock(wait_scale=0.01), log_file=folder / "functions.log")
    with stack, ApiClient(stack.url) as client:
        job = client.complete(dialogue(turn["text"]))

    assert job["retry_count"] == 2
