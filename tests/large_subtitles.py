"""Subtitles that are too large for an API response, made without speaking for minutes."""

from __future__ import annotations

from typing import Final

from castline import composition
from castline.api.jobs import MAX_BODY_BYTES
from castline.audio.subtitles import SubtitleCue

TEXT: Final = "😀" * (MAX_BODY_BYTES // 12 + 1)
"""A text that takes 12 bytes a character where everything but ASCII is escaped."""


def make_subtitles_large(job_id: str) -> None:
    """Replace the cues of a completed job with cues of ``TEXT``."""
    job = composition.job_repository().get(job_id)
    assert job is not None
    assert job.audio_file_id is not None
    composition.audio_storage().put_cues(job_id, job.audio_file_id, [SubtitleCue(0, 900, "A", TEXT)])
