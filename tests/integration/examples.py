"""Example jobs and dialogues."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from uuid6 import uuid7

from castline.audio.formats import OutputFormat
from castline.jobs.model import Dialogue, Job, JobStatus, JobType, Turn, VoiceAssignment


def make_job(**changes: Any) -> Job:
    """Return a job that was submitted just now by a new user."""
    values: dict[str, Any] = {
        "id": str(uuid7()),
        "user_id": f"user-{uuid4()}",
        "status": JobStatus.PENDING,
        "job_type": JobType.MULTI_ROLE_TTS,
        "provider": "azure",
        "output_format": OutputFormat.MP3,
        "created_at": datetime.now(UTC),
    }
    return Job(**values | changes)


def make_dialogue(*texts: str, voice_id: str = "zh-TW-HsiaoYuNeural", **changes: Any) -> Dialogue:
    """Return a dialogue of one speaker, whose turns have the indexes 0, 10, 20, …"""
    values: dict[str, Any] = {
        "provider": "azure",
        "turns": tuple(
            Turn(speaker="A", text=text, index=10 * position) for position, text in enumerate(texts or ("你好",))
        ),
        "voice_assignments": (VoiceAssignment(speaker="A", voice_id=voice_id),),
        "language": "zh-TW",
        "output_format": OutputFormat.MP3,
        "gap_ms": 300,
        "crossfade_ms": 50,
    }
    return Dialogue(**values | changes)
