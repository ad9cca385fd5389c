"""Lines without a speaker: texts that have no speakers, action between speeches, and captions of several lines."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import cycle, pairwise
from typing import TYPE_CHECKING, Final

from castline.scripts.apart import is_direction, is_remark
from castline.scripts.labels import label_of
from castline.scripts.lines import Line, narrator_of
from castline.scripts.names import names_in
from castline.scripts.prose import Reading, read_name
from castline.scripts.questions import MAX_LINES, Choice, Question, QuestionKind
from castline.scripts.warnings import ScriptWarning, WarningKind

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from castline.scripts.lines import ReadScript
    from castline.scripts.questions import Answers

_TWO_SPEAKERS: Final = ("A", "B")
_FEW: Final = 3
_MANY: Final = 5
"""A text whose labels occur only once is no dialogue if it has at least five lines, and three for each label."""
_BULLETS: Final = "-–—•* "
_NARRATORS: Final = frozenset(
    {"narrator", "narration", "erzähler", "narrateur", "旁白", "敘述者", "叙述者", "解說", "解说"}
)
_LEAST_NAME: Final = 2
_MOST_NAMES: Final = 100
_MOST_LINES: Final = 5_000
"""Longer scripts are neither searched for action nor narrated, because both would take seconds."""


def narrate(read: ReadScript, answers: Answers, *, max_turns: int) -> tuple[ReadScript, Question | None] | None:
    """Return a text without speakers as turns of a narrator or of two speakers, and a question if it is not answered.

    Each paragraph is a turn of the narrator. Two speakers take turns line by line. Without an answer, a narrator
    speaks. The result is None if the text is a dialogue, has nothing to speak, or has more than 5,000 lines.
    """
    spoken = [line for line in read.lines if line.chapter is None and not _is_apart(line)]
    numbers = {line.number for line in spoken}
    first = next((line for line in spoken if not is_remark(line.text, with_words=True)), None)
    if first is None or len(spoken) > _MOST_LINES:
        return None
    names = names_in(read)
    labels = Counter(line.label.key for line in spoken if line.label is not None and line.label.key in names)
    if any(count > 1 for count in labels.values()):
        return None
    if labels and (len(spoken) < _MANY or labels.total() * _FEW > len(spoken)):
        return None
    choice = answers.choice(QuestionKind.NO_SPEAKERS)
    narrator = narrator_of(" ".join(line.text for line in read.lines))
    if choice is Choice.ALTERNATE:
        lines = _in_turn(read.lines, first.number, numbers)
    else:
        lines = _by_paragraph(read.lines, first.number, numbers, narrator, max_turns)
    warnings = list(read.warnings)
    if choice is not Choice.ALTERNATE:
        warnings.append(ScriptWarning(kind=WarningKind.NO_SPEAKERS, text=narrator, line=first.number))
    question = _question(QuestionKind.NO_SPEAKERS, spoken) if choice is None else None
    return replace(read, lines=lines, warnings=warnings, may_have_joint_labels=False), question


def _in_turn(lines: Sequence[Line], first: int, spoken: Collection[int]) -> list[Line]:
    """Return ``lines`` with labels of two speakers in turn, from the line number ``first`` on.

    Only lines whose number is in ``spoken`` get a label.
    """
    speakers = cycle(_TWO_SPEAKERS)
    return [
        line
        if line.number < first or line.number not in spoken
        else line._replace(label=label_of(next(speakers), line.text.lstrip(_BULLETS) or line.text))
        for line in lines
    ]


def _by_paragraph(
    lines: Sequence[Line], first: int, spoken: Collection[int], narrator: str, max_turns: int
) -> list[Line]:
    """Return ``lines`` with a narrator's label for each paragraph; only one label if ``max_turns`` is exceeded."""
    begins = {first} | {
        line.number
        for before, line in pairwise(lines)
        if line.number > first
        and line.number in spoken
        and (before.chapter is not None or line.number > before.number + 1)
    }
    if len(begins) > max_turns:
        begins = {first}
    return [
        line
        if line.number < first or line.number not in spoken
        else line._replace(label=label_of(narrator, line.text) if line.number in begins else None)
        for line in lines
    ]


