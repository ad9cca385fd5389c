"""``castline jobs``: the outcome of submitted jobs."""

from __future__ import annotations

import csv
import json
import os
import re
import stat
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from castline_cli import shown
from castline_cli.commands.jobs import _position
from tests.cli.bad_road import BadRoad, Trouble
from tests.e2e.api_client import ApiClient
from tests.e2e.decoded_audio import decode
from tests.e2e.dialogues import dialogue
from tests.e2e.places import place_of
from tests.large_subtitles import TEXT, make_words_large
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.stack import LocalStack
    from tests.cli.castline import Castline


@pytest.fixture(scope="module")
def reader(stack: LocalStack) -> str:
    """Return a user with one job, which is completed. Tests only read it."""
    reader = f"reader-{uuid.uuid4()}"
    with ApiClient(stack.url, user_id=reader) as client:
        client.complete(dialogue())
    return reader


class OfTheReader:
    """Tests that only read the reader's job."""

    @pytest.fixture
    def user(self, reader: str) -> str:
        return reader

    @pytest.fixture
    def job_id(self, client: ApiClient) -> str:
        [job_id] = client.list_ids()
        return job_id


@pytest.fixture
def pending(client: ApiClient, stack: LocalStack) -> Iterator[str]:
    """Yield the id of a job that does not begin."""
    with stack.cloud.lambdas.pause("plan"):
        yield client.submit(dialogue())


class TestList(OfTheReader):
    def test_shows_the_part_that_is_asked_for(self, castline: Castline, job_id: str) -> None:
        assert castline.done("jobs", "list", "--status", "failed") == ""
        assert castline.done("jobs", "list", "--offset", "1") == ""
        assert castline.done("jobs", "list", "--status", "completed", "--limit", "1").startswith(job_id)

    def test_tells_of_the_cursor_where_an_offset_cannot_reach(self, castline: Castline) -> None:
        outcome = castline("jobs", "list", "--offset", "10001")

        assert outcome.exit_code != 0
        assert "cursor" in outcome.err

    @pytest.mark.parametrize(
        ("page", "is_first_page", "told"),
        [
            ({"total": 0, "items": 0, "offset": 0}, True, "no jobs"),
            ({"total": 2, "items": 2, "offset": 0}, True, "1 to 2 of 2"),
            ({"total": 9, "items": 2, "offset": 4, "next": "abc"}, True, "5 to 6 of 9; more with --offset 6"),
            (
                {"total": 20_000, "items": 20, "offset": 9_990, "next": "abc"},
                True,
                "9991 to 10010 of 20000; more with --cursor abc",
            ),
            ({"total": None, "items": 2, "offset": 0, "next": "abc"}, True, "1 to 2; more with --cursor abc"),
            ({"total": None, "items": 0, "offset": 0, "next": "abc"}, True, "no jobs; more with --cursor abc"),
            ({"total": 20_000, "items": 20, "offset": 0, "next": "abc"}, False, "20 jobs; more with --cursor abc"),
            ({"total": 20_000, "items": 1, "offset": 0}, False, "1 job"),
        ],
    )
    def test_says_how_to_see_more(self, page: dict[str, Any], is_first_page: bool, told: str) -> None:
        answer = page | {"items": [{}] * page["items"], "next_cursor": page.get("next")}

        assert _position(answer, is_first_page=is_first_page) == told

    def test_is_the_apis_answer_as_json(self, castline: Castline, client: ApiClient) -> None:
        printed = castline.done("jobs", "list", "--json", "--limit", "5", "--status", "completed")

        assert printed == client.get("/jobs?limit=5&status=completed").text + "\n"


