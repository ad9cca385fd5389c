"""``--play``: audio is played where a player is found."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from castline_cli.errors import FileProblem, Misused
from castline_cli.player import find_player, play
from tests.cli.scripts import SCRIPT, VOICES
from tests.e2e.decoded_audio import decode

if TYPE_CHECKING:
    from tests.cli.castline import Castline
    from tests.e2e.api_client import ApiClient

STDIN = SCRIPT.encode()
NO_PLAYER = (
    "no audio player was found; install one of mpv, ffplay, afplay, cvlc, play, or name a player in CASTLINE_PLAYER"
)


def program(folder: Path, name: str, *, status: int = 0) -> Path:
    """Make a program that copies the file it is to play to ``played``, and ends with a status."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f'#!/bin/sh\nfor file; do :; done\ncp "$file" played\necho "$@" > arguments\nexit {status}\n')
    path.chmod(0o755)
    return path


@pytest.fixture
def players(castline: Castline, tmp_path: Path) -> Path:
    """Return the only folder of programs, in which there is no player yet."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("cp", "sh"):
        (folder / name).symlink_to(f"/bin/{name}")
    castline.environment["PATH"] = str(folder)
    return folder


class TestAPlayer:
    def test_plays_the_audio_when_it_is_there_and_downloads_and_versions(
        self, castline: Castline, players: Path
    ) -> None:
        program(players, "mpv")

        assert castline.done("say", "-", "-o", "out.mp3", "--play", *VOICES, stdin=STDIN) == "out.mp3\n"
        assert (castline.folder / "played").read_bytes() == (castline.folder / "out.mp3").read_bytes()
        assert (castline.folder / "arguments").read_text() == "--no-video --really-quiet out.mp3\n"

        castline.done("jobs", "download", "last", "-o", "again.mp3", "--play")
        assert (castline.folder / "arguments").read_text().endswith(" again.mp3\n")

        castline.done("render", "last", "-o", "other.flac", "--play")
        assert (castline.folder / "played").read_bytes().startswith(b"fLaC")

    def test_plays_previews(self, castline: Castline, players: Path) -> None:
        program(players, "afplay")

        assert castline.done("preview", "早安", "--voice", "曉雨") == ""

        assert decode((castline.folder / "played").read_bytes()).duration_ms > 100

    def test_is_the_one_that_the_variable_names(self, tmp_path: Path) -> None:
        mine = program(tmp_path, "mine")

        assert find_player({"CASTLINE_PLAYER": f"{mine} --loud"}) == [str(mine), "--loud"]

    def test_that_fails_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        mpv = program(tmp_path, "mpv", status=3)

        with pytest.raises(FileProblem, match=rf"^{mpv} cannot play out\.mp3 \(it ended with 3\)$"):
            play(Path("out.mp3"), [str(mpv)])

    @pytest.mark.parametrize(
        "command", [("say", "-", *VOICES, "--play"), ("preview", "早安")], ids=["say", "preview"]
    )
    def test_that_is_not_there_is_told_before_anything_is_spoken(
        self, castline: Castline, client: ApiClient, players: Path, command: tuple[str, ...]
    ) -> None:
        outcome = castline(*command, stdin=STDIN)

        assert (outcome.exit_code, outcome.complaint) == (
            2,
            f"castline: {NO_PLAYER}",
        )
        assert client.list_ids() == []

    def test_that_the_variable_names_must_be_there(self) -> None:
        with pytest.raises(Misused, match="the player nonsense was not found; CASTLINE_PLAYER names it"):
            find_player({"CASTLINE_PLAYER": "nonsense -x", "PATH": os.environ["PATH"]})

    @pytest.mark.parametrize(
        ("options", "complaint"),
        [
            (("-o", "-"), "audio on standard output cannot be played; remove --play, or name a file with -o"),
            (("--no-wait",), "--no-wait downloads nothing; remove -o, --subtitles and --play"),
        ],
    )
    def test_needs_a_file(self, castline: Castline, options: tuple[str, ...], complaint: str) -> None:
        outcome = castline("say", "-", "--play", *options, *VOICES, stdin=STDIN)

        assert (outcome.exit_code, outcome.complaint) == (2, f"castline: {complaint}")


class TestAPreview:
    def test_goes_to_a_file(self, castline: Castline, client: ApiClient) -> None:
        printed = castline.done("preview", "早安", "--voice", "曉雨", "--speed", "1.2", "-o", "morning.mp3")

        assert printed == "morning.mp3\n"
        assert decode((castline.folder / "morning.mp3").read_bytes()).duration_ms > 100
        assert client.list_ids() == []

    def test_is_not_billed_again_by_the_job_that_has_its_words(self, castline: Castline) -> None:
        castline.done("preview", "早安。", "--voice", "曉雨", "--language", "zh-TW", "-o", "a.mp3")

        printed = castline.done("say", "--text", "早安。", "--voice", "曉雨", "--language", "zh-TW", "--dry-run")

        assert "billed\t0\n" in printed

    def test_of_no_voice_in_particular_has_one_of_the_language(self, castline: Castline) -> None:
        outcome = castline("preview", "今天天氣真好，我們出去走走吧。", "-o", "a.mp3")

        assert outcome.exit_code == 0
        assert "(zh-TW-" in outcome.err

    def test_that_is_too_long_is_refused(self, castline: Castline) -> None:
        outcome = castline("preview", "x" * 201, "--voice", "Ava", "-o", "a.mp3")

        assert outcome.exit_code == 4
        assert "text: " in outcome.err

    def test_is_the_apis_answer_as_json(self, castline: Castline) -> None:
        printed = castline.done("preview", "早安", "--voice", "曉雨", "--json")

        assert '"audio_url"' in printed
