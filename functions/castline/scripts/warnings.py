"""Warnings about a script or a text: a part is not spoken, or not in the way that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MAX_QUOTED_CHARACTERS = 100


class WarningKind(StrEnum):
    """The kind of a warning: the code that clients see."""

    DIRECTION_NOT_SPOKEN = "direction_not_spoken"
    """A stage direction."""
    UNKNOWN_TAG = "unknown_tag"
    """A tag in square brackets that is not one of Castline's."""
    STYLE_NOT_AVAILABLE = "style_not_available"
    """A tag or direction names a style that the speaker's voice does not have."""
    PAUSE_TOO_LONG = "pause_too_long"
    """A pause tag asks for more than ten seconds, and gets ten."""
    IMAGE_NOT_SPOKEN = "image_not_spoken"
    """An image in Markdown."""
    NOT_DIALOGUE = "not_dialogue"
    """A part of a screenplay, a subtitle file or JSON that nobody speaks, words around a script, or a heading that
    begins no chapter."""
    SOUND_LEFT_OUT = "sound_left_out"
    """The lines of a label such as ``SFX``, which the author has chosen to leave out."""
    NO_SPEAKERS = "no_speakers"
    """The script names no speaker, so a narrator speaks all of it."""
    TIMES_DROPPED = "times_dropped"
    """The times of a subtitle file, or times beside labels."""
    PHONEME_NOT_AVAILABLE = "phoneme_not_available"
    """A pronunciation in phonemes that the speaker's voice cannot follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptWarning:
    """A warning, and the text and line that it is about."""

    kind: WarningKind
    text: str
    """The text that the warning is about, as it was written: at most 100 characters, then an ellipsis."""
    line: int
    """The line of that text, counted from 1 in the script, or in the turn's text."""
    count: int = 1
    """The number of lines that the warning covers."""


def quoted(text: str) -> str:
    """Return ``text`` on one line of at most 100 characters, with an ellipsis if it was cut."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_QUOTED_CHARACTERS else line[: MAX_QUOTED_CHARACTERS - 1] + "…"
