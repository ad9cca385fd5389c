"""Cast files: what they may say, and how their faults are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from castline_cli.cast_files import read_cast
from castline_cli.errors import FileProblem

if TYPE_CHECKING:
    from pathlib import Path

NO_CAST_FILE = 'cast.toml is not a cast file; write [cast], then a line such as Anna = "Ava" for each speaker'
FIELDS = "voice, language, speed, pitch, volume, style, style_degree"


def test_the_example_is_understood() -> None:
    cast = read_cast("examples/cast.toml")

    assert [*cast.speakers] == ["A", "B"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("[cast", "cast.toml: not valid TOML (Expected ']' at the end of a table declaration "),
        ('[cast]\n老師 = "雲哲"', "cast.toml: not valid TOML (Invalid statement (at line 2, column 1)); put names "),
        ("x = 1", "cast.toml: x is unknown; a cast file can have cast, provider, language"),
        ('A = "Ava"', "cast.toml: A is unknown; a cast file can have cast, provider, language"),
        ("", NO_CAST_FILE),
        ("cast = 1", NO_CAST_FILE),
        ("[cast]\nA = 1", "cast.toml: A needs a voice, or { voice = … }"),
        ('[cast]\nA = ""', "cast.toml: A.voice cannot be ''"),
        ("[cast]\nA = { speed = true }", "cast.toml: A.speed cannot be True"),
        ("[cast]\nA = { tempo = 1 }", f"cast.toml: A.tempo is unknown; a speaker can have {FIELDS}"),
        ('[cast]\nA = "x"\n"\uff21" = "y"', "cast.toml: '\uff21' is duplicated, or is not a name"),
        ('provider = 1\n[cast]\nA = "x"', "cast.toml: provider cannot be 1"),
    ],
)
def test_a_fault_is_told_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, complaint: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cast.toml").write_text(content, "utf-8")

    with pytest.raises(FileProblem) as problem:
        read_cast("cast.toml")

    assert str(problem.value).startswith(complaint)


def test_a_file_that_is_missing_is_told() -> None:
    with pytest.raises(FileProblem, match=r"cannot read nowhere\.toml: No such file or directory"):
        read_cast("nowhere.toml")


def test_a_file_in_another_encoding_is_never_half_read(tmp_path: Path) -> None:
    path = tmp_path / "cast.toml"
    path.write_bytes("[cast]\nA = '曉雨'".encode("big5"))

    with pytest.raises(FileProblem, match="is not UTF-8"):
        read_cast(str(path))
