"""Model of a show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from castline.jobs.model import Titles

if TYPE_CHECKING:
    from castline.audio.formats import OutputFormat
    from castline.audio.profile import Loudness, Quality
    from castline.jobs.model import Music, VoiceAssignment
    from castline.speech.pronunciation import Pronunciation


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """Choices for the jobs of one programme. A field that is None or empty is left to each job.

    The fields correspond to those of ``castline.jobs.model.Dialogue``. Clients apply a show: they copy its choices
    into the requests that they send.
    """

    titles: Titles = field(default_factory=Titles)
    provider: str | None = None
    cast: tuple[VoiceAssignment, ...] = ()
    """The voices of speakers. Each speaker appears once."""
    pronunciations: tuple[Pronunciation, ...] = ()
    pronunciation_sets: tuple[str, ...] = ()
    """Names of the user's sets, in order of precedence."""
    output_format: OutputFormat | None = None
    quality: Quality | None = None
    loudness: Loudness | None = None
    music: Music | None = None
    cover_id: str | None = None
    gap_ms: int | None = None
    crossfade_ms: int | None = None
