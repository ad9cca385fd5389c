"""Play a job while it is processing: list the segments spoken so far, in order, as a playlist."""

from __future__ import annotations

import math
from datetime import timedelta
from functools import cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, NamedTuple

from castline.audio.frame_timeline import place_one_by_one
from castline.audio.keys import mastered_name
from castline.audio.playlist import SILENCE, StoredFrames, parts_of, write_playlist
from castline.audio.profile import Quality
from castline.audio.stored_segment import Layout
from castline.jobs.model import JobStatus
from castline.pcm import SAMPLE_RATE_HZ
from castline.speech.errors import SpeechError
from castline.synthesis.frame_copying import may_copy_mastered
from castline.synthesis.segments import fingerprint, plan_turns
from castline.synthesis.stored_utterances import LOOK_UPS, find_entry, look_up
from castline.synthesis.turn_lengths import turn_lengths
from castline.usecases.errors import PlaylistUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from castline.audio.playlist import Part
    from castline.audio.storage import AudioStorage
    from castline.jobs.model import Dialogue, Job, JobRecord, SpokenSegment
    from castline.speech.providers.base import SpeechProvider
    from castline.speech.providers.registry import EnabledProvider
    from castline.synthesis.segments import PlannedTurn, Segment
    from castline.usecases.view_jobs import ViewJobs

PART_SECONDS: Final = 60 * 60
"""The time for which the URL of a part is valid. Each playlist has new URLs."""
KEPT: Final = timedelta(days=1)
"""The time for which an ended job has a playlist: as long as the working data of its batches."""
MAX_PARTS: Final = 2_500
"""Maximum number of parts. Each part has a signed URL of up to 2 KB, and a response may have 6 MB."""
_MAX_CHARACTERS: Final = 5 * 1024 * 1024
"""Maximum length of a playlist. A user's id may be so long that even fewer parts exceed it."""
_LISTED_AHEAD: Final = timedelta(minutes=2)
"""The speech that the playlist of an active job lists beyond the time since its submission, which is the most that
anybody can have heard. It bounds the cost of a playlist by that time instead of the length of the job."""
_MOST_LISTED: Final = timedelta(minutes=15)
"""The longest time since a submission that counts. It exceeds any time of processing, but a job may be pending for
much longer."""


class _Known(NamedTuple):
    """A stored segment."""

    samples: int
    frames: StoredFrames