class TestTwoJobs:
    @pytest.fixture(scope="class")
    @classmethod
    def user(cls, stack: LocalStack) -> str:
        """Return a user with two jobs, which are completed. Tests only read them."""
        user = f"reader-{uuid.uuid4()}"
        with ApiClient(stack.url, user_id=user) as client:
            for _ in range(2):
                client.complete(dialogue())
        return user

    def test_are_listed_a_line_each_newest_first(self, castline: Castline, client: ApiClient) -> None:
        rows = [line.split("\t") for line in castline.done("jobs", "list").splitlines()]

        assert [row[:3] for row in rows] == [[job_id, "completed", "dialogue"] for job_id in client.list_ids()]

    def test_are_listed_page_by_page_with_the_cursor(self, castline: Castline, client: ApiClient) -> None:
        first = json.loads(castline.done("jobs", "list", "--json", "--limit", "1"))

        second = castline.done("jobs", "list", "--limit", "1", "--cursor", first["next_cursor"])

        assert [first["items"][0]["id"], second.split("\t")[0]] == client.list_ids()

    def test_are_told_apart_by_enough_of_their_ids(self, castline: Castline, client: ApiClient) -> None:
        newer, older = client.list_ids()

        outcome = castline("jobs", "show", newer[:4])

        assert outcome.exit_code == 2
        assert outcome.err.splitlines() == [
            f"castline: the ids of 2 jobs begin or end with {newer[:4]}; write more characters:",
            f"  {newer}",
            f"  {older}",
        ]


class TestWhichJobIsMeant(OfTheReader):
    def test_is_said_by_its_id_a_part_of_it_or_its_place(self, castline: Castline, job_id: str) -> None:
        for written in (job_id, job_id[-8:], job_id[:20], job_id[:8] + "…", job_id.upper(), "last", "-"):
            assert json.loads(castline.done("jobs", "show", written, "--json"))["id"] == job_id

    def test_of_no_job_the_service_says_so(self, castline: Castline) -> None:
        outcome = castline("jobs", "show", "00000000-0000-7000-8000-000000000000")

        assert (outcome.exit_code, outcome.complaint) == (6, "castline: There is no such job.")

    @pytest.mark.parametrize("written", ["abcd", "abc", "nonsense", "../voices", ""])
    def test_may_be_none(self, castline: Castline, written: str) -> None:
        outcome = castline("jobs", "show", written)

        assert outcome.exit_code == 6
        assert outcome.complaint.startswith(f"castline: there is no job {written}; `castline jobs list` lists")


def test_no_job_is_meant_before_the_first(castline: Castline) -> None:
    outcome = castline("jobs", "show", "last")

    assert (outcome.exit_code, outcome.complaint) == (
        6,
        "castline: there are no jobs yet; submit one with `castline say`",
    )


class TestShow(OfTheReader):
    def test_tells_who_says_what_when(self, castline: Castline, job_id: str) -> None:
        lines = castline.done("jobs", "show", "last").splitlines()

        assert f"job\t{job_id}" in lines
        assert "segments\t2 of 2" in lines
        assert "voice of A\tzh-TW-HsiaoYuNeural" in lines
        assert [line.split("\t")[2:] for line in lines[-2:]] == [["A", "早安。"], ["B", "你好。"]]
        assert lines[-2].startswith("0.000 s\t")

    @pytest.mark.parametrize(
        ("queue", "told"),
        [
            ({"ahead": 0, "estimated_start_at": None}, "next in the queue"),
            ({"ahead": 1, "estimated_start_at": None}, "1 batch ahead"),
            ({"ahead": 1500, "estimated_start_at": None}, "1,500 batches ahead"),
            (
                {"ahead": 12, "estimated_start_at": "2026-11-30T14:03:20Z"},
                f"12 batches ahead, starts at about {datetime.fromtimestamp(1796047400, UTC).astimezone():%H:%M}",
            ),
            (None, ""),
        ],
    )
    def test_tells_a_place_in_words(self, queue: dict[str, Any] | None, told: str) -> None:
        assert shown.place({} if queue is None else {"queue": queue}) == told

    def test_is_the_apis_answer_as_json(self, castline: Castline, client: ApiClient, job_id: str) -> None:
        assert castline.done("jobs", "show", job_id, "--json") == client.get(f"/jobs/{job_id}").text + "\n"


