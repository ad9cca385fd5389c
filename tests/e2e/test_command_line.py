"""``python -m local``, as ``make demo`` and ``make dev`` run it."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
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
    from pathlib import Path

START_SECONDS = 120


def run_local(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run ``python -m local`` with arguments that make it end by itself."""
    return subprocess.run(  # noqa: S603 (the arguments are ours)
        [sys.executable, "-m", "local", *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=START_SECONDS + PATIENCE_SECONDS,
        check=False,
    )


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@contextmanager
def running_dev(port: int, folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Run ``dev`` on a port until it answers; kill it at the end unless it has ended."""
    with subprocess.Popen(  # noqa: S603 (the arguments are ours)
        [sys.executable, "-m", "local", "dev", "--port", str(port), "--voice-engine", "tone", *options],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        try:
            wait_until_healthy(process, port)
            yield process
        finally:
            process.kill()


def wait_until_healthy(process: subprocess.Popen[str], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    with ApiClient(f"http://127.0.0.1:{port}") as client:
        while process.poll() is None and time.monotonic() < deadline:
            try:
                client.get("/health").raise_for_status()
            except httpx.TransportError:
                time.sleep(0.2)
            else:
                return
    process.kill()
    raise AssertionError(f"dev did not start: {process.communicate()}")


def test_demo_leaves_a_playable_file_and_keeps_logs_off_the_console(tmp_path: Path) -> None:
    # When
    demo = run_local("demo", "--out", "audio", folder=tmp_path)

    # Then there is a file
    assert (demo.returncode, demo.stderr) == (0, "")
    assert "✓" in demo.stdout
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
        assert line_of_operators not in demo.stdout


def test_example_leaves_an_audiobook_with_music_and_chapters(tmp_path: Path) -> None:
    # When
    example = run_local("example", "--out", "book", folder=tmp_path)

    # Then
    assert (example.returncode, example.stderr) == (0, "")
    chapters = [line.split("\t") for line in example.stdout.splitlines()[-3:]]
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
        self, free_port: int, tmp_path: Path, number: signal.Signals
    ) -> None:
        # Given a job that is being processed
        with running_dev(free_port, tmp_path, "--latency-ms", "60000") as process:
            url = f"http://127.0.0.1:{free_port}"
            with ApiClient(url) as client:
                client.wait_for(client.submit(dialogue()), "processing")
            # And a server that is reached from this machine only: one on all addresses would answer here, too
            with pytest.raises(OSError, match="refused"):
                socket.create_connection(("127.0.0.2", free_port), timeout=PATIENCE_SECONDS)

            # When
            process.send_signal(number)
            output, complaints = process.communicate(timeout=PATIENCE_SECONDS)

        # Then it ends as if nothing were the matter
        assert (process.returncode, complaints) == (0, "")
        assert f"Castline is running on {url}" in output
        assert "POST /api/v1/jobs 201" in output
        with pytest.raises(httpx.ConnectError):
            httpx.get(url, trust_env=False, timeout=PATIENCE_SECONDS)

    def test_says_in_a_line_that_the_port_is_in_use(self, tmp_path: Path) -> None:
        # Given
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]

            # When
            dev = run_local("dev", "--port", str(port), folder=tmp_path)

        # Then
        assert (dev.returncode, dev.stdout) == (1, "")
        [line] = dev.stderr.splitlines()
        assert f"cannot listen on 127.0.0.1:{port}" in line
        assert "PORT=" in line
