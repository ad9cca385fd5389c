"""Casts on the command line: voices that the service deals, names of voices, cast files, shows, and questions."""

from __future__ import annotations

import json
import os
import pty
import re
from typing import TYPE_CHECKING, Any

import pytest

from castline_cli.errors import Misused
from castline_cli.questions import read_answers
from tests.cli.scripts import SCRIPT
from tests.cli.terminal import on_terminal
from tests.e2e.dialogues import HSIAO_YU, YUN_JHE
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.castline import Castline
    from tests.e2e.api_client import ApiClient

STDIN = SCRIPT.encode()
ENGLISH = b"Anna: Good morning, did you sleep well last night?\nTom: Yes, I did, and how are you today?\n"


@pytest.fixture
def input_of(client: ApiClient) -> Any:
    """Return a function that gives the input of the newest job."""

    def newest() -> dict[str, Any]:
        given: dict[str, Any] = client.job(client.list_ids()[0])["input_params"]
        return given

    return newest


def voices_in(given: dict[str, Any]) -> dict[str, str]:
    return {each["speaker"]: each["voice_id"] for each in given["voice_assignments"]}


class TestADealtVoice:
    def test_is_one_of_the_language_of_the_script(self, castline: Castline, input_of: Any) -> None:
        # When
        outcome = castline("say", "-", "-o", "out.mp3", stdin=ENGLISH)

        # Then
        assert (outcome.exit_code, outcome.out) == (0, "out.mp3\n")
        given = input_of()
        anna, tom = voices_in(given).values()
        assert anna.startswith("en-US-")
        assert tom.startswith("en-US-")
        assert anna != tom
        assert given["language"] == "en-US"
        assert outcome.complaint == (
            f"castline: voices: Anna: {name(anna)} ({anna}), Tom: {name(tom)} ({tom}) (use --voice Anna=NAME to "
            "choose another)"
        )

    @pytest.mark.usefixtures("unspoken")
    def test_is_for_those_who_have_none(self, castline: Castline, input_of: Any) -> None:
        outcome = castline("say", "-", "--no-wait", "--voice", f"A={YUN_JHE}", stdin=STDIN)

        voices = voices_in(input_of())
        assert voices["A"] == YUN_JHE
        assert voices["B"] not in {YUN_JHE, ""}
        assert outcome.complaint.startswith("castline: voices: B: ")

    @pytest.mark.usefixtures("unspoken")
    def test_of_a_text_is_told_as_well(self, castline: Castline, input_of: Any) -> None:
        outcome = castline("say", "--text", "今天天氣真好，我們出去走走吧。", "--no-wait")

        given = input_of()
        assert given["language"] == "zh-TW"
        assert given["voice_id"].startswith("zh-TW-")
        assert re.fullmatch(
            rf"castline: voice: \S+ \({given['voice_id']}\) \(use --voice NAME to choose another\)", outcome.complaint
        )

    @pytest.mark.usefixtures("unspoken")
    def test_of_a_language_that_nothing_tells_is_that_of_the_locale(self, castline: Castline, input_of: Any) -> None:
        castline.environment["LC_ALL"] = "fr_FR.UTF-8"

        outcome = castline("say", "-", "--no-wait", stdin=b"A: 1\nB: 2\n")

        assert input_of()["language"] == "fr-FR"
        assert "French" in outcome.err

    def test_is_shown_with_the_price_where_nothing_is_submitted(self, castline: Castline, client: ApiClient) -> None:
        outcome = castline("say", "-", "--dry-run", stdin=ENGLISH)

        assert outcome.exit_code == 0
        assert [line.split("\t")[0] for line in outcome.out.splitlines()] == [
            *("characters", "billed", "cost", "segments", "audio")
        ]
        assert "voices: Anna: " in outcome.err
        assert client.list_ids() == []

    def test_is_told_as_a_shell_takes_it(self, castline: Castline) -> None:
        outcome = castline("say", "-", "--dry-run", stdin=b"Old Man: Good morning to all of you!\n")

        assert "(use --voice 'Old Man'=NAME to choose another)" in outcome.err


