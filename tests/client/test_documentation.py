"""Examples in docs/python-client.md: they are run one after another, and print what the page says."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from castline_client import Castline
from castline_client.operations import Operations
from tests.cli.test_documentation import assert_as_shown

if TYPE_CHECKING:
    import pytest

    from local.stack import LocalStack

TEXT = (Path(__file__).parent.parent.parent / "docs" / "python-client.md").read_text("utf-8")
LOCAL = "http://127.0.0.1:8000"


def test_every_example_prints_what_the_page_says(
    stack: LocalStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```\n+^```text\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {"__name__": "page"}
    assert len(blocks) == TEXT.count("```python") > 5

    for program, expected in blocks:
        # When
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(program.replace(LOCAL, stack.url), "page", "exec"), names)  # noqa: S102 (our own page)

        # Then
        assert_as_shown(program, expected, printed.getvalue())
    names["castline"].close()


def test_the_table_has_every_method() -> None:
    named = set(re.findall(r"`(\w+)\(", TEXT.partition("## Methods")[2].partition("\n## ")[0]))

    assert named == {name for name in vars(Operations) if not name.startswith("_")}


def test_the_clients_have_the_methods_of_the_operations() -> None:
    assert all(hasattr(Castline, name) for name in vars(Operations))
