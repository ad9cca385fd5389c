"""Prepare a dialogue for synthesis: check it against its provider, and resolve the styles that its texts use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from math import ceil
from typing import TYPE_CHECKING

from castline.jobs import limits
from castline.jobs.model import JobType
from castline.scripts.markup import Chapter, Pause, Words, read, styles_asked_for
from castline.scripts.warnings import ScriptWarning, WarningKind, quoted
from castline.speech.pronunciation_matching import find_spoken_as, used_in
from castline.synthesis.utterances import spoken_language, usable_pronunciations
from castline.usecases.errors import NotSpeakable, Problem
from castline.usecases.provider_rules import demand_speakable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from castline.jobs.model import Dialogue, Turn
    from castline.scripts.markup import Markup
    from castline.speech.pronunciation import Pronunciation
    from castline.speech.providers.base import SpeechProvider
    from castline.speech.providers.registry import EnabledProvider
    from castline.speech.voice_list import Voice

_MS_PER_MINUTE = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnWarning:
    """A warning about a turn. Its line number counts lines of the turn's text."""

    turn_index: int
    warning: ScriptWarning


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedDialogue:
    """A dialogue that is complete, so that every stage of its job reads its texts in the same way."""

    dialogue: Dialogue
    warnings: tuple[TurnWarning, ...]
    """Notes on what is not spoken, or not spoken as requested, in the order of the turns."""


class PrepareDialogue:
    """Checks dialogues, and looks up the styles that their texts ask for."""

    def __init__(
        self,
        *,
        providers: Callable[[], Mapping[str, EnabledProvider]],
        voices: Callable[[str], Sequence[Voice]],
    ) -> None:
        """Store the collaborators.

        Args:
            providers: returns the enabled speech providers by id.
            voices: returns the voices of the provider with an id; called only for dialogues that ask for a style.
        """
        self._providers = providers
        self._voices = voices

    def __call__(self, dialogue: Dialogue, pronunciations: tuple[Pronunciation, ...]) -> PreparedDialogue:
        """Check and complete a dialogue.

        Args:
            dialogue: the dialogue.
            pronunciations: the pronunciations in force, in order of precedence. They may be more than a dialogue can
                hold. The result holds those that its texts use.

        Raises:
            NotSpeakable: the provider is not enabled or cannot speak the dialogue. Or the texts use more
                pronunciations than a dialogue can hold, have too long pauses, or are too long with aliases applied.
            SpeechError: the dialogue asks for a style, and the provider's voices cannot be listed.
        """
        styles_of = self._styles_of(dialogue.provider)
        provider = demand_speakable(dialogue, self._providers(), styles_of=styles_of)
        texts: dict[str, list[str]] = {}
        for turn in dialogue.turns:
            texts.setdefault(turn.speaker, []).append(turn.text)
        assignments = tuple(
            replace(each, styles=_styles(texts.get(each.speaker, ()), each.voice_id, dialogue.markup, styles_of))
            for each in dialogue.voice_assignments
        )
        # The dialogue was validated when it was created. An older job's dialogue may break rules that are newer.
        dialogue = replace(dialogue, voice_assignments=assignments, is_stored=True)
        readings = [_Reading(dialogue, turn, provider) for turn in dialogue.turns]
        _demand_bounded_silence(dialogue, readings)
        spoken = [(text, reading.language) for reading in readings for text in reading.texts]
        used = used_in(spoken, pronunciations)
        if len(used) > limits.MAX_PRONUNCIATIONS:
            context = {"count": len(used), "max_count": limits.MAX_PRONUNCIATIONS}
            raise NotSpeakable((Problem("pronunciation_sets", "too_many_pronunciations", context),))
        _demand_bounded_speech(dialogue, spoken, used)
        dialogue = replace(dialogue, pronunciations=used, is_stored=True)
        return PreparedDialogue(dialogue=dialogue, warnings=tuple(_warnings(dialogue, readings, provider)))

    def _styles_of(self, provider_id: str) -> Callable[[str], frozenset[str]]:
        """Return a function that returns the styles of a voice by its id. Its first call lists the voices."""

        @cache
        def voices() -> Mapping[str, Voice]:
            return {voice.voice_id: voice for voice in self._voices(provider_id)}

        def styles_of(voice_id: str) -> frozenset[str]:
            provider = self._providers()[provider_id].provider
            if not provider.traits(voice_id).takes_styles or voice_id not in voices():
                return frozenset()
            return frozenset(voices()[voice_id].styles)

        return styles_of


def _styles(
    texts: Iterable[str], voice_id: str, markup: Markup, styles_of: Callable[[str], frozenset[str]]
) -> tuple[str, ...]:
    """Return the styles of a voice that its speaker's texts ask for."""
    asked_for = frozenset().union(*(styles_asked_for(text, markup) for text in texts))
    return tuple(sorted(styles_of(voice_id) & asked_for)) if asked_for else ()


