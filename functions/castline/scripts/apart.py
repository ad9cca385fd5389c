"""Unspoken lines: recognizes stage directions, remarks about the script, and lines that are only marks or a tag."""

from __future__ import annotations

import re
from typing import Final

from castline.scripts.labels import find_label
from castline.scripts.lines import ACTION_MARKS
from castline.scripts.markup import is_tag_or_direction, tidy
from castline.scripts.prose import Reading, read_name

_DIRECTION: Final = re.compile(r"\([^()]*\)|（[^（）]*）")
_EMPHASIZED: Final = re.compile(r"([*_]{1,3})([^*_]+)\1")
_ITALICS: Final = re.compile(r"\*[^*]+\*|_[^_]+_")
_MUSIC: Final = re.compile("[♪♫🎵🎶]+[^♪♫🎵🎶]+[♪♫🎵🎶]+")
_TAG: Final = re.compile(r"\[[^\[\]]*\]")


def is_direction(line: str) -> bool:
    """Return whether ``line`` is a stage direction.

    Anything in parentheses is one. A text between marks (``*…*``) or musical notes (``♪…♪``) must also read like one.
    """
    if _DIRECTION.fullmatch(line):
        return True
    if not (_EMPHASIZED.fullmatch(line) or _MUSIC.fullmatch(line)):
        return False
    content = content_of(line)
    return is_tag_or_direction(content) or (line[0] not in "*_" and _DIRECTION.fullmatch(content) is not None)


def content_of(direction: str) -> str:
    """Return the words of a direction without its parentheses, its marks or its mark of action."""
    if direction[0] in "*_♪♫🎵🎶" or direction.startswith(ACTION_MARKS):
        return direction.strip("*_♪♫🎵🎶△▲ ")
    return direction[1:-1].strip()


def is_remark(line: str, *, with_words: bool = False) -> bool:
    """Return whether ``line`` is a remark about the script: ``Title: The Letter``, or a subtitle in italics.

    Args:
        line: a tidied line.
        with_words: whether a label is a remark only if words follow it.
    """
    if _ITALICS.fullmatch(line):
        return True
    label = find_label(line)
    if label is None or read_name(label.key) is not Reading.REMARK:
        return False
    return not with_words or bool(label.text)


def is_beside_speech(line: str) -> bool:
    """Return whether ``line`` has nothing to speak: it is only a tag, or empty without its markup."""
    text, _ = tidy(line)
    return not text or _TAG.fullmatch(text) is not None
