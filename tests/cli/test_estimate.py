"""``castline say``: what it costs, before it is submitted."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.scripts import SCRIPT, VOICES
from tests.cli.terminal import shown_by

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.castline import Castline
    from tests.e2e.api_client import ApiClient


@pytest.fixture(autouse=True)
def script(castline: Castline) -> Path:
    path = castline.folder / "script.txt"
    path.write_text(SCRIPT, "utf-8")
    return path


def lines(printed: str) -> dict[str, str]:
    return dict(line.split("\t") for line in printed.splitlines())


def test_an_estimate_is_printed_and_nothing_submitted(castline: Castline, client: ApiClient) -> None:
    # When
    printed = lines(castline.done("say", "script.txt", *VOICES, "--estimate"))

    # Then
    assert list(printed) == ["characters", "billed", "cost", "segments", "audio"]
    assert int(printed["billed"]) > 0
    assert re.fullmatch(r"0\.\d{4} USD", printed["cost"])
    assert re.fullmatch(r"about \d+\.\d s", printed["audio"])
    assert client.list_ids() == []


def test_an_estimate_is_what_is_billed(castline: Castline, client: ApiClient) -> None:
    # Given
    estimated: dict[str, Any] = json.loads(castline.done("say", "script.txt", *VOICES, "--estimate", "--json"))

    # When
    castline.done("say", "script.txt", *VOICES, "-o", "out.mp3")

    # Then
    [job_id] = client.list_ids()
    assert client.job(job_id)["result_metadata"]["billed_characters"] == estimated["billed_characters"]
    again = lines(castline.done("say", "script.txt", *VOICES, "--estimate"))
    assert again["cost"] == "0.0000 USD"
    assert again["segments"] == f"{estimated['segments']}, {estimated['segments']} reused"


def test_one_text_has_an_estimate_too(castline: Castline) -> None:
    printed = lines(castline.done("say", "--text", "你好", "--voice", "zh-TW-YunJheNeural", "--estimate"))

    assert (printed["characters"], printed["billed"]) == ("2", "4")


def test_warnings_come_with_an_estimate(castline: Castline) -> None:
    outcome = castline("say", "--text", "[angry] 你好", "--voice", "zh-TW-YunJheNeural", "--estimate")

    assert outcome.exit_code == 0
    assert "[angry]" in outcome.complaint


def test_what_is_refused_has_no_estimate(castline: Castline) -> None:
    outcome = castline("say", "--text", "你好", "--voice", "nobody", "--estimate")

    assert outcome.exit_code == 4
    assert outcome.out == ""


def test_a_terminal_shows_the_cost_before_it_is_submitted(castline: Castline) -> None:
    shown = shown_by(castline, "say", "script.txt", *VOICES, "-o", "out.mp3")

    cost = re.search(
        r"^castline: \d+ characters to bill, 0\.\d{4} USD, about [\d.]+ s of audio$", shown, re.MULTILINE
    )
    assert cost is not None
    assert cost.start() < shown.index("✓ out.mp3")