class TestANameOfAVoice:
    @pytest.mark.usefixtures("unspoken")
    def test_is_as_good_as_its_id(self, castline: Castline, input_of: Any) -> None:
        castline.done("say", "-", "--no-wait", "--voice", "A=曉雨", "--voice", "B=yunjhe", stdin=STDIN)

        assert voices_in(input_of()) == {"A": HSIAO_YU, "B": YUN_JHE}

    def test_that_nobody_has_is_left_to_the_service(self, castline: Castline) -> None:
        outcome = castline("say", "-", "--voice", "nobody", stdin=STDIN)

        assert outcome.exit_code == 4
        assert "must be a voice id of Azure Speech" in outcome.err


class TestACastFile:
    CAST = """
        language = "zh-TW"

        [cast]
        A = "曉雨"
        B = { voice = "zh-TW-YunJheNeural", speed = 1.5, pitch = -5 }
        Nobody = "en-US-AvaNeural"
    """

    @pytest.fixture
    def cast(self, castline: Castline) -> Path:
        path = castline.folder / "cast.toml"
        path.write_text(self.CAST, "utf-8")
        return path

    @pytest.mark.usefixtures("unspoken")
    def test_says_who_speaks_how(self, castline: Castline, cast: Path, input_of: Any) -> None:
        castline.done("say", "-", "--no-wait", "--cast", "cast.toml", stdin=STDIN)

        given = input_of()
        assert voices_in(given) == {"A": HSIAO_YU, "B": YUN_JHE}
        [_a, b] = given["voice_assignments"]
        assert (b["speed"], b["pitch"]) == (1.5, -5)

    @pytest.mark.usefixtures("unspoken")
    def test_gives_way_to_options(self, castline: Castline, cast: Path, input_of: Any) -> None:
        options = ("--voice", f"A={YUN_JHE}", "--speed", "B=0.8")

        castline.done("say", "-", "--no-wait", "--cast", "cast.toml", *options, stdin=STDIN)

        given = input_of()
        assert voices_in(given) == {"A": YUN_JHE, "B": YUN_JHE}
        assert given["voice_assignments"][1]["speed"] == 0.8

    def test_is_for_a_batch_too(self, castline: Castline, cast: Path, client: ApiClient) -> None:
        (castline.folder / "scripts").mkdir()
        for number in (1, 2):
            (castline.folder / "scripts" / f"{number}.txt").write_text(SCRIPT, "utf-8")

        castline.done("batch", "scripts", "-o", "audio", "--cast", "cast.toml")

        given = [client.job(job_id)["input_params"] for job_id in client.list_ids()]
        assert [voices_in(each) for each in given] == [{"A": HSIAO_YU, "B": YUN_JHE}] * 2
        assert [each["language"] for each in given] == ["zh-TW"] * 2

    def test_that_is_not_understood_is_told_before_anything_is_submitted(
        self, castline: Castline, client: ApiClient
    ) -> None:
        (castline.folder / "cast.toml").write_text("[cast]\nA = 1", "utf-8")

        outcome = castline("say", "-", "--cast", "cast.toml", stdin=STDIN)

        assert (outcome.exit_code, outcome.complaint) == (
            1,
            "castline: cast.toml: A needs a voice, or { voice = … }",
        )
        assert client.list_ids() == []

    def test_is_nothing_for_a_text(self, castline: Castline, cast: Path) -> None:
        assert castline("say", "--text", "x", "--cast", "cast.toml").exit_code == 2


