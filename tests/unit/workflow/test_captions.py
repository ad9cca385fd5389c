from __future__ import annotations

from datetime import UTC, datetime

from castline.audio.assembly import plan_assembly
from castline.audio.formats import OutputFormat
from castline.jobs.model import Dialogue, Job, JobRecord, JobStatus, JobType, Turn, VoiceAssignment
from castline.speech.providers.azure.provider import AzureSpeech
from castline.synthesis.captions import file_tags
from castline.synthesis.segments import PlannedTurn, plan_turns
from tests.turn_lengths import single_turns

FAMILY = "👩\u200d👩\u200d👧"


def record_of(text: str) -> JobRecord:
    now = datetime(2026, 1, 2, tzinfo=UTC)
    return JobRecord(
        job=Job(
            id="01979c1e-7f2a-7c3e-9c6b-5d1f0e8a4b21",
            user_id="alice",
            status=JobStatus.PROCESSING,
            job_type=JobType.SINGLE_TTS,
            provider="azure",
            output_format=OutputFormat.MP3,
            created_at=now,
        ),
        dialogue=Dialogue(
            provider="azure",
            turns=(Turn(speaker="", text=text, index=0),),
            voice_assignments=(VoiceAssignment(speaker="", voice_id="zh-TW-HsiaoYuNeural"),),
            language="zh-TW",
            output_format=OutputFormat.MP3,
            job_type=JobType.SINGLE_TTS,
        ),
    )


def planned(text: str) -> tuple[JobRecord, tuple[PlannedTurn, ...]]:
    record = record_of(text)
    return record, plan_turns(record.readable_dialogue, AzureSpeech({}))


def test_a_title_is_cut_between_what_a_reader_sees_as_characters() -> None:
    assembly = plan_assembly(single_turns([24_000], gap_ms=0), crossfade_ms=0, copies_frames=True)

    titles = [file_tags(*planned(FAMILY * count), assembly).title for count in (60, 61)]

    assert titles == [FAMILY * 60, FAMILY * 59 + "…"]
