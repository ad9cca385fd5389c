"""Messages of the client itself, kept with their values so that programs can translate them."""

from __future__ import annotations

from typing import Any, Self


class Sentence(str):
    """English sentence.

    Attributes:
        template: the sentence with placeholders of ``str.format``.
        values: the values by placeholder. A value may be a sentence itself.
    """

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Self:
        """Create the sentence from a template and its values."""
        sentence = super().__new__(cls, template.format(**values) if values else template)
        sentence.template, sentence.values = template, values
        return sentence