class TestShowOfOtherJobs:
    def test_tells_the_place_of_a_job_that_waits(
        self, castline: Castline, client: ApiClient, stack: LocalStack
    ) -> None:
        # Given a job in the queue, where batches have been reused
        for _ in range(2):
            client.complete(dialogue())
        with stack.cloud.lambdas.pause("synthesize"):
            job_id = client.submit(dialogue())
            place = place_of(client, job_id)

            # When
            lines = castline.done("jobs", "show", job_id).splitlines()

            # Then
            [told] = [line for line in lines if line.startswith("queue\t")]
            assert re.fullmatch(r"queue\tnext in the queue, starts at about \d\d:\d\d", told)
            assert place["ahead"] == 0

        # And no place of a job that has none
        client.wait_for(job_id, "completed")
        assert "queue" not in castline.done("jobs", "show", job_id)

    def test_tells_why_a_job_failed(self, castline: Castline, client: ApiClient) -> None:
        job_id = client.submit(dialogue(voices=("zh-TW-NobodyNeural", "zh-TW-NobodyNeural")))
        client.wait_for(job_id, "failed")

        printed = castline.done("jobs", "show", job_id)

        assert "failure\tThere is no voice zh-TW-NobodyNeural" in printed

    def test_knows_single_texts(self, castline: Castline) -> None:
        castline.done("say", "--text", "早安", "--voice", "zh-TW-HsiaoYuNeural", "-o", "out.mp3")

        printed = castline.done("jobs", "show", "last")

        assert "kind\ttext, zh-TW, mp3" in printed
        assert printed.splitlines()[-1].endswith("\t\t早安")


class TestCancel:
    def test_ends_a_pending_job(self, castline: Castline, client: ApiClient, pending: str) -> None:
        assert castline.done("jobs", "cancel", "last") == f"{pending}\n"

        assert client.job(pending)["status"] == "cancelled"

    def test_is_the_apis_answer_as_json(self, castline: Castline, pending: str) -> None:
        answer = json.loads(castline.done("jobs", "cancel", pending, "--json"))

        assert (answer["id"], answer["status"]) == (pending, "cancelled")


class TestACompletedJob(OfTheReader):
    def test_cannot_be_cancelled(self, castline: Castline, job_id: str) -> None:
        outcome = castline("jobs", "cancel", job_id)

        assert outcome.exit_code == 4
        assert outcome.complaint == "castline: Only a pending job can be cancelled. (status: completed)"

    def test_cannot_be_stopped(self, castline: Castline, job_id: str) -> None:
        outcome = castline("jobs", "stop", job_id)

        assert (outcome.exit_code, outcome.complaint) == (
            4,
            "castline: The job has already ended. (status: completed)",
        )

    def test_does_not_exist_for_somebody_else(self, castline: Castline, job_id: str) -> None:
        outcome = castline("--user", "somebody-else", "jobs", "show", job_id)

        assert (outcome.exit_code, outcome.complaint) == (6, "castline: There is no such job.")


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (("resubmit",), "Only a job that has ended can be submitted again. (status: pending)"),
        (("subtitles",), "The audio is not finished yet."),
        (("timings",), "The audio is not finished yet."),
        (("delete",), "The job has not ended yet. Please stop it first, or wait until it ends."),
    ],
)
def test_a_pending_job_has_no_result_yet(
    castline: Castline, pending: str, command: tuple[str, ...], refusal: str
) -> None:
    outcome = castline("jobs", *command, pending)

    assert outcome.exit_code == 4
    assert outcome.complaint.startswith(f"castline: {refusal}")


def test_a_resubmitted_job_has_the_same_input(castline: Castline, client: ApiClient) -> None:
    job_id = client.complete(dialogue())["id"]

    new_id = castline.done("jobs", "resubmit", job_id).strip()

    assert new_id != job_id
    assert client.job(new_id)["input_params"] == client.job(job_id)["input_params"]


