"""``castline sounds``: files become sounds, once and whole, or it is said why not."""

from __future__ import annotations

import io
import json
import os
import signal
import time
import zipfile
from typing import TYPE_CHECKING

import pytest
import soundfile

from castline.api.messages import upload_problem_message
from castline.api.negotiation import Language
from castline.audio.upload_limits import UploadProblem
from castline.sounds import limits
from castline.usecases import keep_sounds
from castline_client import Castline as Client
from castline_client import FileChanged
from castline_client.files import MEDIA_TYPES
from tests.cli.bad_road import Trouble
from tests.cli.clips import clip, cover
from tests.cli.scripts import VOICES
from tests.cli.sounds import sounds_of
from tests.cli.terminal import on_terminal, shown_by
from tests.e2e.dialogues import HSIAO_YU, dialogue
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

    from local.stack import LocalStack
    from tests.cli.bad_road import BadRoad
    from tests.cli.castline import Castline
    from tests.e2e.api_client import ApiClient


@pytest.fixture
def jingle(castline: Castline) -> Path:
    return clip(castline.folder / "jingle.wav")


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("castline_client.transfers.PAUSES_SECONDS", (0.01, 0.01, 0.01, 0.01))


def zipped() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("x", os.urandom(5_000))
    return written.getvalue()


