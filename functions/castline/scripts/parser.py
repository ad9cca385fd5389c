"""Scripts as turns: which lines begin a turn, which go on with one, and which are not spoken.

- A line with a label (``castline.scripts.labels``) begins a turn, if the label is a name.
- Any other line goes on with the turn before it. The two are joined by a line break, which stays in the text: a
  provider pauses there as a reader would, long texts may be cut there, and no space is put between characters that
  have none. A name on a line of its own speaks the lines below it.
- A heading begins a chapter with the next turn. Text below it goes on with the speaker before, in a new turn.
- Words before the first label are not spoken if they announce the script: they end in a colon, or a rule is below
  them. What is between two rules is the script then, and one paragraph after it is not spoken either. Remarks before
  the first label, such as ``Title: Tea``, are not spoken. Any other words there are a problem.
- What a text holds besides words (``castline.scripts.markup``) is understood in each turn as a whole. Stage
  directions beside a name come before its words. A turn of which nothing is left but warnings is none.

A label is a name if it is in brackets or in bold, or reads like a name (``castline.scripts.prose``). What reads
like prose is a name all the same if it stands before a colon at least twice (老師說：… 老師說：…), or if nothing in
the script reads like a name: then it is written as a story is (小明說：… 小華說：…), and each 說 names a speaker. The
heading of a remark (``Note``, 注意) is never a name. What stands in brackets and reads like a tag or a stage
direction, or has no colon and nothing to speak, is a name if another label of the script shows that it is.

Spellings of one name (``castline.speakers``) are one speaker, who is called as it is spelled first.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, NamedTuple

from castline.scripts.captions import read_captions
from castline.scripts.errors import ProblemKind, ScriptNotUnderstood, ScriptProblem
from castline.scripts.formats import FoundFormat, ScriptFormat, detect_format
from castline.scripts.fountain import read_fountain
from castline.scripts.json_turns import read_json
from castline.scripts.labels import find_joint_label, find_label
from castline.scripts.lines import ACTION_MARKS
from castline.scripts.markup import Markup, is_pause_or_style, is_tag_or_direction, tidy
from castline.scripts.plain import read_plain
from castline.scripts.prose import Reading, read_name
from castline.scripts.questions import MAX_LINES, Answers, Choice, Question, QuestionKind
from castline.scripts.tokens import is_wide
from castline.scripts.warnings import ScriptWarning, WarningKind, quoted
from castline.speakers import MAX_NAME_CHARACTERS, is_invisible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from castline.scripts.labels import Label
    from castline.scripts.lines import Line, ReadScript

_READERS: Final[Mapping[FoundFormat, Callable[[str, Markup], ReadScript]]] = {
    ScriptFormat.PLAIN: read_plain,
    ScriptFormat.MARKDOWN: read_plain,
    ScriptFormat.FOUNTAIN: read_fountain,
    ScriptFormat.SRT: read_captions,
    ScriptFormat.VTT: read_captions,
    ScriptFormat.JSON: read_json,
}
_DIRECTION: Final = re.compile(r"\([^()]*\)|（[^（）]*）")
_EMPHASIZED: Final = re.compile(r"([*_]{1,3})([^*_]+)\1")
_ITALICS: Final = re.compile(r"\*[^*]+\*|_[^_]+_")
_MUSIC: Final = re.compile("[♪♫🎵🎶]+[^♪♫🎵🎶]+[♪♫🎵🎶]+")
_SCRIPT: Final = re.compile(
    r"\b(?:script|skript|transcript|dialog|dialogue|guion|guión|drehbuch)$|(?:腳本|脚本|劇本|剧本|對話|对话|台本|대본)$",
    re.IGNORECASE,
)
_MAX_PREAMBLE_LINES: Final = 50
_ANNOUNCING_SPACES: Final = 2
_ANNOUNCING_WIDE_CHARACTERS: Final = 6
_TAG: Final = re.compile(r"\[[^\[\]]*\]")
_NO_ANSWERS: Final = Answers()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptTurn:
    """One speaker's words."""

    speaker: str
    """Spelled as in the speaker's first turn."""
    text: str
    line: int
    """Where it begins, counted from 1."""
    chapter: str | None = None
    """Title of the chapter that begins with it."""
    is_sound: bool = False
    """Whether it describes a sound, as the author has answered."""