class TestAShow:
    @pytest.fixture
    def walks(self, client: ApiClient) -> None:
        """Keep a show."""
        cast = [{"speaker": "A", "voice_id": HSIAO_YU}, {"speaker": "B", "voice_id": YUN_JHE, "speed": 1.2}]
        show = {"album": "Walks", "output_format": "flac", "gap_ms": 500, "cast": cast}
        assert client.put("/shows/walks", json=show).is_success

    @pytest.mark.usefixtures("unspoken")
    def test_is_saved_from_a_job_without_its_title(self, castline: Castline) -> None:
        # Given
        options = ("--voice", HSIAO_YU, "--gap", "500", "--title", "Episode 1", "--album", "Walks")
        castline.done("say", "-", "--no-wait", *options, "--format", "flac", stdin=STDIN)

        # When
        castline.done("shows", "save", "walks", "--from", "last")

        # Then
        show = json.loads(castline.done("shows", "show", "walks", "--json"))
        assert (show["album"], show["output_format"], show["gap_ms"]) == ("Walks", "flac", 500)
        assert [(each["speaker"], each["voice_id"]) for each in show["cast"]] == [("A", HSIAO_YU), ("B", HSIAO_YU)]
        assert "title" not in show
        assert "name" not in show

    @pytest.mark.usefixtures("unspoken")
    def test_makes_the_next_episode_alike(
        self, castline: Castline, walks: None, input_of: Any, client: ApiClient
    ) -> None:
        # When
        castline.done("say", "-", "--no-wait", "--show", "walks", stdin="B：再見。\n".encode())

        # Then
        given = input_of()
        [b] = given["voice_assignments"]
        assert (b["speaker"], b["voice_id"], b["speed"]) == ("B", YUN_JHE, 1.2)
        assert (given["output_format"], given["gap_ms"]) == ("flac", 500)
        assert client.job(client.list_ids()[0])["album"] == "Walks"

    @pytest.mark.usefixtures("unspoken")
    def test_gives_way_to_a_cast_file_and_to_options(self, castline: Castline, walks: None, input_of: Any) -> None:
        (castline.folder / "cast.toml").write_text(f'[cast]\nB = "{HSIAO_YU}"\n', "utf-8")

        options = ("--show", "walks", "--cast", "cast.toml", "--gap", "100", "--voice", f"A={YUN_JHE}")
        castline.done("say", "-", "--no-wait", *options, stdin=STDIN)

        given = input_of()
        assert voices_in(given) == {"A": YUN_JHE, "B": HSIAO_YU}
        assert given["gap_ms"] == 100

    def test_is_for_a_text_and_a_batch_too(self, castline: Castline, walks: None, input_of: Any) -> None:
        castline.done("say", "--text", "早安", "--voice", HSIAO_YU, "--no-wait", "--show", "walks")
        assert input_of()["output_format"] == "flac"

        (castline.folder / "scripts").mkdir()
        (castline.folder / "scripts" / "2.txt").write_text(SCRIPT, "utf-8")
        castline.done("batch", "scripts", "-o", "audio", "--show", "walks")
        assert (castline.folder / "audio" / "2.flac").read_bytes().startswith(b"fLaC")
        assert voices_in(input_of()) == {"A": HSIAO_YU, "B": YUN_JHE}

    def test_names_the_file_by_its_title(self, castline: Castline, walks: None) -> None:
        show = json.dumps({"cast": [{"speaker": "A", "voice_id": HSIAO_YU}]}).encode()
        castline.done("shows", "save", "walks", "-", "--title", "Walks", "--force", stdin=show)

        assert castline.done("say", "-", "--show", "walks", stdin="A：早安。\n".encode()) == "Walks.mp3\n"

    @pytest.mark.usefixtures("unspoken")
    def test_adds_its_pronunciations_behind_those_of_options(self, castline: Castline, input_of: Any) -> None:
        # Given
        show = {
            "cast": [{"speaker": "A", "voice_id": HSIAO_YU}, {"speaker": "B", "voice_id": YUN_JHE}],
            "pronunciations": [{"text": "AWS", "alias": "of the show"}, {"text": "早安", "alias": "早上好"}],
        }
        castline.done("shows", "save", "words", "-", stdin=json.dumps(show).encode())
        (castline.folder / "own.csv").write_text("text,alias\nAWS,own\n", "utf-8")

        # When
        options = ("--show", "words", "--pronunciations", "own.csv")
        castline.done("say", "-", "--no-wait", *options, stdin="A：AWS，早安。\n".encode())

        # Then
        aliases = {each["text"]: each["alias"] for each in input_of()["pronunciations"]}
        assert aliases == {"AWS": "own", "早安": "早上好"}

    def test_is_saved_from_a_cast_file(self, castline: Castline) -> None:
        (castline.folder / "cast.toml").write_text(
            '[cast]\nA = "曉雨"\n"老師" = { voice = "雲哲", speed = 0.9 }\n', "utf-8"
        )

        castline.done("shows", "save", "lessons", "cast.toml", "--title", "第一課")

        show = json.loads(castline.done("shows", "show", "lessons", "--json"))
        assert show["title"] == "第一課"
        assert [(each["speaker"], each["voice_id"]) for each in show["cast"]] == [("A", HSIAO_YU), ("老師", YUN_JHE)]

    def test_is_shown_listed_and_deleted(self, castline: Castline, walks: None) -> None:
        [row] = castline.done("shows", "list").splitlines()
        assert row.startswith("walks\t20")
        facts = castline.done("shows", "show", "walks")
        assert "album\tWalks\n" in facts
        assert f"voice of B\t{YUN_JHE}, speed 1.2\n" in facts

        assert castline.done("shows", "delete", "walks") == "walks\n"
        assert castline.done("shows", "list") == ""
        outcome = castline("say", "-", "--show", "walks", stdin=STDIN)
        assert (outcome.exit_code, outcome.complaint) == (6, "castline: There is no such show.")

    @pytest.mark.parametrize(
        ("arguments", "exit_code", "complaint"),
        [
            (("save", "walks", "-"), 4, "the show walks already exists; use --force to replace it"),
            (("save", "x"), 2, "nothing to save the show from: name either a FILE or --from JOB"),
            (("save", "..", "--from", "last"), 2, "'..' is not a valid name for a show; use 1 to 64 of A to Z, "),
            (("save", "x", "show.json"), 1, "cannot read show.json: No such file or directory"),
            (("save", "x", "cast.json"), 1, "cast.json:1: not valid JSON ("),
            (("show", "nothing"), 6, "There is no such show."),
        ],
    )
    def test_that_cannot_be_is_told(
        self, castline: Castline, walks: None, arguments: tuple[str, ...], exit_code: int, complaint: str
    ) -> None:
        (castline.folder / "cast.json").write_text("{")

        outcome = castline("shows", *arguments, stdin=b'{"album": "Walks"}')

        assert outcome.exit_code == exit_code
        assert outcome.complaint.startswith(f"castline: {complaint}")


