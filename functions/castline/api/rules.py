"""Rules between the fields of a request, which no schema of one field can say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import InitErrorDetails, PydanticCustomError

from castline.jobs import limits
from castline.speakers import first_spellings, speaker_key
from castline.speech.speakable import unspeakable_positions

if TYPE_CHECKING:
    from collections.abc import Iterator

_Objects = list[tuple[int, dict[str, Any]]]


def whole(value: Any) -> Any:
    """``value``, but 1.0 as 1: to JSON they are the same number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def problems_between_fields(data: Any) -> Iterator[InitErrorDetails]:
    """Yield the problems between the fields of a create request, ignoring fields of the wrong type."""
    if isinstance(data, dict):
        turns = _objects(data.get("turns"))
        yield from _duplicate_indexes(turns)
        yield from _too_many_characters(turns)
        if isinstance(data.get("voice_assignments"), list):
            yield from _voices_out_of_step(turns, _objects(data["voice_assignments"]))


def _duplicate_indexes(turns: _Objects) -> Iterator[InitErrorDetails]:
    seen: set[int] = set()
    for position, turn in turns:
        index = whole(turn.get("index"))
        if type(index) is int and 0 <= index <= limits.MAX_TURN_INDEX:
            if index in seen:
                yield _problem(("turns", position, "index"), "duplicate_index", index=index)
            seen.add(index)


def _too_many_characters(turns: _Objects) -> Iterator[InitErrorDetails]:
    characters = sum(len(turn["text"]) for _, turn in turns if isinstance(turn.get("text"), str))
    if characters > limits.MAX_DIALOGUE_CHARACTERS:
        yield _problem(
            ("turns",), "too_many_characters", characters=characters, max_characters=limits.MAX_DIALOGUE_CHARACTERS
        )


def _voices_out_of_step(turns: _Objects, assignments: _Objects) -> Iterator[InitErrorDetails]:
    assigned: set[str] = set()
    for position, speaker in _speakers(assignments):
        key = speaker_key(speaker)
        if key in assigned:
            yield _problem(("voice_assignments", position, "speaker"), "duplicate_speaker", speaker=speaker)
        assigned.add(key)
    for key, speaker in first_spellings(speaker for _, speaker in _speakers(turns)).items():
        if key not in assigned:
            yield _problem(("voice_assignments",), "speaker_without_voice", speaker=speaker)


def _objects(value: Any) -> _Objects:
    """Return the objects in a JSON array with their positions; none if the array is too long."""
    if not isinstance(value, list) or len(value) > limits.MAX_TURNS:
        return []
    return [(position, each) for position, each in enumerate(value) if isinstance(each, dict)]


def _speakers(objects: _Objects) -> list[tuple[int, str]]:
    """Return the speakers that a message can name, with their positions."""
    return [
        (position, each["speaker"])
        for position, each in objects
        if isinstance(speaker := each.get("speaker"), str)
        and len(speaker) <= limits.MAX_SPEAKER_CHARACTERS
        and speaker_key(speaker)
        and not unspeakable_positions(speaker)
    ]


def _problem(location: tuple[str | int, ...], kind: str, **context: Any) -> InitErrorDetails:
    return InitErrorDetails(type=PydanticCustomError(kind, kind, context), loc=location, input=None)