def without_actions(read: ReadScript, answers: Answers) -> tuple[ReadScript, Question | None]:
    """Make paragraphs of action stage directions if the author has chosen that; ask if there is no answer.

    A paragraph without a label may be action if it begins with a speaker's name, as in ``Ben enters.``
    """
    is_short = read.may_have_joint_labels and len(read.lines) <= _MOST_LINES
    actions = _actions(read) if is_short else []
    if not actions:
        return read, None
    choice = answers.choice(QuestionKind.ACTION)
    if choice is None:
        return read, _question(QuestionKind.ACTION, actions)
    if choice is Choice.TEXT:
        return read, None
    numbers = {line.number for line in actions}
    lines = [line._replace(is_direction=True) if line.number in numbers else line for line in read.lines]
    return replace(read, lines=lines), None


def _actions(read: ReadScript) -> list[Line]:
    keys = names_in(read)
    names = {line.label.name for line in read.lines if line.label is not None and line.label.key in keys}
    if len(names) > _MOST_NAMES:
        return []
    begins = _beginning_with([name for name in names if len(name) >= _LEAST_NAME])
    actions: list[Line] = []
    is_narrated = True
    before: Line | None = None
    for line in read.lines:
        is_new = before is not None and line.number > before.number + 1
        is_within = bool(actions) and actions[-1] is before and not is_new
        before = line
        if line.label is not None and line.label.key in keys:
            is_narrated = line.label.key.casefold() in _NARRATORS
        elif (
            not is_narrated
            and line.chapter is None
            and not _is_apart(line)
            and (is_within or (is_new and begins.match(line.text)))
        ):
            actions.append(line)
    return actions


def _beginning_with(names: list[str]) -> re.Pattern[str]:
    """Return a pattern of clauses whose subject is one of ``names``. Names with a comma after them do not match."""
    any_name = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(
        rf"(?:{any_name})(?:(?<=\w) [a-z]|(?<=[\u3400-\u9fff])(?=[\u3400-\u9fff]))" if names else r"(?!)"
    )


def with_alternating_lines(read: ReadScript, answers: Answers) -> tuple[ReadScript, Question | None]:
    """Make dashed lines of captions turns of two speakers if the author has chosen that; ask if there is no answer.

    If a caption has several lines with dashes, several people speak. The one who did not speak last begins.
    """
    if not read.dashes:
        return read, None
    keys = names_in(read)
    dashes = set(read.dashes)
    asked: list[Line] = []
    lines: list[Line] = []
    last: str | None = None
    other: str | None = None
    for line in read.lines:
        if line.label is not None and line.label.key in keys:
            if line.label.name != last:
                last, other = line.label.name, last
            lines.append(line)
            continue
        if line.number not in dashes or other is None or last is None or _is_apart(line):
            lines.append(line)
            continue
        asked.append(line)
        last, other = other, last
        lines.append(line._replace(label=label_of(last, line.text.lstrip(_BULLETS) or line.text)))
    choice = answers.choice(QuestionKind.CAPTION_LINES)
    if not asked or choice is Choice.TEXT:
        return read, None
    if choice is None:
        return read, _question(QuestionKind.CAPTION_LINES, asked)
    return replace(read, lines=lines), None


def _is_apart(line: Line) -> bool:
    """Return whether ``line`` is a stage direction, or has the label of a sound or of something to see."""
    is_cue = line.label is not None and read_name(line.label.key) is Reading.CUE
    return line.is_direction or is_cue or is_direction(line.text)


def _question(kind: QuestionKind, lines: list[Line]) -> Question:
    return Question(kind=kind, lines=tuple(line.number for line in lines[:MAX_LINES]))
