"""Options of ``castline say`` that say how speakers speak, and how the script is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.scripts import assignments

if TYPE_CHECKING:
    from tests.cli.castline import Castline
    from tests.e2e.api_client import ApiClient

ARIA, JENNY = "en-US-AriaNeural", "en-US-JennyNeural"
SCRIPT = b"Jos\xc3\xa9: Hello.\nB: Hi there.\n"
VOICES = ("--voice", ARIA, "--voice", f"B={JENNY}", "--language", "en-US")

pytestmark = pytest.mark.usefixtures("unspoken")


def given_by(client: ApiClient) -> dict[str, Any]:
    [job_id] = client.list_ids()
    given: dict[str, Any] = client.job(job_id)["input_params"]
    return given


class TestDelivery:
    def test_is_said_for_one_speaker_or_for_all_others(self, castline: Castline, client: ApiClient) -> None:
        # When
        castline.done(
            *("say", "-", "--no-wait", *VOICES, "--style", "cheerful", "--style", "B=sad", "--style-degree", "B=1.5"),
            *("--speed", "0.9", "--speed", "Jose\u0301=1.2", "--pitch", "B=-5", "--volume", "0.5"),
            stdin=SCRIPT,
        )

        # Then
        assert assignments(given_by(client)) == [
            {"speaker": "José", "voice_id": ARIA, "style": "cheerful", "speed": 1.2, "volume": 0.5},
            {
                "speaker": "B",
                "voice_id": JENNY,
                "style": "sad",
                "style_degree": 1.5,
                "speed": 0.9,
                "pitch": -5,
                "volume": 0.5,
            },
        ]

    def test_is_left_to_the_service_where_nothing_is_said(self, castline: Castline, client: ApiClient) -> None:
        castline.done("say", "-", "--no-wait", *VOICES, "--style", "B=sad", stdin=SCRIPT)

        assert assignments(given_by(client)) == [
            {"speaker": "José", "voice_id": ARIA},
            {"speaker": "B", "voice_id": JENNY, "style": "sad"},
        ]

    def test_of_a_text_has_a_style(self, castline: Castline, client: ApiClient) -> None:
        options = ("--style", "cheerful", "--style-degree", "2", "--take", "3")

        castline.done("say", "--text", "Hello.", "--no-wait", "--voice", JENNY, "--language", "en-US", *options)

        given = given_by(client)
        assert (given["style"], given["style_degree"], given["take"]) == ("cheerful", 2, 3)

    def test_may_be_another_language_than_the_scripts(self, castline: Castline, client: ApiClient) -> None:
        voice = "en-US-AndrewMultilingualNeural"

        castline.done(
            *("say", "-", "--no-wait", "--voice", voice, "--language", "en-US", "--language", "B=zh-TW"), stdin=SCRIPT
        )

        given = given_by(client)
        assert given["language"] == "en-US"
        assert [each.get("language") for each in given["voice_assignments"]] == [None, "zh-TW"]

    def test_may_be_another_take(self, castline: Castline, client: ApiClient) -> None:
        castline.done("say", "-", "--no-wait", *VOICES, "--take", "2", stdin=SCRIPT)

        assert [turn["take"] for turn in given_by(client)["turns"]] == [2, 2]

    def test_of_nobody_in_the_script_is_refused(self, castline: Castline, client: ApiClient) -> None:
        outcome = castline("say", "-", "--no-wait", *VOICES, "--style", "C=sad", stdin=SCRIPT)

        assert (outcome.exit_code, outcome.complaint) == (
            2,
            "castline: the script has no speaker C; it has José, B (see --style)",
        )
        assert client.list_ids() == []

    def test_that_a_voice_lacks_is_refused(self, castline: Castline, client: ApiClient) -> None:
        outcome = castline("say", "-", "--no-wait", *VOICES, "--style", "B=lyrical", stdin=SCRIPT)

        assert outcome.exit_code == 4
        assert outcome.err.splitlines()[1].startswith("  voice_assignments[1].style: ")
        assert client.list_ids() == []


FOUNTAIN = """Title: A page

INT. KITCHEN - DAY

Anna stirs.

ANNA
(angrily)
Where is it?

BEN
Here.
"""
SRT = """1
00:00:01,000 --> 00:00:02,000
ANNA: Where is it?

2
00:00:03,000 --> 00:00:04,000
BEN: Here.
"""
VTT = """WEBVTT

00:01.000 --> 00:02.000
<v ANNA>Where is it?

00:03.000 --> 00:04.000
<v BEN>Here.
"""
MARKDOWN = "# A page\n\n**ANNA:** *Where* is it?\n\n**BEN:** Here.\n"
JSON = '{"turns": [\n{"speaker": "ANNA", "text": "Where is it?"},\n{"speaker": "BEN", "text": "Here."}\n]}'
VOICE = ("--voice", JENNY, "--language", "en-US")


class TestAFormat:
    @pytest.mark.parametrize(
        ("name", "script", "is_warned_of"),
        [
            ("page.fountain", FOUNTAIN, "page.fountain:5: This part is not dialogue and is not spoken: Anna stirs."),
            ("page.srt", SRT, "page.srt:2: The times in the script are not used: "),
            ("page.VTT", VTT, "page.VTT:3: The times in the script are not used: "),
            ("page.md", MARKDOWN, ""),
            ("page.json", JSON, ""),
        ],
        ids=lambda value: value if isinstance(value, str) and value.startswith("page.") else "",
    )
    def test_is_known_by_the_name_of_the_file(
        self, castline: Castline, name: str, script: str, is_warned_of: str
    ) -> None:
        (castline.folder / name).write_text(script, "utf-8")

        outcome = castline("parse", name)

        assert outcome.exit_code == 0, outcome
        assert is_warned_of in outcome.err
        [[_, anna, question], [_, ben, answer]] = [line.split("\t") for line in outcome.out.splitlines()]
        assert (anna, ben, answer) == ("ANNA", "BEN", "Here.")
        assert question.endswith("Where is it?")

    def test_is_that_of_the_option_before_that_of_the_name(self, castline: Castline) -> None:
        (castline.folder / "page.json").write_text("A: Hello.\n", "utf-8")

        refused = castline("parse", "page.json")

        assert refused.exit_code == 4
        assert refused.err.startswith("castline: page.json:1: ")
        assert castline.done("parse", "page.json", "--script-format", "plain") == "1\tA\tHello.\n"

    def test_is_found_out_by_the_service_where_no_name_says_it(self, castline: Castline, client: ApiClient) -> None:
        outcome = castline("say", "-", "--no-wait", *VOICE, stdin=SRT.encode())

        assert "The times in the script are not used" in outcome.err
        assert [turn["speaker"] for turn in given_by(client)["turns"]] == ["ANNA", "BEN"]
