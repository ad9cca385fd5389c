"""Pronunciations as CSV, one per line, with the columns text, alias, phoneme, language and alphabet."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from castline_cli.errors import FileProblem, Refused
from castline_cli.files import name_of, read_text
from castline_cli.strings import t

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from castline_cli.api import Json

COLUMNS: Final = ("text", "alias", "phoneme", "language", "alphabet")
_ALPHABETS: Final = ("ipa", "sapi")
"""Alphabets of phonemes. The first is the default."""
_DELIMITERS: Final = (",", ";", "\t")
"""Delimiters of cells. Spreadsheets write semicolons in locales with decimal commas, and tabs to the clipboard."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Pronunciation from a file.

    Attributes:
        fields: the fields of the API.
        place: the file and the line of the pronunciation.
    """

    fields: Json
    place: str


def read_entries(written: str) -> list[Entry]:
    """Read the pronunciations in a CSV file, or from standard input for ``-``.

    The first line names the columns, in any order. Blank lines are ignored.

    Raises:
        FileProblem: the file cannot be read, or is not valid; the message has a line for each problem.
    """
    name, text = name_of(written), read_text(written)
    entries: list[Entry] = []
    problems: list[str] = []
    columns: list[str] | None = None
    try:
        for line, cells in _rows(text):
            place = f"{name}:{line}"
            if columns is None:
                columns = [cell.lower() for cell in cells]
                problem = _problem_of_columns(columns)
                if problem:
                    raise FileProblem(f"{place}: {problem}")
                continue
            problem = _problem_of_row(columns, cells)
            if problem:
                problems.append(f"{place}: {problem}")
                continue
            fields = {column: cell for column, cell in zip(columns, cells, strict=False) if cell}
            if "phoneme" in fields:
                fields["alphabet"] = fields.get("alphabet", _ALPHABETS[0]).lower()
            entries.append(Entry(fields, place))
    except _NotCsv as error:
        problems.append(f"{name}:{error.line}: {error}")
    if columns is None and not problems:
        problems.append(
            t(
                "{name} is empty; its first line must name the columns: {columns}",
                name=name,
                columns=",".join(COLUMNS),
            )
        )
    if problems:
        raise FileProblem("\ncastline: ".join(problems))
    return entries


def to_csv(entries: Iterable[Mapping[str, str]]) -> str:
    """Return pronunciations as CSV for ``read_entries``. Unknown fields of a newer service are left out."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(entries)
    return text.getvalue()


def in_files(refusal: Refused, field: str, entries: Sequence[Entry]) -> Refused:
    """Return a refusal whose problems with pronunciations name the file and line instead of the field.

    Args:
        refusal: the refusal of a request with ``entries``.
        field: the field in which the entries were sent.
        entries: the entries, in the order in which they were sent.
    """
    problems = []
    for problem in refusal.problems:
        match = re.match(rf"{field}\[(\d+)\]\.?(?=(.*))", problem["field"])
        is_of_file = match is not None and int(match[1]) < len(entries)  # the other entries come from a show
        place = (
            ": ".join(filter(None, (entries[int(match[1])].place, match[2])))
            if match and is_of_file
            else problem["field"]
        )
        problems.append({**problem, "field": place})
    return Refused(refusal.message, code=refusal.code, details={**refusal.details, "errors": problems})


class _NotCsv(Exception):
    def __init__(self, line: int, error: csv.Error) -> None:
        super().__init__(t("not valid CSV ({error})", error=error))
        self.line = line


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, each with the number of its first line."""
    first_line = text.lstrip().partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            raise _NotCsv(line, error) from error
        if any(cells):
            yield line, cells


def _problem_of_columns(columns: Sequence[str]) -> str:
    strange = [column for column in columns if column and column not in COLUMNS]
    if "text" not in columns or not {"alias", "phoneme"} & set(columns):
        return t("the first line must name the columns: {columns}", columns=",".join(COLUMNS))
    if strange:
        return t(
            "there is no column {name}; the columns are {columns}", name=strange[0], columns=t(", ").join(COLUMNS)
        )
    twice = [column for column in COLUMNS if columns.count(column) > 1]
    return t("the column {name} is duplicated", name=twice[0]) if twice else ""


def _problem_of_row(columns: Sequence[str], cells: Sequence[str]) -> str:
    if any(cell for cell in cells[len(columns) :]):
        return t(
            "{cells} cells for {columns} columns; put cells that contain the separator in double quotes",
            cells=len(cells),
            columns=len(columns),
        )
    row = dict(zip(columns, cells, strict=False))
    alias, phoneme, alphabet = (row.get(name, "") for name in ("alias", "phoneme", "alphabet"))
    if row.get(""):
        return t("the column of {value} has no name in the first line", value=row[""])
    if not row["text"]:
        return t("the text is missing")
    if bool(alias) == bool(phoneme):
        return t("{text} needs either an alias or a phoneme", text=" ".join(row["text"].split()))
    if alphabet and not phoneme:
        return t("an alphabet can only be used with a phoneme")
    if alphabet and alphabet.lower() not in _ALPHABETS:
        return t("the alphabet must be {names}, not {alphabet}", names=t(" or ").join(_ALPHABETS), alphabet=alphabet)
    return ""
