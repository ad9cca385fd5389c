"""Deal of voices: chooses a language and a voice for each speaker, and notes what was assumed.

- A voice that was chosen or dealt before is kept.
- Otherwise, a speaker who has the name of a voice of the language gets that voice.
- Otherwise, the speakers get voices in order of appearance: first voices of the language, then multilingual voices,
  then voices of the same language in other regions. Women's and men's voices alternate. A voice is dealt twice only
  when no other voice is left.
- A voice of another language is dealt only if no voice speaks the speaker's language.

A note tells the user which speakers have a voice that is not of their own language and region.
"""

from __future__ import annotations

from collections import Counter
from enum import IntEnum
from typing import TYPE_CHECKING

from castline.casting.model import Cast, CastMember, LanguageSource, Note, NoteKind, VoiceSource
from castline.casting.regions import DEFAULT_LANGUAGE, normalized, primary_of, with_region
from castline.speakers import speaker_key
from castline.speech.voice_list import MANY_LANGUAGES, Gender

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from castline.casting.model import Part
    from castline.speech.voice_list import Voice


class _Fit(IntEnum):
    """Degrees to which a voice fits a language, the best first."""

    OWN = 0
    MULTILINGUAL = 1
    OTHER_REGION = 2
    NONE = 3


class Deal:
    """Deals the voices of a provider to speakers."""

    def __init__(
        self,
        voices: Sequence[Voice],
        *,
        takes_language: Callable[[str, str], bool],
        is_plain: Callable[[str], bool],
    ) -> None:
        """Store the voices of a provider, and two functions that describe a voice by its id.

        Args:
            voices: all voices of the provider, at least one, in its own order.
            takes_language: returns whether a voice can be told to speak a given language that is not its own.
            is_plain: returns whether the speed of a voice can be changed. Other voices may cost more, and are dealt
                last.
        """
        self._voices = sorted(voices, key=lambda voice: not is_plain(voice.voice_id))
        self._is_plain = is_plain
        self._by_id = {voice.voice_id: voice for voice in voices}
        self._languages = [voice.language for voice in voices]
        self._takes_language = takes_language
        self._ranks: dict[str, list[tuple[tuple[bool, _Fit, bool], Voice]]] = {}

    def __call__(self, parts: Sequence[Part], *, language: str | None, preferred: Sequence[str]) -> Cast:
        """Give each speaker a voice.

        Args:
            parts: the speakers, in order of appearance.
            language: the language of each speaker for whom none is given.
            preferred: the languages that the user prefers, the best first. They decide the region of a language tag
                that has none. The first one is the language of a speaker if nothing else names a language.
        """
        tags = [normalized(tag) for tag in preferred]
        spoken = [self._language_of(part, language and normalized(language), tags) for part in parts]
        chosen: dict[int, tuple[Voice, VoiceSource]] = {
            position: (voice, VoiceSource.KEPT)
            for position, part in enumerate(parts)
            if (voice := self._by_id.get(part.voice_id or "")) is not None
        }
        self._give_namesakes(parts, spoken, chosen)
        self._give_others(spoken, chosen)
        uses = Counter(voice.voice_id for voice, _ in chosen.values())
        members = tuple(
            CastMember(
                speaker=part.speaker,
                voice=voice,
                language=tag,
                language_source=source,
                voice_source=why,
                told_language=tag if self._fit(voice, tag) is _Fit.MULTILINGUAL and _has_language(voice) else None,
                is_shared=uses[voice.voice_id] > 1,
            )
            for part, (tag, source), (voice, why) in zip(
                parts, spoken, (chosen[position] for position in range(len(parts))), strict=True
            )
        )
        return Cast(members=members, notes=tuple(self._notes(members)))

    def _language_of(self, part: Part, dialogue: str | None, preferred: Sequence[str]) -> tuple[str, LanguageSource]:
        kept = self._by_id.get(part.voice_id or "")
        if part.language is not None:
            tag, source = normalized(part.language), LanguageSource.GIVEN
        elif kept is not None and kept.language != MANY_LANGUAGES:
            return kept.language, LanguageSource.VOICE
        elif dialogue is not None:
            tag, source = dialogue, LanguageSource.DIALOGUE
        elif preferred:
            tag, source = preferred[0], LanguageSource.PREFERRED
        else:
            tag, source = DEFAULT_LANGUAGE, LanguageSource.DEFAULT
        return with_region(tag, preferred, self._languages), source

    def _give_namesakes(
        self,
        parts: Sequence[Part],
        spoken: Sequence[tuple[str, LanguageSource]],
        chosen: dict[int, tuple[Voice, VoiceSource]],
    ) -> None:
        taken = {voice.voice_id for voice, _ in chosen.values()}
        for position, part in enumerate(parts):
            if position in chosen:
                continue
            name = _name_key(part.speaker)
            own = [voice for voice in self._voices if self._fit(voice, spoken[position][0]) is _Fit.OWN]
            namesake = next((voice for voice in own if name in _names_of(voice)), None)
            if namesake is not None and namesake.voice_id not in taken:
                chosen[position] = (namesake, VoiceSource.NAME)
                taken.add(namesake.voice_id)

    def _give_others(
        self, spoken: Sequence[tuple[str, LanguageSource]], chosen: dict[int, tuple[Voice, VoiceSource]]
    ) -> None:
        uses = Counter(voice.voice_id for voice, _ in chosen.values())
        genders = Counter(voice.gender for voice, _ in chosen.values())
        for position, (tag, _) in enumerate(spoken):
            if position in chosen:
                continue
            voice = self._next(tag, uses, genders)
            chosen[position] = (voice, VoiceSource.DEALT)
            uses[voice.voice_id] += 1
            genders[voice.gender] += 1

    def _next(self, tag: str, uses: Counter[str], genders: Counter[Gender]) -> Voice:
        """Return the best-fitting of the least used voices; among equals, one of the gender that was dealt less."""
        rarer = Gender.FEMALE if genders[Gender.FEMALE] <= genders[Gender.MALE] else Gender.MALE
        _, voice = min(
            self._ranked(tag),
            key=lambda ranked: (uses[ranked[1].voice_id], ranked[0], ranked[1].gender is not rarer),
        )
        return voice

    def _ranked(self, tag: str) -> list[tuple[tuple[bool, _Fit, bool], Voice]]:
        """Return the voices that speak a language, each with its rank. If there are none, return all voices."""
        if tag not in self._ranks:
            primary = primary_of(tag)
            ranked = [
                (
                    (
                        not self._is_plain(voice.voice_id),
                        self._fit(voice, tag),
                        primary_of(voice.language) != primary,
                    ),
                    voice,
                )
                for voice in self._voices
            ]
            self._ranks[tag] = [each for each in ranked if each[0][1] is not _Fit.NONE] or ranked
        return self._ranks[tag]

    def _fit(self, voice: Voice, tag: str) -> _Fit:
        if voice.language == MANY_LANGUAGES:
            return _Fit.MULTILINGUAL
        primary = primary_of(tag)
        if voice.language in {tag, primary} or (tag == primary and primary_of(voice.language) == primary):
            return _Fit.OWN
        if self._takes_language(voice.voice_id, tag):
            return _Fit.MULTILINGUAL
        return _Fit.OTHER_REGION if primary_of(voice.language) == primary else _Fit.NONE

    def _notes(self, members: Sequence[CastMember]) -> Iterable[Note]:
        yield from _language_notes(members)
        fits = {
            _Fit.MULTILINGUAL: NoteKind.MULTILINGUAL,
            _Fit.OTHER_REGION: NoteKind.OTHER_REGION,
            _Fit.NONE: NoteKind.OTHER_LANGUAGE,
        }
        grouped: dict[tuple[NoteKind, str, str], list[CastMember]] = {}
        for member in members:
            kind = fits.get(self._fit(member.voice, member.language))
            if kind is not None and _has_language(member.voice):
                grouped.setdefault((kind, member.language, member.voice.language), []).append(member)
        for (kind, language, _), group in grouped.items():
            yield _note(kind, language, group, group[0].voice)
        sharing: dict[str, list[CastMember]] = {}
        for member in members:
            if member.is_shared:
                sharing.setdefault(member.voice.voice_id, []).append(member)
        for group in sharing.values():
            if any(member.voice_source is VoiceSource.DEALT for member in group):
                yield _note(NoteKind.SHARED, group[-1].language, group, group[0].voice)


def _has_language(voice: Voice) -> bool:
    """Return whether ``voice`` has a language of its own, rather than speaking every language by itself."""
    return voice.language != MANY_LANGUAGES


def _language_notes(members: Sequence[CastMember]) -> Iterable[Note]:
    for source, kind in (
        (LanguageSource.PREFERRED, NoteKind.LANGUAGE_PREFERRED),
        (LanguageSource.DEFAULT, NoteKind.LANGUAGE_DEFAULT),
    ):
        assumed = [member for member in members if member.language_source is source]
        if assumed:
            yield _note(kind, assumed[0].language, assumed)


def _note(kind: NoteKind, language: str, members: Sequence[CastMember], voice: Voice | None = None) -> Note:
    return Note(kind=kind, speakers=tuple(member.speaker for member in members), language=language, voice=voice)


def _name_key(name: str) -> str:
    return speaker_key(name).casefold()


def _names_of(voice: Voice) -> frozenset[str]:
    """Return the keys of a voice's names and of their first words: ``Ava Multilingual`` is also ``Ava``."""
    names = [name for name in (voice.name, voice.latin_name) if name]
    return frozenset(_name_key(each) for name in names for each in (name, name.split(" ")[0]))