class TurnWarning(NamedTuple):
    """A warning about a script."""

    warning: ScriptWarning
    turn: int | None
    """Position of the turn that it is about, counted from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedScript:
    """A script as turns."""

    format: FoundFormat
    turns: tuple[ScriptTurn, ...]
    warnings: tuple[TurnWarning, ...]
    """In order of lines."""
    questions: tuple[Question, ...] = ()
    """What only the author can tell, and has not answered."""


def parse_script(
    script: str,
    *,
    max_turns: int,
    script_format: ScriptFormat = ScriptFormat.AUTO,
    markup: Markup = Markup.AUTO,
    answers: Answers = _NO_ANSWERS,
) -> ParsedScript:
    """Read ``script`` as a dialogue: at least one turn, each with a name of up to 50 characters and with text.

    Lines end as on any system (LF, CR LF, CR). White space around a line, direction marks at its start, and byte
    order marks and zero-width spaces anywhere are ignored.

    Raises:
        ScriptNotUnderstood: there is nothing to speak, text before any speaker, a speaker without text, or a name
            that is too long; or what should be JSON is none. With more than ``max_turns`` turns it is that alone:
            the rest is not read.
    """
    found = detect_format(script) if script_format is ScriptFormat.AUTO else script_format
    read = _READERS[found](script, markup)
    dialogue = _Dialogue(read, markup, max_turns)
    for line in read.lines:
        dialogue.add(line)
    turns, warnings = dialogue.finish()
    return with_joined_speakers(ParsedScript(format=found, turns=turns, warnings=warnings), answers)


def with_joined_speakers(parsed: ParsedScript, answers: Answers) -> ParsedScript:
    """Return a script in which names that differ only in case are one speaker, or are asked about."""
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


class _Text(NamedTuple):
    line: int
    text: str


@dataclass(slots=True)
class _OpenTurn:
    speaker: str
    line: int
    chapter: _Text | None
    tag: str = ""
    """The label, if it may have been meant for a tag: it is in brackets without a colon."""
    texts: list[_Text] = field(default_factory=list)
    warnings: list[ScriptWarning] = field(default_factory=list)


class _Dialogue:
    """Makes turns of lines."""

    def __init__(self, read: ReadScript, markup: Markup, max_turns: int) -> None:
        self._read = read
        self._names = _names_in(read)
        self._is_literal = markup is Markup.LITERAL
        self._max_turns = max_turns
        self._turns: list[_OpenTurn] = []
        self._spellings: dict[str, str] = {}
        self._chapter: _Text | None = None
        """The chapter that begins with the next turn."""
        self._before: list[_Text] = []
        """Directions and tags before the first turn."""
        self._preamble: list[_Text] = []
        """Words before the first turn."""
        self._warnings_before: list[ScriptWarning] = []
        self._problems: list[ScriptProblem] = []
        self._warnings = [TurnWarning(warning, None) for warning in read.warnings]
        self._has_dropped_times = False

    def add(self, line: Line) -> None:
        """Add the next line."""
        if line.chapter is not None:
            self._begin_chapter(_Text(line.number, line.chapter))
        elif (label := self._label_of(line)) is not None:
            self._begin_turn(line, label)
        elif not self._is_literal and line.label is not None and read_name(line.label.key) is Reading.CUE:
            self._leave_out(_Text(line.number, line.text))
        elif line.is_direction or (not self._is_literal and _is_direction(line.text)):
            self._go_on_with_tags(line.number, [line.text])
        else:
            self._go_on(_Text(line.number, line.text))

    def finish(self) -> tuple[tuple[ScriptTurn, ...], tuple[TurnWarning, ...]]:
        """Return the turns, and the warnings about them in order of lines."""
        for turn in self._turns:
            if len(turn.speaker) > MAX_NAME_CHARACTERS:
                self._problem(ProblemKind.NAME_TOO_LONG, turn.line, turn.speaker)
            elif not turn.texts and not turn.warnings:
                self._problem(ProblemKind.NO_TEXT, turn.line, turn.speaker)
        if self._preamble:
            self._leave_out_frame()
        if self._problems:
            raise ScriptNotUnderstood(sorted(self._problems, key=lambda problem: problem.line))
        turns = self._finished_turns()
        if self._problems:
            raise ScriptNotUnderstood(self._problems)
        if not turns:
            raise ScriptNotUnderstood([ScriptProblem(kind=ProblemKind.EMPTY, line=1)])
        return tuple(turns), tuple(sorted(self._warnings, key=lambda each: each.warning.line))

    def _label_of(self, line: Line) -> Label | None:
        """Return the label of ``line`` if it names a speaker, or several."""
        if line.label is None:
            has_colon = self._read.may_have_joint_labels and (":" in line.text or "：" in line.text)
            return find_joint_label(line.text, self._names) if has_colon else None
        return line.label if line.label.key in self._names else None

    def _begin_chapter(self, title: _Text) -> None:
        if is_invisible(title.text):
            return
        if self._chapter is not None:
            self._warn(WarningKind.NOT_DIALOGUE, self._chapter)
        self._chapter = title
        if self._turns and not self._turns[-1].texts:
            # A name stands right before the heading, its words stand below.
            turn = self._turns[-1]
            turn.chapter, self._chapter = self._chapter, turn.chapter

    def _begin_turn(self, line: Line, label: Label) -> None:
        speaker = self._spellings.setdefault(label.key, label.name)
        goes_on = self._read.joins_turns and self._turns and self._turns[-1].speaker == speaker
        if not goes_on or self._chapter is not None:
            self._open(speaker, line.number)
        if label.is_bare and not label.text:
            self._turns[-1].tag = line.text
        self._go_on_with_tags(line.number, label.directions, label.text)
        if label.time is not None and not self._has_dropped_times:
            self._warn(WarningKind.TIMES_DROPPED, _Text(line.number, label.time))
            self._has_dropped_times = True

    def _go_on_with_tags(self, line: int, directions: Sequence[str], text: str = "") -> None:
        """Go on with ``text``, and before it tags for those ``directions`` that ask for something. Report the others.

        What is in no brackets is spoken as it is read; what a format calls a direction never is.
        """
        tags: list[str] = []
        for direction in directions:
            content = _content_of(direction)
            if not self._is_literal and is_pause_or_style(content):
                tags.append(f"[{content}]")
            else:
                self._leave_out(_Text(line, direction))
        if tags or text:
            self._go_on(_Text(line, " ".join([*tags, text]).strip()))

    def _leave_out(self, direction: _Text) -> None:
        warning = ScriptWarning(
            kind=WarningKind.DIRECTION_NOT_SPOKEN, text=quoted(direction.text), line=direction.line
        )
        (self._turns[-1].warnings if self._turns else self._warnings_before).append(warning)

    def _go_on(self, text: _Text) -> None:
        if not self._turns:
            if len(self._preamble) > _MAX_PREAMBLE_LINES:
                return
            if not self._is_literal and _is_beside_speech(text.text):
                self._before.append(text)
                return
            if self._read.narrator is None:
                self._preamble.append(text)
                return
            self._open(self._read.narrator, text.line)
        elif self._chapter is not None:
            self._open(self._turns[-1].speaker, text.line)
        self._turns[-1].texts.append(text)

    def _open(self, speaker: str, line: int) -> None:
        if len(self._turns) == self._max_turns:
            raise ScriptNotUnderstood([ScriptProblem(kind=ProblemKind.TOO_MANY_TURNS, line=line)])
        self._turns.append(
            _OpenTurn(speaker, line, self._chapter, texts=self._before, warnings=self._warnings_before)
        )
        self._chapter, self._before, self._warnings_before = None, [], []

    def _leave_out_frame(self) -> None:
        """Report the words before the first turn if they announce the script, and those after it if they frame it.

        Any other words before the first turn are a problem.
        """
        announcement = next(
            (each for each in reversed(self._preamble) if not _is_remark(each.text, with_words=True)), None
        )
        is_short = bool(self._turns) and len(self._preamble) <= _MAX_PREAMBLE_LINES
        opening = self._rule_after(announcement.line) if announcement is not None and is_short else None
        if not is_short or (announcement is not None and opening is None and not self._announces(announcement)):
            self._problem(ProblemKind.NO_SPEAKER, self._preamble[0].line)
            return
        for text in self._preamble:
            self._warn(WarningKind.NOT_DIALOGUE, text)
        if opening is not None:
            self._leave_out_end()

    def _rule_after(self, line: int) -> int | None:
        """Return the line of a rule between ``line`` and the first turn."""
        return next((rule for rule in self._read.rules if line < rule < self._turns[0].line), None)

    def _announces(self, text: _Text) -> bool:
        """Return whether ``text`` ends in a colon, with a blank line after it."""
        is_followed = any(line.number == text.line + 1 for line in self._read.lines)
        return text.text.rstrip("*_").endswith((":", "：")) and not is_followed and not _is_remark(text.text)

    def _leave_out_end(self) -> None:
        """Report one paragraph after the last rule, below the last label."""
        texts, last_rule = self._turns[-1].texts, self._read.rules[-1]
        after = [text for text in texts if text.line > last_rule]
        if after and self._turns[-1].line < last_rule and after[-1].line - after[0].line == len(after) - 1:
            del texts[-len(after) :]
            for text in after:
                self._warn(WarningKind.NOT_DIALOGUE, text)

    def _finished_turns(self) -> list[ScriptTurn]:
        turns: list[ScriptTurn] = []
        chapter: _Text | None = None
        for turn in self._turns:
            if chapter is not None and turn.chapter is not None:
                self._warn(WarningKind.NOT_DIALOGUE, chapter)
            chapter = turn.chapter or chapter
            text = self._finished_text(turn, len(turns))
            if text:
                title = chapter.text if chapter else None
                turns.append(ScriptTurn(speaker=turn.speaker, text=text, line=turn.line, chapter=title))
                chapter = None
        for left in (chapter, self._chapter):
            if left is not None:
                self._warn(WarningKind.NOT_DIALOGUE, left)
        return turns

    def _finished_text(self, turn: _OpenTurn, position: int) -> str:
        """Return a turn's text; an empty one if all of it is in warnings."""
        text = "\n".join(each.text for each in turn.texts)
        warnings = turn.warnings
        if not self._is_literal:
            text, left_out = tidy(text)
            warnings += [replace(warning, line=turn.texts[warning.line - 1].line) for warning in left_out]
        if not text and not warnings:
            self._problem(ProblemKind.NO_TEXT, turn.line, turn.speaker)
        if not text and turn.tag:
            self._warn(WarningKind.UNKNOWN_TAG, _Text(turn.line, turn.tag))
        self._warnings += [TurnWarning(warning, position if text else None) for warning in warnings]
        return text

    def _problem(self, kind: ProblemKind, line: int, speaker: str = "") -> None:
        self._problems.append(ScriptProblem(kind=kind, line=line, speaker=speaker[:MAX_NAME_CHARACTERS]))

    def _warn(self, kind: WarningKind, about: _Text) -> None:
        """Warn of what belongs to no turn."""
        warning = ScriptWarning(kind=kind, text=quoted(about.text), line=about.line)
        self._warnings.append(TurnWarning(warning, None))


