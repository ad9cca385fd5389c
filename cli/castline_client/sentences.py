"""Sentences of the client itself, kept with their values, so that a program can translate them."""

from __future__ import annotations

from typing import Any, Self


class Sentence(str):
    """A sentence in English.

    Attributes:
        template: the sentence with places for values, as ``str.format`` has them.
        values: by the names of their places. A value may be a sentence itself.
    """

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Self:
        """Put the values into the template."""
        sentence = super().__new__(cls, template.format(**values) if values else template)
        sentence.template, sentence.values = template, values
        return sentence
