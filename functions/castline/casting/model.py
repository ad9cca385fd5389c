"""Casts: who speaks with which voice, why, and what was assumed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from castline.speech.voice_list import Voice


class LanguageSource(StrEnum):
    """Sources of a speaker's language."""

    GIVEN = "given"
    """The request, for this speaker."""
    VOICE = "voice"
    """The voice that the speaker keeps."""
    DIALOGUE = "dialogue"
    """The request, for the whole dialogue."""
    PREFERRED = "preferred"
    """The user's preferred languages."""
    DEFAULT = "default"
    """Nothing: it is the service's own."""


class VoiceSource(StrEnum):
    """Reasons for which a speaker has a voice."""

    KEPT = "kept"
    """The request names it."""
    NAME = "name"
    """The speaker is called like the voice."""
    DEALT = "dealt"
    """It was the speaker's turn."""


class NoteKind(StrEnum):
    """Notes on what was assumed, or is not as expected."""

    LANGUAGE_PREFERRED = "language_preferred"
    """Nothing told the language: it is the first of those that the user prefers."""
    LANGUAGE_DEFAULT = "language_default"
    """Nothing told the language: it is the service's own."""
    MULTILINGUAL = "multilingual"
    """A voice of another language is told to speak this one."""
    OTHER_REGION = "other_region"
    """A voice speaks the language as it is spoken elsewhere."""
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
    """The voice that the speaker has had so far. One that the provider does not have is as none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CastMember:
    """A speaker with a voice."""

    speaker: str
    voice: Voice
    language: str
    language_source: LanguageSource
    voice_source: VoiceSource
    told_language: str | None
    """The language that a multilingual voice has to be told; None where it speaks the language by itself."""
    is_shared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Note on a cast, for the user."""

    kind: NoteKind
    speakers: tuple[str, ...]
    language: str
    """The language of the speakers' words."""
    voice: Voice | None = None
    """The voice that it is about, if it is about one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """A voice for each speaker, in order, and what was assumed."""

    members: tuple[CastMember, ...]
    notes: tuple[Note, ...]
