"""Sounds in a script: labels such as ``SFX``. The author decides whether to speak, leave out or mark their turns."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from castline.scripts.errors import ProblemKind, ScriptNotUnderstood, ScriptProblem
from castline.scripts.parsed import TurnWarning
from castline.scripts.prose import is_sound
from castline.scripts.questions import MAX_LINES, Choice, Question, QuestionKind
from castline.scripts.warnings import ScriptWarning, WarningKind, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from castline.scripts.parsed import ParsedScript, ScriptTurn
    from castline.scripts.questions import Answers


@dataclass(slots=True)
class Sound:
    """A label that names a sound, and the lines that have it."""

    name: str
    lines: list[int] = field(default_factory=list)


def with_sounds(parsed: ParsedScript, cues: Mapping[str, Sound], answers: Answers) -> ParsedScript:
    """Leave out or mark the sounds of a script as the author has chosen, and ask about those without an answer."""
    sounds = {key: replace(sound) for key, sound in cues.items()}
    for turn in parsed.turns:
        if is_sound(turn.speaker):
            sound = sounds.setdefault(turn.speaker.casefold(), Sound(turn.speaker))
            if turn.line not in sound.lines:
                sound.lines = sorted([*sound.lines, turn.line])
    if not sounds:
        return parsed
    choices = {key: answers.choice(QuestionKind.SOUND, sound.name) for key, sound in sounds.items()}
    questions = [
        Question(kind=QuestionKind.SOUND, speaker=sound.name, lines=tuple(sound.lines[:MAX_LINES]))
        for key, sound in sounds.items()
        if choices[key] is None
    ]
    left_out = [
        TurnWarning(
            ScriptWarning(
                kind=WarningKind.SOUND_LEFT_OUT, text=sound.name, line=sound.lines[0], count=len(sound.lines)
            ),
            None,
        )
        for key, sound in sounds.items()
        if choices[key] is Choice.LEAVE_OUT
    ]
    turns: list[ScriptTurn] = []
    places: dict[int, int] = {}
    chapter: str | None = None
    for position, turn in enumerate(parsed.turns):
        key = turn.speaker.casefold()
        if choices.get(key) is Choice.LEAVE_OUT:
            chapter = turn.chapter or chapter
            continue
        places[position] = len(turns)
        name = sounds[key].name if key in sounds else turn.speaker
        turns.append(
            replace(turn, speaker=name, chapter=turn.chapter or chapter, is_sound=choices.get(key) is Choice.SOUND)
        )
        chapter = None
    if not turns:
        raise ScriptNotUnderstood([ScriptProblem(kind=ProblemKind.EMPTY, line=1)])
    if chapter is not None:
        left_out.append(
            TurnWarning(
                ScriptWarning(kind=WarningKind.NOT_DIALOGUE, text=quoted(chapter), line=parsed.turns[-1].line), None
            )
        )
    warnings = [
        TurnWarning(each.warning, None if each.turn is None else places.get(each.turn)) for each in parsed.warnings
    ]
    ordered = sorted([*warnings, *left_out], key=lambda each: each.warning.line)
    return replace(parsed, turns=tuple(turns), warnings=tuple(ordered), questions=(*parsed.questions, *questions))
