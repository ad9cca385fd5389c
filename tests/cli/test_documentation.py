"""Examples in docs/command-line.md: they are run one after another, and the tables are compared with the code."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from castline_cli.errors import EXPLANATIONS
from castline_cli.loopback import PATH, PORT
from castline_cli.strings import TRADITIONAL_CHINESE
from tests.cli.site import Site
from tests.cli.terminal import Terminal
from tests.cli.test_sign_in import BROWSER
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from local.stack import LocalStack
    from tests.cli.castline import Castline

ROOT = Path(__file__).parent.parent.parent
TEXT, CHINESE_TEXT = (
    (ROOT / "docs" / name).read_text("utf-8") for name in ("command-line.md", "command-line.zh-TW.md")
)
LOCAL, DEPLOYED = "http://127.0.0.1:8000", "https://castline.example.com"


def examples(text: str = TEXT) -> list[tuple[str, str]]:
    """Return each command in a document, and its output there."""
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    parts = [part for block in blocks for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return [(command, shown) for command, _, shown in (part.partition("\n") for part in parts)]


def shown_by(castline: Castline, command: str) -> str:
    """Return a command's output on a terminal of 120 columns: its results, then its messages."""
    end, their_end = pty.openpty()
    environment = {**castline.place["env"], "COLUMNS": "120", "TERM": "xterm-256color"}
    environment["PATH"] = f"{castline.program.parent}:{environment['PATH']}"
    with subprocess.Popen(  # noqa: S603 (the document's own commands)
        ["/bin/bash", "-c", command],
        stdin=subprocess.DEVNULL,
        stdout=their_end,
        stderr=subprocess.PIPE,
        cwd=castline.folder,
        env=environment,
    ) as process:
        os.close(their_end)
        terminal = Terminal(end)
        terminal.read_all()
        _out, err = process.communicate(timeout=PATIENCE_SECONDS)
    os.close(end)
    return terminal.text + err.decode("utf-8")


def assert_as_shown(command: str, expected: str, shown: str) -> None:
    """Compare line by line, ignoring white space at line ends; ``…`` stands for anything."""
    pattern = "".join(".*" if part == "…" else re.escape(part) for part in re.split("(…)", tidy(expected)))
    assert re.fullmatch(pattern, tidy(shown), re.DOTALL), f"$ {command}\n{shown}\nis not\n{expected}"


def tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines())


@pytest.mark.timeout(600)  # it runs 80 commands, each in a process of its own
def test_every_example_shows_what_the_document_says(castline: Castline, stack: LocalStack, port: int) -> None:
    # Given: no job of the examples fails or is cancelled, so nothing calls the webhook in them
    shutil.copytree(ROOT / "examples", castline.folder / "examples")
    castline.environment |= {"BROWSER": BROWSER}
    local = dict(castline.environment)
    with Site(stack.url) as site:
        site.redirect_uris = {f"http://localhost:{port}{PATH}"}
        really = {DEPLOYED: site.url, "castline login": f"castline login --port {port}"}
        is_about_signing_in = False
        for command, expected in examples():
            # When
            is_about_signing_in = is_about_signing_in or "login" in command
            kept = {"XDG_CONFIG_HOME", "BROWSER"} if is_about_signing_in else set(local)
            castline.environment = {name: value for name, value in local.items() if name in kept}
            run = command
            for written, meant in really.items():
                run = run.replace(written, meant)
            shown = shown_by(castline, run)

            # Then
            assert_as_shown(command, expected, shown.replace(site.url, DEPLOYED).replace(stack.url, LOCAL))
            is_about_signing_in = is_about_signing_in and "logout" not in command


@pytest.mark.timeout(600)
def test_every_example_in_chinese_shows_what_the_document_says(castline: Castline, stack: LocalStack) -> None:
    shutil.copytree(ROOT / "examples", castline.folder / "examples")
    del castline.environment["CASTLINE_USER"]  # whoami tells of nobody in particular
    castline.environment["CASTLINE_LANG"] = "zh-TW"

    for command, expected in examples(CHINESE_TEXT):
        shown = shown_by(castline, command)

        assert_as_shown(command, expected, shown.replace(stack.url, LOCAL))


def test_the_table_of_exit_codes_is_complete() -> None:
    in_english, in_chinese = (
        dict(re.findall(r"^\| (\d+) \| (.+) \|$", text, re.MULTILINE)) for text in (TEXT, CHINESE_TEXT)
    )

    assert in_english == {str(int(code)): explanation for code, explanation in EXPLANATIONS.items()}
    assert in_chinese == {code: TRADITIONAL_CHINESE[explanation] for code, explanation in in_english.items()}


def test_the_port_is_the_one_that_is_listened_on() -> None:
    assert f"`http://localhost:{PORT}{PATH}`" in TEXT
    assert f"ssh -L {PORT}:localhost:{PORT}" in TEXT
