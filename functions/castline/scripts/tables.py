"""Tables whose header names a column of speakers and one of texts: CSV and Markdown."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from castline.scripts.labels import label_of
from castline.scripts.lines import Line, ReadScript, tidy_line, written_lines
from castline.scripts.markup import heading_of
from castline.scripts.parts import Markup
from castline.scripts.tokens import LINE_BREAK
from castline.scripts.warnings import ScriptWarning, WarningKind, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SPEAKERS: Final = frozenset(
    {
        "speaker", "speakers", "name", "character", "character name", "role", "actor", "who", "person", "voice",
        "講者", "說話者", "说话者", "角色", "人物", "說話人", "说话人", "姓名", "名字", "發言人", "发言人",
        "sprecher", "sprecherin", "rolle", "figur", "locuteur", "personnage", "personaje", "hablante", "話者", "화자",
    }
)  # fmt: skip
_TEXTS: Final = frozenset(
    {
        "text", "line", "lines", "dialogue", "dialog", "words", "content", "speech", "utterance", "message",
        "transcript", "script", "sentence", "subtitle",
        "台詞", "台词", "對白", "对白", "內容", "内容", "文字", "文本", "對話", "对话", "句子", "訊息", "消息",
        "satz", "texte", "réplique", "texto", "diálogo", "セリフ", "台本", "대사",
    }
)  # fmt: skip
_DELIMITERS: Final = (",", ";", "\t", "|")
_MAX_HEADER_CHARACTERS: Final = 300
_CELL: Final = re.compile(r"(?<!\\)\|")
_DIVIDER: Final = re.compile(r"\|?(?:[ ]*:?-+:?[ ]*\|)+[ ]*(?::?-+:?[ ]*)?")
_EMPHASIS: Final = "*_` "

# A cell may be as long as a script.
csv.field_size_limit(1_000_000)


class Columns(NamedTuple):
    """The indexes of the columns that hold the speakers and the texts of a table."""

    speaker: int
    text: int


def columns_of(header: Sequence[str]) -> Columns | None:
    """Return the columns of the speakers and the texts; None if the header does not name both."""
    names = [cell.strip(_EMPHASIS + "\ufeff\"'").casefold() for cell in header]
    speaker = next((index for index, name in enumerate(names) if name in _SPEAKERS), None)
    text = next((index for index, name in enumerate(names) if name in _TEXTS), None)
    return None if speaker is None or text is None else Columns(speaker, text)


class MarkdownTable:
    """Reads the rows of tables in Markdown, one by one."""

    def __init__(self) -> None:
        self._columns: Columns | None = None
        """The columns of the table that the last row belongs to; None if that table does not hold turns."""

    def takes(self, row: str) -> bool:
        """Return whether ``row`` belongs to a table whose header names speakers and texts."""
        cells = _cells_of(row)
        self._columns = (columns_of(cells) or self._columns) if cells is not None else None
        return self._columns is not None

    def line_of(self, row: str, number: int) -> Line | None:
        """Return the line for a row that ``takes`` has accepted; None for the header and the divider below it."""
        cells, columns = _cells_of(row) or [], self._columns or Columns(0, 1)
        if _DIVIDER.fullmatch(row) or columns_of(cells) == columns:
            return None
        name, text = (tidy_line(_cell(cells, index)) for index in columns)
        name = name.strip(_EMPHASIS)
        return Line(number, row, label_of(name, text)) if name else Line(number, text)


def _cells_of(row: str) -> list[str] | None:
    """Return the cells of a row of a Markdown table; None if ``row`` is not one."""
    if not row.startswith("|") or len(row) < len("|a|"):
        return None
    inner = row[1:-1] if row.endswith("|") and not row.endswith(r"\|") else row[1:]
    return [cell.strip().replace(r"\|", "|") for cell in _CELL.split(inner)]


def is_csv(script: str) -> bool:
    """Return whether ``script`` begins with a CSV header that names speakers and texts."""
    return _header(script) is not None


def read_csv(script: str, markup: Markup) -> ReadScript:
    """Read comma-separated values. Each row is a turn; a row without a speaker continues the previous turn.

    Without a header that names speakers and texts, the first two columns hold them. Other columns are reported.
    """
    header = _header(script)
    delimiter, columns, names = header or (",", Columns(0, 1), [])
    lines: list[Line] = []
    for number, cells in _rows(script, delimiter):
        if header is not None and not lines and columns_of(cells) is not None:
            continue
        name = tidy_line(_cell(cells, columns.speaker)).strip(_EMPHASIS)
        texts = [text for _, text in written_lines(_cell(cells, columns.text))]
        if name:
            lines.append(Line(number, name, label_of(name)))
        lines += [Line(number, text, chapter=heading_of(text) if markup is Markup.AUTO else None) for text in texts]
    ignored = [name for index, name in enumerate(names) if index not in columns and name.strip()]
    warnings = [
        ScriptWarning(kind=WarningKind.NOT_DIALOGUE, text=quoted(", ".join(ignored)), line=1) for _ in ignored[:1]
    ]
    return ReadScript(lines=lines, warnings=warnings)


def _cell(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def _header(script: str) -> tuple[str, Columns, list[str]] | None:
    first = LINE_BREAK.split(script.lstrip("\ufeff \n\r\t"), maxsplit=1)[0][:_MAX_HEADER_CHARACTERS]
    for delimiter in _DELIMITERS:
        if delimiter in first and not first.startswith("|"):
            cells = next(csv.reader([first], delimiter=delimiter), [])
            if (columns := columns_of(cells)) is not None:
                return delimiter, columns, cells
    return None


def _rows(script: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, each with the number of its first line."""
    lines = (f"{line}\n" for line in LINE_BREAK.split(script.lstrip("\ufeff")))
    reader = csv.reader(lines, delimiter=delimiter)
    number = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield number, cells
        number = reader.line_num + 1