class PlayJob:
    """Writes playlists of the stored segments of jobs."""

    def __init__(
        self,
        view: ViewJobs,
        storage: AudioStorage,
        *,
        provider: Callable[[str], EnabledProvider],
        now: Callable[[], datetime],
    ) -> None:
        """Store the collaborators. ``provider`` returns the enabled speech provider with an id."""
        self._view = view
        self._storage = storage
        self._provider = provider
        self._now = now
        self._has_put_silence = False

    def __call__(self, user_id: str, job_id: str) -> str:
        """Return the playlist of a job, with parts up to the first segment that is not stored yet.

        Raises:
            JobNotFound: the user has no such job.
            PlaylistUnavailable: the job has no playlist, or no longer has one.
            ServiceUnavailable: AWS is temporarily unavailable.
        """
        record = self._view.record(user_id, job_id)
        job, dialogue = record.job, record.dialogue
        has_ended = job.completed_at is not None
        if dialogue is None or dialogue.spoken_quality is not Quality.STANDARD or self._is_over(job):
            raise PlaylistUnavailable(f"{job.status}, {dialogue.spoken_quality if dialogue else 'unreadable'}")
        provider, planned = self._plan(job, dialogue)
        known = self._known(record, dialogue, planned, provider)
        is_whole = len(known) == sum(len(turn.segments) for turn in planned)
        if job.status is JobStatus.COMPLETED and not is_whole:
            raise PlaylistUnavailable("not all of its segments are recorded")
        parts = tuple(islice(_parts(dialogue, planned, known, is_whole=is_whole), MAX_PARTS + 1))
        if has_ended and len(parts) > MAX_PARTS:
            raise PlaylistUnavailable("it has too many parts")
        text = self._write(job, parts[:MAX_PARTS], has_ended=has_ended)
        if len(text) > _MAX_CHARACTERS:
            raise PlaylistUnavailable("its URLs are too long")
        return text

    def _is_over(self, job: Job) -> bool:
        return job.completed_at is not None and self._now() - job.completed_at >= KEPT

    def _plan(self, job: Job, dialogue: Dialogue) -> tuple[SpeechProvider, tuple[PlannedTurn, ...]]:
        try:
            provider = self._provider(job.provider).provider
            return provider, plan_turns(dialogue, provider)
        except SpeechError as error:
            raise PlaylistUnavailable("its provider is not enabled, or cannot speak it") from error

    def _known(
        self, record: JobRecord, dialogue: Dialogue, planned: Sequence[PlannedTurn], provider: SpeechProvider
    ) -> list[_Known]:
        """Return the stored segments that may be listed, from the first one to the first gap.

        The job's batches record stored segments. A bounded number of the unrecorded ones is looked up in the bucket,
        because they may have been stored since.
        """
        segments = list(chain.from_iterable(turn.segments for turn in planned))
        recorded = {each.number: each for batch in record.batches for each in batch.segments}
        left = self._listed_samples(record.job)
        known: list[_Known] = []
        found: Mapping[int, _Known] | None = None
        for position, segment in enumerate(segments):
            if left <= 0:
                break
            if segment.number in recorded:
                known.append(_recorded(recorded[segment.number], dialogue))
            else:
                if found is None:
                    missing = [each for each in segments[position:] if each.number not in recorded]
                    found = self._look_up(missing[:LOOK_UPS], record.job.user_id, dialogue, provider)
                if segment.number not in found:
                    break
                known.append(found[segment.number])
            left -= known[-1].samples
        return known

    def _listed_samples(self, job: Job) -> float:
        """Return the maximum number of samples to list."""
        if job.completed_at is not None:
            return math.inf
        listed = min(self._now() - job.created_at, _MOST_LISTED) + _LISTED_AHEAD
        return listed.total_seconds() * SAMPLE_RATE_HZ

    def _look_up(
        self, segments: Sequence[Segment], user_id: str, dialogue: Dialogue, provider: SpeechProvider
    ) -> dict[int, _Known]:
        """Look segments up in the bucket, and return the stored ones by number."""
        is_mastered = may_copy_mastered(dialogue)

        def find(key: str) -> _Known | None:
            stored = find_entry(self._storage, user_id, key)
            if stored is None:
                return None
            layout = stored.entry.layout
            if not is_mastered:
                return _Known(layout.samples, StoredFrames(key, layout.frames.start))
            if layout.loudness is dialogue.loudness:
                return _Known(layout.samples, StoredFrames(key, layout.mastered_frames.start))
            # A task of the job makes the mastered frames, in an object of their own, when it reuses the segment.
            if self._storage.find_mastered(user_id, key, dialogue.loudness) is None:
                return None
            return _Known(layout.samples, StoredFrames(mastered_name(key, dialogue.loudness), 0))

        keys = {each.number: fingerprint(provider, each.utterance, dialogue.spoken_quality) for each in segments}
        found = look_up(keys.values(), find)
        return {number: found[key] for number, key in keys.items() if key in found}

    def _write(self, job: Job, parts: Sequence[Part], *, has_ended: bool) -> str:
        """Return the playlist's text, with new URLs."""

        @cache
        def url_of(name: str | None) -> str:
            if name is None:
                return self._storage.silence_url(expires_in_seconds=PART_SECONDS)
            return self._storage.segment_url(job.user_id, name, expires_in_seconds=PART_SECONDS)

        if not self._has_put_silence and any(part.name is None for part in parts):
            self._storage.put_silence(SILENCE)
            self._has_put_silence = True
        return write_playlist(parts, url_of, has_ended=has_ended)


def _recorded(segment: SpokenSegment, dialogue: Dialogue) -> _Known:
    mastered = segment.mastered
    if mastered is None:
        frames = StoredFrames(segment.fingerprint, Layout(segment.samples).frames.start)
    elif mastered.start_byte is None:
        frames = StoredFrames(mastered_name(segment.fingerprint, dialogue.loudness), 0)
    else:
        frames = StoredFrames(segment.fingerprint, mastered.start_byte)
    return _Known(segment.samples, frames)


def _parts(
    dialogue: Dialogue, planned: Sequence[PlannedTurn], known: Sequence[_Known], *, is_whole: bool
) -> Iterator[Part]:
    """Yield the parts of the known segments, on the timeline of a file that is made by copying frames."""
    left = iter(known)
    ticks = [[each.samples for each in islice(left, len(turn.segments))] for turn in planned]
    count = len(planned) if is_whole else max((n for n, each in enumerate(ticks, start=1) if each), default=0)
    if not count:
        return
    timeline = place_one_by_one(turn_lengths(dialogue, planned, ticks)[:count], crossfade_ms=dialogue.crossfade_ms)
    titles = [f"turn {turn.index}" for turn in dialogue.turns]
    yield from parts_of(timeline, [each.frames for each in known], titles, to_the_end=is_whole)
