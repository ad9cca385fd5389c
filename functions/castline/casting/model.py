"""Casts: the voice and language of each speaker, the reasons for them, and notes on what was assumed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from castline.speech.voice_list import Voice


class LanguageSource(StrEnum):
    """Sources of a speaker's language."""

    GIVEN = "given"
    """The request names it for this speaker."""
    VOICE = "voice"
    """It is the language of the voice that the speaker keeps."""
    DIALOGUE = "dialogue"
    """The request names it for the whole dialogue."""
    PREFERRED = "preferred"
    """It is the first of the user's preferred languages."""
    DEFAULT = "default"
    """It is the default language of the service."""


class VoiceSource(StrEnum):
    """Reasons for which a speaker has a voice."""

    KEPT = "kept"
    """The request names the voice."""
    NAME = "name"
    """The speaker and the voice have the same name."""
    DEALT = "dealt"
    """The voice was the next one to be dealt."""


class NoteKind(StrEnum):
    """Kinds of notes: about an assumption, or about a voice that is not as expected."""

    LANGUAGE_PREFERRED = "language_preferred"
    """The language is an assumption: it is the first one that the user prefers."""
    LANGUAGE_DEFAULT = "language_default"
    """The language is an assumption: it is the default of the service."""
    MULTILINGUAL = "multilingual"
    """A voice of another language is told to speak this one."""
    OTHER_REGION = "other_region"
    """A voice speaks the language as it is spoken in another region."""
    OTHER_LANGUAGE = "other_language"
    """A voice does not speak the language."""
    SHARED = "shared"
    """Several speakers have one voice, because there are no others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A speaker who needs a voice."""

    speaker: str
    language: str | None = None
    voice_id: str | None = None
    """The voice that the speaker has had so far. It is ignored if the provider does not have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CastMember:
    """A speaker with a voice."""

    speaker: str
    voice: Voice
    language: str
    language_source: LanguageSource
    voice_source: VoiceSource
    told_language: str | None
    """The language that a multilingual voice must be told to speak; None if the voice speaks it by itself."""
    is_shared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Note on a cast, for the user."""

    kind: NoteKind
    speakers: tuple[str, ...]
    language: str
    """The language of the speakers' words."""
    voice: Voice | None = None
    """The voice that the note is about, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """A voice for each speaker, in order, and what was assumed."""

    members: tuple[CastMember, ...]
    notes: tuple[Note, ...]
