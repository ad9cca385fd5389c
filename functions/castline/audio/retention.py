"""How long the bucket keeps what is in it, by lifecycle rules that whoever makes the bucket sets."""

from __future__ import annotations

from typing import Final

SEGMENT_LIFETIME_DAYS: Final = 28
"""Less than the 30 days that a job is kept: no segment outlives a job that it was spoken for."""

SEGMENT_REUSE_DAYS: Final = 26
"""How old a segment may be and still be used again: old enough to last until the audio is assembled."""

AUDIO_LIFETIME_DAYS: Final = 31
"""What stands behind the deletion of a job's audio when the job expires, after 30 days."""

INCOMPLETE_UPLOAD_DAYS: Final = 1
"""How long the parts of an upload are kept that was never completed."""
