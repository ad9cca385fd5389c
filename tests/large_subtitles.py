"""Subtitles that are too large for an answer, without the minutes that it would take to speak them."""

from __future__ import annotations

from typing import Final

from castline import composition
from castline.api.jobs import MAX_BODY_BYTES
from castline.audio.subtitles import SubtitleCue

TEXT: Final = "😀" * (MAX_BODY_BYTES // 12 + 1)
"""12 bytes a character where all but ASCII is escaped."""


def make_subtitles_large(job_id: str) -> None:
    """Let a completed job have said ``TEXT``."""
    job = composition.job_repository().get(job_id)
    assert job is not None
    assert job.audio_file_id is not None
    composition.audio_storage().put_cues(job_id, job.audio_file_id, [SubtitleCue(0, 900, "A", TEXT)])
