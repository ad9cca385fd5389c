"""``/dialogues``: parses scripts into turns, and chooses voices for speakers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from castline import composition
from castline.api import casting_schemas, errors, examples, requests, responses
from castline.api.contract import Answer, Router
from castline.api.identity import noted_user_id
from castline.api.language_names import language_names
from castline.api.messages import cast_note
from castline.api.negotiation import preferred_language, preferred_tags
from castline.api.script_schemas import QuestionSchema
from castline.api.validation import MAX_PROBLEMS, InvalidRequest
from castline.casting.languages import guess_languages
from castline.casting.model import CastMember, Part
from castline.jobs import limits
from castline.scripts.errors import ScriptNotUnderstood
from castline.scripts.lines import line_of
from castline.scripts.parsed import ScriptTurn
from castline.scripts.parser import parse_script
from castline.scripts.questions import Answers
from castline.speakers import MAX_NAME_CHARACTERS, is_invisible
from castline.speech.language_tags import is_language_tag
from castline.speech.speakable import unspeakable_positions

if TYPE_CHECKING:
    from castline.casting.model import Cast

router = Router()


@router.operation(
    "POST",
    "/dialogues/parse",
    tag="Writing",
    answers=[
        Answer(
            status=200,
            description="The turns of the script, ready to be submitted as a job.",
            example=examples.PARSED,
        ),
    ],
    errors=[errors.VALIDATION_ERROR, errors.REQUEST_TOO_LARGE],
    request_example=examples.SCRIPT,
    max_body_bytes=requests.ParseDialogueRequest.MAX_BYTES,
)
def parse_dialogue(request: Annotated[requests.ParseDialogueRequest, Body()]) -> responses.ParsedDialogue:
    """Parse a written script into turns that can be submitted as a job."""
    noted_user_id(router.current_event)
    for position in unspeakable_positions(request.script):
        raise _unspeakable(request.script[position], line_of(request.script, position))
    try:
        parsed = parse_script(
            request.script,
            max_turns=limits.MAX_TURNS,
            script_format=request.format,
            markup=request.markup,
            answers=Answers((each.question, each.speaker, each.choice) for each in request.answers),
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
    languages, most = guess_languages((turn.speaker, turn.text) for turn in parsed.turns if not turn.is_sound)
    return responses.ParsedDialogue(
        format=parsed.format,
        turns=[
            responses.ParsedTurn(
                speaker=turn.speaker,
                text=turn.text,
                index=index,
                line=turn.line,
                chapter=_title(turn.chapter),
                is_sound=turn.is_sound,
            )
            for index, turn in enumerate(parsed.turns)
        ],
        speakers=list(dict.fromkeys(turn.speaker for turn in parsed.turns)),
        total_characters=sum(len(turn.text) for turn in parsed.turns),
        warnings=[
            responses.Warning.of(warning, language, turn_index=turn)
            for warning, turn in parsed.warnings[:MAX_PROBLEMS]
        ],
        languages=languages,
        language=most,
        questions=[QuestionSchema.of(question, language) for question in parsed.questions],
    )


@router.operation(
    "POST",
    "/dialogues/cast",
    tag="Writing",
    answers=[Answer(status=200, description="A voice for each speaker.", example=examples.CAST)],
    errors=[
        errors.VALIDATION_ERROR,
        errors.REQUEST_TOO_LARGE,
        errors.SERVICE_UNAVAILABLE,
        errors.PROVIDER_UNAVAILABLE,
    ],
    request_example=examples.CAST_REQUEST,
    max_body_bytes=casting_schemas.CastDialogueRequest.MAX_BYTES,
)
def cast_dialogue(
    request: Annotated[casting_schemas.CastDialogueRequest, Body()],
) -> casting_schemas.CastDialogue:
    """Choose a voice for each speaker of a dialogue. Speakers who already have a voice keep it."""
    event = router.current_event
    noted_user_id(event)
    accepted = event.headers.get("accept-language")
    cast = composition.cast_speakers()(
        [Part(speaker=each.speaker, language=each.language, voice_id=each.voice_id) for each in request.speakers],
        provider_id=request.provider,
        language=request.language,
        preferred=request.preferred_languages or [tag for tag in preferred_tags(accepted) if is_language_tag(tag)],
    )
    return casting_schemas.CastDialogue(
        speakers=[_described(member) for member in cast.members], notes=_notes(cast, accepted)
    )


def _described(member: CastMember) -> casting_schemas.CastMemberSchema:
    return casting_schemas.CastMemberSchema(
        speaker=member.speaker,
        voice_id=member.voice.voice_id,
        voice_name=member.voice.name,
        language=member.language,
        language_source=member.language_source,
        voice_source=member.voice_source,
        gender=member.voice.gender,
        shared=member.is_shared,
        told_language=member.told_language,
    )


def _notes(cast: Cast, accept_language: str | None) -> list[str]:
    language = preferred_language(accept_language)
    voices = [member.voice for member in cast.members]
    tags = {member.language for member in cast.members} | {voice.language for voice in voices}
    names = language_names(tags, voices, language)
    return [cast_note(note, language, language_names=names) for note in cast.notes]


def _title(chapter: str | None) -> str | None:
    if chapter is None or len(chapter) <= limits.MAX_CHAPTER_CHARACTERS:
        return chapter
    return f"{chapter[: limits.MAX_CHAPTER_CHARACTERS - 1]}…"


def _unspeakable(character: str, line: int) -> InvalidRequest:
    return InvalidRequest("script", "script_unspeakable_character", line=line, code_point=f"U+{ord(character):04X}")


def _demand_speakable(turns: tuple[ScriptTurn, ...]) -> None:
    """Refuse unspeakable characters that became visible only when escapes of JSON or HTML were decoded."""
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
