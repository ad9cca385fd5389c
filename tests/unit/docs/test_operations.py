"""docs/operations.md agrees with the code."""

from __future__ import annotations

import re
import subprocess
from dataclasses import fields

import pytest

from benchmarks.costs import DOCUMENT
from benchmarks.deployment import templates
from castline.metrics import BY_CODE, Metric
from infra.environments import PROD, Environment

TEXT = DOCUMENT.read_text("utf-8")
PARAGRAPHS = {
    match[1]: match[2] for match in re.finditer(r"^### ([^\n]+)\n(.*?)(?=^##|\Z)", TEXT, re.DOTALL | re.MULTILINE)
}


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub makes of the headings."""
    headings = re.findall(r"^##+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_alarm_has_its_place_in_the_runbook() -> None:
    # Given
    _, service = templates(PROD)
    alarms = [
        each["Properties"] for each in service["Resources"].values() if each["Type"] == "AWS::CloudWatch::Alarm"
    ]

    # Then
    assert alarms
    for alarm in alarms:
        name, _, place = alarm["AlarmDescription"].partition(". What to do: docs/operations.md#")
        assert place in anchors(TEXT)
        for part in ("- **Look first**:", "- **Then**", "- **It is nothing**"):
            assert part in PARAGRAPHS[name], f"{name} lacks {part}"


def test_every_field_of_an_environment_is_explained() -> None:
    explained = set(re.findall(r"`(\w+)`", PARAGRAPHS["Configure"]))
    assert {field.name for field in fields(Environment)} <= explained


@pytest.mark.parametrize("metric", Metric)
def test_every_metric_is_explained(metric: Metric) -> None:
    (row,) = [line for line in PARAGRAPHS["Metrics"].splitlines() if line.startswith("|") and f"`{metric}`" in line]
    assert ("` *" in row.split("|")[1]) == (metric in BY_CODE)


def test_links_within_the_page_lead_somewhere() -> None:
    assert set(re.findall(r"\]\(#([\w-]+)\)", TEXT)) <= anchors(TEXT)


def test_every_shell_block_can_be_parsed() -> None:
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", TEXT, re.DOTALL | re.MULTILINE)
    assert blocks
    for block in blocks:
        parsed = subprocess.run(["bash", "-n"], input=block, text=True, capture_output=True, check=False)  # noqa: S607
        assert parsed.returncode == 0, f"{parsed.stderr}\n{block}"
