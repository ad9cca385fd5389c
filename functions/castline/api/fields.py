"""Parts that the request schemas of several modules share."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from castline.jobs import limits
from castline.speakers import INVISIBLE_BMP, is_invisible
from castline.speech.language_tags import LANGUAGE_TAG_PATTERN, MAX_LANGUAGE_TAG_LENGTH, is_language_tag
from castline.speech.speakable import unspeakable_positions

CHARACTER_BYTES = 12
"""Maximum bytes of one character in JSON: two escapes such as ``\\ud83d``."""
OBJECT_BYTES = 300
"""Bytes allowed for the names, numbers, indentation and punctuation of a JSON object."""
MAX_REQUEST_BYTES = 5 * 1024 * 1024
"""Bytes of the largest body. Lambda allows events of 6 MB, which contain the body as escaped JSON."""
_MAX_UNKNOWN_FIELDS = 2
"""Number of unknown fields that are reported per object. Two show a client what to look for."""


def not_blank(value: str) -> str:
    """Return ``value``, or raise an error if it has only invisible characters."""
    # A text that is too long is refused for its length elsewhere.
    if value and len(value) <= limits.MAX_DIALOGUE_CHARACTERS and is_invisible(value):
        raise PydanticCustomError("blank", "must not be blank")
    return value


def speakable(value: str) -> str:
    """Return ``value``, or raise an error if it has a character that SSML cannot contain."""
    for position in unspeakable_positions(value):
        code_point = f"U+{ord(value[position]):04X}"
        raise PydanticCustomError(
            "unspeakable_character",
            "character {position} cannot be spoken ({code_point})",
            {"position": position + 1, "code_point": code_point},
        )
    return value


def language_tag(value: str) -> str:
    """Return ``value``, or raise an error if it is no language tag."""
    if not is_language_tag(value):
        raise PydanticCustomError("language_tag", "not a language tag")
    return value


_UNSPEAKABLE = "\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\ufffe\\uffff"
# The rules of the validators above, as far as JSON Schema can express them.
SPEAKABLE_PATTERN = f"^[^{_UNSPEAKABLE}]*$"
NOT_BLANK_PATTERN = rf"^[^{_UNSPEAKABLE}]*[^\s\u0085{INVISIBLE_BMP}{_UNSPEAKABLE}][^{_UNSPEAKABLE}]*$"

LanguageTag = Annotated[
    str,
    Field(json_schema_extra={"pattern": LANGUAGE_TAG_PATTERN, "maxLength": MAX_LANGUAGE_TAG_LENGTH}),
    AfterValidator(language_tag),
]


def omittable() -> Any:
    """Return a field that a request may leave out or set to null, and that a response omits when it is null."""
    return Field(default=None, exclude_if=lambda value: value is None)


class Request(BaseModel):
    """A JSON object that a client sends."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_most_unknown_fields(cls, data: Any) -> Any:
        """Drop all but a few unknown fields: an error for each of thousands would take seconds and gigabytes."""
        fields = cls.model_fields
        if not isinstance(data, dict) or data.keys() <= fields.keys():
            return data
        unknown = islice((name for name in data if name not in fields), _MAX_UNKNOWN_FIELDS)
        return {name: data[name] for name in (*(name for name in fields if name in data), *unknown)}

    def __repr__(self) -> str:
        """Return the class's name without the fields.

        Powertools formats every request for a log entry at level DEBUG, even if that is not written. Formatting the
        texts of a long job takes longer than validating them, and texts must not be logged.
        """
        return f"{type(self).__name__}(…)"
