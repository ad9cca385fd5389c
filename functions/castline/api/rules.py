"""Validation rules between the fields of a request."""

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
    """Return ``value``, with an integral float such as 1.0 as an integer: JSON does not distinguish them."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def problems_between_fields(data: Any) -> Iterator[InitErrorDetails]:
    """Yield the problems between the fields of a create request, ignoring fields of the wrong type."""
    if isinstance(data, dict):
        turns = _objects(data.get("turns"))
        spoken = [(position, turn) for position, turn in turns if not is_sound(turn)]
        sounds = [(position, turn) for position, turn in turns if is_sound(turn)]
        yield from _duplicate_indexes(turns)
        yield from _too_many_characters(spoken)
        yield from _sounds_out_of_step(spoken, sounds)
        yield from _too_many_sounds(data.get("music"), sounds)
        if isinstance(data.get("voice_assignments"), list):
            yield from _voices_out_of_step(spoken, _objects(data["voice_assignments"]))


def is_sound(turn: Any) -> bool:
    """Return whether a turn of a request is a sound, even if the turn is otherwise invalid."""
    return isinstance(turn, dict) and "sound_id" in turn


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


def _sounds_out_of_step(spoken: _Objects, sounds: _Objects) -> Iterator[InitErrorDetails]:
    if sounds and not spoken:
        yield _problem(("turns",), "no_spoken_turn")
        return
    indexes = [whole(turn.get("index")) for _, turn in spoken]
    last = max((index for index in indexes if type(index) is int), default=None)
    for position, sound in sounds:
        index = whole(sound.get("index"))
        if sound.get("under") is True and type(index) is int and last is not None and index > last:
            yield _problem(("turns", position, "under"), "under_nothing")


def _too_many_sounds(music: Any, sounds: _Objects) -> Iterator[InitErrorDetails]:
    if len(sounds) > limits.MAX_SOUND_TURNS:
        yield _problem(("turns",), "too_many_sound_turns", count=len(sounds), max_count=limits.MAX_SOUND_TURNS)
    clips = [*(music.values() if isinstance(music, dict) else ()), *(sound for _, sound in sounds)]
    ids = {clip["sound_id"] for clip in clips if isinstance(clip, dict) and isinstance(clip.get("sound_id"), str)}
    if len(ids) > limits.MAX_SOUNDS:
        yield _problem(("turns",), "too_many_sounds", count=len(ids), max_count=limits.MAX_SOUNDS)


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
    """Return the objects in a JSON array with their positions; an empty list if the array is too long."""
    if not isinstance(value, list) or len(value) > limits.MAX_TURNS:
        return []
    return [(position, each) for position, each in enumerate(value) if isinstance(each, dict)]


def _speakers(objects: _Objects) -> list[tuple[int, str]]:
    """Return the valid names of speakers with their positions. Messages can quote these."""
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
