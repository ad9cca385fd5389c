"""Links in the documentation work, and the files that it names exist."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import pytest

from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGES: Final = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FOLDERS: Final = ("benchmarks", "docs", "functions", "infra", "layers", "local", "scripts", "tests")
BASES: Final = (ROOT, ROOT / "functions", ROOT / "functions" / "castline")

_FENCE: Final = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
_CODE: Final = re.compile(r"`([^`\n]+)`")
_LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
_FILE: Final = re.compile(rf"[\w.][\w./-]*\.(?:py|json|lock|toml|md)|(?:{'|'.join(FOLDERS)})(?:/[\w./-]*)?")
_MODULE: Final = re.compile(r"(?:castline|local|infra|benchmarks|tests)(?!.*\.com$)(?:\.\w+)+")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@cache
def prose(page: Path) -> str:
    """Return a page without its blocks of code."""
    return _FENCE.sub("", page.read_text("utf-8"))


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return the anchors that GitHub gives a page's headings; the second of the same words has -1 after it."""
    seen: Counter[str] = Counter()
    names = set()
    for heading in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE):
        words = re.sub(r"\]\([^)]*\)", "", heading).lower()
        name = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        names.add(f"{name}-{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return frozenset(names)


@cache
def file_names() -> frozenset[str]:
    return frozenset(path.name for folder in FOLDERS for path in (ROOT / folder).rglob("*.*"))


def exists(name: str) -> bool:
    """Return whether the repository has a file or folder, named from its root, the package, or without a folder."""
    return any((base / name).exists() for base in BASES) or name in file_names()


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(prose(page)):
        if re.match(r"\w+:", target):
            continue
        name, _, anchor = target.partition("#")
        linked = page.parent / name if name else page
        assert linked.exists(), f"{target}: there is no such file"
        assert linked.resolve().is_relative_to(ROOT), f"{target}: outside the repository"
        assert not anchor or anchor in anchors(linked), f"{target}: there is no such heading"


@every_page
def test_files_and_modules_that_are_named_exist(page: Path) -> None:
    for words in _CODE.findall(prose(page)):
        for word in words.split():
            if _FILE.fullmatch(word):
                assert exists(word), word
            elif _MODULE.fullmatch(word):
                assert find_spec(word), word


def test_every_decision_is_listed_under_its_own_title() -> None:
    index = (ROOT / "docs" / "adr" / "README.md").read_text("utf-8")
    pages = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))

    listed = re.findall(r"^(\d+)\. \[(.+)\]\((.+)\)$", index, re.MULTILINE)

    titles = [page.read_text("utf-8").partition("\n")[0].removeprefix("# ") for page in pages]
    assert [f"{number}. {title}" for number, title, _ in listed] == titles
    assert [name for _, _, name in listed] == [page.name for page in pages]