class TestUpload:
    def test_makes_a_sound_of_a_file(self, castline: Castline, client: ApiClient, jingle: Path) -> None:
        # When
        printed = castline.done("sounds", "upload", "jingle.wav")

        # Then
        [sound] = sounds_of(client)
        assert printed == f"{sound['id']}\n"
        assert (sound["name"], sound["status"], sound["size_bytes"], sound["duration_ms"]) == (
            "jingle.wav",
            "ready",
            jingle.stat().st_size,
            500,
        )

    def test_takes_several_files_each_once(self, castline: Castline, client: ApiClient, jingle: Path) -> None:
        cover(castline.folder / "cover.png")
        clip(castline.folder / "bed.wav", seconds=1)

        printed = castline.done("sounds", "upload", "jingle.wav", "cover.png", "bed.wav", "jingle.wav", "--json")

        answers = [json.loads(line) for line in printed.splitlines()]
        assert [each["id"] for each in answers[:3]] == [each["id"] for each in sounds_of(client)]
        assert [each["name"] for each in answers] == ["jingle.wav", "cover.png", "bed.wav", "jingle.wav"]
        assert [each["kind"] for each in answers] == ["audio", "image", "audio", "audio"]
        assert answers[3] == answers[0]

    def test_is_not_made_twice(self, castline: Castline, client: ApiClient, downloads: BadRoad, jingle: Path) -> None:
        # Given
        first = castline.done("sounds", "upload", "jingle.wav")

        # When
        outcome = castline("sounds", "upload", str(jingle))

        # Then
        assert (outcome.exit_code, outcome.out) == (0, first)
        assert outcome.complaint == (
            f"castline: {jingle} is not uploaded: the sound {first.strip()} has the same name and size (use "
            "--upload-again to upload it)"
        )
        assert downloads.count("PUT", "/upload") == 1

        # And made again when that is wanted, or the file has changed
        again = castline.done("sounds", "upload", "jingle.wav", "--upload-again")
        clip(jingle, seconds=0.6)
        changed = castline.done("sounds", "upload", "jingle.wav")
        assert len({first, again, changed}) == 3
        assert downloads.count("PUT", "/upload") == 3

    def test_says_why_a_file_cannot_be_used(self, castline: Castline, client: ApiClient) -> None:
        (castline.folder / "music.mp3").write_bytes(zipped())
        sentence = upload_problem_message(UploadProblem.NOT_AUDIO, Language.ENGLISH)

        outcome = castline("sounds", "upload", "music.mp3")

        assert (outcome.exit_code, outcome.out) == (4, "")
        assert outcome.complaint == f"castline: music.mp3: {sentence}"
        [sound] = sounds_of(client)
        assert sound["status"] == "failed"
        assert f"problem\t{sentence} ({UploadProblem.NOT_AUDIO})\n" in castline.done("sounds", "show", "music.mp3")

        # And it is tried again, not taken for one that is there
        assert castline("sounds", "upload", "music.mp3").exit_code == 4
        assert len(sounds_of(client)) == 2

    def test_says_it_of_each_file_and_keeps_the_others(
        self, castline: Castline, client: ApiClient, jingle: Path
    ) -> None:
        for name in ("a.mp3", "b.mp3"):
            (castline.folder / name).write_bytes(zipped())

        outcome = castline("sounds", "upload", "a.mp3", "jingle.wav", "b.mp3")

        assert outcome.exit_code == 4
        assert [line.split(":")[1] for line in outcome.err.splitlines()] == [" a.mp3", " b.mp3"]
        assert [sound["status"] for sound in sounds_of(client)] == ["failed", "ready", "failed"]

    def test_says_so_in_the_language_that_is_wanted(self, castline: Castline) -> None:
        (castline.folder / "music.mp3").write_bytes(zipped())

        outcome = castline("sounds", "upload", "music.mp3", "--lang", "zh-TW")

        sentence = upload_problem_message(UploadProblem.NOT_AUDIO, Language.CHINESE)
        assert outcome.complaint == f"castline: music.mp3: {sentence}"

    @pytest.mark.parametrize(
        ("name", "complaint"),
        [
            ("nothing.mp3", "cannot read nothing.mp3: No such file or directory"),
            ("folder.mp3", "cannot read folder.mp3: Is a directory"),
            ("empty.mp3", "empty.mp3 is empty"),
            (
                "notes.txt",
                ("notes.txt does not have the extension of a sound; Castline accepts .mp3, .wav, .flac, .ogg, "),
            ),
        ],
    )
    def test_of_what_is_no_sound_asks_the_service_nothing(
        self, castline: Castline, client: ApiClient, jingle: Path, name: str, complaint: str
    ) -> None:
        (castline.folder / "folder.mp3").mkdir()
        (castline.folder / "empty.mp3").touch()
        (castline.folder / "notes.txt").write_text("x")

        outcome = castline("sounds", "upload", "jingle.wav", name)

        assert outcome.exit_code == 1
        assert outcome.complaint.startswith(f"castline: {complaint}")
        assert sounds_of(client) == []

    def test_of_a_file_that_is_too_large_is_refused(self, castline: Castline, client: ApiClient) -> None:
        with (castline.folder / "long.wav").open("wb") as file:
            file.truncate(50 * 1024 * 1024 + 1)

        outcome = castline("sounds", "upload", "long.wav")

        assert outcome.exit_code == 4
        assert outcome.err.splitlines()[0] == "castline: long.wav: The request is not valid."
        assert outcome.err.splitlines()[1].startswith("  size_bytes: ")
        assert sounds_of(client) == []

    def test_says_how_to_make_room(
        self, castline: Castline, client: ApiClient, jingle: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(keep_sounds, "MAX_SOUNDS", 1)
        request = {"name": "x", "size_bytes": 1, "content_type": "audio/wav"}
        assert client.post("/sounds", json=request).status_code == 201

        outcome = castline("sounds", "upload", "jingle.wav")

        assert outcome.exit_code == 4
        assert outcome.err.splitlines()[1:] == ["  `castline sounds delete SOUND` makes room"]

    def test_knows_only_media_types_that_the_service_takes(self) -> None:
        assert set(MEDIA_TYPES.values()) <= set(limits.CONTENT_TYPES)


class TestABadConnection:
    def test_is_outlasted(
        self, castline: Castline, client: ApiClient, downloads: BadRoad, jingle: Path, quick_retries: None
    ) -> None:
        # Given a file whose arrival is not told twice
        downloads.troubles = [Trouble(method="PUT", path="/upload", times=2)]

        # When
        castline.done("sounds", "upload", "jingle.wav")

        # Then
        [sound] = sounds_of(client)
        assert sound["status"] == "ready"
        assert downloads.count("PUT", "/upload") == 3

    def test_that_stays_bad_leaves_nothing(
        self, castline: Castline, client: ApiClient, downloads: BadRoad, jingle: Path, quick_retries: None
    ) -> None:
        downloads.troubles = [Trouble(method="PUT", path="/upload", times=99, status=503)]

        outcome = castline("sounds", "upload", "jingle.wav")

        assert (outcome.exit_code, outcome.complaint) == (
            3,
            "castline: the upload of jingle.wav failed repeatedly; try again later",
        )
        assert sounds_of(client) == []

    def test_is_not_what_a_refusal_is(
        self, castline: Castline, client: ApiClient, downloads: BadRoad, jingle: Path
    ) -> None:
        downloads.troubles = [Trouble(method="PUT", path="/upload", status=403)]

        outcome = castline("sounds", "upload", "jingle.wav")

        assert (outcome.exit_code, outcome.complaint) == (
            4,
            "castline: the upload of jingle.wav was refused (403); try again",
        )
        assert downloads.count("PUT", "/upload") == 1
        assert sounds_of(client) == []

    def test_that_is_slow_is_shown(self, castline: Castline, downloads: BadRoad) -> None:
        # Given a large file, which is none in the end
        (castline.folder / "bed.wav").write_bytes(bytes(9_600_000))
        downloads.pause_seconds = 0.05

        # When
        with on_terminal(castline, "sounds", "upload", "bed.wav") as (process, terminal):
            terminal.read_all()
            process.wait(timeout=PATIENCE_SECONDS)

        # Then
        assert "bed.wav ━" in terminal.text
        assert "MB of 9.6 MB, " in terminal.text
        assert "MB/s" in terminal.text
        assert "being checked" in terminal.text

    @pytest.mark.parametrize("is_watched", [True, False])
    def test_can_be_left(
        self, castline: Castline, client: ApiClient, downloads: BadRoad, *, is_watched: bool
    ) -> None:
        # Given
        (castline.folder / "bed.wav").write_bytes(bytes(9_600_000))
        downloads.pause_seconds = 0.5
        arguments = ("say", "--text", "早安。", "--voice", HSIAO_YU, "--bed", "bed.wav")

        # When
        if is_watched:
            with on_terminal(castline, *arguments) as (process, terminal):
                terminal.read_until("MB of 9.6 MB")
                process.send_signal(signal.SIGINT)
                terminal.read_all()
                process.wait(timeout=PATIENCE_SECONDS)
                last_line = terminal.text.splitlines()[-1]
        else:
            with castline.started(*arguments) as process:
                deadline = time.monotonic() + PATIENCE_SECONDS
                while not downloads.count("PUT", "/upload"):
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
                process.send_signal(signal.SIGINT)
                _out, err = process.communicate(timeout=PATIENCE_SECONDS)
                [last_line] = err.decode().splitlines()

        # Then
        assert (process.returncode, last_line) == (130, "castline: interrupted while uploading")
        assert sounds_of(client) == []
        assert client.list_ids() == []

    def test_does_not_mix_a_file_that_changes(
        self, client: ApiClient, stack: LocalStack, user: str, tmp_path: Path
    ) -> None:
        path = clip(tmp_path / "a.wav")
        size_bytes = path.stat().st_size
        for wrong in (size_bytes - 1, size_bytes + 1):
            request = {"name": "a.wav", "size_bytes": wrong, "content_type": "audio/wav"}
            created = client.post("/sounds", json=request).json()

            with Client(stack.url, user=user) as service, pytest.raises(FileChanged, match="changed during"):
                service.send_file(path, created)


class TestSounds:
    def test_are_listed(self, castline: Castline, client: ApiClient, jingle: Path) -> None:
        assert castline.done("sounds", "list") == ""
        cover(castline.folder / "cover.png")
        castline.done("sounds", "upload", "jingle.wav", "cover.png")

        rows = [line.split("\t") for line in castline.done("sounds", "list").splitlines()]

        assert [row[1:] for row in rows] == [
            ["ready", "image", "0 KB", "cover.png"],
            ["ready", "0.5 s", "24 KB", "jingle.wav"],
        ]
        assert castline.done("sounds", "list", "--json") == client.get("/sounds").text + "\n"

    def test_are_listed_on_a_terminal(self, castline: Castline) -> None:
        assert shown_by(castline, "sounds", "list").splitlines()[-1] == "no sounds"
        name = "很長的名字" * 8 + ".wav"
        clip(castline.folder / name)
        uploaded = shown_by(castline, "sounds", "upload", name).splitlines()[-1]
        assert uploaded.endswith("(0.5 s, 24 KB, -12.9 LUFS)")

        lines = shown_by(castline, "sounds", "list").splitlines()

        assert lines[0].split() == ["sound", "status", "length", "size", "name"]
        assert lines[1].rstrip().endswith("…")

    def test_are_shown_by_name_and_by_id(self, castline: Castline, client: ApiClient, jingle: Path) -> None:
        castline.done("sounds", "upload", "jingle.wav")
        [sound] = sounds_of(client)

        shown = [
            castline.done("sounds", "show", written)
            for written in ("jingle.wav", sound["id"], sound["id"][-8:], sound["id"].upper())
        ]

        assert len(set(shown)) == 1
        facts = dict(line.split("\t") for line in shown[0].splitlines())
        assert (
            facts.items()
            >= {
                "sound": sound["id"],
                "name": "jingle.wav",
                "status": "ready",
                "kind": "audio, audio/wav",
                "length": "0.5 s",
                "channels": "1",
                "sample rate": "24,000 Hz",
            }.items()
        )
        assert facts["kept until"] > facts["uploaded"]
        assert json.loads(castline.done("sounds", "show", "jingle.wav", "--json")).items() >= sound.items()

    @pytest.mark.parametrize("command", ["show", "download", "delete"])
    def test_that_there_are_not(self, castline: Castline, jingle: Path, command: str) -> None:
        castline.done("sounds", "upload", "jingle.wav")

        for written in ("nothing", "ffffffff", "../jobs", "jingle", ""):
            outcome = castline("sounds", command, written)

            assert outcome.exit_code == 6
            assert outcome.complaint == (
                f"castline: there is no sound {written}; `castline sounds list` lists your sounds"
            )

    def test_of_one_name_are_told_apart(self, castline: Castline, client: ApiClient, jingle: Path) -> None:
        ids = [castline.done("sounds", "upload", "jingle.wav", "--upload-again").strip() for _ in range(2)]

        outcome = castline("sounds", "delete", "jingle.wav")

        assert outcome.exit_code == 2
        assert outcome.err.splitlines() == [
            "castline: jingle.wav matches 2 sounds; write the id of one:",
            *(f"  {sound_id}  jingle.wav, ready" for sound_id in ids[::-1]),
        ]
        assert castline.done("sounds", "delete", ids[0]) == f"{ids[0]}\n"
        assert [sound["id"] for sound in sounds_of(client)] == ids[1:]

    def test_are_downloaded_to_listen_to(self, castline: Castline, downloads: BadRoad) -> None:
        # Given
        picture = cover(castline.folder / "cover.png").read_bytes()
        clip(castline.folder / "bed.wav", seconds=2)
        castline.done("sounds", "upload", "bed.wav", "cover.png")
        (castline.folder / "cover.png").unlink()
        downloads.troubles = [Trouble(method="GET", path="/listen.mp3", after_bytes=1_000)]

        # When
        printed = castline.done("sounds", "download", "bed.wav")
        castline.done("sounds", "download", "cover.png", "-o", ".")

        # Then
        assert printed == "bed.mp3\n"
        assert soundfile.info(castline.folder / "bed.mp3").duration == pytest.approx(2, abs=0.06)
        assert (castline.folder / "cover.png").read_bytes() == picture

        # And what is there is kept
        assert castline("sounds", "download", "bed.wav").complaint.startswith("castline: bed.mp3 already exists; ")
        assert castline("sounds", "download", "bed.wav", "-o", "-").out_bytes.startswith((b"ID3", b"\xff"))

    def test_that_cannot_be_used_cannot_be_downloaded(self, castline: Castline) -> None:
        (castline.folder / "x.mp3").write_bytes(zipped())
        castline("sounds", "upload", "x.mp3")

        outcome = castline("sounds", "download", "x.mp3")

        assert (outcome.exit_code, outcome.complaint) == (
            4,
            "castline: x.mp3 is failed; there is nothing to download",
        )

    def test_are_deleted_and_still_heard_in_the_job_under_way(
        self, castline: Castline, client: ApiClient, stack: LocalStack
    ) -> None:
        # Given
        clip(castline.folder / "intro.wav", seconds=3)
        without = client.complete(dialogue())["result_metadata"]["duration_ms"]
        with stack.cloud.lambdas.pause("plan"):
            options = ("--intro", "intro.wav", "--no-wait", *VOICES)
            job_id = castline.done("say", "-", *options, stdin="A：早安。\nB：你好。\n".encode()).strip()

            # When
            castline.done("sounds", "delete", "intro.wav")

        # Then
        assert sounds_of(client) == []
        job = client.wait_for(job_id, "completed")
        assert job["result_metadata"]["duration_ms"] == pytest.approx(without + 3_000, abs=2)

    def test_are_completed(self, castline: Castline, client: ApiClient, jingle: Path) -> None:
        castline.done("sounds", "upload", "jingle.wav")
        [sound] = sounds_of(client)
        castline.environment |= {
            "_CASTLINE_COMPLETE": "complete_fish",
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
            "_TYPER_COMPLETE_ARGS": "castline sounds show ",
        }

        assert castline.run().out == f"{sound['id']}\tjingle.wav, ready\n"