class _Reading:
    """The reading of a turn: its spoken texts, pauses and chapters, and its voice."""

    def __init__(self, dialogue: Dialogue, turn: Turn, provider: SpeechProvider) -> None:
        assignment = dialogue.assignment_of(turn.speaker)
        reading = read(turn.text, dialogue.markup, styles=assignment.styles)
        self.turn_index = turn.index
        self.warnings = reading.warnings
        self.texts = [part.text for part in reading.parts if isinstance(part, Words)]
        self.pauses_ms = sum(part.duration_ms for part in reading.parts if isinstance(part, Pause))
        self.is_spoken = bool(self.texts) or not self.pauses_ms
        """Whether the turn is more than a pause. A turn without words and pauses is a beat, and counts as spoken."""
        self.chapters = [] if turn.chapter is None or self.is_spoken else [turn.chapter]
        """The titles of the chapters that begin after the last spoken text of the turn."""
        for part in reading.parts if self.texts or self.pauses_ms else ():
            if isinstance(part, Chapter):
                self.chapters.append(part.title)
            elif isinstance(part, Words):
                self.chapters.clear()
        self.voice_id = assignment.voice_id
        traits = provider.traits(assignment.voice_id)
        self.language = spoken_language(turn, assignment, dialogue, traits)


def _demand_bounded_silence(dialogue: Dialogue, readings: Iterable[_Reading]) -> None:
    silence_ms = sum(reading.pauses_ms for reading in readings)
    if silence_ms > limits.MAX_SILENCE_MS:
        context = {
            "minutes": ceil(silence_ms / _MS_PER_MINUTE),
            "max_minutes": limits.MAX_SILENCE_MS // _MS_PER_MINUTE,
        }
        raise NotSpeakable((Problem(_texts_field(dialogue), "too_much_silence", context),))


def _demand_bounded_speech(
    dialogue: Dialogue, texts: Iterable[tuple[str, str]], pronunciations: tuple[Pronunciation, ...]
) -> None:
    """Refuse texts that are too long with aliases applied. Each text comes with its language."""
    characters = 0
    for text, language in texts:
        entries = find_spoken_as(text, pronunciations, language=language)
        longer = sum(len(entry.alias) - (entry.end - entry.start) for entry in entries if entry.alias is not None)
        characters += len(text) + longer
    if characters > limits.MAX_SPOKEN_CHARACTERS:
        context = {"characters": characters, "max_characters": limits.MAX_SPOKEN_CHARACTERS}
        raise NotSpeakable((Problem(_texts_field(dialogue), "too_many_spoken_characters", context),))


def _texts_field(dialogue: Dialogue) -> str:
    return "text" if dialogue.job_type is JobType.SINGLE_TTS else "turns"


def _warnings(dialogue: Dialogue, readings: Sequence[_Reading], provider: SpeechProvider) -> Iterator[TurnWarning]:
    phonemes = tuple(each for each in dialogue.pronunciations if each.phoneme is not None)
    reported: set[tuple[str, str]] = set()
    for reading in readings:
        for warning in reading.warnings:
            yield TurnWarning(turn_index=reading.turn_index, warning=warning)
        for entry in _impossible_phonemes(reading, phonemes, provider) if phonemes else ():
            if (reading.voice_id, entry.text) not in reported:
                reported.add((reading.voice_id, entry.text))
                warning = ScriptWarning(kind=WarningKind.PHONEME_NOT_AVAILABLE, text=quoted(entry.text), line=1)
                yield TurnWarning(turn_index=reading.turn_index, warning=warning)
    yield from _chapters_without_words(readings)


def _chapters_without_words(readings: Sequence[_Reading]) -> Iterator[TurnWarning]:
    """Yield a warning for each chapter at the end of the dialogue that is left out, because it has no spoken text."""
    silent: list[TurnWarning] = []
    for reading in reversed(readings):
        for title in reversed(reading.chapters):
            warning = ScriptWarning(kind=WarningKind.NOT_DIALOGUE, text=quoted(title), line=1)
            silent.append(TurnWarning(turn_index=reading.turn_index, warning=warning))
        if reading.is_spoken:
            break
    yield from reversed(silent)


def _impossible_phonemes(
    reading: _Reading, phonemes: tuple[Pronunciation, ...], provider: SpeechProvider
) -> tuple[Pronunciation, ...]:
    """Return the entries of ``phonemes`` that a turn uses and its voice cannot speak."""
    called_for = used_in(((text, reading.language) for text in reading.texts), phonemes)
    takes_phonemes = provider.traits(reading.voice_id).takes_phonemes
    usable = usable_pronunciations(called_for, provider, takes_phonemes=takes_phonemes, language=reading.language)
    possible = set(usable)
    return tuple(each for each in called_for if each not in possible)
