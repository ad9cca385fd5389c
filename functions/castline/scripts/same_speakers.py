"""Speakers whose names differ only in case: the author decides whether they are one person."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from castline.scripts.questions import MAX_LINES, Choice, Question, QuestionKind

if TYPE_CHECKING:
    from castline.scripts.parsed import ParsedScript
    from castline.scripts.questions import Answers


def with_joined_speakers(parsed: ParsedScript, answers: Answers) -> ParsedScript:
    """Join speakers whose names differ only in case, if the author has chosen that; ask if there is no answer."""
    lines: dict[str, list[int]] = {}
    for turn in parsed.turns:
        lines.setdefault(turn.speaker, []).append(turn.line)
    first: dict[str, str] = {}
    joined: dict[str, str] = {}
    questions: list[Question] = []
    for speaker in lines:
        other = first.setdefault(speaker.casefold(), speaker)
        answer = answers.choice(QuestionKind.SAME_SPEAKER, speaker)
        if other == speaker or answer is Choice.KEEP:
            continue
        if answer is Choice.JOIN:
            joined[speaker] = other
        else:
            asked = tuple(lines[speaker][:MAX_LINES])
            questions.append(Question(kind=QuestionKind.SAME_SPEAKER, speaker=speaker, other=other, lines=asked))
    turns = tuple(replace(turn, speaker=joined.get(turn.speaker, turn.speaker)) for turn in parsed.turns)
    return replace(parsed, turns=turns, questions=(*parsed.questions, *questions))
