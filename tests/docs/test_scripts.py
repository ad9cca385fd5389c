"""The examples of ``docs/scripts.md``: each text becomes what the page says."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from castline.scripts.markup import Chapter, Pause, Words, read, tidy
from castline.scripts.warnings import WarningKind
from tests.docs import pages

STYLES = ("cheerful", "sad", "whispering")
CELL = re.compile(r"(?<!\\)\|")
CODE = r"(?:`` (.+?) ``|`([^`]+)`)"
PART = re.compile(rf"(?P<chapter>chapter )?{CODE}(?: (?P<style>[a-z]+))?|pause (?P<pause>\d+) ms")
WARNING = re.compile(rf"`(?P<kind>[a-z_]+)` {CODE}")


class Example(NamedTuple):
    text: str
    outcome: str
    reported: str


def examples() -> list[Example]:
    part = pages.read("docs/scripts.md").partition("## Texts")[2].partition("\n## ")[0]
    rows = [CELL.split(line)[1:-1] for line in part.splitlines() if line.startswith("| `")]
    return [Example(code_in(re.fullmatch(CODE, text.strip()), 1), *rest) for text, *rest in rows]


def code_in(match: re.Match[str] | None, first: int) -> str:
    assert match is not None
    return (match[first] or match[first + 1] or "").replace("⏎", "\n").replace(r"\|", "|")


def parts_in(example: Example) -> list[object]:
    outcome = example.outcome.strip()
    if outcome == "as written":
        return [Words(text=example.text)]
    if outcome == "nothing":
        return []
    parts: list[object] = []
    for part in outcome.split(" · "):
        match = PART.fullmatch(part)
        assert match is not None, part
        if match["pause"]:
            parts.append(Pause(duration_ms=int(match["pause"])))
        elif match["chapter"]:
            parts.append(Chapter(title=code_in(match, 2)))
        else:
            parts.append(Words(text=code_in(match, 2), style=match["style"]))
    return parts


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.text)
class TestExamples:
    def test_a_text_becomes_what_the_page_says(self, example: Example) -> None:
        reading = read(example.text, styles=STYLES)

        assert list(reading.parts) == parts_in(example)
        reported = [(WarningKind(match["kind"]), code_in(match, 2)) for match in WARNING.finditer(example.reported)]
        assert [(warning.kind, warning.text) for warning in reading.warnings] == reported

    def test_its_tidy_form_is_read_alike(self, example: Example) -> None:
        assert list(read(tidy(example.text)[0], styles=STYLES).parts) == parts_in(example)


def test_the_page_has_examples() -> None:
    assert len(examples()) >= 60
