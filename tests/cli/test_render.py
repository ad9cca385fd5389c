"""``castline render``: other versions of finished jobs, which nobody speaks again."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from local import resources
from tests.cli.castline import Castline
from tests.cli.clips import clip, cover
from tests.cli.scripts import SCRIPT, VOICES
from tests.cli.sounds import sounds_of
from tests.e2e.api_client import ApiClient
from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    from local.stack import LocalStack


@pytest.fixture(scope="module")
def shared(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, str]:
    """Return a user, a job that is completed, and another one with an intro, a bed and a cover."""
    user = f"user-{uuid.uuid4()}"
    castline = Castline(tmp_path_factory.mktemp("work"), {"CASTLINE_API": stack.url, "CASTLINE_USER": user})
    clip(castline.folder / "intro.wav", seconds=2)
    clip(castline.folder / "bed.wav", hertz=220)
    cover(castline.folder / "cover.png")
    music = ("--intro", "intro.wav", "--intro-overlap", "1s", "--bed", "bed.wav", "--cover", "cover.png")
    castline.done("say", "-", "-o", "first.mp3", *VOICES, *music, stdin=SCRIPT.encode())
    with ApiClient(stack.url, user_id=user) as client:
        [with_music] = client.list_ids()
        return user, client.complete(dialogue(title="第一課"))["id"], with_music


@pytest.fixture
def user(shared: tuple[str, str, str]) -> str:
    return shared[0]


@pytest.fixture
def job_id(shared: tuple[str, str, str]) -> str:
    return shared[1]


@pytest.fixture
def with_music(shared: tuple[str, str, str]) -> str:
    return shared[2]


def newest(client: ApiClient) -> dict[str, Any]:
    return client.job(client.list_ids()[0])


class TestAVersion:
    def test_has_what_the_options_say(self, castline: Castline, client: ApiClient, job_id: str) -> None:
        # When
        printed = castline.done("render", job_id, "--format", "m4b", "--quality", "studio", "--loudness", "audiobook")

        # Then
        assert printed == "第一課.m4b\n"
        assert b"ftyp" in (castline.folder / "第一課.m4b").read_bytes()[:12]
        job = newest(client)
        assert job["rendition_of"] == job_id
        assert job["result_metadata"]["billed_characters"] == 0
        given = job["input_params"]
        assert (given["output_format"], given["quality"], given["loudness"]) == ("m4b", "studio", "audiobook")
        assert f"\nrendition of\t{job_id}\n" in castline.done("jobs", "show", "last")

    def test_has_the_format_that_its_name_says(self, castline: Castline, client: ApiClient, job_id: str) -> None:
        printed = castline.done("render", job_id, "-o", "out.opus", "--subtitles", "out.srt", "--json")

        assert json.loads(printed) == newest(client)
        assert newest(client)["input_params"]["output_format"] == "opus"
        assert (castline.folder / "out.opus").read_bytes().startswith(b"OggS")
        assert (castline.folder / "out.srt").read_text().startswith("1\n")

    @pytest.mark.usefixtures("unspoken")
    def test_may_be_left_alone(self, castline: Castline, client: ApiClient, job_id: str) -> None:
        printed = castline.done("render", job_id[-8:], "--loudness", "none", "--no-wait")
        answer = castline.done("render", job_id, "--loudness", "broadcast", "--no-wait", "--json")

        assert client.list_ids()[:2] == [json.loads(answer)["id"], printed.strip()]


class TestMusic:
    def test_is_that_of_the_job_but_for_what_changes(
        self, castline: Castline, client: ApiClient, with_music: str
    ) -> None:
        # Given
        before = client.job(with_music)["input_params"]
        clip(castline.folder / "outro.wav")

        # When
        castline.done("render", with_music, "-o", "out.mp3", "--bed-gain", "-20", "--outro", "outro.wav")

        # Then
        after = newest(client)["input_params"]
        [outro] = [each for each in sounds_of(client) if each["name"] == "outro.wav"]
        assert after["music"]["intro"] == before["music"]["intro"]
        assert after["music"]["bed"] == before["music"]["bed"] | {"gain_db": -20}
        assert after["music"]["outro"]["sound_id"] == outro["id"]
        assert after["cover_id"] == before["cover_id"]

    def test_can_be_left_out(self, castline: Castline, client: ApiClient, with_music: str) -> None:
        castline.done("render", with_music, "-o", "out.mp3", "--no-music", "--no-cover")

        after = newest(client)
        assert "music" not in after["input_params"]
        assert "cover_id" not in after["input_params"]
        assert after["result_metadata"]["turn_timings"][0]["start_ms"] < 100

    def test_can_be_other_music(self, castline: Castline, client: ApiClient, with_music: str) -> None:
        castline.done("render", with_music, "--no-wait", "--no-music", "--outro", "bed.wav")
        assert list(newest(client)["input_params"]["music"]) == ["outro"]

        (castline.folder / "music.json").write_text('{"bed": {"sound": "intro.wav"}}')
        castline.done("render", with_music, "-o", "other.mp3", "--music", "music.json")
        assert list(newest(client)["input_params"]["music"]) == ["bed"]


class TestRefusal:
    @pytest.mark.parametrize(
        ("options", "exit_code", "complaint"),
        [
            (
                (),
                2,
                (
                    "nothing to change: use --format, --loudness, --bed or another "
                    "option; see `castline render --help`"
                ),
            ),
            (("--cover", "x.png", "--no-cover"), 2, "--cover and --no-cover cannot be combined; choose one"),
            (
                ("-o", "x.mp3", "--no-wait"),
                2,
                "--no-wait downloads nothing; remove -o, --subtitles and --play",
            ),
            (("-o", "x.mp3", "--format", "m4b"), 2, "--format m4b does not match the extension .mp3"),
            (("--bed-gain", "3"), 2, "there is no bed to change; name its sound with --bed"),
            (
                ("--format", "opus"),
                1,
                ("第一課.opus already exists; use --force to overwrite it, or -o to name another file"),
            ),
            (
                ("--loudness", "none"),
                1,
                ("第一課.mp3 already exists; use --force to overwrite it, or -o to name another file"),
            ),
        ],
    )
    def test_comes_before_anything_is_submitted(
        self,
        castline: Castline,
        client: ApiClient,
        job_id: str,
        options: tuple[str, ...],
        exit_code: int,
        complaint: str,
    ) -> None:
        before = client.list_ids()
        for extension in ("mp3", "opus"):
            (castline.folder / f"第一課.{extension}").write_text("mine")

        outcome = castline("render", job_id, *options)

        assert (outcome.exit_code, outcome.complaint) == (exit_code, f"castline: {complaint}")
        assert client.list_ids() == before

    def test_of_a_job_that_is_not_finished(self, castline: Castline, client: ApiClient, stack: LocalStack) -> None:
        with stack.cloud.lambdas.pause("plan"):
            outcome = castline("render", client.submit(dialogue()), "--format", "wav")

        assert outcome.exit_code == 4
        assert outcome.complaint.endswith(" (status: pending)")

    def test_of_no_job(self, castline: Castline) -> None:
        outcome = castline("render", "00000000-0000-7000-8000-000000000000", "--format", "wav")

        assert (outcome.exit_code, outcome.complaint) == (6, "castline: There is no such job.")

    def test_when_the_speech_is_not_stored_any_more(self, castline: Castline, client: ApiClient) -> None:
        # Given a job whose segments are gone
        segments = boto3.resource("s3").Bucket(resources.BUCKET_NAME).objects.filter(Prefix="segments/")
        of_others = {each.key for each in segments.all()}
        job_id = client.complete(dialogue("只在這裡說的話。"))["id"]
        for each in segments.all():
            if each.key not in of_others:
                each.delete()

        # When
        outcome = castline("render", job_id, "--loudness", "none")

        # Then
        assert outcome.exit_code == 5
        assert outcome.complaint == (
            "castline: The speech of this dialogue is no longer stored. Please submit the dialogue again to have it "
            f"spoken anew; use `castline jobs resubmit {job_id}` (SEGMENTS_EXPIRED, job {client.list_ids()[0]})"
        )
