"""``castline say`` with music, sounds and a cover: uploaded, and heard where the options say."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from mutagen.mp4 import MP4

from tests.cli.clips import clip, cover
from tests.cli.scripts import SCRIPT, VOICES
from tests.cli.sounds import sounds_of
from tests.e2e.dialogues import HSIAO_YU

if TYPE_CHECKING:
    from tests.cli.castline import Castline
    from tests.e2e.api_client import ApiClient

STDIN = SCRIPT.encode()


@pytest.fixture(autouse=True)
def clips(castline: Castline) -> None:
    """Put clips and a picture into the folder."""
    clip(castline.folder / "intro.wav", seconds=2, hertz=330)
    clip(castline.folder / "outro.wav", seconds=1, hertz=550)
    clip(castline.folder / "bed.wav", seconds=1.5, hertz=220)
    cover(castline.folder / "cover.png")


def given_by(client: ApiClient) -> dict[str, Any]:
    [job_id] = client.list_ids()
    given: dict[str, Any] = client.job(job_id)["input_params"]
    return given


def ids_of(client: ApiClient) -> dict[str, str]:
    """Return the ids of the user's sounds, by name."""
    return {sound["name"]: sound["id"] for sound in sounds_of(client)}


class TestFiles:
    def test_are_uploaded_and_used(self, castline: Castline, client: ApiClient) -> None:
        # When
        printed = castline.done(
            *("say", "-", "-o", "out.m4b", *VOICES, "--title", "第一課", "--quality", "studio"),
            *("--intro", "intro.wav", "--intro-overlap", "0.5s", "--outro", "outro.wav", "--outro-overlap", "250"),
            *("--bed", "bed.wav", "--bed-gain", "-14", "--duck", "8", "--cover", "cover.png"),
            stdin=STDIN,
        )

        # Then
        assert printed == "out.m4b\n"
        ids, given = ids_of(client), given_by(client)
        assert set(ids) == {"intro.wav", "outro.wav", "bed.wav", "cover.png"}
        defaults = {"gain_db": 0, "fade_in_ms": 0, "fade_out_ms": 0}
        assert given["music"] == {
            "intro": {**defaults, "sound_id": ids["intro.wav"], "overlap_ms": 500, "fade_out_ms": 500},
            "outro": {**defaults, "sound_id": ids["outro.wav"], "overlap_ms": 250, "fade_in_ms": 250},
            "bed": {
                "sound_id": ids["bed.wav"],
                "gain_db": -14,
                "duck_db": 8,
                "fade_in_ms": 2_000,
                "fade_out_ms": 4_000,
            },
        }
        assert given["cover_id"] == ids["cover.png"]

        # And they are in the file
        [job_id] = client.list_ids()
        first = client.job(job_id)["result_metadata"]["turn_timings"][0]
        assert first["start_ms"] == pytest.approx(1_500, abs=2)
        file = MP4(io.BytesIO((castline.folder / "out.m4b").read_bytes()))
        assert file.info.channels == 2
        assert bytes(file.tags["covr"][0]) == (castline.folder / "cover.png").read_bytes()
        assert castline.done("jobs", "show", job_id).count("music\tintro, outro, bed\n") == 1

    @pytest.mark.usefixtures("unspoken")
    def test_are_uploaded_once_for_all_jobs(self, castline: Castline, client: ApiClient) -> None:
        # Given
        options = ("--no-wait", *VOICES, "--intro", "intro.wav", "--outro", "./intro.wav")
        castline.done("say", "-", *options, stdin=STDIN)

        # When
        outcome = castline("say", "-", *options, stdin=STDIN)

        # Then
        [sound] = sounds_of(client)
        assert outcome.exit_code == 0
        assert {line.split(" is ")[0] for line in outcome.err.splitlines()} == {"castline: intro.wav"}
        for job_id in client.list_ids():
            music = client.job(job_id)["input_params"]["music"]
            assert {music["intro"]["sound_id"], music["outro"]["sound_id"]} == {sound["id"]}

        # And uploaded again when that is wanted
        castline.done("say", "-", *options, "--upload-again", stdin=STDIN)
        assert len(sounds_of(client)) == 2

    @pytest.mark.usefixtures("unspoken")
    def test_may_be_gone_once_they_are_uploaded(self, castline: Castline, client: ApiClient) -> None:
        # Given
        castline.done("sounds", "upload", "intro.wav", "bed.wav")
        ids = ids_of(client)
        for name in ids:
            (castline.folder / name).unlink()

        # When named by its name and by a part of its id
        castline.done(
            "say", "-", "--no-wait", *VOICES, "--intro", "intro.wav", "--bed", ids["bed.wav"][-10:], stdin=STDIN
        )

        # Then
        music = given_by(client)["music"]
        assert {name: part["sound_id"] for name, part in music.items()} == {
            "intro": ids["intro.wav"],
            "bed": ids["bed.wav"],
        }

    def test_go_with_a_text_too(self, castline: Castline, client: ApiClient) -> None:
        castline.done("say", "--text", "早安。", "--voice", HSIAO_YU, "-o", "out.mp3", "--bed", "bed.wav")

        assert given_by(client)["music"]["bed"]["sound_id"] == ids_of(client)["bed.wav"]

    @pytest.mark.parametrize(
        ("script", "options"),
        [("A:\n", VOICES), (SCRIPT, (*VOICES, "--voice", f"C={HSIAO_YU}")), (SCRIPT, (*VOICES, "--duck", "5"))],
        ids=["script", "voices", "options"],
    )
    def test_are_not_uploaded_for_what_cannot_be_submitted(
        self, castline: Castline, client: ApiClient, script: str, options: tuple[str, ...]
    ) -> None:
        outcome = castline("say", "-", *options, "--intro", "intro.wav", stdin=script.encode())

        assert outcome.exit_code in {2, 4}
        assert sounds_of(client) == []


