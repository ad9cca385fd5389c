"""Options of commands that make audio: values of speakers, durations, formats and names of files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from castline.audio.profile import Loudness as LoudnessOfTheService
from castline.audio.profile import Quality as QualityOfTheService
from castline.scripts.formats import ScriptFormat as ScriptFormatOfTheService
from castline_cli.casting import Choice, demand_known, number
from castline_cli.errors import FileProblem, Misused
from castline_cli.files import Target
from castline_cli.formats import Loudness, OutputFormat, Quality, format_for
from castline_cli.music import milliseconds
from castline_cli.scripts import ScriptFormat
from castline_cli.speakers import speaker_key

if TYPE_CHECKING:
    from collections.abc import Callable


class TestAValueOfASpeaker:
    def test_is_for_one_speaker_in_any_spelling_or_for_all_others(self) -> None:
        speeds = Choice.read("speed", ["0.9", "Jose\u0301=1.2", "Two words = 1"], number)

        assert speeds.common == 0.9
        assert [speeds.of(speaker_key(name)) for name in ("José", "Two words", "B")] == [1.2, 1.0, 0.9]

    @pytest.mark.parametrize(
        ("field", "convert", "written", "complaint"),
        [
            ("voice_id", str, ["A="], "--voice A= is not valid; write --voice SPEAKER=VOICE"),
            ("voice_id", str, ["=x"], "--voice =x is not valid; write --voice SPEAKER=VOICE"),
            ("voice_id", str, ["\u200b=x"], "--voice \u200b=x is not valid; write --voice SPEAKER=VOICE"),
            ("style", str, ["B="], "--style B= is not valid; write --style SPEAKER=STYLE"),
            ("speed", number, ["fast"], "--speed fast is not valid; write --speed SPEAKER=NUMBER"),
            ("speed", number, ["B=nan"], "--speed B=nan is not valid; write --speed SPEAKER=NUMBER"),
            ("volume", number, ["inf"], "--volume inf is not valid; write --volume SPEAKER=NUMBER"),
            ("pitch", int, ["B=1.5"], "--pitch B=1.5 is not valid; write --pitch SPEAKER=NUMBER"),
            ("style", str, ["sad", "angry"], "--style is given twice for everybody; choose one"),
            ("pitch", int, ["B=1", "Ｂ=1"], "--pitch is given twice for Ｂ; choose one"),
        ],
    )
    def test_that_is_not_understood_is_refused(
        self, field: str, convert: Callable[[str], Any], written: list[str], complaint: str
    ) -> None:
        with pytest.raises(Misused) as refusal:
            Choice.read(field, written, convert)

        assert str(refusal.value) == complaint

    def test_must_be_of_a_speaker_of_the_script(self) -> None:
        degrees = Choice.read("style_degree", ["A=1", "C=1"], number)

        with pytest.raises(Misused) as refusal:
            demand_known([degrees], ["José", "A"])

        assert str(refusal.value) == "the script has no speaker C; it has José, A (see --style-degree)"


@pytest.mark.parametrize("written", ["1500", "1500ms", "1.5s", " 1.5 s "])
def test_a_duration_may_be_written_in_several_ways(written: str) -> None:
    assert milliseconds(written) == 1_500


class TestTheFormat:
    @pytest.mark.parametrize(
        ("name", "named"),
        [
            ("out.mp3", OutputFormat.MP3),
            ("out.wav", OutputFormat.WAV),
            ("out.flac", OutputFormat.FLAC),
            ("out.opus", OutputFormat.OPUS),
            ("out.ogg", OutputFormat.OPUS),
            ("out.M4B", OutputFormat.M4B),
            ("out.m4a", OutputFormat.M4B),
            ("out", None),
            (None, None),
        ],
    )
    def test_is_that_of_the_extension(self, name: str | None, named: OutputFormat | None) -> None:
        assert format_for(None, Target.of(name, force=False)) == named

    def test_of_another_extension_is_the_one_that_is_chosen(self) -> None:
        assert format_for(OutputFormat.WAV, Target.of("out.audio", force=False)) == OutputFormat.WAV

    @pytest.mark.parametrize(
        ("name", "chosen", "complaint"),
        [
            (
                "out.aiff",
                None,
                (
                    "Castline makes mp3, wav, flac, opus and m4b; give out.aiff one of these extensions, or choose a "
                    "format with --format"
                ),
            ),
            ("out.wav", OutputFormat.MP3, "--format mp3 does not match the extension .wav"),
            ("out.ogg", OutputFormat.M4B, "--format m4b does not match the extension .ogg"),
        ],
    )
    def test_that_the_name_contradicts_is_refused(
        self, name: str, chosen: OutputFormat | None, complaint: str
    ) -> None:
        with pytest.raises(Misused) as refusal:
            format_for(chosen, Target.of(name, force=False))

        assert str(refusal.value) == complaint

    def test_is_one_that_the_service_has(self) -> None:
        assert [*map(str, Quality)] == [*map(str, QualityOfTheService)]
        assert [*map(str, Loudness)] == [*map(str, LoudnessOfTheService)]
        assert {*map(str, ScriptFormat)} == {*map(str, ScriptFormatOfTheService)}


@pytest.mark.parametrize("name", ["nowhere/out.mp3", "nowhere/"])
def test_a_file_needs_a_folder(name: str) -> None:
    with pytest.raises(FileProblem, match="there is no folder nowhere"):
        Target.of(name, force=False)
