"""Retention of objects in the audio bucket, in days. The bucket's lifecycle rules use these values."""

from __future__ import annotations

from typing import Final

SEGMENT_LIFETIME_DAYS: Final = 28
"""Less than the 30 days for which a job is kept, so no segment outlives the job that it was spoken for."""

SEGMENT_REUSE_DAYS: Final = 26
"""The age up to which a segment is reused. It must still exist when the job's audio is assembled."""

AUDIO_LIFETIME_DAYS: Final = 32
"""The fallback for a job's audio, which is normally deleted when the job expires: within 31 days of its end."""

PREVIEW_LIFETIME_DAYS: Final = 1
"""The time for which the audio of a preview is kept. Users listen at once, and making it again is free."""

INCOMPLETE_UPLOAD_DAYS: Final = 1
"""The time for which the parts of an incomplete multipart upload are kept."""
