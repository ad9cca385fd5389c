"""Warnings about scripts: on standard error, with their place in the script, and each only once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from castline.scripts.tokens import LINE_BREAK
from castline_cli import script_warnings
from tests.e2e.dialogues import HSIAO_YU

if TYPE_CHECKING:
    from tests.cli.castline import Castline
    from tests.e2e.api_client import ApiClient

VOICE = ("--voice", HSIAO_YU)


@pytest.mark.parametrize("options", [("--no-wait",), ("-o", "a.mp3"), ("-o", "b.mp3", "--json")], ids=" ".join)
def test_they_leave_standard_output_alone(castline: Castline, options: tuple[str, ...]) -> None:
    script = "A: One.\n\n[laughs]\nB: Two [waves] and (angrily) three.\n"
    (castline.folder / "script.txt").write_text(script, "utf-8")

    outcome = castline("say", "script.txt", *options, *VOICE)

    assert outcome.exit_code == 0
    assert len(outcome.out.splitlines()) == 1
    assert outcome.err.splitlines() == [
        "castline: script.txt:3: This tag is unknown and is not spoken: [laughs]",
        "castline: script.txt:4: This tag is unknown and is not spoken: [waves]",
        "castline: script.txt:4: The voice does not have this style and speaks in its usual one: [angry]",
    ]


@pytest.mark.usefixtures("unspoken")
def test_those_of_a_turn_name_the_line_of_the_script(castline: Castline) -> None:
    # Given a turn of several lines, of which one is not spoken, and the same warning twice in one line
    script = "A:\nOne.\n\n---\n[sad] Two. [sad] Three.\nB: Four.\n（驚喜）五。"

    # When
    outcome = castline("say", "-", "--no-wait", *VOICE, stdin=script.encode())

    # Then
    style = "The voice does not have this style and speaks in its usual one"
    assert outcome.err.splitlines() == [
        f"castline: standard input:5: {style}: [sad]",
        f"castline: standard input:7: {style}: [驚喜]",
    ]


@pytest.mark.usefixtures("unspoken")
def test_those_of_a_text_name_its_line(castline: Castline) -> None:
    outcome = castline("say", "--text", "One.\n[laughs] Two.", "--no-wait", *VOICE)
    assert outcome.complaint == "castline: --text:2: This tag is unknown and is not spoken: [laughs]"

    outcome = castline("say", "--text", "-", "--no-wait", *VOICE, stdin=b"One.\n[laughs] Two.")
    assert outcome.complaint == "castline: standard input:2: This tag is unknown and is not spoken: [laughs]"


def test_those_of_a_resubmitted_job_name_the_turn(castline: Castline, client: ApiClient) -> None:
    castline("say", "-", "-o", "a.mp3", *VOICE, stdin=b"A: One.\nA: Two [sad] three.")

    outcome = castline("jobs", "resubmit", "last")

    assert outcome.out.split() == client.list_ids()[:1]
    assert outcome.complaint == (
        "castline: turn 1, line 1: The voice does not have this style and speaks in its usual one: [sad]"
    )


@pytest.mark.usefixtures("unspoken")
def test_they_are_told_in_the_chosen_language(castline: Castline) -> None:
    outcome = castline("say", "-", "--no-wait", "--lang", "zh-TW", *VOICE, stdin="A：[laughs] 好。".encode())

    assert outcome.complaint == "castline: 標準輸入:1: 無法識別的標籤，不會朗讀：[laughs]"


@pytest.mark.usefixtures("unspoken")
def test_there_are_none_about_a_literal_script(castline: Castline, client: ApiClient) -> None:
    castline.done("say", "-", "--literal", "--no-wait", *VOICE, stdin=b"A: **One** [laughs] two.")

    [job_id] = client.list_ids()
    given = client.job(job_id)["input_params"]
    assert given["markup"] == "literal"
    assert [turn["text"] for turn in given["turns"]] == ["**One** [laughs] two."]


def test_lines_are_counted_as_the_service_counts_them() -> None:
    assert script_warnings.LINE_BREAK.pattern == LINE_BREAK.pattern
