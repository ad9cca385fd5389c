"""The task that speaks one batch of utterances and stores each.

What is stored already is not spoken again: a second attempt at a batch does only what is missing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from castline import composition
from castline.jobs.errors import JobNotActive
from castline.jobs.model import Batch, JobStatus, SpokenSegment, SynthesisMode
from castline.metrics import Metric
from castline.observability import logger, measure, note, observed
from castline.speech.errors import TransientSpeechError
from castline.workflow.failures import with_details
from castline.workflow.progress import BatchProgress
from castline.workflow.segments import plan_segments, plan_utterances, synthesis_mode
from castline.workflow.speaking import Speaking
from castline.workflow.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from castline.jobs.model import JobRecord
    from castline.workflow.segments import PlannedUtterance
    from castline.workflow.speaking import StoredUtterance


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Speak the batch ``event["batch"]`` of the job ``event["job_id"]``.

    Raises:
        JobNotActive: the job has ended meanwhile; nothing is paid for.
        SpeechError: an utterance could not be spoken. The others of the batch are stored all the same, unless
            trying again is pointless.
    """
    job_id: str = event["job_id"]
    number, first, count = (event["batch"][name] for name in ("number", "first_utterance", "utterance_count"))
    note(job_id=job_id, batch=number)
    repository = composition.job_repository()
    record = repository.get_record(job_id)
    if record is None or record.job.status is not JobStatus.PROCESSING:
        raise JobNotActive(record.job.status if record else None)
    note(user_id=record.job.user_id)
    _measure_wait(record, number)

    enabled = composition.speech_provider(record.job.provider)
    everything = plan_utterances(plan_segments(record.readable_dialogue, enabled.provider))
    batch = everything[first : first + count]

    def store(segments: Sequence[SpokenSegment], *, is_native: bool = False, failed: bool = False) -> None:
        done = Batch(number=number, segments=tuple(segments), is_native=is_native)
        repository.record_batch(job_id, done, now=datetime.now(UTC), failed=failed)

    progress = BatchProgress(store, recorded=_count_recorded(record, number))
    tally = Tally()
    speaking = Speaking(
        record.job,
        volume=record.readable_dialogue.delivery.volume,
        is_native=synthesis_mode(everything, enabled.provider) is SynthesisMode.NATIVE,
        concurrency=enabled.concurrency,
        storage=composition.audio_storage(),
        provider=enabled.provider,
        session=partial(composition.speech_session, record.job.provider),
        tally=tally,
        progress=lambda stored: progress.advance(lambda: _spoken_segments(batch, stored)),
    )
    try:
        outcome = speaking.speak([planned.utterance for planned in batch])
    finally:
        tally.write()
    # The worst error speaks for the batch: one that cannot be mended by trying again, if there is one.
    position, error = min(
        outcome.errors.items(),
        key=lambda item: (isinstance(item[1], TransientSpeechError), item[0]),
        default=(0, None),
    )
    spoken = _spoken_segments(batch, outcome.stored)
    _count_reused(record, spoken)
    store(spoken, is_native=outcome.is_native, failed=isinstance(error, TransientSpeechError))
    if error is not None:
        first_segment = batch[position].segments[0]
        logger.warning("batch failed", extra={"error": type(error).__name__, "reason": str(error)})
        raise with_details(
            error,
            turn_index=record.readable_dialogue.turns[first_segment.turn].index,
            voice_id=first_segment.utterance.voice_id,
        )
    logger.info("batch spoken", extra={"segments": len(spoken)})


def _measure_wait(record: JobRecord, number: int) -> None:
    """Measure how long the batch's first attempt had to wait; later ones wait for the provider besides."""
    started_at = record.job.started_at
    if started_at is not None and all(batch.number != number for batch in record.batches):
        measure({Metric.BUDGET_TIME: (datetime.now(UTC) - started_at).total_seconds() * 1000})


def _count_reused(record: JobRecord, spoken: Sequence[SpokenSegment]) -> None:
    """Count what need not be spoken, but for what an earlier attempt at the batch has counted."""
    counted = {segment.number for batch in record.batches for segment in batch.segments}
    reused = [segment for segment in spoken if segment.is_reused and segment.number not in counted]
    if reused:
        measure({Metric.SEGMENTS_REUSED: len(reused)})


def _count_recorded(record: JobRecord, number: int) -> int:
    return sum(len(batch.segments) for batch in record.batches if batch.number == number)


def _spoken_segments(batch: Sequence[PlannedUtterance], stored: Mapping[int, StoredUtterance]) -> list[SpokenSegment]:
    """Every segment of the batch that is stored. The first of those that sound the same bears what it has cost."""
    segments: list[SpokenSegment] = []
    for position, utterance in sorted(stored.items()):
        for ordinal, segment in enumerate(batch[position].segments):
            is_paid_for = ordinal == 0 and utterance.is_paid_for
            segments.append(
                SpokenSegment(
                    number=segment.number,
                    fingerprint=utterance.fingerprint,
                    samples=utterance.samples,
                    cues=utterance.cues,
                    billed_characters=utterance.billed_characters if is_paid_for else 0,
                    is_reused=not is_paid_for,
                    frames_checksum=utterance.checksums.frames if utterance.checksums else None,
                    pcm_checksum=utterance.checksums.pcm if utterance.checksums else None,
                )
            )
    return segments
