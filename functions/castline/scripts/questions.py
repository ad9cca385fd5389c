"""Questions about a script that only its author can answer, and the answers to choose from.

A script can also be read without answers. Each question then says how else the script could be read.
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
    """Does a label such as ``SFX`` name a sound?"""
    SPEAKER_DASH = "speaker_dash"
    """Do lines such as ``Anna - Hello`` name their speakers?"""
    SPEAKER_LINES = "speaker_lines"
    """Do short, repeated lines such as ``Anna`` name the speaker of the lines below them?"""
    SPEAKER_COLUMN = "speaker_column"
    """Does the first column of a table name the speakers?"""
    NO_SPEAKERS = "no_speakers"
    """Does one voice speak a text without speakers, or do two voices take turns?"""
    PREAMBLE = "preamble"
    """Is the text before the first speaker spoken? It looks like a title."""
    ACTION = "action"
    """Are paragraphs that begin with a speaker's name, such as ``Ben enters.``, spoken?"""
    CAPTION_LINES = "caption_lines"
    """Do the lines with dashes of one caption belong to two speakers?"""


class Choice(StrEnum):
    """An answer to choose."""

    JOIN = "join"
    """They are one person."""
    KEEP = "keep"
    """They are two people."""
    LEAVE_OUT = "leave_out"
    """It is left out."""
    SPEAK = "speak"
    """It is spoken."""
    SOUND = "sound"
    """It is a sound. Its turns are marked, so that the client can replace them by a sound."""
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
"""The most lines that a question lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question about a script."""

    kind: QuestionKind
    speaker: str = ""
    """The speaker that the question is about; empty if it is about the whole script."""
    other: str | None = None
    """The spelling that the turns of ``speaker`` get if the two are joined."""
    lines: tuple[int, ...] = ()
    """The lines that the question is about, counted from 1: at most the first 1,000."""


class Answers:
    """Answers to the questions of an earlier reading of a script. Answers to other questions have no effect."""

    def __init__(self, given: Iterable[tuple[QuestionKind, str, Choice]] = ()) -> None:
        """Store the answers.

        Args:
            given: for each answer, the kind of the question, the speaker that the question is about, and the choice.
                The last answer to a question counts.
        """
        self._choices = {(kind, speaker_key(speaker)): choice for kind, speaker, choice in given}

    def choice(self, kind: QuestionKind, speaker: str = "") -> Choice | None:
        """Return the choice for a question; None if it was not answered."""
        return self._choices.get((kind, speaker_key(speaker)))
