"""``castline say``: a script in, a file out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from castline_cli.formats import OutputFormat
from tests.cli.castline import INSTALLED
from tests.cli.scripts import SCRIPT, VOICES, assignments
from tests.e2e.decoded_audio import decode
from tests.e2e.dialogues import HSIAO_YU, YUN_JHE
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

    from local.stack import LocalStack
    from tests.cli.castline import Castline
    from tests.e2e.api_client import ApiClient

OF_SCRIPTS = "a script, --script-format, --answer, --cast, --gap or --crossfade"


@pytest.fixture
def script(castline: Castline) -> Path:
    """Return a script that is understood."""
    path = castline.folder / "script.txt"
    path.write_text(SCRIPT, "utf-8")
    return path


class TestAScript:
    def test_in_a_file_becomes_an_audio_file(self, castline: Castline, script: Path, client: ApiClient) -> None:
        # When
        printed = castline.done("say", "script.txt", "-o", "out.mp3", *VOICES)

        # Then
        assert printed == "out.mp3\n"
        audio = (castline.folder / "out.mp3").read_bytes()
        [job_id] = client.list_ids()
        job = client.job(job_id)
        assert decode(audio).duration_ms == pytest.approx(job["result_metadata"]["duration_ms"], abs=1)
        assert assignments(job["input_params"]) == [
            {"speaker": "A", "voice_id": HSIAO_YU},
            {"speaker": "B", "voice_id": YUN_JHE},
        ]
        assert sorted(each.name for each in castline.folder.iterdir()) == ["out.mp3", "script.txt"]

    def test_in_a_pipe_becomes_audio_in_a_pipe(self, castline: Castline) -> None:
        castline.program = INSTALLED

        outcome = castline.run("say", "-o", "-", *VOICES, stdin=SCRIPT.encode("utf-8"))

        assert (outcome.exit_code, outcome.err) == (0, "")
        assert decode(outcome.out_bytes).duration_ms > 500
        assert list(castline.folder.iterdir()) == []

    def test_is_named_by_the_service_where_nobody_else_does(self, castline: Castline, client: ApiClient) -> None:
        printed = castline.done("say", "-", *VOICES, stdin=SCRIPT.encode("utf-8"))

        [job_id] = client.list_ids()
        [file] = castline.folder.iterdir()
        assert printed == f"{file.name}\n"
        assert file.name.startswith("castline-")
        assert file.name.endswith(f"{job_id[-8:]}.mp3")

    @pytest.mark.usefixtures("unspoken")
    def test_is_spoken_as_the_options_say(self, castline: Castline, script: Path, client: ApiClient) -> None:
        options = ("--language", "en-GB", "--format", "wav", "--gap", "500", "--crossfade", "0")

        castline.done("say", "script.txt", "--no-wait", "--voice", YUN_JHE, *options)

        [job_id] = client.list_ids()
        given = client.job(job_id)["input_params"]
        assert {name: given[name] for name in ("language", "output_format", "gap_ms", "crossfade_ms")} == {
            "language": "en-GB",
            "output_format": "wav",
            "gap_ms": 500,
            "crossfade_ms": 0,
        }
        assert {each["voice_id"] for each in given["voice_assignments"]} == {YUN_JHE}

    def test_brings_subtitles_and_is_told_about_as_the_api_does(
        self, castline: Castline, script: Path, client: ApiClient
    ) -> None:
        printed = castline.done("say", "script.txt", "-o", "out.mp3", "--subtitles", "out.srt", "--json", *VOICES)

        [job_id] = client.list_ids()
        assert printed == client.get(f"/jobs/{job_id}").text + "\n"
        text = (castline.folder / "out.srt").read_text("utf-8")
        assert text.splitlines()[0] == "1"
        assert "早安" in text

    @pytest.mark.usefixtures("unspoken")
    def test_may_be_left_alone_with_the_defaults_of_the_service(
        self, castline: Castline, script: Path, client: ApiClient
    ) -> None:
        printed = castline.done("say", "script.txt", "--no-wait", *VOICES)

        [job_id] = client.list_ids()
        assert printed == f"{job_id}\n"
        assert list(castline.folder.iterdir()) == [script]
        given = client.job(job_id)["input_params"]
        assert (given["language"], given["output_format"], given["gap_ms"]) == ("zh-TW", "mp3", 300)

    def test_has_its_faults_told_line_by_line(self, castline: Castline, client: ApiClient) -> None:
        (castline.folder / "bad.txt").write_text("A: 早\nB:\nC:\n", "utf-8")

        outcome = castline("say", "bad.txt", *VOICES)

        assert (outcome.exit_code, outcome.out) == (4, "")
        first, second = outcome.err.splitlines()
        assert first.startswith("castline: bad.txt:2: line 2: speaker B says nothing")
        assert second.startswith("castline: bad.txt:3: line 3: speaker C says nothing")
        assert client.list_ids() == []

    def test_in_another_encoding_is_not_guessed_at(self, castline: Castline) -> None:
        (castline.folder / "big5.txt").write_bytes("A：早安\nB：你好".encode("big5"))

        outcome = castline("say", "big5.txt", *VOICES)

        assert outcome.exit_code == 1
        assert outcome.complaint == "castline: big5.txt is not UTF-8 (line 1); save it as UTF-8"

    def test_that_is_not_there(self, castline: Castline) -> None:
        outcome = castline("say", "nothing.txt", *VOICES)

        assert outcome.exit_code == 1
        assert outcome.complaint == "castline: cannot read nothing.txt: No such file or directory"


class TestVoices:
    @pytest.mark.usefixtures("unspoken")
    def test_go_by_any_spelling_of_a_name(self, castline: Castline, client: ApiClient) -> None:
        script = "B: 早\nJose\u0301: 安\nJos\u00e9: 好\n".encode()

        castline.done("say", "-", "--no-wait", "--voice", f"Ｊｏｓé={YUN_JHE}", "--voice", HSIAO_YU, stdin=script)

        [job_id] = client.list_ids()
        assert assignments(client.job(job_id)["input_params"]) == [
            {"speaker": "B", "voice_id": HSIAO_YU},
            {"speaker": "Jose\u0301", "voice_id": YUN_JHE},
        ]

    def test_that_do_not_exist_fail_the_job(self, castline: Castline, script: Path) -> None:
        outcome = castline("say", "script.txt", "-o", "out.mp3", "--voice", "zh-TW-NobodyNeural")

        assert outcome.exit_code == 5
        assert "zh-TW-NobodyNeural" in outcome.complaint
        assert "`castline voices` lists them (VOICE_NOT_FOUND, job " in outcome.complaint
        assert not (castline.folder / "out.mp3").exists()

    def test_that_cannot_exist_are_refused(self, castline: Castline, script: Path) -> None:
        outcome = castline("say", "script.txt", "--voice", f"A={HSIAO_YU}", "--voice", "B=nonsense")

        assert outcome.exit_code == 4
        assert outcome.err.splitlines() == [
            "castline: The request is not valid.",
            "  voice_assignments[1].voice_id: must be a voice id of Azure Speech such as zh-TW-HsiaoYuNeural",
        ]


class TestAText:
    def test_is_spoken_in_one_voice(self, castline: Castline, client: ApiClient) -> None:
        delivery = ("--speed", "1.5", "--pitch", "-5", "--volume", "0.5")

        castline.done("say", "--text", "今天天氣真好", "--voice", HSIAO_YU, "-o", "out.mp3", *delivery)

        [job_id] = client.list_ids()
        job = client.job(job_id)
        assert job["job_type"] == "single_tts"
        given = job["input_params"]
        assert (given["text"], given["voice_id"]) == ("今天天氣真好", HSIAO_YU)
        assert (given["speed"], given["pitch"], given["volume"]) == (1.5, -5, 0.5)

    @pytest.mark.usefixtures("unspoken")
    def test_may_come_through_a_pipe(self, castline: Castline, client: ApiClient) -> None:
        castline.done("say", "--text", "-", "--voice", HSIAO_YU, "--no-wait", stdin="早安".encode())

        [job_id] = client.list_ids()
        assert client.job(job_id)["input_params"]["text"] == "早安"

    @pytest.mark.parametrize(
        ("options", "complaint"),
        [
            (("--text", "x", *VOICES), "--text has no speaker A; write --voice without a name"),
            *(
                (
                    ("--text", "x", *option),
                    f"--text cannot be combined with {OF_SCRIPTS}",
                )
                for option in (("--gap", "1"), ("s.txt",), ("--script-format", "srt"), ("--answer", "a=b"))
            ),
            (
                ("--text", "x", "--voice", HSIAO_YU, "--speed", "A=2"),
                "--text has no speaker A; write --speed without a name",
            ),
        ],
    )
    def test_is_no_script(self, castline: Castline, options: tuple[str, ...], complaint: str) -> None:
        outcome = castline("say", *options)

        assert (outcome.exit_code, outcome.complaint) == (2, f"castline: {complaint}")

    def test_says_why_a_speed_is_refused(self, castline: Castline, client: ApiClient) -> None:
        voice = "en-US-Ava:DragonHDLatestNeural"

        outcome = castline("say", "--text", "Hello", "--voice", voice, "--speed", "1.5", "--pitch", "0")

        assert outcome.exit_code == 4
        first, second = outcome.err.splitlines()
        assert first == "castline: The request is not valid."
        assert second.startswith(f"  speed: the voice {voice} has a fixed speed; ")
        assert client.list_ids() == []


class TestTheFile:
    def test_that_is_there_is_kept_and_nothing_submitted(
        self, castline: Castline, script: Path, client: ApiClient
    ) -> None:
        for name in ("out.mp3", "out.vtt"):
            (castline.folder / name).write_text("mine")
            options = ("-o", "out.mp3") if name == "out.mp3" else ("-o", "new.mp3", "--subtitles", "out.vtt")

            outcome = castline("say", "script.txt", *options, *VOICES)

            assert outcome.exit_code == 1
            complaint = f"castline: {name} already exists; use --force to overwrite it, or -o to name another file"
            assert outcome.complaint == complaint
            assert (castline.folder / name).read_text() == "mine"
        assert client.list_ids() == []

    def test_that_appears_meanwhile_is_kept(self, castline: Castline, script: Path, stack: LocalStack) -> None:
        file = castline.folder / "out.mp3"
        with (
            stack.cloud.lambdas.pause("plan") as pause,
            castline.started("say", "script.txt", "-o", "out.mp3", *VOICES) as process,
        ):
            pause.wait_until_reached()
            file.write_text("mine")
            pause.release()
            _out, err = process.communicate(timeout=PATIENCE_SECONDS)

        assert process.returncode == 1
        assert b"out.mp3 already exists" in err
        assert b"the job is not lost: use `castline jobs download " in err
        assert file.read_text() == "mine"
        assert sorted(each.name for each in castline.folder.iterdir()) == ["out.mp3", "script.txt"]

    @pytest.mark.parametrize(
        ("options", "exit_code", "complaint"),
        [
            (("-o", "nowhere/out.mp3"), 1, "there is no folder nowhere"),
            (("-o", "out.wav", "--format", "mp3"), 2, "--format mp3 does not match the extension .wav"),
            (("--subtitles", "out.txt"), 2, "out.txt is not a name for subtitles; use .vtt, .srt or .ass"),
            (("-o", "out.mp3", "--no-wait"), 2, "--no-wait downloads nothing; remove -o, --subtitles and --play"),
        ],
    )
    def test_that_cannot_be_is_refused_before_anything_is_submitted(
        self,
        castline: Castline,
        script: Path,
        client: ApiClient,
        options: tuple[str, ...],
        exit_code: int,
        complaint: str,
    ) -> None:
        outcome = castline("say", "script.txt", *options, *VOICES)

        assert (outcome.exit_code, outcome.complaint) == (exit_code, f"castline: {complaint}")
        assert client.list_ids() == []

    def test_can_have_each_format_that_the_service_makes(self, client: ApiClient) -> None:
        [provider, *_] = client.get("/providers").json()["items"]

        assert [*OutputFormat] == provider["output_formats"]

    def test_has_the_format_that_its_name_says(self, castline: Castline, script: Path, client: ApiClient) -> None:
        assert castline.done("say", "script.txt", "-o", "out.ogg", *VOICES) == "out.ogg\n"

        [job_id] = client.list_ids()
        assert client.job(job_id)["input_params"]["output_format"] == "opus"
        assert (castline.folder / "out.ogg").read_bytes().startswith(b"OggS")

    def test_has_the_quality_and_the_loudness_that_are_wanted(self, castline: Castline, client: ApiClient) -> None:
        # When
        printed = castline.done(
            *("say", "-", "--voice", HSIAO_YU, "--title", "第一課"),
            *("--format", "m4b", "--quality", "studio", "--loudness", "audiobook"),
            stdin=SCRIPT.encode(),
        )

        # Then
        assert printed == "第一課.m4b\n"
        [job_id] = client.list_ids()
        given = client.job(job_id)["input_params"]
        assert [given[name] for name in ("output_format", "quality", "loudness")] == ["m4b", "studio", "audiobook"]
        shown = castline.done("jobs", "show", job_id)
        assert ", m4b, studio, loudness audiobook\n" in shown
        assert "\nloudness\t-20.0 LUFS\n" in shown


class TestTheCap:
    def test_names_the_jobs_that_are_active(
        self, castline: Castline, script: Path, client: ApiClient, stack: LocalStack
    ) -> None:
        # Given
        with stack.cloud.lambdas.pause("plan"):
            active = [castline.done("say", "script.txt", "--no-wait", *VOICES).strip() for _ in range(3)]

            # When
            outcome = castline("say", "script.txt", *VOICES)

        # Then
        first, *jobs, advice = outcome.err.splitlines()
        assert (outcome.exit_code, outcome.out) == (4, "")
        assert first == "castline: You have reached the limit of active jobs. Please wait for one to finish."
        assert {line.split()[0] for line in jobs} == set(active)
        assert all("pending, submitted 20" in line for line in jobs)
        assert advice == "  use `castline jobs cancel JOB` to cancel a pending one"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [((), "請求內容有誤"), (("--lang", "en"), "The request is not valid.")],
)
def test_messages_come_in_the_language_that_is_wanted(
    castline: Castline, options: tuple[str, ...], sentence: str
) -> None:
    castline.environment["LANG"] = "zh_TW.UTF-8"

    outcome = castline("say", "--text", "x", "--voice", "nonsense", *options)

    assert outcome.err.splitlines()[0] == f"castline: {sentence}"


@pytest.mark.usefixtures("unspoken")
def test_what_is_printed_as_json_is_json(castline: Castline) -> None:
    printed = castline.done("say", "-", "--no-wait", "--json", *VOICES, stdin=SCRIPT.encode("utf-8"))

    assert json.loads(printed)["status"] == "pending"
