"""Sounds that users keep, with their status and measurements."""

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
    """The file has not been uploaded, or has not been read yet."""
    READY = "ready"
    FAILED = "failed"
    """The file cannot be used; ``Sound.problem`` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFacts:
    """Measurements of an uploaded audio file."""

    duration_ms: int
    channels: int
    """The channels of the uploaded file."""
    sample_rate_hz: int
    """The sample rate of the uploaded file."""
    loudness_lufs: float | None
    """Integrated loudness of the studio form by ITU-R BS.1770; None for silence."""
    standard_lufs: float | None
    """Integrated loudness of the standard form; None for silence.

    The standard form is mono, so its loudness is about 3 LU lower if both channels are equal.
    """

    def lufs(self, quality: Quality) -> float | None:
        """Return the loudness of the form for files of a quality; None for silence."""
        return self.standard_lufs if quality is Quality.STANDARD else self.loudness_lufs


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """An audio clip or a cover image that a user has uploaded or is about to upload."""

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
    """Whether the user has deleted the sound. Its files are kept until ``expires_at`` for active jobs."""
    facts: AudioFacts | None = None
    """The measurements of ready audio; otherwise None."""
    problem: UploadProblem | None = None
    """The problem of a failed sound; otherwise None."""

    def is_visible(self, now: datetime) -> bool:
        """Return whether the sound exists for its user."""
        return not self.is_deleted and (self.expires_at is None or self.expires_at > now)
