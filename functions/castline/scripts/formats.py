"""Formats of scripts, and their detection."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final, Literal


class ScriptFormat(StrEnum):
    """The format of a script."""

    AUTO = "auto"
    """The format is detected."""
    PLAIN = "plain"
    MARKDOWN = "markdown"
    """Read exactly like plain text, in which marks are understood, too. The name only says that there are some."""
    FOUNTAIN = "fountain"
    SRT = "srt"
    VTT = "vtt"
    JSON = "json"
    CSV = "csv"


FoundFormat = Literal[
    ScriptFormat.PLAIN,
    ScriptFormat.MARKDOWN,
    ScriptFormat.FOUNTAIN,
    ScriptFormat.SRT,
    ScriptFormat.VTT,
    ScriptFormat.JSON,
    ScriptFormat.CSV,
]
"""The format that a script was read in."""

_MARKDOWN: Final = re.compile(r"(?:\A|[\n\r])[ \t]*#{1,6}[ \t]+\S|\*\*|__\S|\]\(|(?:\A|[\n\r])```")


def detect_format(script: str) -> FoundFormat:
    """Return the format that ``script`` is written in."""
    # The readers are slow to import, and most requests to the API need only the names of formats.
    from castline.scripts.captions import is_srt, is_webvtt
    from castline.scripts.fountain import is_fountain
    from castline.scripts.json_turns import is_json
    from castline.scripts.tables import is_csv

    if is_webvtt(script):
        return ScriptFormat.VTT
    if is_srt(script):
        return ScriptFormat.SRT
    if is_json(script):
        return ScriptFormat.JSON
    if is_csv(script):
        return ScriptFormat.CSV
    if is_fountain(script):
        return ScriptFormat.FOUNTAIN
    return ScriptFormat.MARKDOWN if _MARKDOWN.search(script) else ScriptFormat.PLAIN
