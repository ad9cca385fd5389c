"""Questions about a script that only its author can answer, and the answers to choose from.

A script is read without an answer, too. The question then says how else it could be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from castline.speakers import speaker_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class QuestionKind(StrEnum):
    """Kinds of questions."""

    SAME_SPEAKER = "same_speaker"
    """Are two names that differ only in case one person?"""
    SOUND = "sound"
    """Is what a label such as ``SFX`` names a sound?"""
    SPEAKER_DASH = "speaker_dash"
    """Do lines such as ``Anna - Hello`` name their speakers?"""
    SPEAKER_LINES = "speaker_lines"
    """Do short lines that return, such as ``Anna``, name the speaker of what is below them?"""
    SPEAKER_COLUMN = "speaker_column"
    """Does the first column of a table name the speakers?"""
    NO_SPEAKERS = "no_speakers"
    """Does one voice speak a text that names nobody, or do two take turns?"""
    PREAMBLE = "preamble"
    """Is what stands before the first speaker spoken? It looks like a title."""
    ACTION = "action"
    """Are paragraphs that begin with a speaker's name, such as ``Ben enters.``, spoken?"""
    CAPTION_LINES = "caption_lines"
    """Do the lines with dashes of one caption belong to two speakers?"""


class Choice(StrEnum):
    """An answer to choose."""

    JOIN = "join"
    """They are one person."""
    KEEP = "keep"
    """They are two."""
    LEAVE_OUT = "leave_out"
    """It is not heard."""
    SPEAK = "speak"
    """It is spoken."""
    SOUND = "sound"
    """It is a sound: its turns are marked, for the client to put sounds in their place."""
    SPEAKERS = "speakers"
    """They name the speakers."""
    TEXT = "text"
    """They are spoken like everything else."""
    ONE_VOICE = "one_voice"
    """A narrator speaks all of it."""
    ALTERNATE = "alternate"
    """Two speakers take turns, line by line."""


CHOICES: Final[Mapping[QuestionKind, tuple[Choice, ...]]] = {
    QuestionKind.SAME_SPEAKER: (Choice.JOIN, Choice.KEEP),
    QuestionKind.SOUND: (Choice.LEAVE_OUT, Choice.SPEAK, Choice.SOUND),
    QuestionKind.SPEAKER_DASH: (Choice.SPEAKERS, Choice.TEXT),
    QuestionKind.SPEAKER_LINES: (Choice.SPEAKERS, Choice.TEXT),
    QuestionKind.SPEAKER_COLUMN: (Choice.SPEAKERS, Choice.TEXT),
    QuestionKind.NO_SPEAKERS: (Choice.ONE_VOICE, Choice.ALTERNATE),
    QuestionKind.PREAMBLE: (Choice.LEAVE_OUT, Choice.SPEAK),
    QuestionKind.ACTION: (Choice.LEAVE_OUT, Choice.TEXT),
    QuestionKind.CAPTION_LINES: (Choice.ALTERNATE, Choice.TEXT),
}
"""The choices of each question."""
MAX_LINES: Final = 1_000
"""Lines that a question names at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question about a script."""

    kind: QuestionKind
    speaker: str = ""
    """The speaker that it is about; empty where it is about the whole script."""
    other: str | None = None
    """The spelling that the turns of ``speaker`` get if the two are joined."""
    lines: tuple[int, ...] = ()
    """The lines that it is about, counted from 1: the first 1,000."""


class Answers:
    """Answers to questions of an earlier reading of a script. Those to no question of the script do nothing."""

    def __init__(self, given: Iterable[tuple[QuestionKind, str, Choice]] = ()) -> None:
        """Keep ``given``: each with its question, the speaker that it is about, and the choice. The last counts."""
        self._choices = {(kind, speaker_key(speaker)): choice for kind, speaker, choice in given}

    def choice(self, kind: QuestionKind, speaker: str = "") -> Choice | None:
        """Return what was chosen; None if the question was not answered."""
        return self._choices.get((kind, speaker_key(speaker)))
