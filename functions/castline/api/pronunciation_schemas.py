"""JSON schemas of pronunciations, for requests and responses."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from castline.api.fields import (
    CHARACTER_BYTES,
    NOT_BLANK_PATTERN,
    OBJECT_BYTES,
    LanguageTag,
    Request,
    not_blank,
    omittable,
    speakable,
)
from castline.api.validation import MAX_PROBLEMS
from castline.documents.limits import MAX_NAME_CHARACTERS, NAME_PATTERN, is_name
from castline.pronunciation_sets.limits import MAX_SETS_OF_JOB
from castline.speech import pronunciation
from castline.speech.language_tags import MAX_LANGUAGE_TAG_LENGTH
from castline.speech.pronunciation import Alphabet, Pronunciation

_Written = Annotated[
    str,
    Field(
        min_length=1, max_length=pronunciation.MAX_TEXT_CHARACTERS, json_schema_extra={"pattern": NOT_BLANK_PATTERN}
    ),
    AfterValidator(not_blank),
    AfterValidator(speakable),
]
_Spoken = Annotated[
    str,
    Field(
        min_length=1,
        max_length=pronunciation.MAX_SPOKEN_CHARACTERS,
        json_schema_extra={"pattern": NOT_BLANK_PATTERN},
    ),
    AfterValidator(not_blank),
    AfterValidator(speakable),
]


class PronunciationSchema(Request):
    """The pronunciation of a word or phrase.

    An entry has either an `alias`, which is spoken in place of the text, or a `phoneme`. An entry with both or
    neither is refused with 400.
    """

    MAX_BYTES: ClassVar = (
        pronunciation.MAX_TEXT_CHARACTERS + pronunciation.MAX_SPOKEN_CHARACTERS
    ) * CHARACTER_BYTES + (MAX_LANGUAGE_TAG_LENGTH + OBJECT_BYTES)

    text: _Written
    """The text as scripts write it. Without capital letters it matches regardless of case."""
    alias: _Spoken | None = omittable()
    """The words that are spoken in place of the text."""
    phoneme: _Spoken | None = omittable()
    """The sounds of the text, in the `alphabet`."""
    alphabet: Annotated[Alphabet, Field(strict=False)] | None = omittable()
    """The alphabet of the `phoneme`: `ipa` (default) or `sapi`, such as `chong 2 qing 4`."""
    language: LanguageTag | None = omittable()
    """The language of the turns that the entry applies to; `en` includes `en-US`. The default is every language."""

    @model_validator(mode="after")
    def _demand_one_way_to_speak(self) -> Self:
        if (self.alias is None) == (self.phoneme is None):
            raise PydanticCustomError("pronunciation_choice", "must have either alias or phoneme")
        if self.alias is not None and self.alphabet is not None:
            raise PydanticCustomError("pronunciation_alphabet", "alphabet is only for a phoneme")
        return self

    @classmethod
    def of(cls, entry: Pronunciation) -> Self:
        """Return the schema of the domain's pronunciation."""
        return cls(
            text=entry.text,
            alias=entry.alias,
            phoneme=entry.phoneme,
            alphabet=entry.alphabet,
            language=entry.language,
        )

    def to_pronunciation(self) -> Pronunciation:
        """Return the domain's pronunciation."""
        return Pronunciation(
            text=self.text,
            alias=self.alias,
            phoneme=self.phoneme,
            alphabet=None if self.phoneme is None else self.alphabet or Alphabet.IPA,
            language=self.language,
        )


def _without_duplicates(entries: list[PronunciationSchema]) -> list[PronunciationSchema]:
    seen: set[tuple[str, str]] = set()
    problems: list[InitErrorDetails] = []
    for position, entry in enumerate(entries):
        key = entry.to_pronunciation().key
        if key in seen:
            kind = PydanticCustomError("duplicate_pronunciation", "an earlier entry has the same text and language")
            problems.append(InitErrorDetails(type=kind, loc=(position, "text"), input=None))
        seen.add(key)
    if problems:
        raise ValidationError.from_exception_data("pronunciations", problems[:MAX_PROBLEMS])
    return entries


Pronunciations = Annotated[
    list[PronunciationSchema],
    Field(max_length=pronunciation.MAX_PRONUNCIATIONS),
    AfterValidator(_without_duplicates),
]
"""List of pronunciations in a request. No two entries may have the same text and language."""


def set_name(value: str) -> str:
    """Return ``value``, or raise an error if it is no valid name of a set."""
    if not is_name(value):
        raise PydanticCustomError("document_name", "not a set's name")
    return value


SetName = Annotated[
    str,
    Field(json_schema_extra={"pattern": NAME_PATTERN, "maxLength": MAX_NAME_CHARACTERS}, examples=["brands"]),
    AfterValidator(set_name),
]
SetNames = Annotated[list[SetName], Field(max_length=MAX_SETS_OF_JOB)]
"""Names of the sets that a job uses. If two sets have the same text and language, the earlier set wins."""


class PutPronunciationSetRequest(Request):
    """The entries of a set.

    A request is also refused with 400 if two entries have the same text and language, or if no speech provider
    supports a phoneme in the entry's language (in any language, if the entry has none).
    """

    entries: Pronunciations
    """The entries, which replace all earlier ones."""
