"""Synthesizer: speaks, shapes and stores the utterances that are not stored yet, in parallel."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextvars import copy_context
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from castline.audio.errors import BrokenSegment
from castline.audio.profile import Quality, profile_of
from castline.audio.stored_segment import Checksums
from castline.jobs.model import SpokenSegment
from castline.speech.beats import BEAT
from castline.speech.cues import is_one_cue
from castline.speech.errors import CutUncertain, EmptyAudio, PermanentSpeechError, SpeechError, TransientSpeechError
from castline.speech.spoken_text import spoken_text
from castline.synthesis.paced_requests import OutOfTime
from castline.synthesis.requests import charges, group_requests, is_sent
from castline.synthesis.segment_notes import SegmentNotes
from castline.synthesis.segments import fingerprint
from castline.synthesis.shaping import SpokenWords, shape
from castline.synthesis.stored_utterances import find_entry, look_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from castline.audio.storage import AudioStorage
    from castline.audio.stored_segment import Layout
    from castline.jobs.model import MasteredFrames, SegmentCue
    from castline.speech.providers.base import SpeechProvider
    from castline.speech.utterances import Speech, Utterance
    from castline.synthesis.mastered_frames import FrameMaster
    from castline.synthesis.paced_requests import PacedRequests
    from castline.synthesis.request_metrics import RequestMetrics
    from castline.synthesis.segments import PlannedUtterance

    _Wanted = dict[int, tuple[Utterance, str]]
    _Result = tuple[int, "StoredUtterance | SpeechError | OutOfTime"]

_WORKERS_PER_REQUEST = 2
"""One worker shapes and stores an utterance while the other one waits for its request."""

_SHAPING = threading.BoundedSemaphore(2)
"""Permits to shape and encode an utterance: as many as a synthesize task has cores. If all workers did so at once,
they would all end late instead of one after the other, and utterances of ten minutes would exceed the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredUtterance:
    """A stored utterance."""

    fingerprint: str
    samples: int
    cues: tuple[SegmentCue, ...]
    billed_characters: int
    """The number of characters that were billed when it was spoken."""
    is_paid_for: bool
    """Whether this job or preview paid for it. Otherwise another one did."""
    checksums: Checksums | None
    """The checksums of its audio; None if they were not stored."""
    words: SpokenWords
    """The words; none for an utterance that an older release has stored."""
    lufs: float | None
    """The loudness at volume 1; None for silence, or if it was not stored."""
    mastered: MasteredFrames | None = None
    """The mastered frames; None if the job's file does not need them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Result of speaking utterances, by their positions."""

    stored: dict[int, StoredUtterance]
    errors: dict[int, SpeechError]
    batched_requests: bool
    """Whether at least one request had several utterances."""
    is_unfinished: bool
    """Whether the time was up before all utterances could be spoken."""

    @property
    def worst_error(self) -> tuple[int, SpeechError] | None:
        """The first permanent error or, if there is none, the first error, with its position."""
        return min(
            self.errors.items(), key=lambda item: (isinstance(item[1], TransientSpeechError), item[0]), default=None
        )


