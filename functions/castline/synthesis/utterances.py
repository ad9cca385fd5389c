"""Utterances of a turn: its words, as its speaker's voice is told to speak them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from castline.speech.duration import characters_within, estimate_ms
from castline.speech.pronunciation import Alphabet
from castline.speech.pronunciation_matching import find_spoken_as
from castline.speech.segmentation import split_text
from castline.speech.utterances import Utterance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from castline.jobs.model import Dialogue, Turn, VoiceAssignment
    from castline.scripts.markup import Words
    from castline.speech.pronunciation import Pronunciation
    from castline.speech.providers.base import Capabilities, SpeechProvider


def usable_pronunciations(
    pronunciations: tuple[Pronunciation, ...], provider: SpeechProvider, *, voice_id: str, language: str
) -> tuple[Pronunciation, ...]:
    """Return those of ``pronunciations`` that the voice can follow when it speaks ``language``."""
    takes_phonemes = provider.traits(voice_id).takes_phonemes
    return tuple(
        each
        for each in pronunciations
        if each.phoneme is None
        or (
            takes_phonemes
            and provider.is_phoneme(each.phoneme, alphabet=each.alphabet or Alphabet.IPA, language=language)
        )
    )


def spoken_language(turn: Turn, assignment: VoiceAssignment, dialogue: Dialogue) -> str:
    """Return the language tag of the language that a turn is spoken in."""
    language: str = chosen(turn.language, assignment.language, dialogue.language)
    return language


def utterances_of(
    words: Words,
    turn: Turn,
    assignment: VoiceAssignment,
    dialogue: Dialogue,
    *,
    pronunciations: tuple[Pronunciation, ...],
    limits: Capabilities,
) -> Iterator[Utterance]:
    """Yield the utterances of a part of a turn's text, each short enough for one request.

    Args:
        words: the part.
        turn: the turn.
        assignment: the voice of its speaker.
        dialogue: the dialogue of both.
        pronunciations: those that the voice can follow.
        limits: the limits of the voice's provider.
    """
    delivery = dialogue.delivery
    language = spoken_language(turn, assignment, dialogue)

    def utterance_of(text: str) -> Utterance:
        return Utterance(
            text=text,
            voice_id=assignment.voice_id,
            language=dialogue.language,
            rate=chosen(turn.speed, assignment.speed, delivery.speed),
            pitch_percent=chosen(turn.pitch, assignment.pitch, delivery.pitch_percent),
            style=words.style or chosen(turn.style, assignment.style),
            style_degree=chosen(turn.style_degree, assignment.style_degree, 1.0),
            foreign_language=chosen(turn.language, assignment.language),
            spoken_as=find_spoken_as(text, pronunciations, language=language),
            volume=chosen(turn.volume, assignment.volume, delivery.volume),
            take=turn.take,
        )

    yield from _short_enough(words.text, utterance_of, limits)


def chosen(*values: Any) -> Any:
    """Return the first of ``values`` that is not None, if there is one."""
    return next((value for value in values if value is not None), None)


def _short_enough(text: str, utterance_of: Callable[[str], Utterance], limits: Capabilities) -> Iterator[Utterance]:
    """Cut a text by characters, and what would still last too long once more."""
    for part in split_text(text, max_characters=limits.max_utterance_characters):
        utterance = utterance_of(part)
        if limits.max_utterance_ms is None or estimate_ms(utterance) <= limits.max_utterance_ms:
            yield utterance
        else:
            max_characters = characters_within(limits.max_utterance_ms, rate=utterance.rate)
            yield from map(utterance_of, split_text(part, max_characters=max_characters))
