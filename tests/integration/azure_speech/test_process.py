"""Tests that need a process of their own: a clean exit, and the emulator's command line."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from castline.speech.errors import SpeechError
from castline.speech.providers.azure.session import AzureSpeechSession
from local.azure_speech.faults import FAULTS
from local.azure_speech.server import DEFAULT_KEY, AzureSpeechEmulator
from tests.integration.azure_speech.conftest import HSIAO_YU, KEY, utterance
from tests.patience import PATIENCE_MS, PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT = """
import sys, threading
from castline.speech.providers.azure.session import AzureSpeechSession
from castline.speech.utterances import Utterance

host, key, ending = sys.argv[1:]
provider = AzureSpeechSession(host=host, key=key, first_chunk_timeout_ms=90_000)

def speak(text="hello"):
    return provider.synthesize(Utterance(text=text, voice_id="en-US-AvaNeural", language="en-US"))

threads = [threading.Thread(target=speak) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if ending == "closed":
    provider.close()
elif ending == "speaking":
    threading.Thread(target=speak, args=("{fault no-audio}",), daemon=True).start()
    threading.Event().wait(0.3)
elif ending == "amid words":
    for _ in range(4):
        threading.Thread(target=speak, args=("one two " * 400,), daemon=True).start()
    threading.Event().wait(0.08)
print("done")
"""


@pytest.mark.parametrize("ending", ["closed", "open", "speaking", "amid words"])
def test_the_interpreter_exits_cleanly(ending: str, emulator: AzureSpeechEmulator) -> None:
    # Given a program that has spoken on four threads, and leaves its provider closed, open, or in use
    command = [sys.executable, "-W", "error", "-c", CLIENT, emulator.host, KEY, ending]

    # When it ends
    client = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)  # noqa: S603

    # Then it ends well and says nothing else
    assert (client.returncode, client.stdout, client.stderr) == (0, "done\n", "")


def emulator_command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "local.azure_speech", *arguments]


@pytest.fixture
def emulator_process() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(  # noqa: S603
        emulator_command("--port", "0", "--voice-engine", "tone", "--fault", "unavailable times=1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("stop_signal", [signal.SIGINT, signal.SIGTERM])
def test_the_emulator_runs_until_it_is_told_to_stop(
    stop_signal: signal.Signals, emulator_process: subprocess.Popen[str]
) -> None:
    # Given the emulator's own word on where it is
    assert emulator_process.stdout is not None
    host = re.search(r"ws://127\.0\.0\.1:\d+", emulator_process.stdout.readline())
    assert host is not None

    # When it has been used, with its fault, and is told to stop while a connection is open
    provider = AzureSpeechSession(key=DEFAULT_KEY, host=host[0], first_chunk_timeout_ms=PATIENCE_MS)
    outcomes = [speak_or_name_the_error(provider) for _ in range(2)]
    emulator_process.send_signal(stop_signal)
    _, errors = emulator_process.communicate(timeout=PATIENCE_SECONDS)
    provider.close()

    # Then it stops in peace
    assert outcomes == ["ProviderUnavailable", "spoken"]
    assert (emulator_process.returncode, errors) == (0, "")


def speak_or_name_the_error(provider: AzureSpeechSession) -> str:
    try:
        provider.synthesize(utterance("你好"))
    except SpeechError as error:
        return type(error).__name__
    return "spoken"


def test_a_port_in_use_is_said_plainly() -> None:
    # Given a port that is taken
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        # When the emulator is to use it
        process = subprocess.run(  # noqa: S603
            emulator_command("--port", port), capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )

    # Then it says so, in one line
    assert process.returncode == 1
    assert process.stderr == f"Cannot listen on 127.0.0.1:{port}: Address already in use. Choose another --port.\n"


def test_limits_are_switched_on_by_options() -> None:
    # Given an emulator with a voice that is to speak once in a very long time
    options = ("--port", "0", "--voice-engine", "tone", "--throttling", "--voice-limit", f"{HSIAO_YU}=0.001")
    with subprocess.Popen(emulator_command(*options), stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        host = re.search(r"ws://127\.0\.0\.1:\d+", process.stdout.readline())
        assert host is not None

        # When it is to speak twice
        provider = AzureSpeechSession(key=DEFAULT_KEY, host=host[0], first_chunk_timeout_ms=PATIENCE_MS)
        outcomes = [speak_or_name_the_error(provider) for _ in range(2)]
        provider.close()
        process.terminate()

    assert outcomes == ["spoken", "ProviderThrottled"]


@pytest.mark.parametrize(("limit", "message"), [("nobody=1", "there is no voice nobody"), ("loud", "not VOICE=RATE")])
def test_a_limit_that_cannot_be_is_said_plainly(limit: str, message: str) -> None:
    refused = subprocess.run(  # noqa: S603
        emulator_command("--voice-limit", limit),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )

    assert refused.returncode == 2
    assert message in refused.stderr


def test_the_help_lists_every_fault_and_a_wrong_one_is_refused() -> None:
    shown = subprocess.run(  # noqa: S603
        emulator_command("--help"), capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True
    ).stdout
    refused = subprocess.run(  # noqa: S603
        emulator_command("--fault", "nonsense"), capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )

    assert all(name in shown for name in FAULTS)
    assert refused.returncode == 2
    assert "there is no fault 'nonsense'" in refused.stderr
