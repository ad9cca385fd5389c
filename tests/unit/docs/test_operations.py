"""docs/operations.md agrees with the code. ``tests/infra/test_alarms.py`` says that every alarm is in the runbook."""

from __future__ import annotations

import re
import subprocess
from dataclasses import fields

from benchmarks.costs import DOCUMENT
from castline.metrics import BY_CODE, Metric
from infra.environments import Environment

TEXT = DOCUMENT.read_text("utf-8")


def sections(text: str) -> dict[str, str]:
    """Return the text under each heading of the third level."""
    return {
        found[1]: found[2] for found in re.finditer(r"^### ([^\n]+)\n(.*?)(?=^##|\Z)", text, re.DOTALL | re.MULTILINE)
    }


def test_every_alarm_has_its_steps_in_the_runbook() -> None:
    runbook = TEXT.partition("\n## Runbook\n")[2].partition("\n## ")[0]

    for name, text in sections(runbook).items():
        for part in ("- **Look first**:", "- **Then**", "- **It is nothing**"):
            assert part in text, f"{name} lacks {part}"


def test_every_field_of_an_environment_is_explained() -> None:
    explained = set(re.findall(r"`(\w+)`", sections(TEXT)["Configure"]))

    assert {field.name for field in fields(Environment)} <= explained


def test_every_metric_is_explained() -> None:
    rows = [line for line in sections(TEXT)["Metrics"].splitlines() if line.startswith("|")]

    for metric in Metric:
        (row,) = [row for row in rows if f"`{metric}`" in row]
        assert ("` *" in row.split("|")[1]) == (metric in BY_CODE)


def test_every_shell_block_can_be_parsed() -> None:
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", TEXT, re.DOTALL | re.MULTILINE)
    assert blocks

    parsed = subprocess.run(["bash", "-n"], input="\n".join(blocks), text=True, capture_output=True, check=False)  # noqa: S607

    assert parsed.returncode == 0, parsed.stderr
