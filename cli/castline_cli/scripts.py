"""Scripts of users, and the turns into which the service parses them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from castline_cli import questions
from castline_cli.errors import Refused
from castline_cli.files import name_of, read_text
from castline_cli.script_warnings import ScriptWarnings
from castline_cli.sound_references import SoundReference, folder_of
from castline_cli.strings import t

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from castline_cli.api import Api, Json


class ScriptFormat(StrEnum):
    """Format of a script."""

    AUTO = "auto"
    PLAIN = "plain"
    MARKDOWN = "markdown"
    FOUNTAIN = "fountain"
    SRT = "srt"
    VTT = "vtt"
    CSV = "csv"
    JSON = "json"


FORMATS: Final = {
    ".md": ScriptFormat.MARKDOWN,
    ".markdown": ScriptFormat.MARKDOWN,
    ".fountain": ScriptFormat.FOUNTAIN,
    ".srt": ScriptFormat.SRT,
    ".vtt": ScriptFormat.VTT,
    ".csv": ScriptFormat.CSV,
    ".json": ScriptFormat.JSON,
}
"""Formats by file extension. The service detects the format of other scripts."""
WHOLE: Final = ""
"""Key of the whole script's language, in the languages of its speakers."""
_MAY_BE_JSON: Final = frozenset({None, ScriptFormat.AUTO, ScriptFormat.JSON})


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Script that has been read.

    Attributes:
        name: the name for messages.
        text: the content.
        folder: the folder to which paths of sounds in the script are relative.
        format: the format; None lets the service detect it.
    """

    name: str
    text: str
    folder: Path
    format: ScriptFormat | None

    @classmethod
    def read(cls, written: str, chosen: ScriptFormat | None) -> Script:
        """Read a file, or standard input for ``-``.

        Raises:
            FileProblem: the input cannot be read.
        """
        return cls(
            name=name_of(written),
            text=read_text(written),
            folder=folder_of(written),
            format=chosen or FORMATS.get(Path(written).suffix.lower()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """Turns of a script.

    Attributes:
        turns: the turns of the request; a ``sound_id`` may still be a reference.
        speakers: the speakers, in the order in which they first speak.
        languages: the guessed language of each speaker, and that of the whole script by ``WHOLE``. Languages that
            cannot be guessed are left out.
        warnings: the warnings about the script, to which a submission may add some.
    """

    turns: list[Json]
    speakers: list[str]
    languages: Mapping[str, str]
    warnings: ScriptWarnings


def parse_script(
    api: Api,
    script: Script,
    *,
    markup: Mapping[str, Any],
    take: int | None,
    answers: Sequence[Json] = (),
    may_ask: bool = True,
) -> Dialogue:
    """Parse a script with the service, and print its warnings and questions.

    On a terminal, questions are asked if ``may_ask`` is set, and the script is parsed again with the answers.

    Args:
        api: the service.
        script: the script.
        markup: the field ``markup``, if it is to be sent.
        take: the take of all turns.
        answers: answers to the questions of an earlier call.
        may_ask: whether questions may be asked.

    Raises:
        Refused: the script cannot be parsed; the message has a line for each problem, with the file and the line.
    """
    from castline_cli.sound_turns import split_sounds

    warnings = ScriptWarnings(script.name, script.text)
    split = split_sounds(script.text, script.folder) if script.format in _MAY_BE_JSON else None
    words = script.text if split is None else split.words
    parsed = parse_answered(api, script, words, markup=markup, answers=answers, may_ask=may_ask)
    warnings.tell(parsed.get("warnings", ()))
    turns = [_turn(turn, script.folder, take) for turn in parsed["turns"]]
    return Dialogue(
        turns=turns if split is None else split.merge(turns),
        speakers=parsed["speakers"],
        languages=guessed_languages(parsed),
        warnings=warnings,
    )


def parse_answered(
    api: Api,
    script: Script,
    words: str,
    *,
    markup: Mapping[str, Any],
    answers: Sequence[Json],
    may_ask: bool = True,
) -> Json:
    """Parse ``words`` until every question was answered or asked, and return the last result.

    Raises:
        Refused: the words cannot be parsed; the message has a line for each problem, with the file and the line.
    """
    given_answers = [*answers]
    settled: set[tuple[str, str]] = set()
    while True:
        body = {"script": words, **markup, **given(format=script.format, answers=given_answers or None)}
        try:
            parsed: Json = api.post("/dialogues/parse", body).body
        except Refused as refusal:
            if not refusal.problems:
                raise
            lines = [f"{_place(script.name, problem)}: {problem['message']}" for problem in refusal.problems]
            raise Refused("\ncastline: ".join(lines), code=refusal.code) from refusal
        known = {questions.key_of(each) for each in given_answers} | settled
        open_questions = [each for each in parsed["questions"] if questions.key_of(each) not in known]
        before = len(given_answers)
        for question in open_questions:
            settled.add(questions.key_of(question))
            line = questions.line_of(question)
            place = script.name if line is None else f"{script.name}:{line}"
            if not (may_ask and questions.can_ask()):
                questions.tell(question, place)
            elif (answer := questions.ask(question, place)) is not None:
                given_answers.append(answer)
        if len(given_answers) == before:
            return parsed


def _turn(turn: Json, folder: Path, take: int | None) -> Json:
    """Return a parsed turn for a request. The text of a sound names a file beside the script, or a sound."""
    if turn.get("is_sound"):
        return {"sound_id": SoundReference(turn["text"], folder), "index": turn["index"]}
    spoken = {name: value for name, value in turn.items() if name != "is_sound"}
    return {**spoken, **given(take=take)}


def narrator() -> str:
    """Return the name of a text's only speaker, which the service uses in its notes about the voice."""
    return t("the text")


def languages_of_text(api: Api, text: str, markup: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the guessed language of a text by the name of ``narrator``; empty if it cannot be guessed."""
    script = json.dumps({"turns": [{"speaker": narrator(), "text": text}]}, ensure_ascii=False)
    try:
        parsed = api.post("/dialogues/parse", {"script": script, "format": ScriptFormat.JSON, **markup}).body
    except Refused:
        return {}  # problems with the text are reported when it is submitted
    return guessed_languages(parsed)


def guessed_languages(parsed: Json) -> Mapping[str, str]:
    """Return the languages that the service guessed: of each speaker, and of the whole script by ``WHOLE``."""
    whole = {WHOLE: parsed["language"]} if parsed.get("language") else {}
    return {**parsed["languages"], **whole}


def given(**options: Any) -> dict[str, Any]:
    """Return the options that are not None. The service has defaults for the others."""
    return {name: value for name, value in options.items() if value is not None}


def _place(name: str, problem: Mapping[str, Any]) -> str:
    """Return the place of a problem in a script as ``file:line``, which editors and terminals understand."""
    return f"{name}:{problem['line']}" if "line" in problem else name
