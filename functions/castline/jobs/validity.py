"""Validation rules for new dialogues, from the API and from other callers.

``castline.api.requests`` checks the same rules first, to report all problems at once in the client's language.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from castline.audio.formats import OutputFormat
from castline.audio.profile import Loudness, Quality
from castline.jobs import limits
from castline.jobs.errors import InvalidDialogue
from castline.speakers import is_invisible, speaker_key
from castline.speech.language_tags import is_language_tag
from castline.speech.providers.base import MAX_VOICE_ID_LENGTH, VOICE_ID_PATTERN
from castline.speech.speakable import unspeakable_positions

if TYPE_CHECKING:
    from castline.jobs.model import Clip, Dialogue, Music, OwnDelivery, VoiceAssignment


def demand_valid(dialogue: Dialogue, *, is_single: bool) -> None:
    """Refuse a dialogue that breaks a rule.

    Args:
        dialogue: the dialogue to be submitted.
        is_single: whether it is one text in one voice, whose speaker has no name.

    Raises:
        InvalidDialogue: the dialogue breaks a rule. ``field`` names the first invalid field.
    """
    _demand(is_language_tag(dialogue.language), "language", "must be a language tag")
    _demand_range("gap_ms", dialogue.gap_ms, 0, limits.MAX_GAP_MS)
    _demand_range("crossfade_ms", dialogue.crossfade_ms, 0, limits.MAX_CROSSFADE_MS)
    _demand_delivery("", dialogue.delivery.to_own())
    _demand_turns(dialogue, is_single=is_single)
    _demand_voices(dialogue, is_single=is_single)
    _demand_range("pronunciations", len(dialogue.pronunciations), 0, limits.MAX_PRONUNCIATIONS)
    demand_valid_audio(dialogue)
    _demand_sounds(dialogue, is_single=is_single)


def demand_valid_audio(dialogue: Dialogue) -> None:
    """Refuse a dialogue whose output format, quality, loudness, music or cover breaks a rule.

    Raises:
        InvalidDialogue: as ``demand_valid`` does.
    """
    _demand(isinstance(dialogue.output_format, OutputFormat), "output_format", "must be an OutputFormat")
    _demand(isinstance(dialogue.quality, Quality), "quality", "must be a Quality")
    _demand(isinstance(dialogue.recording, Quality | None), "recording", "must be a Quality")
    _demand(isinstance(dialogue.loudness, Loudness), "loudness", "must be a Loudness")
    if dialogue.cover_id is not None:
        _demand_range("cover_id", len(dialogue.cover_id), 1, limits.MAX_SOUND_ID_CHARACTERS)
    if dialogue.music is not None:
        _demand_music(dialogue.music)


def _demand_music(music: Music) -> None:
    for name, jingle in (("intro", music.intro), ("outro", music.outro)):
        if jingle is not None:
            _demand_clip(f"music.{name}", jingle)
            _demand_range(f"music.{name}.overlap_ms", jingle.overlap_ms, 0, limits.MAX_OVERLAP_MS)
    if music.bed is not None:
        _demand_clip("music.bed", music.bed)
        _demand_range("music.bed.duck_db", music.bed.duck_db, 0, limits.MAX_DUCK_DB)


def _demand_sounds(dialogue: Dialogue, *, is_single: bool) -> None:
    sounds = dialogue.sounds
    _demand_range("sounds", len(sounds), 0, 0 if is_single else limits.MAX_SOUND_TURNS)
    _demand_range("turns", len(dialogue.sequence), 1, limits.MAX_TURNS)
    for position, sound in enumerate(sounds):
        _demand_clip(f"sounds[{position}]", sound)
        _demand_range(f"sounds[{position}].index", sound.index, 0, limits.MAX_TURN_INDEX)
        is_before_speech = sound.index < dialogue.turns[-1].index
        _demand(is_before_speech or not sound.under, f"sounds[{position}].under", "must have a turn after it")
    for position, (one, other) in enumerate(pairwise(sounds), start=1):
        _demand(one.index < other.index, f"sounds[{position}].index", "must be greater than the one before")
    indexes = {each.index for each in dialogue.sequence}
    _demand(len(indexes) == len(dialogue.sequence), "sounds", "must have indexes that no turn has")
    _demand_range("sounds", len({clip.sound_id for clip in dialogue.clips}), 0, limits.MAX_SOUNDS)


def _demand_clip(field: str, clip: Clip) -> None:
    _demand_range(f"{field}.sound_id", len(clip.sound_id), 1, limits.MAX_SOUND_ID_CHARACTERS)
    _demand_range(f"{field}.gain_db", clip.gain_db, limits.MIN_GAIN_DB, limits.MAX_GAIN_DB)
    _demand_range(f"{field}.fade_in_ms", clip.fade_in_ms, 0, limits.MAX_FADE_MS)
    _demand_range(f"{field}.fade_out_ms", clip.fade_out_ms, 0, limits.MAX_FADE_MS)


def _demand_delivery(prefix: str, own: OwnDelivery) -> None:
    for name, value, least, most in (
        ("speed", own.speed, limits.MIN_SPEED, limits.MAX_SPEED),
        ("pitch", own.pitch, -limits.MAX_PITCH_PERCENT, limits.MAX_PITCH_PERCENT),
        ("volume", own.volume, 0, limits.MAX_VOLUME),
        ("style_degree", own.style_degree, limits.MIN_STYLE_DEGREE, limits.MAX_STYLE_DEGREE),
    ):
        if value is not None:
            _demand_range(f"{prefix}{name}", value, least, most)
    if own.style is not None:
        _demand_range(f"{prefix}style", len(own.style), 1, limits.MAX_STYLE_CHARACTERS)
        _demand(bool(re.fullmatch(limits.STYLE_PATTERN, own.style)), f"{prefix}style", "must be a style's name")
    _demand(own.language is None or is_language_tag(own.language), f"{prefix}language", "must be a language tag")


def _demand_turns(dialogue: Dialogue, *, is_single: bool) -> None:
    turns = dialogue.turns
    _demand_range("turns", len(turns), 1, 1 if is_single else limits.MAX_TURNS)
    for position, turn in enumerate(turns):
        _demand_range(f"turns[{position}].index", turn.index, 0, limits.MAX_TURN_INDEX)
        _demand_speaker(f"turns[{position}].speaker", turn.speaker, is_single=is_single)
        _demand_text(f"turns[{position}].text", turn.text)
        _demand_delivery(f"turns[{position}].", turn)
        _demand_range(f"turns[{position}].pause_after_ms", turn.pause_after_ms or 0, 0, limits.MAX_PAUSE_AFTER_MS)
        _demand_range(f"turns[{position}].take", turn.take, 0, limits.MAX_TAKE)
        if turn.chapter is not None:
            _demand_range(f"turns[{position}].chapter", len(turn.chapter), 1, limits.MAX_CHAPTER_CHARACTERS)
            _demand_text(f"turns[{position}].chapter", turn.chapter)
    for position, (one, other) in enumerate(pairwise(turns), start=1):
        _demand(one.index < other.index, f"turns[{position}].index", "must be greater than the one before")
    max_characters = limits.MAX_SINGLE_TEXT_CHARACTERS if is_single else limits.MAX_DIALOGUE_CHARACTERS
    characters = sum(len(turn.text) for turn in turns)
    _demand(characters <= max_characters, "turns", f"must have at most {max_characters} characters in all")


def _demand_voices(dialogue: Dialogue, *, is_single: bool) -> None:
    assignments = dialogue.voice_assignments
    _demand_range("voice_assignments", len(assignments), 1, 1 if is_single else limits.MAX_TURNS)
    for position, assignment in enumerate(assignments):
        _demand_assignment(f"voice_assignments[{position}]", assignment, is_single=is_single)
    keys = {speaker_key(assignment.speaker) for assignment in assignments}
    _demand(len(keys) == len(assignments), "voice_assignments", "must have one voice a speaker")
    voiceless = {turn.speaker for turn in dialogue.turns} - {assignment.speaker for assignment in assignments}
    _demand(not voiceless, "voice_assignments", "must have a voice for every speaker")


def _demand_assignment(field: str, assignment: VoiceAssignment, *, is_single: bool) -> None:
    _demand_speaker(f"{field}.speaker", assignment.speaker, is_single=is_single)
    _demand_range(f"{field}.voice_id", len(assignment.voice_id), 1, MAX_VOICE_ID_LENGTH)
    _demand(bool(re.fullmatch(VOICE_ID_PATTERN, assignment.voice_id)), f"{field}.voice_id", "must be a voice id")
    _demand_delivery(f"{field}.", assignment)
    if assignment.voice_name is not None:
        _demand_range(f"{field}.voice_name", len(assignment.voice_name), 0, limits.MAX_VOICE_NAME_CHARACTERS)
        _demand_speakable(f"{field}.voice_name", assignment.voice_name)


def _demand_speaker(field: str, speaker: str, *, is_single: bool) -> None:
    if is_single:
        _demand(not speaker, field, "must be empty: a single text's speaker has no name")
    else:
        _demand_range(field, len(speaker), 1, limits.MAX_SPEAKER_CHARACTERS)
        _demand_text(field, speaker)


def _demand_text(field: str, text: str) -> None:
    _demand(not is_invisible(text), field, "must not be blank")
    _demand_speakable(field, text)


def _demand_speakable(field: str, text: str) -> None:
    _demand(not unspeakable_positions(text), field, "must not hold characters that cannot be spoken")


def _demand_range(field: str, value: float, least: float, most: float) -> None:
    _demand(least <= value <= most, field, f"must be {least} to {most}")


def _demand(condition: bool, field: str, message: str) -> None:
    if not condition:
        raise InvalidDialogue(field, message)
