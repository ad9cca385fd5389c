"""Emphasis within lines: marks are paired as CommonMark says, compared with markdown-it-py.

Texts are left out where Castline departs from CommonMark on purpose: beside narrow letters and punctuation, and where
runs of different marks touch. ``test_markup`` has cases of these.
"""

from __future__ import annotations

import random
import re
from itertools import product
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from castline.scripts.tree import Emphasis, Text, nodes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from castline.scripts.tree import Node

COMMONMARK = MarkdownIt("commonmark")
MARKS = {"em_open": "<", "em_close": ">", "strong_open": "<<", "strong_close": ">>"}
_DEPARTS = re.compile(r"\*_|_\*|好_+好")


def as_commonmark(text: str) -> str:
    """Return ``text`` with angle brackets around what CommonMark emphasizes: two of them around what is strong."""
    [inline] = COMMONMARK.parseInline(text)
    return "".join(MARKS.get(token.type, token.content) for token in inline.children or ())


def as_castline(text: str) -> str:
    return _bracketed(nodes_of(text, 0, len(text), ()))


def _bracketed(nodes: Iterable[Node]) -> str:
    written = ""
    for node in nodes:
        if isinstance(node, Emphasis):
            written += "<" * node.marks + _bracketed(node.children) + ">" * node.marks
        else:
            assert isinstance(node, Text)
            written += node.text
    return written


def texts(alphabet: str, length: int) -> Iterator[str]:
    """Yield every text of the alphabet up to a length, unless Castline departs from CommonMark or trims it."""
    for number in range(1, length + 1):
        for characters in product(alphabet, repeat=number):
            text = "".join(characters)
            if text == text.strip() and _DEPARTS.search(text) is None:
                yield text


@pytest.mark.parametrize(("alphabet", "length"), [("好* ", 8), ("好*_ ", 6)])
def test_every_short_text(alphabet: str, length: int) -> None:
    different = {text for text in texts(alphabet, length) if as_castline(text) != as_commonmark(text)}

    assert different == set()


def test_long_texts() -> None:
    chosen = random.Random(3)
    between = ("好", " 好", "好 ", "好 好", " ")
    different = set()

    for _ in range(2_000):
        # More runs could be nested deeper than Castline reads.
        pieces = (chosen.choice(between) + "*" * chosen.randint(1, 5) for _ in range(7))
        text = ("".join(pieces) + chosen.choice(between)).strip()
        if as_castline(text) != as_commonmark(text):
            different.add(text)

    assert different == set()