def _is_direction(line: str) -> bool:
    """Return whether ``line`` is a stage direction: in parentheses, or in marks or notes if it reads like one."""
    if _DIRECTION.fullmatch(line):
        return True
    is_set_apart = _EMPHASIZED.fullmatch(line) or _MUSIC.fullmatch(line)
    return bool(is_set_apart) and is_tag_or_direction(_content_of(line))


def _content_of(direction: str) -> str:
    """Return the words of a direction, which stands in parentheses, in marks or after a mark of action."""
    if direction[0] in "*_♪♫🎵🎶" or direction.startswith(ACTION_MARKS):
        return direction.strip("*_♪♫🎵🎶△▲ ")
    return direction[1:-1].strip()


def _is_remark(line: str, *, with_words: bool = False) -> bool:
    """Return whether ``line`` says something about the script: "Title: The Letter", or a subtitle in italics."""
    if _ITALICS.fullmatch(line):
        return True
    label = find_label(line)
    if label is None or read_name(label.key) is not Reading.REMARK:
        return False
    return not with_words or bool(label.text)


def _is_beside_speech(line: str) -> bool:
    """Return whether nothing of ``line`` is spoken."""
    text, _ = tidy(line)
    return not text or _TAG.fullmatch(text) is not None


def _names_in(read: ReadScript) -> frozenset[str]:
    """Return the keys of those labels that are speakers' names, whether in brackets or not."""
    certain = [
        label
        for line, below in zip_longest(read.lines, read.lines[1:])
        if (label := line.label) is not None and not _is_in_doubt(line.number, label, below, read.rules)
    ]
    first = next((index for index, line in enumerate(read.lines[:-1]) if line.label is not None), None)
    if first is not None and _is_announcement(read.lines[first], read.lines[first + 1]):
        certain = [label for label in certain if label is not read.lines[first].label]
    uses = Counter(label.key for label in certain)
    readings = {key: read_name(key) for key in uses}
    never_names = (Reading.REMARK, Reading.CUE)
    names = {
        label.key
        for label in certain
        if readings[label.key] is Reading.NAME
        or (label.is_marked and not (label.is_bold and readings[label.key] in never_names))
    }
    if not names and read.narrator is None:
        return frozenset(key for key, reading in readings.items() if reading not in never_names)
    return frozenset(
        names | {key for key, reading in readings.items() if reading is Reading.PERHAPS_PROSE and uses[key] > 1}
    )


def _is_announcement(line: Line, below: Line) -> bool:
    """Return whether ``line`` announces the script, as in "Hier ist der Dialog:", and is no name without words."""
    label = line.label
    if label is None or label.is_bare or label.text or below.label is None or below.number == line.number + 1:
        return False
    if _SCRIPT.search(label.key):
        return True
    is_long_and_wide = len(label.name) >= _ANNOUNCING_WIDE_CHARACTERS and is_wide(label.name[0])
    return not label.is_marked and (label.name.count(" ") >= _ANNOUNCING_SPACES or is_long_and_wide)


def _is_in_doubt(line: int, label: Label, below: Line | None, rules: Sequence[int]) -> bool:
    """Return whether ``label`` may be a tag. ``below`` is the line after it."""
    if label.is_doubtful or not label.is_bare or label.text:
        return label.is_doubtful
    if below is None or below.chapter is not None or bisect_right(rules, line) < bisect_right(rules, below.number):
        return True
    return below.label is not None and (below.label.is_marked or read_name(below.label.key) is Reading.NAME)
