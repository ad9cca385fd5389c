"""Examples of the command line in README.md: they are run, and show what the page says, but for the figures."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.cli.test_documentation import assert_as_shown, shown_by

if TYPE_CHECKING:
    from tests.cli.castline import Castline

ROOT: Final = Path(__file__).parent.parent.parent
TEXT: Final = (ROOT / "README.md").read_text("utf-8")
PROGRAM: Final = ".venv/bin/"


def examples() -> list[tuple[str, str]]:
    """Return each command in the page, and its output there; ``make demo`` has tests of its own."""
    blocks = re.findall(r"^```console\n\$ ([^\n]+)\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
    return [(command.removeprefix(PROGRAM), shown) for command, shown in blocks if command != "make demo"]


def without_figures(shown: str) -> str:
    return re.sub(r"(?<![\w.])\d[\d.,]*(?= (?:s|ms|KB|characters)\b)", "…", shown)


def test_every_example_shows_what_the_page_says(castline: Castline) -> None:
    shutil.copytree(ROOT / "examples", castline.folder / "examples")

    assert examples()
    for command, expected in examples():
        assert_as_shown(command, without_figures(expected), without_figures(shown_by(castline, command)))
