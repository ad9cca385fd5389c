r"""Markup of a text: finds the words to speak, and the pauses, styles and chapters that the text asks for.

``docs/scripts.md`` describes the grammar. A text is read in three steps: it is split into tokens
(``castline.scripts.tokens``), the tokens become a tree (``castline.scripts.tree``), and a reader decides which parts
of the tree are spoken (``castline.scripts.reader``).

All functions take linear time. A text without marks, tags and directions is returned unchanged, because cache keys of
audio depend on it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from castline.scripts import directions
from castline.scripts.parts import Chapter, Markup, Part, Pause, Reading, Words
from castline.scripts.reader import Said, TextReader
from castline.scripts.tree import heading_in, is_definition
from castline.scripts.writer import escaped, written
from castline.speakers import is_invisible

if TYPE_CHECKING:
    from collections.abc import Collection

    from castline.scripts.warnings import ScriptWarning

__all__ = [
    "Chapter",
    "Markup",
    "Part",
    "Pause",
    "Reading",
    "Words",
    "escape",
    "heading_of",
    "is_definition",
    "is_pause_or_style",
    "is_tag_or_direction",
    "read",
    "styles_asked_for",
    "tidy",
]

_MAY_MEAN_SOMETHING: Final = re.compile(
    r"[\\`*_~\[［【<&(（#\ue200\-+•‣◦▪●–—─=>|]|https?://|ftp://|www\.", re.IGNORECASE
)


def read(text: str, markup: Markup = Markup.AUTO, *, styles: Collection[str] = ()) -> Reading:
    """Read a text.

    Args:
        text: the text as it was written.
        markup: whether marks, tags and directions are understood or spoken.
        styles: the names of the voice's styles. A tag or direction that names one of them begins that style. The
            style lasts until the next one, or until the end of the text.

    Returns:
        The parts in order. There are none if the text has nothing to speak, no pause and no heading. Words have no
        white space beside a part that is not spoken. Warnings count the lines of ``text`` from 1.
    """
    if markup is Markup.LITERAL or _MAY_MEAN_SOMETHING.search(text) is None:
        return Reading(parts=() if is_invisible(text) else (Words(text=text),))
    reader = TextReader(text, {directions.key_of(name): name for name in styles})
    parts: list[Part] = []
    for piece in reader.read():
        if isinstance(piece, Said):
            parts.append(Words(text=piece.text, style=piece.style))
        elif isinstance(piece, Pause | Chapter):
            parts.append(piece)
    return Reading(parts=tuple(parts), warnings=tuple(reader.warnings))


def styles_asked_for(text: str, markup: Markup = Markup.AUTO) -> frozenset[str]:
    """Return the names of the styles that a text may ask for: Azure's styles, and any single word in a tag."""
    if markup is Markup.LITERAL or _MAY_MEAN_SOMETHING.search(text) is None:
        return frozenset()
    reader = TextReader(text, None)
    reader.read()
    return frozenset(reader.asked_for)


def tidy(text: str) -> tuple[str, tuple[ScriptWarning, ...]]:
    """Return ``text`` reduced to words, pauses, styles and headings, and warnings about what is left out.

    The reduced text is read like ``text``. Its tags have one spelling: ``[pause 500ms]``, ``[cheerful]``.
    """
    if _MAY_MEAN_SOMETHING.search(text) is None:
        return text, ()
    reader = TextReader(text, None)
    pieces = reader.read()
    return (written(pieces) if reader.marks else text), tuple(reader.warnings)


def escape(text: str) -> str:
    """Return ``text`` with backslashes where needed, so that all of it is read as plain words."""
    return text if _MAY_MEAN_SOMETHING.search(text) is None else escaped(text)


def heading_of(line: str) -> str | None:
    """Return the title if the whole line is a Markdown heading; None if it is not."""
    nodes = heading_in(line)
    return TextReader(line, None).title_of(nodes) if nodes is not None else None


def is_pause_or_style(content: str) -> bool:
    """Return whether ``[content]`` is the tag of a pause or a style."""
    return (
        directions.pause_of(content) is not None
        or directions.explicit_style(content) is not None
        or directions.ends_style(content)
        or (directions.meaning_of(content) is not None and not directions.is_noun(content))
    )


def is_tag_or_direction(content: str) -> bool:
    """Return whether ``[content]`` at the start of a line is a tag or a stage direction, not a speaker's name."""
    return is_pause_or_style(content) or directions.is_known(content) or directions.reads_like_event(content)
