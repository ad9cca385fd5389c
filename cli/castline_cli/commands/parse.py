"""``castline parse``: shows how a script is parsed."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from castline_cli import shown
from castline_cli.commands.jobs import JsonOption  # noqa: TC001 (typer reads annotations at run time)
from castline_cli.output import is_for_people, say, table
from castline_cli.questions import AnswerOption, read_answers
from castline_cli.scripts import Script, ScriptFormat, given, parse_answered
from castline_cli.session import Session
from castline_cli.speaking_options import LiteralOption  # noqa: TC001 (the same)
from castline_cli.strings import cell, t

if TYPE_CHECKING:
    from castline_cli.api import Json


def parse(
    context: typer.Context,
    script: Annotated[str, typer.Argument(metavar="SCRIPT", help="A file, or - for standard input.")],
    script_format: Annotated[
        ScriptFormat | None,
        typer.Option(help="The format of the script. The default is that of SCRIPT's extension, or auto."),
    ] = None,
    answer: AnswerOption = None,
    literal: LiteralOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show how a script is parsed: its speakers, their languages and each turn. Nothing is submitted.

    `castline say SCRIPT --dry-run` shows what it would cost.
    """
    from castline_cli.script_warnings import ScriptWarnings

    session = Session.of(context)
    answers = read_answers(answer)
    read = Script.read(script, script_format)
    with session.api() as api:
        markup = given(markup="literal" if literal else None)
        parsed = parse_answered(api, read, read.text, markup=markup, answers=answers)
    ScriptWarnings(read.name, read.text).tell(parsed.get("warnings", ()))
    if as_json:
        say(json.dumps(parsed, ensure_ascii=False))
        return
    if is_for_people():
        table(("speaker", "language", "turns"), _speakers(parsed))
        say("")
    turns = parsed["turns"]
    table(
        ("line", "speaker", "text"),
        [(str(turn["line"]), _speaker(turn), shown.line(turn["text"])) for turn in turns],
        footer=t("1 turn") if len(turns) == 1 else t("{count:,} turns", count=len(turns)),
    )


def _speakers(parsed: Json) -> list[tuple[str, str, str]]:
    counted = Counter(turn["speaker"] for turn in parsed["turns"] if not turn.get("is_sound"))
    return [
        (shown.line(speaker), parsed["languages"].get(speaker, ""), str(counted[speaker]))
        for speaker in parsed["speakers"]
    ]


def _speaker(turn: Json) -> str:
    name = shown.line(turn["speaker"])
    return cell("{name} (sound)", name=name) if turn.get("is_sound") else name
