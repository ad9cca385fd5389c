"""Utterances of a turn: its words, with the way in which the speaker's voice speaks them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from castline.speech.duration import characters_within, lasts_at_most
from castline.speech.pronunciation import Alphabet
from castline.speech.pronunciation_matching import find_spoken_as
from castline.speech.segmentation import split_text
from castline.speech.spoken_text import spoken_text
from castline.speech.utterances import Utterance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from castline.jobs.model import Dialogue, Turn, VoiceAssignment
    from castline.scripts.markup import Words
    from castline.speech.pronunciation import Pronunciation
    from castline.speech.providers.base import Capabilities, SpeechProvider, VoiceTraits


def usable_pronunciations(
    pronunciations: tuple[Pronunciation, ...], provider: SpeechProvider, *, takes_phonemes: bool, language: str
) -> tuple[Pronunciation, ...]:
    """Return those of ``pronunciations`` that a voice can follow when it speaks ``language``.

    Args:
        pronunciations: the entries, in order of precedence.
        provider: the provider of the voice.
        takes_phonemes: whether the voice takes phonemes, by its traits.
        language: a language tag.
    """
    return tuple(
        each
        for each in pronunciations
        if each.phoneme is None
        or (
            takes_phonemes
            and provider.is_phoneme(each.phoneme, alphabet=each.alphabet or Alphabet.IPA, language=language)
        )
    )


def spoken_language(turn: Turn, assignment: VoiceAssignment, dialogue: Dialogue, traits: VoiceTraits) -> str:
    """Return the tag of the language in which a voice with the given traits speaks a turn.

    If the turn or its speaker requests the voice's own language by a shorter tag, the voice's own tag is returned.
    """
    demanded = chosen(turn.language, assignment.language)
    own = traits.language if is_own_language(demanded, traits) else None
    language: str = chosen(own, demanded, dialogue.language)
    return language


def utterances_of(
    words: Words,
    turn: Turn,
    assignment: VoiceAssignment,
    dialogue: Dialogue,
    *,
    pronunciations: tuple[Pronunciation, ...],
    provider: SpeechProvider,
) -> Iterator[Utterance]:
    """Yield the utterances of a part of a turn's text, each short enough for one request.

    Args:
        words: the part of the text.
        turn: the turn.
        assignment: the voice of the turn's speaker.
        dialogue: the dialogue of the turn.
        pronunciations: the pronunciations that the voice can follow.
        provider: the provider of the voice.
    """
    delivery = dialogue.delivery
    traits = provider.traits(assignment.voice_id)
    language = spoken_language(turn, assignment, dialogue, traits)

    is_own = is_own_language(chosen(turn.language, assignment.language), traits)

    def utterance_of(text: str) -> Utterance:
        return Utterance(
            text=text,
            voice_id=assignment.voice_id,
            language=dialogue.language,
            rate=chosen(turn.speed, assignment.speed, delivery.speed),
            pitch_percent=chosen(turn.pitch, assignment.pitch, delivery.pitch_percent),
            style=words.style or chosen(turn.style, assignment.style),
            style_degree=chosen(turn.style_degree, assignment.style_degree, 1.0),
            foreign_language=None if is_own else language,
            spoken_as=find_spoken_as(text, pronunciations, language=language),
            volume=chosen(turn.volume, assignment.volume, delivery.volume),
            take=turn.take,
        )

    limits = provider.capabilities
    yield from _short_enough(words.text, utterance_of, limits, max_characters=limits.max_utterance_characters)


def is_own_language(language: str | None, traits: VoiceTraits) -> bool:
    """Return whether a voice speaks ``language`` by default; True if ``language`` is None."""
    return language is None or f"{traits.language}-".casefold().startswith(f"{language}-".casefold())


def chosen(*values: Any) -> Any:
    """Return the first of ``values`` that is not None; None if there is none."""
    return next((value for value in values if value is not None), None)


def _short_enough(
    text: str, utterance_of: Callable[[str], Utterance], limits: Capabilities, *, max_characters: int
) -> Iterator[Utterance]:
    """Split a text by characters. Split parts again that are still too long or would last too long."""
    for part in split_text(text, max_characters=max_characters):
        utterance = utterance_of(part)
        if _fits(utterance, limits):
            yield utterance
        elif utterance.spoken_as and len(part) > 1:
            # Aliases may be longer than the written text. Only the next split shows whether the parts fit.
            yield from _short_enough(part, utterance_of, limits, max_characters=len(part) // 2)
        else:
            shorter = characters_within(limits.max_utterance_ms or 0, rate=utterance.rate)
            yield from map(utterance_of, split_text(part, max_characters=max(1, shorter)))


def _fits(utterance: Utterance, limits: Capabilities) -> bool:
    is_short = len(spoken_text(utterance)) <= limits.max_utterance_characters
    return is_short and (limits.max_utterance_ms is None or lasts_at_most(utterance, limits.max_utterance_ms))
