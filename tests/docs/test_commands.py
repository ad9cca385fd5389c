"""Every command on every page is run by a test, or checked word by word where it changes an account or this machine.

What a page shows as blocks is run by the tests that ``RUN_BY`` names. Here are the others, and the commands in prose:
they exist, and so do their options.
"""

from __future__ import annotations

import re
import shlex
import textwrap
import tomllib
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import pytest
import typer.main
from typer.core import TyperGroup

from castline_cli.app import app
from castline_cli.session import accept_everywhere
from local.quickstart import curl_lines
from tests.docs.pages import ROOT, code, read
from tests.docs.test_links import PAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RUN_BY: Final = {
    ("README.md", "console"): "tests/cli/test_readme.py",
    ("README.md", "sh"): "tests/docs/test_commands.py",
    ("docs/command-line.md", "console"): "tests/cli/test_documentation.py",
    ("docs/command-line.zh-TW.md", "console"): "tests/cli/test_documentation.py",
    ("docs/command-line.md", "sh"): "tests/docs/test_commands.py",
    ("docs/events.md", "sh"): "tests/docs/test_aws_commands.py",
    ("docs/guide.md", "bash"): "tests/docs/test_guide.py",
    ("docs/guide.md", "sh"): "tests/docs/test_guide.py",
    ("docs/guide.zh-TW.md", "bash"): "tests/docs/test_guide.py",
    ("docs/guide.zh-TW.md", "sh"): "tests/docs/test_guide.py",
    ("docs/local-stack.md", "sh"): "tests/docs/test_commands.py",
    ("docs/operations.md", "sh"): "tests/docs/test_aws_commands.py",
    ("docs/python-client.md", "sh"): "tests/docs/test_commands.py",
    ("docs/scaling.md", "sh"): "tests/docs/test_commands.py",
}
"""The test that runs the blocks of a language on a page."""
SHELLS: Final = ("bash", "console", "sh", "shell", "zsh")
MAKEFILE: Final = read("Makefile")
TARGETS: Final = frozenset(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
VARIABLES: Final = frozenset(re.findall(r"\$\((?:if \$\()?([A-Z]+)\)", MAKEFILE))
EXTRAS: Final = frozenset(tomllib.loads(read("pyproject.toml"))["project"]["optional-dependencies"])

_COMMAND: Final = re.compile(r"(?:\.venv/bin/)?(?:castline|make|python -m|pip install) ")
_FENCED: Final = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
_BLOCK: Final = re.compile(rf"^ *```(?:{'|'.join(SHELLS)}|text)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
_ENDS_COMMAND: Final = frozenset({"|", "||", "&&", ";", ">", ">>", "<", "…"})


def commands(beginning: str) -> list[tuple[str, str]]:
    """Return each page with each of its commands that begin with a word."""
    return sorted(
        {
            (str(page.relative_to(ROOT)), command)
            for page in PAGES
            for command in commands_of(page)
            if command.removeprefix(".venv/bin/").startswith(beginning)
        }
    )


@cache
def commands_of(page: Path) -> frozenset[str]:
    """Return the commands of a page, in its blocks and in its prose."""
    text = page.read_text("utf-8").replace("\\\n", " ")
    spans = re.findall(r"`([^`\n]+)`", _FENCED.sub("", text))
    lines = [line.strip().removeprefix("$ ") for block in _BLOCK.findall(text) for line in block.splitlines()]
    without_variables = (re.sub(r"^[A-Z]+=\S+ ", "", each) for each in (*spans, *lines))
    return frozenset(each for each in without_variables if _COMMAND.match(each))


def words_of(command: str) -> list[str]:
    """Return the words of a command as a shell parts them, up to the next command or a comment."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    words: list[str] = []
    try:
        for word in lexer:
            if word in _ENDS_COMMAND:
                break
            words.append(word)
    except ValueError:  # a string that goes on in the next line
        pass
    return words


def options_in(words: list[str]) -> set[str]:
    return {word.partition("=")[0] for word in words if re.match(r"--?[A-Za-z]", word)}


def test_the_blocks_of_every_page_are_run_by_a_test() -> None:
    found = {
        (str(page.relative_to(ROOT)), language)
        for page in PAGES
        for language in SHELLS
        if re.search(rf"^ *```{language}$", page.read_text("utf-8"), re.MULTILINE)
    }

    assert found == RUN_BY.keys()
    for (page, _), test in RUN_BY.items():
        assert page.rpartition("/")[2] in read(test), f"{test} does not know {page}"


def test_the_readme_has_the_lines_that_make_dev_prints() -> None:
    shown = [block for block in code(read("README.md"), "sh") if "curl" in block]

    assert shown == [textwrap.dedent(curl_lines("http://127.0.0.1:8000"))]


@pytest.mark.parametrize(("page", "command"), commands("make "))
def test_every_target_of_make_exists(page: str, command: str) -> None:
    target, *rest = words_of(command)[1:]

    assert target in TARGETS
    assert {word.partition("=")[0] for word in rest if "=" in word} <= VARIABLES | {"PYTHON"}


@pytest.mark.parametrize(("page", "command"), commands("castline "))
def test_every_command_of_castline_exists_with_its_options(page: str, command: str) -> None:
    taken: set[str] = {"--help"}
    parsed: Any = castline()
    rest = []
    for word in words_of(command)[1:]:
        taken |= set(_options(parsed))
        if isinstance(parsed, TyperGroup) and word in parsed.commands:
            parsed = parsed.commands[word]
        else:
            rest.append(word)
    taken |= set(_options(parsed))

    assert options_in(rest) <= taken
    if isinstance(parsed, TyperGroup):
        assert [word for word in rest if re.fullmatch("[a-z][a-z-]+", word)] == [], "there is no such command"


@cache
def castline() -> TyperGroup:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    accept_everywhere(group)
    return group


def _options(command: Any) -> Iterator[str]:
    for parameter in command.params:
        yield from (*parameter.opts, *parameter.secondary_opts)


@pytest.mark.parametrize(("page", "command"), commands("python -m "))
def test_every_program_exists_with_its_options(page: str, command: str) -> None:
    module, *rest = words_of(command)[2:]

    assert find_spec(module)
    assert not options_in(rest) or options_in(rest) <= options_of(module)


def options_of(module: str, *words: str) -> set[str]:
    """Return the options of a program of ours, or of one of its commands."""
    program: Any = import_module(f"{module}.__main__" if (ROOT / module.replace(".", "/")).is_dir() else module)
    app = getattr(program, "app", None) or typer.Typer()
    if not hasattr(program, "app"):
        app.command()(program.main)
    command: Any = typer.main.get_command(app)
    for word in words:
        command = command.commands[word]
    return {"--help", *_options(command)}


@pytest.mark.parametrize(("page", "command"), commands("pip install "))
def test_every_extra_that_is_installed_exists(page: str, command: str) -> None:
    installed = re.findall(r"castline(?:\[([a-z,]+)\])? @|install (\.)$", command)

    assert installed
    assert {extra for extras, _folder in installed for extra in extras.split(",") if extra} <= EXTRAS


@pytest.mark.parametrize(
    ("page", "target", "program"),
    [("docs/local-stack.md", "dev", ("local", "dev")), ("docs/scaling.md", "load", ("benchmarks.load",))],
)
def test_the_arguments_that_make_passes_on_are_options(page: str, target: str, program: tuple[str, ...]) -> None:
    passed = re.findall(rf'make {target} ARGS="([^"]+)"', "".join(code(read(page), "sh")))

    assert passed
    for arguments in passed:
        assert options_in(shlex.split(arguments)) <= options_of(*program)