class TestAFileOfMusic:
    @pytest.mark.usefixtures("unspoken")
    def test_says_what_options_do_not(self, castline: Castline, client: ApiClient) -> None:
        # Given
        folder = castline.folder / "theme"
        folder.mkdir()
        (castline.folder / "bed.wav").rename(folder / "bed.wav")
        bed = {"sound": "bed.wav", "gain_db": -20, "fade_in_ms": 100, "fade_out_ms": 200}
        (folder / "music.json").write_text(json.dumps({"bed": bed, "outro": {"sound": "bed.wav", "gain_db": 3}}))

        # When
        castline.done(
            "say", "-", "--no-wait", *VOICES, "--music", "theme/music.json", "--bed-gain", "-9", stdin=STDIN
        )

        # Then
        [(_name, sound_id)] = ids_of(client).items()
        assert given_by(client)["music"] == {
            "outro": {"sound_id": sound_id, "gain_db": 3, "fade_in_ms": 0, "fade_out_ms": 0, "overlap_ms": 0},
            "bed": {"sound_id": sound_id, "gain_db": -9, "fade_in_ms": 100, "fade_out_ms": 200, "duck_db": 10},
        }

    @pytest.mark.parametrize(
        ("content", "complaint"),
        [
            ("{\n'bed': 1}", "music.json:2: not valid JSON ("),
            ("[]", 'music.json does not describe music; write {"intro": {"sound": "FILE", …}, "outro": …, "bed": …}'),
            ('{"bed": "bed.wav"}', "music.json does not describe music; "),
        ],
    )
    def test_that_is_not_understood(
        self, castline: Castline, client: ApiClient, content: str, complaint: str
    ) -> None:
        (castline.folder / "music.json").write_text(content)

        outcome = castline("say", "-", *VOICES, "--music", "music.json", stdin=STDIN)

        assert outcome.exit_code == 1
        assert outcome.complaint.startswith(f"castline: {complaint}")
        assert client.list_ids() == []

    def test_that_the_service_does_not_understand(self, castline: Castline) -> None:
        (castline.folder / "music.json").write_text('{"bed": {"sound": "bed.wav", "gain": 3}, "intro": {}}')

        outcome = castline("say", "-", *VOICES, "--music", "music.json", stdin=STDIN)

        assert outcome.exit_code == 4
        fields = {line.split(":")[0] for line in outcome.err.splitlines()[1:]}
        assert fields == {"  music.bed.gain", "  music.intro.sound_id"}


