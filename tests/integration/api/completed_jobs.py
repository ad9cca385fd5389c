"""Completed jobs, made without a workflow."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from castline import composition
from castline.audio.keys import audio_key
from castline.jobs.model import JobStatus, Result, SynthesisMode, TurnTiming
from tests.ended_jobs import end_job
from tests.integration.examples import make_dialogue, make_job

if TYPE_CHECKING:
    from collections.abc import Iterable

    from castline.audio.subtitles import SubtitleCue
    from castline.jobs.model import Dialogue, Job

AUDIO = b"audio"


def complete_job(cues: Iterable[SubtitleCue] = (), dialogue: Dialogue | None = None) -> Job:
    """Store a completed job with its audio, its cues and its result."""
    repository, job, audio_file_id = composition.job_repository(), make_job(), str(uuid4())
    dialogue = dialogue or make_dialogue()
    repository.create(job, dialogue, max_active=3)
    repository.start(job, total_segments=1, now=datetime.now(UTC))
    storage = composition.audio_storage()
    storage.put_audio(audio_key(job.id, audio_file_id, job.output_format), [AUDIO], "audio/mpeg")
    storage.put_cues(job.id, audio_file_id, cues)
    result = Result(
        duration_ms=900,
        synthesis_mode=SynthesisMode.SEGMENTED,
        content_type="audio/mpeg",
        size_bytes=len(AUDIO),
        characters=sum(len(turn.text) for turn in dialogue.turns),
        billed_characters=2,
        reused_segments=0,
        turn_timings=tuple(
            TurnTiming(turn_index=turn.index, speaker=turn.speaker, start_ms=0, end_ms=900) for turn in dialogue.turns
        ),
    )
    return end_job(
        repository, job, JobStatus.COMPLETED, now=datetime.now(UTC), audio_file_id=audio_file_id, result=result
    )
