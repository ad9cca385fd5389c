"""Run of schemathesis with every check, on a stack whose users need a token, as on AWS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from local.azure_speech.server import AzureSpeechEmulator
from local.cloud.clock import Clock
from local.openapi import FILE
from local.stack import LocalStack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.contract.tokens import Issuer

ISSUER_PEM: Final = "CONTRACT_ISSUER_PEM"
"""The environment variable that passes the key to schemathesis's process, which signs tokens."""
_HERE = Path(__file__).parent
PHASES: Final = ("examples", "coverage", "fuzzing", "stateful")
"""The phases of schemathesis, in order."""
_MOMENT_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of one run of schemathesis.

    Attributes:
        passed: whether every check of every case has passed.
        output: the output of schemathesis; empty if it went to the terminal.
        report: its report, as JSON.
    """

    passed: bool
    output: str
    report: dict[str, Any]

    @property
    def cases(self) -> int:
        """The number of requests that were made from the document, and checked."""
        return int(self.report["test_cases"]["generated"])


@contextmanager
def stack_of_users_with_tokens(issuer: Issuer, *, log_folder: Path) -> Iterator[LocalStack]:
    """Run a stack that takes the tokens of one issuer only."""
    with LocalStack(
        clock=Clock(wait_scale=0.01),
        speech=AzureSpeechEmulator(voice_engine="tone"),
        log_file=log_folder / "functions.log",
        claims=issuer.claims,
    ) as stack:
        yield stack


def run(
    stack: LocalStack,
    issuer: Issuer,
    *,
    examples: int,
    seed: int,
    folder: Path,
    phases: Sequence[str] = PHASES,
    shown: bool = False,
) -> Outcome:
    """Make requests from ``docs/openapi.json``, and check the answers.

    Args:
        stack: the stack under test.
        issuer: the issuer of accepted tokens.
        examples: the maximum number of requests for an operation in each phase.
        seed: the seed of the requests.
        folder: the folder for files.
        phases: the phases to run.
        shown: whether schemathesis may write to the terminal.
    """
    report_file = folder / "report.json"
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(_HERE / "schemathesis.toml")),
        *("run", str(FILE), "--url", stack.url, "--report-json-path", str(report_file)),
        *("--phases", ",".join(phases), "--max-examples", str(examples), "--seed", str(seed)),
    ]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": str(_HERE / "hooks.py"), ISSUER_PEM: issuer.pem}
    with _work_now_and_then(stack):
        process = subprocess.run(  # noqa: S603 (our own command)
            command, capture_output=not shown, text=True, check=False, cwd=folder, env=environment
        )
    output = "" if shown else process.stdout + process.stderr
    assert report_file.exists(), output
    return Outcome(passed=process.returncode == 0, output=output, report=json.loads(report_file.read_text("utf-8")))


@contextmanager
def _work_now_and_then(stack: LocalStack) -> Iterator[None]:
    """Alternate between holding jobs pending and running them, so that clients meet them in every status."""
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