class TestDownload(OfTheReader):
    def test_fetches_a_finished_file_once(self, castline: Castline, job_id: str) -> None:
        # When
        printed = castline.done("jobs", "download", job_id, "--subtitles", "out.srt")

        # Then
        [file] = castline.folder.glob("*.mp3")
        assert printed == f"{file.name}\n"
        assert decode(file.read_bytes()).duration_ms > 500
        assert "早安" in (castline.folder / "out.srt").read_text("utf-8")

        # And keeps it
        again = castline("jobs", "download", job_id)
        assert again.exit_code == 1
        assert "already exists; use --force to overwrite it" in again.err
        assert castline("jobs", "download", job_id, "--force").exit_code == 0

    def test_goes_into_a_folder(self, castline: Castline, job_id: str) -> None:
        (castline.folder / "audio").mkdir()

        printed = castline.done("jobs", "download", job_id, "-o", "audio")

        [file] = (castline.folder / "audio").iterdir()
        assert printed == f"audio/{file.name}\n"

    def test_may_be_read_by_whom_the_umask_says(self, castline: Castline, job_id: str) -> None:
        before = os.umask(0o027)
        try:
            castline.done("jobs", "download", job_id, "-o", "out.mp3")
        finally:
            os.umask(before)

        assert stat.S_IMODE((castline.folder / "out.mp3").stat().st_mode) == 0o640

    def test_may_go_to_a_device(self, castline: Castline, job_id: str) -> None:
        assert castline.done("jobs", "download", job_id, "-o", "/dev/null") == "/dev/null\n"


class TestDownloadOfOtherJobs:
    def test_waits_for_a_job_that_goes_on(self, castline: Castline, client: ApiClient, stack: LocalStack) -> None:
        with stack.cloud.lambdas.pause("plan") as pause:
            job_id = client.submit(dialogue())
            with castline.started("jobs", "download", "last", "-o", "out.mp3") as process:
                pause.wait_until_reached()
                pause.release()
                out, err = process.communicate(timeout=PATIENCE_SECONDS)

        assert (process.returncode, out, err) == (0, b"out.mp3\n", b"")
        assert client.job(job_id)["status"] == "completed"

    def test_of_a_cancelled_job_there_is_none(self, castline: Castline, client: ApiClient, pending: str) -> None:
        job_id = pending
        client.cancel(job_id)

        outcome = castline("jobs", "download", job_id)

        assert outcome.exit_code == 5
        complaint = f"castline: job {job_id} was cancelled; use `castline jobs resubmit {job_id}` to start it again"
        assert outcome.complaint == complaint

    def test_stops_quietly_when_nobody_reads_on(self, castline: Castline, client: ApiClient) -> None:
        # Given more audio than fits into a pipe
        job_id = client.complete(dialogue(*["很長的一句話，說個沒完。"] * 12, output_format="wav"))["id"]

        # When
        with castline.started("jobs", "download", job_id, "-o", "-") as process:
            assert process.stdout is not None
            assert process.stdout.read(4) == b"RIFF"
            process.stdout.close()
            assert process.stderr is not None
            complaints = process.stderr.read()
            process.wait(timeout=PATIENCE_SECONDS)

        # Then
        assert (process.returncode, complaints) == (141, b"")


class TestSubtitles(OfTheReader):
    def test_are_printed(self, castline: Castline, client: ApiClient, job_id: str) -> None:
        for options, subtitle_format in (((), "vtt"), (("--format", "srt"), "srt")):
            text = client.get(f"/jobs/{job_id}/subtitles?format={subtitle_format}").text

            assert castline.done("jobs", "subtitles", job_id, *options) == text

    def test_go_into_a_file_as_its_name_says(self, castline: Castline, job_id: str) -> None:
        assert castline.done("jobs", "subtitles", "last", "-o", "out.srt") == "out.srt\n"

        assert (castline.folder / "out.srt").read_text("utf-8").startswith("1\n")


