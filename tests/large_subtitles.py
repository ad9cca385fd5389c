"""Subtitles that are too large for an API response, made without speaking for minutes."""

from __future__ import annotations

from typing import Final

from castline import composition
from castline.api.jobs import MAX_BODY_BYTES
from castline.audio.subtitles import SubtitleCue
from castline.audio.word_timing import WordTiming

TEXT: Final = "😀" * (MAX_BODY_BYTES // 12 + 1)
"""A text that takes 12 bytes a character where everything but ASCII is escaped."""


def make_subtitles_large(job_id: str) -> None:
    """Replace the cues of a completed job with cues of ``TEXT``."""
    job = composition.job_repository().get(job_id)
    assert job is not None
    assert job.audio_file_id is not None
    composition.audio_storage().put_cues(job_id, job.audio_file_id, [SubtitleCue(0, 900, "A", TEXT)])


def make_words_large(job_id: str) -> None:
    """Replace the words of a completed job with one of ``TEXT``."""
    job = composition.job_repository().get(job_id)
    assert job is not None
    assert job.audio_file_id is not None
    word = WordTiming(start_ms=0, end_ms=900, turn_index=0, speaker="A", text=TEXT, ends_sentence=True)
    composition.audio_storage().put_words(job_id, job.audio_file_id, [word])
