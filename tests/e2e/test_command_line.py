"""``python -m local``, as ``make demo`` and ``make dev`` run it.

Loading the service takes seconds. A fork server loads it once, and each program is a copy of that process.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import runpy
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import imageio_ffmpeg
import pytest
from mutagen.mp3 import MP3

from tests.e2e.api_client import ApiClient
from tests.e2e.decoded_audio import decode
from tests.e2e.dialogues import dialogue
from tests.patience import PATIENCE_SECONDS
from tests.unit.audio.ffmpeg import ebur128_of_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.process import BaseProcess
    from pathlib import Path

START_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Program:
    """``python -m local`` in a process of its own, whose output goes to two files."""

    process: BaseProcess
    streams: tuple[Path, Path]

    def read(self) -> tuple[str, str]:
        """Return its standard output and its standard error so far."""
        out, err = (each.read_text("utf-8") for each in self.streams)
        return out, err

    def send_signal(self, number: signal.Signals) -> None:
        assert self.process.pid
        os.kill(self.process.pid, number)

    def wait(self, timeout_seconds: float) -> tuple[int, str, str]:
        """Wait for its end; return its exit status, its standard output and its standard error."""
        self.process.join(timeout_seconds)
        assert self.process.exitcode is not None, self.read()
        return self.process.exitcode, *self.read()


@contextmanager
def started(*arguments: str, folder: Path, logs: Path) -> Iterator[Program]:
    """Run ``python -m local`` in a folder; kill it at the end unless it has ended."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["local.__main__", "local.demo", "local.stack", __name__])
    streams = logs / "out", logs / "err"
    process = context.Process(target=become_local, args=(arguments, folder, streams))
    process.start()
    try:
        yield Program(process, streams)
    finally:
        process.kill()
        process.join()


def become_local(arguments: tuple[str, ...], folder: Path, streams: tuple[Path, Path]) -> None:
    """Become ``python -m local`` with some arguments, in the process that runs this."""
    for number, path in enumerate(streams, 1):
        file = os.open(path, os.O_WRONLY | os.O_CREAT)
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    sys.argv = ["local", *arguments]
    sys.modules.pop("local.__main__", None)  # runpy warns of a module that it runs again
    runpy.run_module("local", run_name="__main__", alter_sys=True)


@pytest.fixture
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for the output of a program."""
    return tmp_path_factory.mktemp("output")


def run_local(*arguments: str, folder: Path, logs: Path) -> tuple[int, str, str]:
    """Run ``python -m local`` with arguments that make it end by itself; return its exit status and its output."""
    with started(*arguments, folder=folder, logs=logs) as program:
        return program.wait(START_SECONDS + PATIENCE_SECONDS)


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@contextmanager
def running_dev(port: int, *options: str, folder: Path, logs: Path) -> Iterator[Program]:
    """Run ``dev`` on a port, which it answers; kill it at the end unless it has ended."""
    arguments = ("dev", "--port", str(port), "--voice-engine", "tone", *options)
    with started(*arguments, folder=folder, logs=logs) as program:
        wait_until_healthy(program, port)
        yield program


def wait_until_healthy(program: Program, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    with ApiClient(f"http://127.0.0.1:{port}") as client:
        while program.process.is_alive() and time.monotonic() < deadline:
            try:
                client.get("/health").raise_for_status()
            except httpx.TransportError:
                time.sleep(0.2)
            else:
                return
    raise AssertionError(f"dev did not start: {program.read()}")


def test_demo_leaves_a_playable_file_and_keeps_logs_off_the_console(tmp_path: Path, logs: Path) -> None:
    # When
    exit_code, shown, complaints = run_local("demo", "--out", "audio", folder=tmp_path, logs=logs)

    # Then there is a file
    assert (exit_code, complaints) == (0, "")
    assert "✓" in shown
    [file] = (tmp_path / "audio").iterdir()
    assert file.name == "公園裡.mp3"
    assert decode(file.read_bytes()).duration_ms > 2_000
    assert MP3(file).tags["TIT2"].text == ["公園裡"]
    loudness = ebur128_of_file(file)
    assert loudness.lufs == pytest.approx(-16, abs=0.5)
    assert loudness.peak_dbtp <= -1
    # And what the functions tell operators is in their log alone
    log = (tmp_path / "out" / "functions.log").read_text("utf-8")
    for line_of_operators in ('"JobsCompleted"', '"level":"INFO"'):
        assert line_of_operators in log
        assert line_of_operators not in shown


def test_example_leaves_an_audiobook_with_music_and_chapters(tmp_path: Path, logs: Path) -> None:
    # When
    exit_code, shown, complaints = run_local("example", "--out", "book", folder=tmp_path, logs=logs)

    # Then
    assert (exit_code, complaints) == (0, "")
    chapters = [line.split("\t") for line in shown.splitlines()[-3:]]
    assert [title for *_, title in chapters] == ["第一章：清晨", "第二章：湖心", "第三章：日出"]

    # And another build of FFmpeg than the one that made the file finds in it what there should be
    file = tmp_path / "book" / "lake.m4b"
    seen = subprocess.run(  # noqa: S603 (our own arguments)
        [imageio_ffmpeg.get_ffmpeg_exe(), "-i", file], capture_output=True, check=False
    ).stderr.decode()
    _first, *starts = re.findall(r"Chapter #0:\d+: start ([\d.]+)", seen)
    assert [float(start) for start in starts] == [
        pytest.approx(float(start.removesuffix(" s")), abs=0.002) for start, *_ in chapters[1:]
    ]
    assert re.findall(r"title +: (.+)", seen) == ["湖上的清晨", *(title for *_, title in chapters)]
    assert re.search(r"Audio: aac .*, 48000 Hz, stereo", seen)
    assert re.search(r"Video: png.*\(attached pic\)", seen)
    loudness = ebur128_of_file(file)
    assert loudness.lufs == pytest.approx(-20, abs=0.5)
    assert loudness.peak_dbtp <= -3


class TestDev:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
    def test_serves_this_machine_until_it_is_told_to_stop(
        self, free_port: int, tmp_path: Path, logs: Path, number: signal.Signals
    ) -> None:
        # Given a job that is being processed
        with running_dev(free_port, "--latency-ms", "60000", folder=tmp_path, logs=logs) as program:
            url = f"http://127.0.0.1:{free_port}"
            with ApiClient(url) as client:
                client.wait_for(client.submit(dialogue()), "processing")
            # And a server that is reached from this machine only: one on all addresses would answer here, too
            with pytest.raises(OSError, match="refused"):
                socket.create_connection(("127.0.0.2", free_port), timeout=PATIENCE_SECONDS)

            # When
            program.send_signal(number)
            exit_code, output, complaints = program.wait(PATIENCE_SECONDS)

        # Then it ends as if nothing were the matter
        assert (exit_code, complaints) == (0, "")
        assert f"Castline is running on {url}" in output
        assert "POST /api/v1/jobs 201" in output
        with pytest.raises(httpx.ConnectError):
            httpx.get(url, trust_env=False, timeout=PATIENCE_SECONDS)

    def test_says_in_a_line_that_the_port_is_in_use(self, tmp_path: Path, logs: Path) -> None:
        # Given
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]

            # When
            exit_code, output, complaints = run_local("dev", "--port", str(port), folder=tmp_path, logs=logs)

        # Then
        assert (exit_code, output) == (1, "")
        [line] = complaints.splitlines()
        assert f"cannot listen on 127.0.0.1:{port}" in line
        assert "PORT=" in line
