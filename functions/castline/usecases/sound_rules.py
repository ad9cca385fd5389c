"""Rules for the sounds of a dialogue, checked before a job is created."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from castline.jobs import limits
from castline.jobs.model import Music, SoundTurn
from castline.sounds.model import SoundKind
from castline.usecases.errors import Problem, UnusableSounds
from castline.usecases.use_sounds import mismatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from castline.jobs.model import Dialogue
    from castline.sounds.model import Sound

Use = tuple[str, str, SoundKind]
"""The field that names a sound, the sound's id and the required kind."""

_MS_PER_MINUTE: Final = 60_000


def demand_usable_sounds(dialogue: Dialogue, sounds: Mapping[str, Sound]) -> None:
    """Refuse a dialogue with a sound that cannot be used.

    Args:
        dialogue: the dialogue.
        sounds: the existing sounds of the user that the dialogue uses, including its cover, by id.

    Raises:
        UnusableSounds: a sound is unknown, not ready or of the wrong kind; or the sounds among the turns are too long
            in total.
    """
    demand_usable(_uses(dialogue), sounds)
    facts = (sounds[sound.sound_id].facts for sound in dialogue.sounds)
    duration_ms = sum(each.duration_ms for each in facts if each is not None)
    if duration_ms > limits.MAX_SOUND_TURNS_MS:
        context = {
            "minutes": ceil(duration_ms / _MS_PER_MINUTE),
            "max_minutes": limits.MAX_SOUND_TURNS_MS // _MS_PER_MINUTE,
        }
        raise UnusableSounds((Problem("turns", "sounds_too_long", context),))


def demand_usable(uses: Iterable[Use], sounds: Mapping[str, Sound]) -> None:
    """Refuse uses of sounds that are unknown, not ready or of the wrong kind.

    Args:
        uses: the uses of sounds.
        sounds: the existing ones of these sounds, by id.

    Raises:
        UnusableSounds: at least one sound cannot be used.
    """
    problems = tuple(
        Problem(field, kind, {})
        for field, sound_id, needed in uses
        if (kind := mismatch(sounds.get(sound_id), needed)) is not None
    )
    if problems:
        raise UnusableSounds(problems)


def demand_few_sounds(dialogue: Dialogue) -> None:
    """Refuse a dialogue whose music brings it above the maximum number of different sounds.

    Raises:
        UnusableSounds: the dialogue has more sounds.
    """
    count = len({clip.sound_id for clip in dialogue.clips})
    if count > limits.MAX_SOUNDS:
        context = {"count": count, "max_count": limits.MAX_SOUNDS}
        raise UnusableSounds((Problem("music", "too_many_sounds", context),))


def uses_around_speech(music: Music | None, cover_id: str | None) -> Iterator[Use]:
    """Yield the uses of sounds in the music and as the cover."""
    music = music or Music()
    for name, clip in (("intro", music.intro), ("outro", music.outro), ("bed", music.bed)):
        if clip is not None:
            yield f"music.{name}.sound_id", clip.sound_id, SoundKind.AUDIO
    if cover_id is not None:
        yield "cover_id", cover_id, SoundKind.IMAGE


def _uses(dialogue: Dialogue) -> Iterator[Use]:
    yield from uses_around_speech(dialogue.music, dialogue.cover_id)
    for position, turn in enumerate(dialogue.sequence):
        if isinstance(turn, SoundTurn):
            yield f"turns[{position}].sound_id", turn.sound_id, SoundKind.AUDIO
