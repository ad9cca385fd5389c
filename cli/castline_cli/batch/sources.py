"""Sources of a batch: the scripts of a folder, or the rows of a CSV file."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from castline_cli.casting import Choice
from castline_cli.errors import CastlineError, FileProblem, Misused
from castline_cli.files import read_text
from castline_cli.scripts import FORMATS, Script
from castline_cli.strings import t
from castline_client.file_names import file_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

COLUMNS: Final = ("file", "text", "title", "author", "album", "language", "voices")
"""Columns of a CSV file. Each row has either a file or a text; the other columns are optional."""
_EXTENSIONS: Final = frozenset({".txt", *FORMATS}) - {".csv"}
"""Extensions of scripts in a folder. CSV is none of them: a CSV file has one script per row."""
_DELIMITERS: Final = (",", ";", "\t")
"""Delimiters of cells. Spreadsheets write semicolons in locales with decimal commas."""
_NUMBER: Final = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Script or text of which a batch makes a file.

    Attributes:
        place: the source, for messages: a script's path, or a row of the CSV file as ``file:line``.
        title: the title of the audio.
        path: the path of the script; None for a text.
        text: a text in one voice; None for a script.
        author: the author; None for that of the batch.
        album: the album; None for that of the batch.
        language: the language; None for that of the batch.
        voices: the voices of the row, which override those of the batch.
    """

    place: str
    title: str
    path: Path | None = None
    text: str | None = None
    author: str | None = None
    album: str | None = None
    language: str | None = None
    voices: Choice = field(default_factory=lambda: Choice.read("voice_id", None))

    def script(self) -> Script:
        """Read the script.

        Raises:
            FileProblem: the script cannot be read.
        """
        return Script.read(str(self.path), None)

    def digest(self, options: Mapping[str, Any]) -> str:
        """Return a hash of everything that shapes the audio: the text, and the options of the entry and the batch.

        Raises:
            FileProblem: the script cannot be read.
        """
        written = self.text if self.path is None else self.script().text
        own = {name: value for name, value in asdict(self).items() if name not in {"place", "path"}}
        parts = json.dumps([written, own, options], sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()


def read_entries(source: str) -> list[Entry]:
    """Read a folder or a CSV file.

    Raises:
        FileProblem: the source cannot be read, or has no scripts.
        Misused: the source is a single script, or a row is not valid.
    """
    path = Path(source)
    if path.suffix.lower() in _EXTENSIONS and path.is_file():
        raise Misused(
            t("{source} is a single script; use `castline say` for it, or name a folder or a CSV file", source=source)
        )
    entries = _of_folder(path) if path.is_dir() else _of_csv(source)
    if not entries:
        raise FileProblem(
            t(
                "{source} has no scripts; their names end with {names}",
                source=source,
                names=t(", ").join(sorted(_EXTENSIONS)),
            )
        )
    return entries


def names_of(entries: Sequence[Entry], extension: str) -> list[str]:
    """Return the name of each entry's file, made of its title.

    Raises:
        Misused: two entries would make the same file.
    """
    names = [file_name(f"{entry.title}.{extension}") for entry in entries]
    places: defaultdict[str, list[str]] = defaultdict(list)
    for name, entry in zip(names, entries, strict=True):
        places[name.casefold()].append(entry.place)
    for name, entry in zip(names, entries, strict=True):
        same = places[name.casefold()]
        if len(same) > 1 and same[0] == entry.place:
            raise Misused(
                t(
                    "{names} would both be saved as {name}; give one of them another title",
                    names=t(" and ").join(same),
                    name=name,
                )
            )
    return names


def _of_folder(folder: Path) -> list[Entry]:
    """Return the scripts of a folder in natural order of their names: 10 comes after 9."""
    try:
        files = [each for each in folder.iterdir() if each.suffix.lower() in _EXTENSIONS and each.is_file()]
    except OSError as error:
        raise FileProblem(t("cannot read {name}: {strerror}", name=folder, strerror=error.strerror)) from error
    seen = [each for each in files if not each.name.startswith(".")]
    return [Entry(place=str(each), title=each.stem, path=each) for each in sorted(seen, key=_natural)]


def _natural(path: Path) -> list[tuple[int, int, str]]:
    parts = _NUMBER.split(path.name.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


def _of_csv(source: str) -> list[Entry]:
    lines = read_text(source).splitlines(keepends=True)
    reader = _reader(source, lines)
    entries: list[Entry] = []
    try:
        for row in reader:
            place = f"{source}:{reader.line_num}"
            if None in row:
                raise Misused(t("{place}: the row has more cells than there are columns", place=place))
            cells = {str(name): (value or "").strip() for name, value in row.items()}
            if any(cells.values()):
                entries.append(_entry(place, cells, Path(source), len(entries) + 1))
    except csv.Error as error:
        raise FileProblem(
            t("{source}:{line_num}: not valid CSV ({error})", source=source, line_num=reader.line_num, error=error)
        ) from error
    return entries


def _reader(source: str, lines: Sequence[str]) -> csv.DictReader[str]:
    """Return a reader of rows whose first line names known columns.

    Raises:
        Misused: the first line does not name known columns.
    """
    for delimiter in _DELIMITERS:
        reader = csv.DictReader(lines, delimiter=delimiter, strict=True)
        names = [each.strip().lower() for each in reader.fieldnames or ()]
        if names and set(names) <= set(COLUMNS) and {"file", "text"} & set(names):
            reader.fieldnames = names
            return reader
    unknown = [each.strip() for each in csv.reader(lines).__next__()] if lines else []
    strangers = [each for each in unknown if each.lower() not in COLUMNS]
    about = (
        t("the column {names} is unknown", names=t(" or ").join(strangers))
        if strangers
        else t("there is neither a file column nor a text column")
    )
    raise Misused(
        t("{source}:1: {about}; columns are {names}", source=source, about=about, names=t(", ").join(COLUMNS))
    )


def _entry(place: str, cells: Mapping[str, str], source: Path, number: int) -> Entry:
    """Return the entry of a row.

    Raises:
        Misused: the row does not have exactly one of file and text, or its voices are not valid.
    """
    file, text = cells.get("file", ""), cells.get("text", "")
    if bool(file) == bool(text):
        raise Misused(t("{place}: a row must have either a file or a text", place=place))
    try:
        voices = Choice.read("voice_id", _voices(cells.get("voices", "")))
    except CastlineError as error:
        raise Misused(f"{place}: {error}") from error
    return Entry(
        place=place,
        title=cells.get("title") or (Path(file).stem if file else f"{source.stem}-{number}"),
        path=source.parent / Path(file).expanduser() if file else None,
        text=text or None,
        author=cells.get("author") or None,
        album=cells.get("album") or None,
        language=cells.get("language") or None,
        voices=voices,
    )


def _voices(written: str) -> Iterable[str]:
    """Return the values of ``--voice`` in a cell: ``A=VOICE; B=VOICE``, or one voice for all."""
    return [each.strip() for each in re.split(r"[;\n]", written) if each.strip()]
