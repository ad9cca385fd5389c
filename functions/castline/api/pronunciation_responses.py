"""JSON schemas of pronunciation sets, for responses."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from castline.api.pronunciation_schemas import PronunciationSchema
from castline.api.responses import Time


class _Answer(BaseModel):
    model_config = ConfigDict(revalidate_instances="always")


class PronunciationSetSummary(_Answer):
    """A pronunciation set in a list."""

    name: str
    """The name of the set."""
    entry_count: int
    """The number of entries."""
    updated_at: Time
    """The time of the last change of the entries."""
    etag: str
    """The ETag for `If-Match`. It changes whenever the entries change."""


class PronunciationSetList(_Answer):
    """All pronunciation sets of the user, ordered by name."""

    items: list[PronunciationSetSummary]
    """The sets."""
    total: int
    """The number of sets."""


class PronunciationSetDetail(_Answer):
    """A pronunciation set."""

    name: str
    """The name of the set."""
    entries: list[PronunciationSchema]
    """The entries of the set."""
