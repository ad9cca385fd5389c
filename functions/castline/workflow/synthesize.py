"""The task that speaks one batch of segments and stores each as PCM.

A segment that is stored already is not spoken again: a second attempt at a batch does only what is missing.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from contextvars import copy_context
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from castline import composition
from castline.audio.pcm import SAMPLE_WIDTH_BYTES, trim_silence
from castline.jobs.errors import JobNotActive
from castline.jobs.model import Batch, JobStatus, SpokenSegment
from castline.metrics import Metric
from castline.observability import logger, measure, note, observed
from castline.speech.errors import SpeechError, TransientSpeechError
from castline.workflow.failures import with_details
from castline.workflow.segments import fingerprint, plan_segments
from castline.workflow.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from castline.audio.storage import AudioStorage
    from castline.jobs.model import Job, JobRecord
    from castline.speech.provider import SpeechProvider
    from castline.workflow.segments import Segment


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Speak the batch ``event["batch"]`` of the job ``event["job_id"]``.

    Raises:
        JobNotActive: the job has ended meanwhile; nothing is paid for.
        SpeechError: a segment could not be spoken. The others of the batch are stored all the same, unless
            trying again is pointless.
    """
    job_id: str = event["job_id"]
    number, first, count = (event["batch"][name] for name in ("number", "first_segment", "segment_count"))
    note(job_id=job_id, batch=number)
    repository = composition.job_repository()
    record = repository.get_record(job_id)
    if record is None or record.job.status is not JobStatus.PROCESSING:
        raise JobNotActive(record.job.status if record else None)
    note(user_id=record.job.user_id)

    segments = plan_segments(record.dialogue)[first : first + count]
    tally = Tally()
    try:
        spoken, errors = _speak_all(
            record.job,
            segments,
            provider=composition.speech_provider(),
            storage=composition.audio_storage(),
            tally=tally,
        )
    finally:
        tally.write()
    _count_reused(record, spoken, tally)
    # The worst error speaks for the batch: one that cannot be mended by trying again, if there is one.
    position, error = min(
        errors.items(),
        key=lambda item: (isinstance(item[1], TransientSpeechError), item[0]),
        default=(0, None),
    )
    repository.record_batch(
        job_id,
        Batch(number=number, segments=tuple(spoken)),
        now=datetime.now(UTC),
        failed=isinstance(error, TransientSpeechError),
    )
    if error is not None:
        segment = segments[position]
        logger.warning("batch failed", extra={"error": type(error).__name__, "reason": str(error)})
        raise with_details(
            error,
            turn_index=record.dialogue.turns[segment.turn].index,
            voice_id=segment.utterance.voice_id,
        )
    logger.info("batch spoken", extra={"segments": len(spoken)})


def _count_reused(record: JobRecord, spoken: Sequence[SpokenSegment], tally: Tally) -> None:
    """Count what was there already, but for what an earlier attempt at the batch has spoken."""
    earlier = {segment.number for batch in record.batches for segment in batch.segments}
    reused = {segment.number for segment in spoken} - tally.spoken_numbers - earlier
    if reused:
        measure({Metric.SEGMENTS_REUSED: len(reused)})


def _speak_all(
    job: Job, segments: Sequence[Segment], *, provider: SpeechProvider, storage: AudioStorage, tally: Tally
) -> tuple[list[SpokenSegment], dict[int, SpeechError]]:
    """Speak segments in parallel.

    Returns:
        The segments that are stored now, in order; and by position in ``segments``, why others are not.
    """
    fingerprints = [fingerprint(job.provider, segment.utterance) for segment in segments]
    first_with = {key: position for position, key in reversed(list(enumerate(fingerprints)))}
    samples: dict[str, int] = {}
    errors: dict[int, SpeechError] = {}
    with ThreadPoolExecutor(provider.concurrency, thread_name_prefix="speak") as pool:
        futures = {
            pool.submit(copy_context().run, _speak, job.user_id, key, segments[position], provider, storage, tally): (
                position,
                key,
            )
            for key, position in first_with.items()
        }
        for future in as_completed(futures):
            position, key = futures[future]
            if future.cancelled():
                continue
            try:
                samples[key] = future.result()
            except SpeechError as error:
                errors[position] = error
                if not isinstance(error, TransientSpeechError):
                    for other in futures:
                        other.cancel()
    spoken = [
        SpokenSegment(number=segment.number, fingerprint=key, samples=samples[key])
        for segment, key in zip(segments, fingerprints, strict=True)
        if key in samples
    ]
    return spoken, errors


def _speak(
    user_id: str, key: str, segment: Segment, provider: SpeechProvider, storage: AudioStorage, tally: Tally
) -> int:
    """Make sure that a segment is stored, and return its length in samples."""
    stored = storage.segment_length_samples(user_id, key)
    if stored is not None:
        return stored
    try:
        pcm = provider.synthesize(segment.utterance)
    except SpeechError as error:
        tally.count_error(error)
        raise
    tally.count_spoken(segment)
    pcm = trim_silence(pcm)
    storage.put_segment(user_id, key, pcm)
    return len(pcm) // SAMPLE_WIDTH_BYTES
