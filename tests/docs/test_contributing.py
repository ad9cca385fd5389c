"""CONTRIBUTING.md: every path that it names is there."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT, read

CODE = re.findall(r"`([^`\n]+)`", read("CONTRIBUTING.md"))
PATHS = sorted({words for words in CODE if re.fullmatch(r"[\w.<>-]+(/[\w.<>-]+)+", words)})


@pytest.mark.parametrize("path", PATHS)
def test_every_path_is_there(path: str) -> None:
    assert list(ROOT.glob(re.sub("<[a-z]+>", "*", path))), path