class TestOptions:
    @pytest.mark.parametrize(
        ("options", "exit_code", "complaint"),
        [
            (("--bed-gain", "-9"), 2, "there is no bed to change; name its sound with --bed"),
            (("--intro-overlap", "1s"), 2, "there is no intro to change; name its sound with --intro"),
            (("--intro", "no.mp3"), 6, "there is no file no.mp3, and no sound of that name or id (see `castline "),
            (("--cover", "../x"), 6, "there is no file ../x, and no sound of that name or id (see `castline sounds "),
            (("--bed", "."), 1, "cannot read .: Is a directory"),
            (("--outro", "outro.wav", "--outro-overlap", "soon"), 2, "Invalid value for '--outro-overlap': "),
            (("--bed", "bed.wav", "--duck", "nan"), 2, "Invalid value for '--duck': "),
        ],
    )
    def test_that_are_not_understood(
        self, castline: Castline, client: ApiClient, options: tuple[str, ...], exit_code: int, complaint: str
    ) -> None:
        outcome = castline("say", "-", *VOICES, *options, stdin=STDIN)

        assert (outcome.exit_code, outcome.out) == (exit_code, "")
        assert outcome.complaint.startswith(f"castline: {complaint}")
        assert client.list_ids() == []
        assert sounds_of(client) == []

    @pytest.mark.parametrize(
        ("options", "field"),
        [
            (("--intro", "cover.png"), "music.intro.sound_id"),
            (("--bed", "bed.wav", "--duck", "61"), "music.bed.duck_db"),
        ],
    )
    def test_that_are_refused(
        self, castline: Castline, client: ApiClient, options: tuple[str, ...], field: str
    ) -> None:
        outcome = castline("say", "-", *VOICES, *options, stdin=STDIN)

        assert outcome.exit_code == 4
        assert f"\n  {field}: " in outcome.err
        assert client.list_ids() == []


class TestAScriptInJson:
    def test_may_have_sounds_among_its_turns(self, castline: Castline, client: ApiClient) -> None:
        # Given
        castline.done("sounds", "upload", "bed.wav")
        bed_id = ids_of(client)["bed.wav"]
        folder = castline.folder / "play"
        folder.mkdir()
        clip(folder / "door.wav")
        script = {
            "turns": [
                {"speaker": "A", "text": "誰？"},
                {"sound": "door.wav", "gain_db": -6},
                {"sound_id": bed_id, "under": True},
                {"speaker": "B", "text": "是我。"},
            ]
        }
        (folder / "page.json").write_text(json.dumps(script, ensure_ascii=False))

        # When
        printed = castline.done("say", "play/page.json", "-o", "out.mp3", *VOICES)

        # Then
        assert printed == "out.mp3\n"
        turns = given_by(client)["turns"]
        assert [turn.get("text", turn.get("sound_id")) for turn in turns] == [
            "誰？",
            ids_of(client)["door.wav"],
            bed_id,
            "是我。",
        ]
        assert [turn["index"] for turn in turns] == [0, 1, 2, 3]
        assert turns[1]["gain_db"] == -6
        assert turns[2]["under"] is True

    def test_has_its_faults_told_with_their_lines(self, castline: Castline) -> None:
        script = '[\n{"sound": "bed.wav"},\n{"speaker": "A", "text": ""},\n{"speaker": "B", "text": "x"}]'

        outcome = castline("say", "-", *VOICES, stdin=script.encode())

        assert outcome.exit_code == 4
        assert outcome.err.startswith("castline: standard input:3: line 3: speaker A says nothing")
