"""Sources of ``castline batch``: the scripts of a folder, or the rows of a CSV file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from castline_cli.batch.sources import names_of, read_entries
from castline_cli.errors import FileProblem, Misused

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestAFolder:
    def test_gives_its_scripts_in_the_order_of_their_numbers(self, folder: Path) -> None:
        for name in (
            "第10課.txt",
            "第2課.md",
            "第1課.json",
            "第3課.fountain",
            "第4課.SRT",
            ".hidden.txt",
            "notes.pdf",
        ):
            (folder / name).touch()

        names = names_of(read_entries("."), "mp3")

        assert names == ["第1課.mp3", "第2課.mp3", "第3課.mp3", "第4課.mp3", "第10課.mp3"]

    def test_without_scripts_is_refused(self, folder: Path) -> None:
        (folder / "notes.pdf").touch()

        with pytest.raises(FileProblem, match=r"\. has no scripts; their names end with \.fountain, \.json, "):
            read_entries(".")

    def test_that_is_missing_is_refused(self) -> None:
        with pytest.raises(FileProblem, match="cannot read nowhere: No such file or directory"):
            read_entries("nowhere")

    def test_is_not_a_single_script(self, folder: Path) -> None:
        (folder / "park.txt").touch()

        with pytest.raises(Misused, match=r"park\.txt is a single script; use `castline say` for it"):
            read_entries("park.txt")


class TestACsvFile:
    @pytest.mark.parametrize(
        "written", ["\ufeffText;Title\n早安;一\n", "title\ttext\n一\t早安\n", 'text,title\n\n"早安",一\n']
    )
    def test_may_be_separated_as_spreadsheets_do(self, folder: Path, written: str) -> None:
        (folder / "x.csv").write_text(written, "utf-8")

        [entry] = read_entries("x.csv")

        assert (entry.text, entry.title) == ("早安", "一")

    @pytest.mark.parametrize(
        ("table", "complaint"),
        [
            ("name,file\nx,y.txt\n", "x.csv:1: the column name is unknown"),
            ("title\nx\n", "x.csv:1: there is neither a file column nor a text column"),
            ("file,text\n,\na,b\n", "x.csv:3: a row must have either a file or a text"),
            ("text\na\nb,c\n", "x.csv:3: the row has more cells than there are columns"),
            ("text,title\na,One\nb,one\n", "x.csv:2 and x.csv:3 would both be saved as One.mp3"),
            ("text,voices\na,A=\n", "x.csv:2: --voice A= is not valid"),
        ],
    )
    def test_has_its_faults_told_with_their_lines(self, folder: Path, table: str, complaint: str) -> None:
        (folder / "x.csv").write_text(table, "utf-8")

        with pytest.raises(Misused) as refusal:
            names_of(read_entries("x.csv"), "mp3")

        assert str(refusal.value).startswith(complaint)
