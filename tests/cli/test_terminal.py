"""Command line on a terminal: a progress bar, tables, and Ctrl-C."""

from __future__ import annotations

import os
import pty
import re
import signal
from typing import TYPE_CHECKING

import pytest

from tests.cli.bad_road import BadRoad
from tests.cli.scripts import SCRIPT, VOICES
from tests.cli.terminal import on_terminal, shown_by
from tests.e2e.dialogues import dialogue
from tests.integration.local_cloud.eventually import eventually
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from local.stack import LocalStack
    from tests.cli.castline import Castline
    from tests.e2e.api_client import ApiClient


class TestTheBar:
    def test_moves_as_segments_are_spoken(self, castline: Castline) -> None:
        # Given two batches, of which the last one has to wait for its retry
        lines = [f"A：第{number}句。" for number in range(18)]
        lines[-1] += "{fault unavailable times=1}"
        (castline.folder / "script.txt").write_text("\n".join(lines), "utf-8")

        # When
        shown = shown_by(castline, "say", "script.txt", "--literal", "-o", "out.mp3", "--voice", "zh-TW-YunJheNeural")

        # Then
        counts = [int(done) for done in re.findall(r"(\d+)/18 segments", shown)]
        assert counts == sorted(counts)
        assert counts[-1] == 18
        assert 0 < min(counts[-1], *(each for each in counts if each)) < 18
        assert re.search(r"processing .*━.* 0:\d\d:\d\d", shown)
        assert shown.splitlines()[-3].startswith("✓ out.mp3")
        assert shown.splitlines()[-1] == "  A  zh-TW-YunJheNeural"
        assert re.search(r"^  [\d.:]+ s?, \d+ KB, made in [\d.]+ s, \d+ characters billed$", shown, re.MULTILINE)

    def test_tells_the_place_of_a_job_that_waits(
        self, castline: Castline, client: ApiClient, stack: LocalStack
    ) -> None:
        # Given a job in the queue, where batches have been reused
        for _ in range(2):
            client.complete(dialogue())
        (castline.folder / "script.txt").write_text(SCRIPT, "utf-8")
        with (
            stack.cloud.lambdas.pause("synthesize") as pause,
            on_terminal(castline, "say", "script.txt", "-o", "out.mp3", *VOICES) as (process, terminal),
        ):
            # Then its place fits into the line of the bar
            terminal.read_until(r"pending .*next in the queue, starts at about \d\d:\d\d 0:")

            # And gives way to the segments when it has started
            pause.release()
            terminal.read_until("2/2 segments")
            terminal.read_all()
            assert process.wait(timeout=PATIENCE_SECONDS) == 0

    def test_is_shown_to_people_while_audio_goes_into_a_pipe(self, castline: Castline) -> None:
        (castline.folder / "script.txt").write_text(SCRIPT, "utf-8")
        with (
            (castline.folder / "out").open("wb") as out,
            on_terminal(castline, "say", "script.txt", "-o", "-", *VOICES, stdout=out) as (process, terminal),
        ):
            terminal.read_all()
            assert process.wait(timeout=PATIENCE_SECONDS) == 0

        assert "2/2 segments" in terminal.text
        assert "✓" not in terminal.text
        assert (castline.folder / "out").read_bytes().startswith(b"ID3")


class TestCtrlC:
    @pytest.mark.parametrize(("is_watched", "by"), [(True, signal.SIGINT), (False, signal.SIGTERM)])
    def test_while_waiting_says_how_to_come_back(
        self, castline: Castline, client: ApiClient, stack: LocalStack, *, is_watched: bool, by: signal.Signals
    ) -> None:
        # Given
        (castline.folder / "script.txt").write_text(SCRIPT, "utf-8")
        arguments = ("say", "script.txt", "-o", "out.mp3", *VOICES)
        with stack.cloud.lambdas.pause("plan"), BadRoad(stack.url) as road:
            castline.environment["CASTLINE_API"] = road.url

            # When
            if is_watched:
                with on_terminal(castline, *arguments) as (process, terminal):
                    terminal.read_until("pending")
                    process.send_signal(by)
                    terminal.read_all()
                    process.wait(timeout=PATIENCE_SECONDS)
                    last_line = terminal.text.splitlines()[-1]
            else:
                with castline.started(*arguments) as process:
                    eventually(lambda: road.statuses["GET", 304])
                    process.send_signal(by)
                    _out, err = process.communicate(timeout=PATIENCE_SECONDS)
                    [last_line] = err.decode("utf-8").splitlines()

        # Then
        [job_id] = client.list_ids()
        assert process.returncode == 130
        assert last_line.replace("\n", "") == (
            f"castline: interrupted; the job continues: use `castline jobs download {job_id}` to download it, "
            f"or `castline jobs stop {job_id}` to stop it"
        )
        client.wait_for(job_id, "completed")
        castline.environment["CASTLINE_API"] = stack.url
        assert castline.done("jobs", "download", job_id, "-o", "out.mp3") == "out.mp3\n"


class TestTables:
    def test_have_heads_are_summed_up_and_fit_into_80_columns(self, castline: Castline, client: ApiClient) -> None:
        # Given
        for _ in range(2):
            client.complete(dialogue("一句很長很長的話，" * 20))

        # When
        lines = shown_by(castline, "jobs", "list", "--limit", "1").splitlines()

        # Then
        assert lines[0].split() == ["job", "status", "kind", "submitted"]
        assert lines[1].split()[:3] == [client.list_ids()[0], "completed", "dialogue"]
        assert lines[2] == "1 to 1 of 2; more with --offset 1"
        for arguments in (("jobs", "list"), ("jobs", "show", "last"), ("voices",)):
            assert all(len(line.rstrip()) <= 80 for line in shown_by(castline, *arguments).splitlines())

    def test_say_when_there_is_nothing(self, castline: Castline) -> None:
        assert shown_by(castline, "jobs", "list").splitlines()[-1] == "no jobs"


def test_audio_does_not_go_to_a_terminal(castline: Castline, client: ApiClient) -> None:
    job_id = client.complete(dialogue())["id"]

    with on_terminal(castline, "jobs", "download", job_id, "-o", "-") as (process, terminal):
        terminal.read_all()
        assert process.wait(timeout=PATIENCE_SECONDS) == 2

    assert "audio cannot be written to a terminal; pipe it, or name a file with -o" in terminal.text


def test_nothing_to_say_is_not_waited_for_at_a_terminal(castline: Castline) -> None:
    end, their_end = pty.openpty()
    try:
        with on_terminal(castline, "say", *VOICES, stdin=their_end) as (process, terminal):
            terminal.read_all()
            assert process.wait(timeout=PATIENCE_SECONDS) == 2
    finally:
        os.close(end)
        os.close(their_end)

    assert terminal.text.startswith("castline: nothing to say: name a script, pipe one in, or use --text")