class Synthesizer:
    """Synthesizes and stores utterances for one job or preview."""

    def __init__(
        self,
        user_id: str,
        *,
        spoken_for: str,
        batched_requests: bool,
        quality: Quality = Quality.STANDARD,
        concurrency: int,
        storage: AudioStorage,
        provider: SpeechProvider,
        requests: PacedRequests,
        metrics: RequestMetrics,
        frame_master: FrameMaster | None = None,
        progress: Callable[[Mapping[int, StoredUtterance]], None] = lambda _stored: None,
    ) -> None:
        """Store the settings and the collaborators.

        Args:
            user_id: the owner of the segments.
            spoken_for: the id of the job or preview that pays.
            batched_requests: whether a request may speak several utterances.
            quality: the quality in which utterances are spoken and stored.
            concurrency: the number of requests in flight.
            storage: the storage of the segments.
            provider: the provider of the voices.
            requests: the sender of the requests.
            metrics: the counters of the requests.
            frame_master: the maker of mastered frames for the job's file; None if the file needs none.
            progress: a function that is called after each utterance with all stored utterances, by position.
        """
        self._user_id = user_id
        self._spoken_for = spoken_for
        self._batched_requests = batched_requests
        self._quality = quality
        self._sample_rate_hz = profile_of(quality, has_music=False).sample_rate_hz
        self._concurrency = concurrency
        self._storage = storage
        self._provider = provider
        self._requests = requests
        self._metrics = metrics
        self._frame_master = frame_master
        self._progress = progress

    def speak(self, utterances: Sequence[Utterance]) -> Outcome:
        """Speak and store those of ``utterances`` that are not stored yet. No two of them may be equal.

        A permanent error ends the attempt. Utterances that were not started by then are neither stored nor among the
        errors.
        """
        wanted = self._wanted(utterances)
        stored: dict[int, StoredUtterance] = {}
        errors: dict[int, SpeechError] = {}
        batched_requests = is_unfinished = False
        if self._batched_requests:
            stored = self._find_all(wanted)
            requests = self._group({position: each for position, each in wanted.items() if position not in stored})
            tasks = [partial(self._speak, request) for request in requests]
            batched_requests = any(len(request) > 1 for request in requests)
        else:
            tasks = [partial(self._find_or_speak, position, *each) for position, each in wanted.items()]
        self._requests.expect(len(tasks))
        for position, result in self._in_parallel(tasks):
            if isinstance(result, OutOfTime):
                is_unfinished = True
            elif isinstance(result, SpeechError):
                errors[position] = result
            else:
                stored[position] = result
                self._progress(stored)
        return Outcome(stored=stored, errors=errors, batched_requests=batched_requests, is_unfinished=is_unfinished)

    def _in_parallel(self, tasks: Sequence[Callable[[], list[_Result]]]) -> Iterator[_Result]:
        """Yield the results of all tasks as they come in. After a permanent error, start no further task."""
        workers = self._concurrency * _WORKERS_PER_REQUEST
        with ThreadPoolExecutor(workers, thread_name_prefix="speak") as pool:
            futures = [pool.submit(copy_context().run, task) for task in tasks]
            for future in as_completed(futures):
                if future.cancelled():
                    continue
                for position, result in future.result():
                    yield position, result
                    if isinstance(result, PermanentSpeechError):
                        self._requests.stop()
                        for other in futures:
                            other.cancel()

    def find(self, utterances: Sequence[Utterance]) -> dict[int, StoredUtterance]:
        """Return those of ``utterances`` that are stored, by position, without speaking the others."""
        return self._find_all(self._wanted(utterances))

    def _wanted(self, utterances: Sequence[Utterance]) -> _Wanted:
        return {
            position: (utterance, fingerprint(self._provider, utterance, self._quality))
            for position, utterance in enumerate(utterances)
        }

    def _find_all(self, wanted: _Wanted) -> dict[int, StoredUtterance]:
        found = look_up((key for _, key in wanted.values()), self._find)
        return {position: found[key] for position, (_, key) in wanted.items() if key in found}

    def _find_or_speak(self, position: int, utterance: Utterance, key: str) -> list[_Result]:
        found = self._find(key)
        if found is None:
            return [self._speak_alone(position, utterance, key)]
        self._requests.expect(-1)
        return [(position, found)]

    def _find(self, key: str) -> StoredUtterance | None:
        found = find_entry(self._storage, self._user_id, key)
        if found is None:
            return None
        entry, notes = found
        layout = entry.layout
        try:
            # Read the words and the notes on mastered frames in one request.
            described = range(layout.words.start, layout.mastered_notes.stop)
            description = self._storage.read_part(self._user_id, key, described) if described else b""
            words, mastered_notes = description[: layout.words_bytes], description[layout.words_bytes :]
            mastered = self._find_mastered(key, layout, notes, mastered_notes)
        except BrokenSegment:
            return None
        return StoredUtterance(
            fingerprint=key,
            samples=layout.samples,
            cues=notes.cues,
            billed_characters=notes.billed_characters,
            is_paid_for=notes.spoken_for == self._spoken_for,
            checksums=notes.checksums,
            words=SpokenWords.unpack(words),
            lufs=notes.lufs,
            mastered=mastered,
        )

    def _find_mastered(
        self, key: str, layout: Layout, notes: SegmentNotes, mastered_notes: bytes
    ) -> MasteredFrames | None:
        """Return the mastered frames of a stored segment. Make them from its PCM if they are missing.

        Raises:
            BrokenSegment: the PCM does not exist any more.
        """
        if self._frame_master is None:
            return None
        mastered = self._frame_master.read(mastered_notes, layout)
        if mastered is not None:
            return mastered
        pcm_checksum = notes.checksums.pcm if notes.checksums else None
        mastered = self._frame_master.find(key, pcm_checksum=pcm_checksum)
        if mastered is None:
            pcm = self._storage.read_part(self._user_id, key, layout.pcm)
            mastered = self._frame_master.make(key, pcm, pcm_checksum=pcm_checksum, lufs=notes.lufs)
        return mastered

    def _group(self, missing: _Wanted) -> list[_Wanted]:
        """Distribute the missing utterances over requests."""
        positions = list(missing)
        utterances = [utterance for utterance, _ in missing.values()]
        groups = group_requests(utterances, self._provider, batched_requests=True, concurrency=self._concurrency)
        return [{positions[member]: missing[positions[member]] for member in members} for members in groups]

    def _speak(self, request: _Wanted) -> list[_Result]:
        """Speak, shape and store the utterances of a request; one by one if they cannot be spoken together."""
        if len(request) > 1:
            if (results := self._speak_together(request)) is not None:
                return results
            self._requests.expect(len(request))
        return [self._speak_alone(position, *each) for position, each in request.items()]

    def _speak_together(self, request: _Wanted) -> list[_Result] | None:
        """Speak and store utterances by a batched request.

        Return None if the request was refused, or if its audio cannot be cut apart.
        """
        utterances = [utterance for utterance, _ in request.values()]
        billed = charges(utterances, self._provider)
        try:
            speeches = self._requests.send(lambda session: session.synthesize_together(utterances))
        except OutOfTime as error:
            return [(position, error) for position in request]
        except CutUncertain:
            self._metrics.count_discarded(sum(billed))
            return None
        except PermanentSpeechError as error:
            self._metrics.count_error(error)
            return None
        except TransientSpeechError as error:
            self._metrics.count_error(error)
            return [(position, error) for position in request]
        return [
            (position, self._store(utterance, key, speech, characters))
            for (position, (utterance, key)), speech, characters in zip(
                request.items(), speeches, billed, strict=True
            )
        ]

    def _speak_alone(self, position: int, utterance: Utterance, key: str) -> _Result:
        if not is_sent(utterance):
            self._requests.expect(-1)
            return position, self._store(utterance, key, BEAT, 0)
        limits = self._provider.capabilities
        # If words cost extra, request them only for a text with several cues, whose times depend on them.
        with_words = not (limits.charges_for_words and is_one_cue(utterance.text))
        try:
            speech = self._requests.send(
                lambda session: session.synthesize(
                    utterance, with_words=with_words, sample_rate_hz=limits.sample_rate_hz(self._sample_rate_hz)
                ),
                requests=self._provider.requests_for(with_words=with_words),
            )
        except OutOfTime as error:
            return position, error
        except EmptyAudio as error:
            self._metrics.count_error(error)
            if any(map(str.isalnum, spoken_text(utterance))):
                return position, error
            return position, self._store(utterance, key, BEAT, 0)
        except SpeechError as error:
            self._metrics.count_error(error)
            return position, error
        (billed,) = charges([utterance], self._provider)
        return position, self._store(utterance, key, speech, billed)

    def _store(self, utterance: Utterance, key: str, speech: Speech, billed: int) -> StoredUtterance:
        if speech is not BEAT:
            self._metrics.count_spoken(utterance, billed)
        with _SHAPING:
            shaped = shape(speech, utterance, quality=self._quality)
            segment, mastered = shaped.segment, None
            if self._frame_master is not None:
                segment, mastered = self._frame_master.add_to(segment, key, lufs=shaped.lufs)
        checksums = Checksums.of(key, segment)
        notes = SegmentNotes(
            cues=shaped.cues,
            spoken_for=self._spoken_for,
            billed_characters=billed,
            checksums=checksums,
            lufs=shaped.lufs,
        )
        if not self._storage.add_segment(self._user_id, key, segment, notes.to_metadata()):
            # Another job of the user has stored the same segment meanwhile. It is kept, because that job may use it.
            found = self._find(key)
            if found is not None:
                return replace(found, billed_characters=billed, is_paid_for=True)
            self._storage.put_segment(self._user_id, key, segment, notes.to_metadata())
        return StoredUtterance(
            fingerprint=key,
            samples=segment.samples,
            cues=shaped.cues,
            billed_characters=billed,
            is_paid_for=True,
            checksums=checksums,
            words=shaped.words,
            lufs=shaped.lufs,
            mastered=mastered,
        )


def spoken_segments(
    planned: Sequence[PlannedUtterance], stored: Mapping[int, StoredUtterance]
) -> list[SpokenSegment]:
    """Return all stored segments. The first of the segments that share an utterance bears its cost.

    Args:
        planned: the utterances, each with one or more segments.
        stored: the stored utterances, by position.
    """
    segments: list[SpokenSegment] = []
    for position, utterance in sorted(stored.items()):
        for ordinal, segment in enumerate(planned[position].segments):
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
                    words=utterance.words.words,
                    words_estimated=utterance.words.are_estimated,
                    lufs=utterance.lufs,
                    mastered=utterance.mastered,
                )
            )
    return segments
