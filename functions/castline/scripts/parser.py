"""Parser of scripts: decides which lines begin a turn, which lines continue one, and which are not spoken.

- A line with a label (``castline.scripts.labels``) begins a turn if the label is a name.
- Any other line continues the turn before it. A line break joins the two and stays in the text. Providers pause at
  it as a reader would, long texts may be divided there, and no space comes between characters that need none. A name
  on a line of its own speaks the lines below it.
- A heading begins a chapter with the next turn. Text below a heading is a new turn of the previous speaker.
- Words before the first label are left out if they announce the script: they end in a colon, or a rule follows them.
  After such a rule, the script may end at another rule, and one paragraph after that rule is left out, too. Remarks
  before the first label, such as ``Title: Tea``, are left out. A title is left out, and the author is asked about it.
  Any other words before the first label are a problem. In a script without speakers, a narrator speaks all words.
- A decision that only the author can make is a question (``castline.scripts.questions``). Its answer is followed.
- Markup (``castline.scripts.markup``) is understood in the whole text of a turn. Stage directions beside a name come
  before its words. A turn is dropped if only warnings are left of it.

A label is a name if it is in brackets or in bold, or if it reads like a name (``castline.scripts.prose``). A label
that reads like prose is a name in two cases. It stands before a colon at least twice (老師說：… 老師說：…); or
nothing in the script reads like a name. Such a script is written like a story (小明說：… 小華說：…), in which each 說
names a speaker. The heading of a remark (``Note``, 注意) is a name only in brackets. A label in brackets may also be
a tag or a stage direction, if it reads like one, or if it has neither a colon nor words to speak. It is then a name
only if another label of the script shows that.

All spellings of a name (``castline.speakers``) are one speaker, whose name is the first spelling.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from castline.scripts.apart import content_of, is_beside_speech, is_direction, is_remark
from castline.scripts.captions import read_captions
from castline.scripts.errors import ProblemKind, ScriptNotUnderstood, ScriptProblem
from castline.scripts.formats import FoundFormat, ScriptFormat, detect_format
from castline.scripts.fountain import read_fountain
from castline.scripts.json_turns import read_json
from castline.scripts.labels import find_joint_label
from castline.scripts.lines import narrator_of
from castline.scripts.markup import Markup, is_pause_or_style, tidy
from castline.scripts.names import names_in
from castline.scripts.other_labels import other_readings
from castline.scripts.parsed import ParsedScript, ScriptTurn, TurnWarning
from castline.scripts.plain import read_plain
from castline.scripts.prose import Reading, is_sound, read_name
from castline.scripts.questions import Answers, Choice, Question, QuestionKind
from castline.scripts.same_speakers import with_joined_speakers
from castline.scripts.sounds import Sound, with_sounds
from castline.scripts.tables import read_csv
from castline.scripts.unnamed import narrate, with_alternating_lines, without_actions
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
    ScriptFormat.CSV: read_csv,
}
_WITHOUT_STRUCTURE: Final = (ScriptFormat.PLAIN, ScriptFormat.MARKDOWN)
"""Formats that have no syntax of their own for speakers."""
_MAX_PREAMBLE_LINES: Final = 50
_NO_ANSWERS: Final = Answers()
_MAX_TITLE_LINES: Final = 4
_MAX_TITLE_CHARACTERS: Final = 80
_ENDS_SENTENCE: Final = tuple(".!?…,;:。！？，；：")


def parse_script(
    script: str,
    *,
    max_turns: int,
    script_format: ScriptFormat = ScriptFormat.AUTO,
    markup: Markup = Markup.AUTO,
    answers: Answers = _NO_ANSWERS,
) -> ParsedScript:
    """Read ``script`` as a dialogue: at least one turn, each with a name of up to 50 characters and with text.

    Lines may end in LF, CR LF or CR. White space around a line, direction marks at its start, and byte order marks
    and zero-width spaces anywhere are ignored.

    Raises:
        ScriptNotUnderstood: the script has nothing to speak, text before any speaker, a speaker without text, a name
            that is too long, or invalid JSON. More than ``max_turns`` turns are reported as the only problem, because
            the rest of the script is not read.
    """
    found = detect_format(script) if script_format is ScriptFormat.AUTO else script_format
    read = _READERS[found](script, markup)
    questions: list[Question] = []

    def dialogue_of(read: ReadScript) -> _Dialogue:
        dialogue = _Dialogue(read, markup, max_turns, answers)
        for line in read.lines:
            dialogue.add(line)
        dialogue.finish()
        return dialogue

    if found in _WITHOUT_STRUCTURE:
        read, questions = _read_otherwise(read, dialogue_of, answers)
    for resolve in (without_actions, with_alternating_lines):
        read, question = resolve(read, answers)
        questions += [question] if question is not None else []
    dialogue, refusal = None, None
    # Without a name, this reading would fail, so a script without names is read only once.
    if found not in _WITHOUT_STRUCTURE or names_in(read):
        try:
            dialogue = dialogue_of(read)
        except ScriptNotUnderstood as error:
            refusal = error
    if dialogue is None:
        narrated = narrate(read, answers, max_turns=max_turns) if _names_nobody(found, refusal) else None
        if narrated is None and refusal is not None:
            raise refusal
        if narrated is not None:
            read, question = narrated
            questions += [question] if question is not None else []
        dialogue = dialogue_of(read)
    parsed = ParsedScript(
        format=found,
        turns=tuple(dialogue.turns),
        warnings=dialogue.ordered_warnings(),
        questions=(*questions, *dialogue.questions),
    )
    return with_joined_speakers(with_sounds(parsed, dialogue.sounds, answers), answers)


def _names_nobody(found: FoundFormat, refusal: ScriptNotUnderstood | None) -> bool:
    problems = refusal.problems if refusal is not None else ()
    return found in _WITHOUT_STRUCTURE and all(problem.kind is ProblemKind.NO_SPEAKER for problem in problems)


def _read_otherwise(
    read: ReadScript, dialogue_of: Callable[[ReadScript], object], answers: Answers
) -> tuple[ReadScript, list[Question]]:
    """Return ``read`` with labels for speakers that are named without a colon, and a question about these labels.

    Without an answer, the labels are used only if the script cannot be understood without them.
    """
    for other in other_readings(read):
        answer = Choice.SPEAKERS if other.is_certain else answers.choice(other.kind)
        if answer is Choice.TEXT:
            continue
        if answer is Choice.SPEAKERS:
            return other.read, []
        if not _is_understood(other.read, dialogue_of):
            continue
        question = Question(kind=other.kind, lines=other.lines)
        return (read if _is_understood(read, dialogue_of) else other.read), [question]
    return read, []


def _is_understood(read: ReadScript, dialogue_of: Callable[[ReadScript], object]) -> bool:
    try:
        dialogue_of(read)
    except ScriptNotUnderstood:
        return False
    return True


class _Text(NamedTuple):
    line: int
    text: str


@dataclass(slots=True)
class _OpenTurn:
    speaker: str
    line: int
    chapter: _Text | None
    is_cue: bool = False
    """Whether the turn is a sound, after which the previous speaker continues."""
    tag: str = ""
    """The line of the label, if the label may be meant as a tag because it is in brackets without a colon."""
    texts: list[_Text] = field(default_factory=list)
    warnings: list[ScriptWarning] = field(default_factory=list)


class _Dialogue:
    """Builds turns from lines."""

    def __init__(self, read: ReadScript, markup: Markup, max_turns: int, answers: Answers) -> None:
        self.turns: list[ScriptTurn] = []
        """The turns, once the dialogue is finished."""
        self.questions: list[Question] = []
        self.sounds: dict[str, Sound] = {}
        """The labels of sounds that are not speakers, by the case-folded label."""
        self._answers = answers
        self._cue: Line | None = None
        """The previous line, if it is a cue without words. Its words may follow."""
        self._speaker: str | None = None
        """The speaker before the last turn, if that turn is a cue."""
        self._read = read
        self._names = names_in(read)
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
            self._add_cue(line, line.label)
            return
        elif self._cue is not None and self._cue.number == line.number - 1:
            self._end_cue(line)
        elif line.is_direction or (not self._is_literal and is_direction(line.text)):
            self._go_on_with_tags(line.number, [line.text])
        else:
            self._go_on(_Text(line.number, line.text))
        self._cue = None

    def _add_cue(self, line: Line, label: Label) -> None:
        """Leave out a cue, or open a turn for it if it is a sound and the author has chosen that."""
        self._cue = None if label.text else line
        choice = None
        if label.is_bare and not label.text:
            self._cue = None
        elif is_sound(label.key):
            sound = self.sounds.setdefault(label.name.casefold(), Sound(label.name))
            sound.lines.append(line.number)
            choice = self._answers.choice(QuestionKind.SOUND, sound.name)
        if choice is Choice.SPEAK or choice is Choice.SOUND:
            speaker = self._who_speaks()
            self._open(label.name, line.number)
            self._turns[-1].is_cue = True
            self._speaker = speaker
            if label.text:
                self._turns[-1].texts.append(_Text(line.number, label.text))
        elif choice is None:
            self._leave_out(_Text(line.number, line.text))

    def _end_cue(self, line: Line) -> None:
        """Treat the line below a cue without words as the words of the cue."""
        if self._turns and self._turns[-1].is_cue:
            self._turns[-1].texts.append(_Text(line.number, line.text))
        elif self._cue is not None and self._cue.label is not None:
            key = self._cue.label.name.casefold()
            if key not in self.sounds or self._answers.choice(QuestionKind.SOUND, self.sounds[key].name) is None:
                self._leave_out(_Text(line.number, line.text))

    def _who_speaks(self) -> str | None:
        """Return the speaker of a line without a label; None before the first turn."""
        if not self._turns:
            return None
        return self._speaker if self._turns[-1].is_cue else self._turns[-1].speaker

    def finish(self) -> None:
        """Finish the turns.

        Raises:
            ScriptNotUnderstood: see ``parse_script``.
        """
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
        self.turns = turns

    def ordered_warnings(self) -> tuple[TurnWarning, ...]:
        """Return the warnings in order of lines."""
        return tuple(sorted(self._warnings, key=lambda each: each.warning.line))

    def _label_of(self, line: Line) -> Label | None:
        """Return the label of ``line`` if it names one or several speakers."""
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
            # The name is directly above the heading, and its words are below the heading.
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
        """Add ``text``, after tags for the ``directions`` that ask for a pause or a style. Report other directions.

        A line that its format calls a direction is never spoken, regardless of its words.
        """
        tags: list[str] = []
        for direction in directions:
            content = content_of(direction)
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
        speaker = self._who_speaks()
        if speaker is None:
            if len(self._preamble) > _MAX_PREAMBLE_LINES:
                return
            if not self._is_literal and is_beside_speech(text.text):
                self._before.append(text)
                return
            if self._read.narrator is None:
                self._preamble.append(text)
                return
            self._open(self._read.narrator, text.line)
        elif self._chapter is not None or self._turns[-1].is_cue:
            self._open(speaker, text.line)
        self._turns[-1].texts.append(text)

    def _open(self, speaker: str, line: int) -> None:
        if len(self._turns) == self._max_turns:
            raise ScriptNotUnderstood([ScriptProblem(kind=ProblemKind.TOO_MANY_TURNS, line=line)])
        self._turns.append(
            _OpenTurn(speaker, line, self._chapter, texts=self._before, warnings=self._warnings_before)
        )
        self._chapter, self._before, self._warnings_before = None, [], []

    def _leave_out_frame(self) -> None:
        """Report the words before the first turn as a warning or as a problem.

        They are a warning if they are remarks, announce the script or may be a title. If a rule follows the
        announcement, the paragraph after the script is a warning, too. Any other words are a problem.
        """
        announcement = next(
            (each for each in reversed(self._preamble) if not is_remark(each.text, with_words=True)), None
        )
        is_short = bool(self._turns) and len(self._preamble) <= _MAX_PREAMBLE_LINES
        if is_short and self._is_asked_about():
            return
        opening = self._rule_after(announcement.line) if announcement is not None and is_short else None
        if not is_short or (announcement is not None and opening is None and not self._announces(announcement)):
            self._problem(ProblemKind.NO_SPEAKER, self._preamble[0].line)
            return
        for text in self._preamble:
            self._warn(WarningKind.NOT_DIALOGUE, text)
        if opening is not None:
            self._leave_out_end()

    def _is_asked_about(self) -> bool:
        """Handle words before the first turn that may be a title, and return whether there are any.

        A narrator speaks the words if the author has chosen that. Otherwise the words are left out. If there is no
        answer, the author is asked about them.
        """
        choice = self._answers.choice(QuestionKind.PREAMBLE)
        words = [text for text in self._preamble if not is_remark(text.text, with_words=True)]
        is_title = (
            0 < len(words) <= _MAX_TITLE_LINES
            and words[-1].line + 1 < self._turns[0].line
            and all(
                len(text.text) <= _MAX_TITLE_CHARACTERS and not text.text.rstrip("*_").endswith(_ENDS_SENTENCE)
                for text in words
            )
        )
        if not words or not (is_title or choice is not None):
            return False
        if choice is Choice.SPEAK:
            narrator = narrator_of(" ".join(line.text for line in self._read.lines))
            first = _OpenTurn(narrator, words[0].line, None, texts=words)
            self._turns.insert(0, first)
            self._preamble = [text for text in self._preamble if text not in words]
        elif choice is None:
            lines = tuple(text.line for text in words)
            self.questions.append(Question(kind=QuestionKind.PREAMBLE, lines=lines))
        for text in self._preamble:
            self._warn(WarningKind.NOT_DIALOGUE, text)
        return True

    def _rule_after(self, line: int) -> int | None:
        """Return the line of a rule between ``line`` and the first turn."""
        return next((rule for rule in self._read.rules if line < rule < self._turns[0].line), None)

    def _announces(self, text: _Text) -> bool:
        """Return whether ``text`` ends in a colon, with a blank line after it."""
        is_followed = any(line.number == text.line + 1 for line in self._read.lines)
        return text.text.rstrip("*_").endswith((":", "：")) and not is_followed and not is_remark(text.text)

    def _leave_out_end(self) -> None:
        """Report the text after the last rule, if it is a single paragraph without a label."""
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
        """Return the text of a turn; an empty text if only warnings are left of it."""
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
        """Add a warning about a text that belongs to no turn."""
        warning = ScriptWarning(kind=kind, text=quoted(about.text), line=about.line)
        self._warnings.append(TurnWarning(warning, None))