class TestAQuestion:
    SCRIPT = b"Anna: Good morning, how are you?\nSFX: door.wav\nANNA: I am fine, thank you.\nSFX: rain.wav\n"

    def test_that_nobody_can_be_asked_names_the_option(self, castline: Castline) -> None:
        outcome = castline("say", "-", "--dry-run", stdin=self.SCRIPT)

        assert outcome.exit_code == 0
        assert "--answer same_speaker:ANNA=join (" in outcome.err
        assert "--answer same_speaker:ANNA=keep (" in outcome.err
        assert re.search(r"^castline: standard input:3: .*Answer with --answer ", outcome.err, re.MULTILINE)

    @pytest.mark.usefixtures("unspoken")
    def test_is_answered_by_the_option(self, castline: Castline, input_of: Any) -> None:
        answers = ("--answer", "same_speaker:ANNA=join", "--answer", "sound:SFX=leave_out")

        outcome = castline("say", "-", "--no-wait", *answers, stdin=self.SCRIPT)

        assert "Answer with" not in outcome.err
        assert [turn["speaker"] for turn in input_of()["turns"]] == ["Anna", "Anna"]

    def test_is_asked_on_a_terminal(self, castline: Castline) -> None:
        # Given
        (castline.folder / "script.txt").write_bytes(
            b"Anna: Good morning, how are you?\nANNA: I am fine, thank you.\n"
        )
        keys, their_keys = pty.openpty()
        with on_terminal(castline, "parse", "script.txt", stdin=their_keys) as (process, terminal):
            # When
            terminal.read_until("1 to 2, or Enter to leave it as it is: ")
            os.write(keys, b"7\n")
            terminal.read_until("leave it as it is: (?s:.*)leave it as it is: ")
            os.write(keys, b"1\n")
            terminal.read_all()

            # Then
            assert process.wait(timeout=PATIENCE_SECONDS) == 0
        os.close(keys)
        os.close(their_keys)
        assert re.search(r"^Anna +en +2 *$", terminal.text, re.MULTILINE)

    def test_that_is_left_leaves_the_script_as_it_is(self, castline: Castline) -> None:
        (castline.folder / "script.txt").write_bytes(
            b"Anna: Good morning, how are you?\nANNA: I am fine, thank you.\n"
        )
        keys, their_keys = pty.openpty()
        with on_terminal(castline, "parse", "script.txt", stdin=their_keys) as (process, terminal):
            terminal.read_until("leave it as it is: ")
            os.write(keys, b"\n")
            terminal.read_all()
            assert process.wait(timeout=PATIENCE_SECONDS) == 0
        os.close(keys)
        os.close(their_keys)
        assert re.search(r"^ANNA .* 1 *$", terminal.text, re.MULTILINE)

    def test_about_a_script_of_a_batch_is_never_waited_for(self, castline: Castline, client: ApiClient) -> None:
        # Given
        (castline.folder / "scripts").mkdir()
        (castline.folder / "scripts" / "1.txt").write_bytes(self.SCRIPT)
        options = ("scripts", "-o", "audio", "--voice", "Ava")

        # When
        told = castline("batch", *options, "--dry-run")
        castline("batch", *options, "--answer", "same_speaker:ANNA=join", "--answer", "sound:SFX=leave_out")

        # Then
        assert "--answer same_speaker:ANNA=join (" in told.err
        [job_id] = client.list_ids()
        assert [turn["speaker"] for turn in client.job(job_id)["input_params"]["turns"]] == ["Anna", "Anna"]

    @pytest.mark.parametrize("written", ["", "sound", "=join", "sound="])
    def test_is_not_answered_by_what_is_no_answer(self, written: str) -> None:
        with pytest.raises(Misused, match=f"--answer {written} is not valid; write --answer QUESTION:SPEAKER=CHOICE"):
            read_answers([written])

    def test_is_not_answered_by_another_choice(self, castline: Castline) -> None:
        assert castline("say", "-", "--answer", "sound:SFX=join", stdin=self.SCRIPT).exit_code == 4


class TestParse:
    def test_shows_turns_with_their_lines(self, castline: Castline, client: ApiClient) -> None:
        printed = castline.done("parse", "-", stdin="A：早安。\n\nB：你好。\n".encode())

        assert printed == "1\tA\t早安。\n3\tB\t你好。\n"
        assert client.list_ids() == []

    def test_is_the_apis_answer_as_json(self, castline: Castline) -> None:
        parsed = json.loads(castline.done("parse", "-", "--json", stdin=ENGLISH))

        assert parsed["speakers"] == ["Anna", "Tom"]
        assert parsed["languages"]["Tom"] == parsed["language"] == "en"

    def test_tells_what_is_not_understood_line_by_line(self, castline: Castline) -> None:
        outcome = castline("parse", "-", stdin=b"A: x\nB:\n")

        assert outcome.exit_code == 4
        assert outcome.complaint.startswith("castline: standard input:2: line 2: speaker B says nothing")


def name(voice_id: str) -> str:
    """Return the name within the id of a voice."""
    return voice_id.removeprefix("en-US-").removesuffix("Neural")
