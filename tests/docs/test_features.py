"""docs/features.md says what the code does: formats, limits and what becomes of SSML; both editions say the same."""

from __future__ import annotations

import re

import pytest

from castline.api.jobs import DOWNLOAD_SECONDS
from castline.audio.formats import OutputFormat
from castline.audio.profile import Loudness, Quality, profile_of
from castline.audio.retention import SEGMENT_REUSE_DAYS
from castline.jobs import limits
from castline.jobs.model import JobStatus
from castline.jobs.transitions import retention
from castline.previews.limits import MAX_TEXT_CHARACTERS
from castline.scripts import markup
from castline.scripts.formats import ScriptFormat
from castline.scripts.parts import Pause, Words
from castline.settings import Settings
from castline.sounds.limits import MAX_SOUNDS
from castline.speech.providers.registry import PROVIDERS
from tests.docs.pages import read, rows

VERDICTS = {"docs/features.md": ("yes", "partly", "no"), "docs/features.zh-TW.md": ("支援", "部分支援", "不支援")}
PAGES = [*VERDICTS]
FIGURES = {
    limits.MAX_TURNS,
    limits.MAX_DIALOGUE_CHARACTERS,
    limits.MAX_SINGLE_TEXT_CHARACTERS,
    MAX_TEXT_CHARACTERS,
    MAX_SOUNDS,
    SEGMENT_REUSE_DAYS,
    retention(JobStatus.COMPLETED).days,
    DOWNLOAD_SECONDS // 60,
    Settings({}).max_active_jobs,
}
NAMES_OF_SCRIPT_FORMATS = {
    "text": ScriptFormat.PLAIN,
    "Markdown": ScriptFormat.MARKDOWN,
    "Fountain": ScriptFormat.FOUNTAIN,
    "SRT": ScriptFormat.SRT,
    "WebVTT": ScriptFormat.VTT,
    "JSON": ScriptFormat.JSON,
    "CSV": ScriptFormat.CSV,
}
ELEMENTS_OF_SSML = ["speak", "voice", "prosody", "emphasis", "say-as", "sub", "phoneme", "lang"]

every_page = pytest.mark.parametrize("page", PAGES)


def row_about(words: str, page: str = PAGES[0]) -> list[str]:
    """Return the one row whose first cell begins with some words."""
    (found,) = [cells for cells in rows(read(page)) if cells[0].startswith(words)]
    return found


def words_for(words: str) -> set[str]:
    """Return what the first cell of a row lists after a colon."""
    return set(row_about(words)[0].partition(": ")[2].split(", "))


@every_page
def test_every_row_has_a_verdict_and_says_where_the_rest_is_written(page: str) -> None:
    for looking_for, verdict, answer in rows(read(page)):
        assert verdict in VERDICTS[page], looking_for
        assert re.search(r"\]\([^)]+\)", answer), looking_for


def test_both_editions_say_the_same() -> None:
    english, chinese = (
        [(VERDICTS[page].index(verdict), len(re.findall(r"\]\(", answer))) for _, verdict, answer in rows(read(page))]
        for page in PAGES
    )

    assert english == chinese


@every_page
def test_every_limit_is_that_of_the_code(page: str) -> None:
    said = {int(number.replace(",", "")) for number in re.findall(r"(?<![#\w.−])\d[\d,]*(?![\w.)])", read(page))}

    assert said >= FIGURES


def test_the_formats_of_files_are_those_of_the_code() -> None:
    assert {each.lower() for each in words_for("formats:")} == {*OutputFormat}
    assert row_about("AAC as M4A")[1] == "no"


def test_the_targets_of_loudness_are_those_of_the_code() -> None:
    targets = {each.target.lufs for each in Loudness if each.target is not None}

    said = {float(number.replace("−", "-")) for number in re.findall(r"−\d+", row_about("loudness")[2])}
    assert said == targets


def test_the_qualities_are_those_of_the_code() -> None:
    rates = {profile_of(each, has_music=True).sample_rate_hz // 1000 for each in Quality}

    assert {int(rate) for rate in re.findall(r"(\d+) kHz", row_about("bit rate")[2])} == rates


def test_the_formats_of_scripts_are_those_of_the_code() -> None:
    assert {NAMES_OF_SCRIPT_FORMATS[each] for each in words_for("script formats")} == {*ScriptFormat} - {
        ScriptFormat.AUTO
    }


@every_page
def test_every_speech_provider_has_its_link(page: str) -> None:
    assert {f"providers/{each}.md" for each in PROVIDERS} <= set(re.findall(r"\]\(([^)#]+)\)", read(page)))


def test_of_ssml_pauses_and_styles_are_understood() -> None:
    assert markup.read('Hi <break time="300ms"/> there').parts == (
        Words(text="Hi"),
        Pause(duration_ms=300),
        Words(text="there"),
    )
    styled = '<mstts:express-as style="sad">Oh.</mstts:express-as>'
    assert markup.read(styled, styles=["sad"]).parts == (Words(text="Oh.", style="sad"),)


@pytest.mark.parametrize("name", ELEMENTS_OF_SSML)
def test_other_elements_of_ssml_have_no_effect(name: str) -> None:
    reading = markup.read(f'Say <{name} alias="two" ph="x" rate="fast">one</{name}> now.')

    assert (reading.parts, reading.warnings) == ((Words(text="Say one now."),), ())
