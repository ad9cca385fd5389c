"""Help in the user's language: translated texts and headings, and wrapping by columns instead of characters."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

import typer
from typer._click.formatting import HelpFormatter
from typer.core import TyperGroup

from castline_cli.errors import EXPLANATIONS, ExitCode
from castline_cli.strings import t

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from typer.core import TyperCommand

_LEFT_AS_IT_IS: Final = "\b"
"""First line of a paragraph whose lines are not rewrapped."""
_EXTRAS: Final = re.compile(r"(?P<text>.*?)(?P<extras>(?:\s*\[[^\]]*\])*)", re.DOTALL)
"""Pattern of an option's help, and of the extras after it: the default, the range, and ``required``."""
_EXAMPLES: Final = "Examples:"
_NO_LINE_BEGINS_WITH: Final = "，。、；：？！）」』》…"
_NO_LINE_ENDS_WITH: Final = "（「『《"
_COLUMN: Final = 30
"""Maximum width of the first column. The text of a wider entry begins on the next line."""


def translate_help(group: TyperGroup) -> None:
    """Translate all texts of a group and of its commands into the user's language."""
    group.epilog = None
    _translate(group)
    group.epilog = exit_codes()


def exit_codes() -> str:
    """Return the explanations of the exit codes, one per line."""
    lines = [f"  {code:<5}{t(EXPLANATIONS[code])}" for code in ExitCode]
    return "\n".join([_LEFT_AS_IT_IS, t("Exit codes:"), *lines])


def help_text(english: str) -> str:
    """Return a text of several paragraphs in the user's language."""
    return "\n\n".join(_paragraph(each) for each in english.split("\n\n"))


def _paragraph(english: str) -> str:
    lines = english.splitlines()
    if lines[0] != _LEFT_AS_IT_IS:
        return t(" ".join(english.split()))
    if lines[1] == _EXAMPLES:
        return "\n".join([_LEFT_AS_IT_IS, t(_EXAMPLES), *lines[2:]])
    return "\n".join([_LEFT_AS_IT_IS, t("\n".join(lines[1:]))])


def _translate(command: TyperGroup | TyperCommand) -> None:
    command.context_class = _Context
    command.help = help_text(command.help or "")
    command.short_help = command.help.split("\n\n", 1)[0].rstrip("。")
    command.epilog = command.epilog and help_text(command.epilog)
    for parameter in command.params:
        match = _EXTRAS.fullmatch(getattr(parameter, "help", None) or "")
        if match is not None and match["text"]:
            parameter.help = t(match["text"].strip()) + match["extras"]  # type: ignore[attr-defined]
    if isinstance(command, TyperGroup):
        for each in command.commands.values():
            _translate(each)  # type: ignore[arg-type]


class _Formatter(HelpFormatter):
    """Formatter for text in which a character may be two columns wide."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:  # noqa: ARG002 (as inherited)
        self.write(f"{t('Usage: ')}{prog} {args}\n")

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{t(heading + ':')}\n")

    def write_text(self, text: str) -> None:
        paragraphs = []
        for paragraph in text.split("\n\n"):
            lines = paragraph.splitlines()
            is_left = bool(lines) and lines[0] == _LEFT_AS_IT_IS
            paragraphs.append(lines[1:] if is_left else [*_wrapped(paragraph, self.width - self.current_indent)])
        indent = " " * self.current_indent
        self.write("\n\n".join("\n".join(f"{indent}{line}" for line in lines) for lines in paragraphs) + "\n")

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = _COLUMN, col_spacing: int = 2) -> None:
        column = min(max(_columns(first) for first, _second in rows), col_max) + col_spacing
        indent = " " * self.current_indent
        for first, second in rows:
            lines = [*_wrapped(_with_extras(second), max(self.width - column - self.current_indent, 20))]
            if _columns(first) + col_spacing > column:
                self.write(f"{indent}{first}\n")
            elif lines:
                self.write(f"{indent}{first}{' ' * (column - _columns(first))}{lines.pop(0)}\n")
            else:
                self.write(f"{indent}{first}\n")
            for line in lines:
                self.write(f"{indent}{'':>{column}}{line}\n")


class _Context(typer.Context):
    formatter_class = _Formatter


def _with_extras(text: str) -> str:
    """Translate a help text and the extras that typer appends: defaults, and ``required``."""
    match = _EXTRAS.fullmatch(text)
    if match is None:
        return t(text)
    extras = [_extra(each) for group in re.findall(r"\[([^\]]*)\]", match["extras"]) for each in group.split("; ")]
    return t(match["text"].strip()) + (f" [{'; '.join(extras)}]" if extras else "")


def _extra(english: str) -> str:
    name, _, value = english.partition(": ")
    match name:
        case "default":
            return t("default: {value}", value=t(value))
        case "env var":
            return t("env var: {name}", name=value)
    return t(english)


def _columns(text: str) -> int:
    """Return the width of a text in columns of a terminal."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Wrap a text between words, and between characters that are two columns wide."""
    line = ""
    for piece in _pieces(text):
        if line and _columns((line + piece).rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += piece if line else piece.lstrip()
    if line.strip():
        yield line.rstrip()


def _pieces(text: str) -> Iterator[str]:
    """Split a text into pieces that must not be broken: words with the space before, and wide characters."""
    piece = ""
    for letter in " ".join(text.split()):
        is_wide = unicodedata.east_asian_width(letter) in "WF"
        begins = letter == " " or is_wide or (piece and unicodedata.east_asian_width(piece[-1]) in "WF")
        if piece and begins and letter not in _NO_LINE_BEGINS_WITH and piece[-1] not in _NO_LINE_ENDS_WITH:
            yield piece
            piece = ""
        piece += letter
    yield piece
