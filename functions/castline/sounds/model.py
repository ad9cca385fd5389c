"""Sounds that users keep, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from castline.audio.profile import Quality

if TYPE_CHECKING:
    from datetime import datetime

    from castline.audio.upload_limits import UploadProblem


class SoundKind(StrEnum):
    """Kind of an uploaded file."""

    AUDIO = "audio"
    IMAGE = "image"
    """A cover."""


class SoundStatus(StrEnum):
    """Status of a sound."""

    WAITING = "waiting"
    """The file has not been uploaded, or not been read yet."""
    READY = "ready"
    FAILED = "failed"
    """The file cannot be used; ``Sound.problem`` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFacts:
    """Measurements of an uploaded audio file."""

    duration_ms: int
    channels: int
    """Of the file as it was uploaded, like the sample rate."""
    sample_rate_hz: int
    loudness_lufs: float | None
    """Integrated loudness of the studio form by ITU-R BS.1770; None for silence."""
    standard_lufs: float | None
    """That of the standard form, which is mono: some 3 LU less where both channels are the same."""

    def lufs(self, quality: Quality) -> float | None:
        """Return the loudness of the form for files of a quality; None for silence."""
        return self.standard_lufs if quality is Quality.STANDARD else self.loudness_lufs


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """An audio clip or a cover image that a user has uploaded, or is about to."""

    id: str
    user_id: str
    name: str
    kind: SoundKind
    status: SoundStatus
    content_type: str
    size_bytes: int
    created_at: datetime
    expires_at: datetime | None = None
    """The time at which the sound is removed; None for a sound that a job has used."""
    is_deleted: bool = False
    """Whether the user has deleted the sound. Its files are kept until ``expires_at`` for jobs under way."""
    facts: AudioFacts | None = None
    """Known of ready audio."""
    problem: UploadProblem | None = None
    """Known of a failed sound."""

    def is_visible(self, now: datetime) -> bool:
        """Return whether the sound exists for its user."""
        return not self.is_deleted and (self.expires_at is None or self.expires_at > now)
