"""``/dialogues/parse``: a written script as the turns of a job."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from castline.api import errors, examples, requests, responses
from castline.api.contract import Answer, Router
from castline.api.identity import noted_user_id
from castline.api.negotiation import preferred_language
from castline.api.validation import MAX_PROBLEMS, InvalidRequest
from castline.jobs import limits
from castline.scripts.errors import ScriptNotUnderstood
from castline.scripts.lines import line_of
from castline.scripts.parser import ScriptTurn, parse_script
from castline.speakers import MAX_NAME_CHARACTERS, is_invisible
from castline.speech.speakable import unspeakable_positions

router = Router()


@router.operation(
    "POST",
    "/dialogues/parse",
    tag="Writing",
    answers=[
        Answer(status=200, description="The script as turns, ready to be submitted.", example=examples.PARSED),
    ],
    errors=[errors.VALIDATION_ERROR, errors.REQUEST_TOO_LARGE],
    request_example=examples.SCRIPT,
    max_body_bytes=requests.ParseDialogueRequest.MAX_BYTES,
)
def parse_dialogue(request: Annotated[requests.ParseDialogueRequest, Body()]) -> responses.ParsedDialogue:
    """Turn a written script into turns, ready to be submitted as a job."""
    noted_user_id(router.current_event)
    for position in unspeakable_positions(request.script):
        raise _unspeakable(request.script[position], line_of(request.script, position))
    try:
        parsed = parse_script(
            request.script, max_turns=limits.MAX_TURNS, script_format=request.format, markup=request.markup
        )
    except ScriptNotUnderstood as refusal:
        raise InvalidRequest.of_fields(
            (
                "script",
                problem.kind,
                {
                    "line": problem.line,
                    "speaker": problem.speaker,
                    "path": problem.path,
                    "max_length": MAX_NAME_CHARACTERS,
                    "max_turns": limits.MAX_TURNS,
                },
            )
            for problem in refusal.problems[:MAX_PROBLEMS]
        ) from refusal
    _demand_within_limits(parsed.turns)
    _demand_visible(parsed.turns)
    _demand_speakable(parsed.turns)
    language = preferred_language(router.current_event.headers.get("accept-language"))
    return responses.ParsedDialogue(
        format=parsed.format,
        turns=[
            responses.ParsedTurn(
                speaker=turn.speaker, text=turn.text, index=index, line=turn.line, chapter=_title(turn.chapter)
            )
            for index, turn in enumerate(parsed.turns)
        ],
        speakers=list(dict.fromkeys(turn.speaker for turn in parsed.turns)),
        total_characters=sum(len(turn.text) for turn in parsed.turns),
        warnings=[
            responses.Warning.of(warning, language, turn_index=turn)
            for warning, turn in parsed.warnings[:MAX_PROBLEMS]
        ],
    )


def _title(chapter: str | None) -> str | None:
    if chapter is None or len(chapter) <= limits.MAX_CHAPTER_CHARACTERS:
        return chapter
    return f"{chapter[: limits.MAX_CHAPTER_CHARACTERS - 1]}…"


def _unspeakable(character: str, line: int) -> InvalidRequest:
    return InvalidRequest("script", "script_unspeakable_character", line=line, code_point=f"U+{ord(character):04X}")


def _demand_speakable(turns: tuple[ScriptTurn, ...]) -> None:
    """Refuse characters that JSON and HTML can hold in escaped form only."""
    for turn in turns:
        for text in (turn.speaker, turn.text, turn.chapter or ""):
            for position in unspeakable_positions(text):
                raise _unspeakable(text[position], turn.line)


def _demand_visible(turns: tuple[ScriptTurn, ...]) -> None:
    problems = [
        ("script", "script_blank", {"line": turn.line})
        for turn in turns
        if is_invisible(turn.speaker) or is_invisible(turn.text)
    ]
    if problems:
        raise InvalidRequest.of_fields(problems)


def _demand_within_limits(turns: tuple[ScriptTurn, ...]) -> None:
    characters, over = 0, None
    for turn in turns:
        characters += len(turn.text)
        if over is None and characters > limits.MAX_DIALOGUE_CHARACTERS:
            over = turn
    if over is not None:
        raise InvalidRequest(
            "script",
            "script_too_many_characters",
            line=over.line,
            characters=characters,
            max_characters=limits.MAX_DIALOGUE_CHARACTERS,
        )
