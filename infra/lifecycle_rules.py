"""Lifecycle rules of the audio bucket, which every host applies."""

from __future__ import annotations

from dataclasses import dataclass

from castline.audio import retention


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleRule:
    """A rule that deletes objects, or parts of incomplete uploads, after a number of days."""

    name: str
    prefix: str
    expiration_days: int | None
    """None if the age of an object does not tell whether it is still used."""
    incomplete_upload_days: int = retention.INCOMPLETE_UPLOAD_DAYS


LIFECYCLE_RULES = (
    LifecycleRule(name="segments", prefix="segments/", expiration_days=retention.SEGMENT_LIFETIME_DAYS),
    LifecycleRule(name="audio", prefix="audio/", expiration_days=retention.AUDIO_LIFETIME_DAYS),
    LifecycleRule(name="sounds", prefix="sounds/", expiration_days=None),
    LifecycleRule(name="previews", prefix="previews/", expiration_days=retention.PREVIEW_LIFETIME_DAYS),
)
