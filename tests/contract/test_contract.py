"""``docs/openapi.json`` is true: schemathesis makes thousands of requests from it, and compares what comes back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from local import gateway
from local.azure_speech.server import AzureSpeechEmulator
from local.cloud.clock import Clock
from local.openapi.document import FILE
from local.stack import LocalStack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.wrappers import Request

HERE = Path(__file__).parent
AT_LEAST_CASES = 2_000
_TOKEN = "Bearer user-"
_MOMENT_SECONDS = 0.2


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalStack]:
    """A stack whose users have to show a token, as on AWS."""
    to_event = gateway.to_event

    def to_event_of_a_token(request: Request) -> dict[str, Any]:
        event = to_event(request)
        token = request.headers.get("Authorization", "")
        del event["requestContext"]["authorizer"]
        if token.startswith(_TOKEN):
            event["requestContext"]["authorizer"] = {"jwt": {"claims": {"sub": token.removeprefix("Bearer ")}}}
        return event

    monkeypatch.setattr(gateway, "to_event", to_event_of_a_token)
    clock, speech = Clock(wait_scale=0.01), AzureSpeechEmulator(voice_engine="tone")
    with LocalStack(clock=clock, speech=speech, log_file=tmp_path / "functions.log") as stack:
        yield stack


@contextmanager
def work_now_and_then(stack: LocalStack) -> Iterator[None]:
    """Let jobs stay pending for a moment, and then run: clients meet them in every status."""
    done = threading.Event()

    def alternate() -> None:
        while not done.is_set():
            with stack.cloud.lambdas.pause("plan"):
                done.wait(_MOMENT_SECONDS)
            done.wait(_MOMENT_SECONDS)

    thread = threading.Thread(target=alternate)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@pytest.mark.timeout(300)
def test_the_document_is_true(stack: LocalStack, tmp_path: Path) -> None:
    # Given
    report_file = tmp_path / "report.json"
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml")),
        *("run", str(FILE), "--url", stack.url, "--report-json-path", str(report_file)),
    ]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py")}

    # When
    with work_now_and_then(stack):
        run = subprocess.run(  # noqa: S603 (our own command)
            command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment
        )

    # Then
    assert run.returncode == 0, run.stdout + run.stderr
    report = json.loads(report_file.read_text("utf-8"))
    assert set(report["phases"]) == {"examples", "coverage", "fuzzing", "stateful"}
    assert all(phase["status"] == "success" for phase in report["phases"].values())
    assert report["operations"]["tested"] == report["operations"]["total"]
    assert report["test_cases"]["generated"] >= AT_LEAST_CASES
    # Whether there is a job to cancel when one is asked for is luck; the stateful phase submits its own.
    assert set(report["warnings"].pop("missing_test_data")) <= {"DELETE /api/v1/jobs/{job_id}"}
    assert not any(report["warnings"].values())
