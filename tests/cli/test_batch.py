"""``castline batch``: many scripts, one cast."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from castline_cli.batch import run
from castline_cli.batch.state import NAME
from castline_client import retries
from tests.cli.bad_road import BadRoad, Trouble
from tests.cli.clips import clip
from tests.cli.terminal import shown_by
from tests.e2e.dialogues import HSIAO_YU, YUN_JHE, dialogue
from tests.integration.local_cloud.eventually import eventually
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

    from local.stack import LocalStack
    from tests.cli.castline import Castline
    from tests.e2e.api_client import ApiClient

CAST = ("--voice", f"A={HSIAO_YU}", "--voice", YUN_JHE)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "CAP_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(retries, "PAUSES_SECONDS", (0.01, 0.01, 0.01))


@pytest.fixture
def lessons(castline: Castline) -> Path:
    """Return a folder of three scripts, two of which have B, too."""
    folder = castline.folder / "lessons"
    folder.mkdir()
    (folder / "第10課.txt").write_text("A：十。\n", "utf-8")
    (folder / "第2課.md").write_text("# 第二課\n\n**A:** 二。\n\n**B:** 好。\n", "utf-8")
    (folder / "第1課.txt").write_text("A：一。\nB：好。\n", "utf-8")
    return folder


@pytest.fixture
def lesson(lessons: Path) -> Path:
    """Return the folder with one script only."""
    (lessons / "第2課.md").unlink()
    (lessons / "第10課.txt").unlink()
    return lessons


def rows(printed: str) -> list[list[str]]:
    return [line.split("\t") for line in printed.splitlines()]


def audio_in(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir() if each.suffix == ".mp3"}


class TestAFolder:
    def test_becomes_a_file_for_each_script(self, castline: Castline, client: ApiClient, lessons: Path) -> None:
        # When
        outcome = castline("batch", "lessons", "-o", "audio", *CAST)

        # Then
        assert (outcome.exit_code, outcome.err) == (0, "")
        names = ["第1課.mp3", "第2課.mp3", "第10課.mp3"]
        assert [(row[0], row[1]) for row in rows(outcome.out)] == [(name, "done") for name in names]
        assert audio_in(castline.folder / "audio") == set(names)
        first = client.job(rows(outcome.out)[0][4])
        assert first["title"] == "第1課"
        cast = {each["speaker"]: each["voice_id"] for each in first["input_params"]["voice_assignments"]}
        assert cast == {"A": HSIAO_YU, "B": YUN_JHE}
        assert (castline.folder / "audio" / names[0]).read_bytes() == client.download(first["id"]).content

    def test_is_not_made_again_while_nothing_changes(
        self, castline: Castline, client: ApiClient, lessons: Path
    ) -> None:
        # Given
        castline.done("batch", "lessons", *CAST)
        before = client.list_ids()

        # When one script changes, and one file is gone
        (lessons / "第1課.txt").write_text("A：一、一。\n", "utf-8")
        (castline.folder / "第2課.mp3").unlink()
        printed = castline.done("batch", "lessons", *CAST)

        # Then only the one is spoken anew, and the other downloaded again
        assert [row[1] for row in rows(printed)] == ["done", "done", "unchanged"]
        assert len(client.list_ids()) == len(before) + 1
        assert "第2課.mp3" in audio_in(castline.folder)

    def test_keeps_files_that_it_has_not_made(self, castline: Castline, client: ApiClient, lessons: Path) -> None:
        (lessons / "第2課.md").unlink()
        (castline.folder / "第1課.mp3").write_bytes(b"mine")

        outcome = castline("batch", "lessons", *CAST)

        assert outcome.exit_code == 5
        assert "第1課.mp3 already exists" in outcome.err
        assert (castline.folder / "第1課.mp3").read_bytes() == b"mine"
        assert len(client.list_ids()) == 1
        assert castline("batch", "lessons", *CAST, "--force").exit_code == 0
        assert (castline.folder / "第1課.mp3").read_bytes() != b"mine"

    def test_is_spoken_as_the_options_say(self, castline: Castline, client: ApiClient, lesson: Path) -> None:
        # Given
        clip(castline.folder / "jingle.wav")

        # When
        castline.done("batch", "lessons", *CAST, "--format", "wav", "--subtitles", "srt", "--intro", "jingle.wav")

        # Then
        assert (castline.folder / "第1課.wav").read_bytes()[:4] == b"RIFF"
        assert "A: 一。" in (castline.folder / "第1課.srt").read_text("utf-8")
        assert client.get("/sounds").json()["total"] == 1


class TestACsvFile:
    def test_has_a_row_for_each_script(self, castline: Castline, client: ApiClient, lessons: Path) -> None:
        # Given
        (castline.folder / "course.csv").write_text(
            "title,file,text,voices,author,language\n"
            f"開始,,歡迎光臨,{HSIAO_YU},林老師,\n"
            f"第一課,lessons/第1課.txt,,A={YUN_JHE};B={HSIAO_YU},,\n"
            ",lessons/第2課.md,,,,\n"
            "\n",
            "utf-8",
        )

        # When
        printed = castline.done("batch", "course.csv", *CAST, "--json")

        # Then
        files = json.loads(printed)
        assert [each["file"] for each in files] == ["開始.mp3", "第一課.mp3", "第2課.mp3"]
        assert [each["source"] for each in files] == ["course.csv:2", "course.csv:3", "course.csv:4"]
        assert all(each["duration_ms"] > 0 and each["billed_characters"] > 0 for each in files)
        first, second, _third = (client.job(each["job_id"]) for each in files)
        assert (first["input_params"]["voice_id"], first["author"]) == (HSIAO_YU, "林老師")
        cast = {each["speaker"]: each["voice_id"] for each in second["input_params"]["voice_assignments"]}
        assert cast == {"A": YUN_JHE, "B": HSIAO_YU}

    def test_that_is_not_right_is_told_before_anything_is_submitted(
        self, castline: Castline, client: ApiClient
    ) -> None:
        (castline.folder / "x.csv").write_text("text,voices\na,\nb,A=\n", "utf-8")

        outcome = castline("batch", "x.csv", *CAST)

        assert outcome.exit_code == 2
        assert "x.csv:3: --voice A= is not valid" in outcome.complaint
        assert client.list_ids() == []


class TestAFailingScript:
    def test_does_not_stop_the_others(self, castline: Castline, client: ApiClient, lessons: Path) -> None:
        # Given
        (lessons / "第1課.txt").write_text("Nobody says this.\nA：一。\n", "utf-8")
        (lessons / "第2課.md").write_bytes(b"\xff\xfe")
        (lessons / "第3課.json").write_text(json.dumps([{"speaker": "Nobody", "text": "三。"}]), "utf-8")
        cast = [*CAST, "--voice", "Nobody=zh-TW-NobodyNeural"]

        # When
        outcome = castline("batch", "lessons", *cast)

        # Then
        assert outcome.exit_code == 5
        assert [row[1] for row in rows(outcome.out)] == ["failed", "failed", "failed", "done"]
        lines = outcome.err.splitlines()
        assert any(line.startswith("castline: lessons/第1課.txt:1: ") for line in lines)
        assert any("第2課.md is not UTF-8" in line for line in lines)
        assert any("VOICE_NOT_FOUND" in line for line in lines)
        assert lines[-1] == "castline: 3 of 4 files have no audio; run the same command to try them again"

    def test_is_tried_again_by_the_same_command(self, castline: Castline, client: ApiClient, lessons: Path) -> None:
        # Given a voice that there is not
        (lessons / "第2課.md").unlink()
        castline("batch", "lessons", "--voice", f"A={HSIAO_YU}", "--voice", "zh-TW-NobodyNeural")
        before = len(client.list_ids())

        # When
        outcome = castline("batch", "lessons", "--voice", f"A={HSIAO_YU}", "--voice", "zh-TW-NobodyNeural")

        # Then there is a new job for the failed one only
        assert [row[1] for row in rows(outcome.out)] == ["failed", "unchanged"]
        assert len(client.list_ids()) == before + 1

    def test_is_not_a_name_that_no_script_has(self, castline: Castline, lesson: Path) -> None:
        outcome = castline("batch", "lessons", *CAST, "--voice", f"Tom={HSIAO_YU}")

        assert (outcome.exit_code, outcome.complaint) == (0, "castline: no script has a speaker Tom")


class TestAnEstimate:
    def test_says_what_all_would_cost(self, castline: Castline, client: ApiClient, lessons: Path) -> None:
        # When
        printed = castline.done("batch", "lessons", "-o", "audio", *CAST, "--estimate")

        # Then
        assert [row[0] for row in rows(printed)][:2] == ["第1課.mp3", "第2課.mp3"]
        assert all(row[2].endswith(" USD") for row in rows(printed))
        assert client.list_ids() == []
        assert not (castline.folder / "audio").exists()

    def test_tells_which_scripts_are_not_understood(self, castline: Castline, lessons: Path) -> None:
        (lessons / "第1課.txt").write_bytes(b"\xff\xfe")

        outcome = castline("batch", "lessons", *CAST, "--dry-run", "--json")

        assert outcome.exit_code == 4
        assert outcome.complaint == "castline: lessons/第1課.txt is not UTF-8 (line 1); save it as UTF-8"
        first, second, *_ = json.loads(outcome.out)
        assert (first["status"], second["status"]) == ("failed", "estimated")
        assert second["estimate"]["billed_characters"] > 0


class TestTheCap:
    def test_is_kept_to(self, castline: Castline, client: ApiClient, stack: LocalStack, lessons: Path) -> None:
        # Given two other jobs of the user
        (lessons / "第10課.txt").unlink()
        with stack.cloud.lambdas.pause("plan") as pause, BadRoad(stack.url) as road:
            others = [client.submit(dialogue()) for _ in range(2)]
            castline.environment["CASTLINE_API"] = road.url
            with castline.started("batch", "lessons", *CAST) as process:
                # When the second of its jobs is refused
                eventually(lambda: road.statuses["POST", 429])

                # Then only the first is active
                assert len(client.list_ids()) == 3
                pause.release()
                process.communicate(timeout=PATIENCE_SECONDS)

        # And the other follows when there is room
        assert process.returncode == 0
        assert len(client.list_ids()) == len(others) + 2


class TestComingBack:
    def test_after_ctrl_c_submits_nothing_twice(
        self, castline: Castline, client: ApiClient, stack: LocalStack, lessons: Path
    ) -> None:
        with BadRoad(stack.url) as road:
            castline.environment["CASTLINE_API"] = road.url

            # Given a batch with three jobs that are under way
            with stack.cloud.lambdas.pause("plan"), castline.started("batch", "lessons", *CAST) as process:
                eventually(lambda: road.statuses["POST", 201] == 3)
                road.statuses.clear()
                eventually(lambda: road.statuses["GET", 304])

                # When
                process.send_signal(signal.SIGINT)
                _out, err = process.communicate(timeout=PATIENCE_SECONDS)

            # Then
            assert process.returncode == 130
            told = err.decode()
            assert told.startswith("castline: interrupted; 0 of 3 files are ready, and submitted jobs continue")
            assert NAME in told
            printed = castline.done("batch", "lessons", *CAST)
            assert [row[1] for row in rows(printed)] == ["done"] * 3
            assert len(client.list_ids()) == 3

    def test_after_an_answer_that_was_lost_gives_the_same_job(
        self, castline: Castline, client: ApiClient, stack: LocalStack, lesson: Path
    ) -> None:
        # Given a submission whose answer never arrives
        with BadRoad(stack.url) as road:
            castline.environment["CASTLINE_API"] = road.url
            road.troubles = [Trouble(method="POST", path="/jobs", times=4)]
            first = castline("batch", "lessons", *CAST)
            assert first.exit_code == 3
            assert "run the same command to resume" in first.err
            assert len(client.list_ids()) == 1

            # When
            castline.done("batch", "lessons", *CAST)

        # Then
        assert len(client.list_ids()) == 1

    def test_finds_no_jobs_of_another_castline(self, castline: Castline, lesson: Path) -> None:
        castline.done("batch", "lessons", *CAST)
        path = castline.folder / NAME
        path.write_text(path.read_text("utf-8").replace("127.0.0.1", "127.0.0.2"), "utf-8")

        outcome = castline("batch", "lessons", *CAST)

        assert (outcome.exit_code, outcome.err.count("already exists")) == (5, 1)

    def test_submits_anew_what_has_expired(self, castline: Castline, lesson: Path) -> None:
        castline.done("batch", "lessons", *CAST)
        path = castline.folder / NAME
        kept = json.loads(path.read_text("utf-8"))
        kept["files"]["第1課.mp3"]["job_id"] = "00000000-0000-7000-8000-000000000000"
        path.write_text(json.dumps(kept), "utf-8")
        (castline.folder / "第1課.mp3").unlink()

        printed = castline.done("batch", "lessons", *CAST)

        assert [row[1] for row in rows(printed)] == ["done"]

    def test_from_a_state_that_is_broken_says_so(self, castline: Castline, lessons: Path) -> None:
        (castline.folder / NAME).write_text("{", "utf-8")

        assert NAME in castline("batch", "lessons", *CAST).complaint


class TestAQuota:
    def test_stops_submitting_and_says_when_to_go_on(
        self, castline: Castline, client: ApiClient, lessons: Path, stack: LocalStack
    ) -> None:
        # Given an operator who allows few characters
        user = castline.environment["CASTLINE_USER"]
        limits = {"characters_per_day": 8}
        with type(client)(stack.url, user_id="operator") as operator:
            assert operator.put(f"/admin/users/{user}/limits", json=limits).status_code == 200

        # When
        outcome = castline("batch", "lessons", *CAST)

        # Then
        assert outcome.exit_code == 4
        statuses = [row[1] for row in rows(outcome.out)]
        assert "done" in statuses
        assert "not submitted" in statuses
        assert "are not submitted; run the same command to resume at 20" in outcome.err


def test_a_terminal_shows_a_line_for_each_file_and_a_table(castline: Castline, lesson: Path) -> None:
    shown = shown_by(castline, "batch", "lessons", *CAST)

    assert "✓ 第1課.mp3" in shown
    assert "1 of 1 files are ready" in shown
