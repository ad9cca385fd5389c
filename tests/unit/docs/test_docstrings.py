"""Docstrings in plain English."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDERS: Final = ("benchmarks", "cli", "functions", "infra", "layers", "local", "tests")
_QUESTION: Final = re.compile(r"\s*(What|How|When|Where|Which|Why|Who(ever|se|m)?)\b")


def docstrings(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each docstring, also of those below attributes and constants."""
    for node in ast.walk(ast.parse(source)):
        for statement in getattr(node, "body", ()) if not isinstance(node, ast.Lambda | ast.IfExp) else ():
            match statement:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    yield statement.lineno, text


def test_no_docstring_opens_with_a_question_word() -> None:
    """A docstring begins with a verb or a noun. One that begins with "What" or "Where" has to be read twice."""
    opening = [
        f"{path.relative_to(ROOT)}:{line}: {text.strip().splitlines()[0]}"
        for folder in _FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line, text in docstrings(path.read_text("utf-8"))
        if _QUESTION.match(text)
    ]

    assert opening == []


def test_docstrings_are_found_wherever_they_may_stand() -> None:
    source = '"""Where?"""\nA = 1\n"""What?"""\nclass B:\n    """How?"""\n    c: int\n    """Which?"""\n'

    assert [text for _, text in docstrings(source)] == ["Where?", "What?", "How?", "Which?"]