class TestSubtitlesWithWords(OfTheReader):
    def test_say_when_each_word_is_heard(self, castline: Castline, client: ApiClient, job_id: str) -> None:
        text = client.get(f"/jobs/{job_id}/subtitles?words=true").text

        assert castline.done("jobs", "subtitles", job_id, "--words") == text
        assert text != client.get(f"/jobs/{job_id}/subtitles").text

    def test_are_karaoke_in_ass(self, castline: Castline, job_id: str) -> None:
        assert castline.done("jobs", "subtitles", job_id, "-o", "out.ass") == "out.ass\n"

        written = (castline.folder / "out.ass").read_text("utf-8")
        assert written.startswith("[Script Info]\n")
        assert r"{\k" in written
        assert castline.done("jobs", "subtitles", job_id, "--format", "ass", "--words") == written

    def test_are_refused_in_srt(self, castline: Castline, job_id: str) -> None:
        outcome = castline("jobs", "subtitles", job_id, "--format", "srt", "--words")

        assert outcome.exit_code != 0
        assert "srt cannot contain the times of words; use vtt or ass" in outcome.err


class TestTimings(OfTheReader):
    def test_are_the_apis_answer_as_json(self, castline: Castline, client: ApiClient, job_id: str) -> None:
        printed = castline.done("jobs", "timings", job_id, "--level", "sentence", "--json")

        assert printed == client.get(f"/jobs/{job_id}/timings?level=sentence").text + "\n"

    def test_are_a_line_for_each_turn_if_nothing_else_is_asked_for(
        self, castline: Castline, client: ApiClient, job_id: str
    ) -> None:
        items = client.get(f"/jobs/{job_id}/timings").json()["items"]

        assert castline.done("jobs", "timings", job_id).splitlines() == [
            f"{item['start_ms'] / 1000:.3f} s\t{item['end_ms'] / 1000:.3f} s\t{item['speaker']}" for item in items
        ]

    def test_are_a_line_for_each_word(self, castline: Castline, job_id: str) -> None:
        rows = [line.split("\t") for line in castline.done("jobs", "timings", "last", "--level", "word").splitlines()]

        assert "".join(row[3] for row in rows) == "早安。你好。"
        assert {row[2] for row in rows} == {"A", "B"}

    def test_can_be_read_by_spreadsheets(self, castline: Castline, client: ApiClient, job_id: str) -> None:
        printed = castline.done("jobs", "timings", job_id, "--level", "word", "--csv")

        rows = list(csv.DictReader(printed.splitlines()))
        assert [
            (int(row["start_ms"]), int(row["end_ms"]), int(row["turn_index"]), row["speaker"], row["text"])
            for row in rows
        ] == [
            (item["start_ms"], item["end_ms"], item["turn_index"], item["speaker"], item["text"])
            for item in client.get(f"/jobs/{job_id}/timings?level=word").json()["items"]
        ]
        assert {row["estimated"] for row in rows} <= {"true", "false"}

    def test_are_json_or_csv(self, castline: Castline, job_id: str) -> None:
        outcome = castline("jobs", "timings", job_id, "--json", "--csv")

        assert (outcome.exit_code, outcome.complaint) == (2, "castline: --json and --csv cannot be combined")


def test_timings_that_are_too_large_for_an_answer_are_downloaded_even_if_the_connection_breaks(
    castline: Castline, client: ApiClient, downloads: BadRoad
) -> None:
    # Given
    job_id = client.complete(dialogue())["id"]
    make_words_large(job_id)
    downloads.troubles = [Trouble(method="GET", path=".word.json", after_bytes=100)]

    # When
    printed = castline.done("jobs", "timings", job_id, "--level", "word", "--json")

    # Then
    told = json.loads(printed)
    assert (told["level"], "".join(item["text"] for item in told["items"])) == ("word", TEXT)
