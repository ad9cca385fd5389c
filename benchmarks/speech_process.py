"""Azure Speech emulator in a separate process, so that it does not affect the measured process.

``python -m benchmarks.speech_process`` is that process. It prints its key and address. For every line on its standard
input, it prints the number of requests and characters since the line before.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from html import unescape
from typing import TYPE_CHECKING, Annotated

import typer

from local.azure_speech.engines import VoiceEngineName
from local.azure_speech.faults import without_markers
from local.azure_speech.server import AzureSpeechEmulator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from local.azure_speech.traffic import RequestRecord

_MARKUP = re.compile(r"<[^>]*>")
_STOP_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """The requests to the provider within a period."""

    requests: int
    """The number of requests, including failed ones."""
    characters: int
    """The number of characters of the spoken texts, without their markup."""


class SpeechProcess:
    """A handle of the emulator's process."""

    def __init__(self, process: subprocess.Popen[str], *, key: str, host: str) -> None:
        """Take over a process that listens on ``host``."""
        self.key = key
        self.host = host
        self._process = process

    def take_spoken(self) -> Spoken:
        """Return the requests since the last call."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return Spoken(**json.loads(self._process.stdout.readline()))


@contextmanager
def speech_process(*, voice_engine: VoiceEngineName, latency_ms: int) -> Iterator[SpeechProcess]:
    """Run the emulator while the context lasts."""
    command = [sys.executable, "-m", __name__, "--voice-engine", voice_engine, "--latency-ms", str(latency_ms)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        assert process.stdout is not None
        yield SpeechProcess(process, **json.loads(process.stdout.readline()))
    finally:
        process.communicate(timeout=_STOP_SECONDS)


def main(
    voice_engine: Annotated[VoiceEngineName, typer.Option()] = VoiceEngineName.TONE,
    latency_ms: Annotated[int, typer.Option(min=0)] = 0,
) -> None:
    """Emulate Azure Speech until standard input ends."""
    with AzureSpeechEmulator(voice_engine=voice_engine, latency_ms=latency_ms) as emulator:
        print(json.dumps({"key": emulator.key, "host": emulator.host}), flush=True)
        told = 0
        for _ in sys.stdin:
            requests = emulator.traffic.requests
            print(json.dumps(asdict(_count(requests[told:]))), flush=True)
            told = len(requests)


def _count(requests: Sequence[RequestRecord]) -> Spoken:
    spoken = (_text(each.ssml) for each in requests if each.outcome == "completed")
    return Spoken(requests=len(requests), characters=sum(map(len, spoken)))


def _text(ssml: str) -> str:
    return unescape(_MARKUP.sub("", without_markers(ssml)))


if __name__ == "__main__":
    typer.run(main)
