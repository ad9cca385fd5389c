"""Tests that need a process of their own: a clean exit, and the emulator's command line."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from castline.speech.errors import SpeechError
from castline.speech.providers.azure.session import AzureSpeechSession
from local.azure_speech.__main__ import app
from local.azure_speech.faults import FAULTS
from local.azure_speech.server import DEFAULT_KEY
from tests.integration.azure_speech.conftest import HSIAO_YU, KEY, utterance
from tests.patience import PATIENCE_MS, PATIENCE_SECONDS

if TYPE_CHECKING:
    from local.azure_speech.server import AzureSpeechEmulator

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


def start_emulator(*options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "local.azure_speech", "--port", "0", "--voice-engine", "tone", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603


@pytest.mark.parametrize(
    ("options", "outcomes", "stop_signal"),
    [
        (["--fault", "unavailable times=1"], ["ProviderUnavailable", "spoken"], signal.SIGINT),
        (["--throttling", "--voice-limit", f"{HSIAO_YU}=0.001"], ["spoken", "ProviderThrottled"], signal.SIGTERM),
    ],
    ids=["faults", "limits"],
)
def test_the_emulator_runs_as_its_options_say_until_it_is_told_to_stop(
    options: list[str], outcomes: list[str], stop_signal: signal.Signals
) -> None:
    with start_emulator(*options) as process:
        # Given the emulator's own word on where it is
        assert process.stdout is not None
        host = re.search(r"ws://127\.0\.0\.1:\d+", process.stdout.readline())
        assert host is not None

        # When it has been used twice, and is told to stop while a connection is open
        provider = AzureSpeechSession(key=DEFAULT_KEY, host=host[0], first_chunk_timeout_ms=PATIENCE_MS)
        spoken = [speak_or_name_the_error(provider) for _ in range(2)]
        process.send_signal(stop_signal)
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)
        provider.close()

    # Then it has done as it was told, and stops in peace
    assert spoken == outcomes
    assert (process.returncode, errors) == (0, "")


def speak_or_name_the_error(provider: AzureSpeechSession) -> str:
    try:
        provider.synthesize(utterance("你好"))
    except SpeechError as error:
        return type(error).__name__
    return "spoken"


def test_a_port_in_use_is_said_plainly() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        refused = CliRunner().invoke(app, ["--port", port])

    assert refused.exit_code == 1
    assert refused.stderr == f"Cannot listen on 127.0.0.1:{port}: Address already in use. Choose another --port.\n"


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--voice-limit", "nobody=1", "there is no voice nobody"),
        ("--voice-limit", "loud", "not VOICE=RATE"),
        ("--fault", "nonsense", "there is no fault 'nonsense'"),
    ],
)
def test_an_option_that_cannot_be_is_said_plainly(option: str, value: str, message: str) -> None:
    refused = CliRunner().invoke(app, [option, value])

    assert refused.exit_code == 2
    assert message in refused.stderr


def test_the_help_lists_every_fault() -> None:
    shown = CliRunner().invoke(app, ["--help"]).stdout

    assert all(name in shown for name in FAULTS)
