from __future__ import annotations

from castline.audio.assembly import plan_assembly
from castline.audio.formats import OutputFormat
from castline.jobs.model import Dialogue, JobRecord, JobType, Turn, VoiceAssignment
from castline.speech.providers.azure.provider import AzureSpeech
from castline.synthesis.captions import file_tags
from castline.synthesis.segments import plan_turns
from tests.integration.examples import make_job
from tests.turn_lengths import single_turns

FAMILY = "👩\u200d👩\u200d👧"


def title_of(text: str) -> str:
    """Return the title of the file of a single text."""
    dialogue = Dialogue(
        provider="azure",
        turns=(Turn(speaker="", text=text, index=0),),
        voice_assignments=(VoiceAssignment(speaker="", voice_id="zh-TW-HsiaoYuNeural"),),
        language="zh-TW",
        output_format=OutputFormat.MP3,
        job_type=JobType.SINGLE_TTS,
    )
    record = JobRecord(job=make_job(job_type=JobType.SINGLE_TTS), dialogue=dialogue)
    assembly = plan_assembly(single_turns([24_000], gap_ms=0), crossfade_ms=0, copies_frames=True)
    return file_tags(record, plan_turns(dialogue, AzureSpeech({})), assembly).title


def test_a_title_is_cut_between_what_a_reader_sees_as_characters() -> None:
    assert title_of(FAMILY * 60) == FAMILY * 60
    assert title_of(FAMILY * 61) == FAMILY * 59 + "…"
