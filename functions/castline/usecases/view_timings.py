"""View the times of a finished file: of its words, sentences, turns, chapters and subtitle cues."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from castline.audio.errors import UnreadableCues, UnreadableWords
from castline.jobs.errors import JobNotCompleted
from castline.jobs.model import JobStatus
from castline.observability import logger
from castline.usecases.errors import TimingsUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from castline.audio.storage import AudioStorage
    from castline.audio.subtitles import SubtitleCue
    from castline.audio.word_timing import WordTiming
    from castline.jobs.model import Job, Result, TurnTiming
    from castline.usecases.view_jobs import ViewJobs


class TimingLevel(StrEnum):
    """Size of the parts of the audio that are listed with their times."""

    WORD = "word"
    SENTENCE = "sentence"
    TURN = "turn"
    CHAPTER = "chapter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """A part of a file, and its time from the start of the audio."""

    start_ms: int
    end_ms: int
    text: str | None = None
    speaker: str | None = None
    turn_index: int | None = None
    title: str | None = None
    estimated: bool = False
    """Whether the time is estimated, because the provider did not report it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """The parts of a completed job's file, in the order of their starts."""

    job: Job
    audio_file_id: str
    duration_ms: int
    items: tuple[Timing, ...]


class ViewTimings:
    """Shows users the times of the parts of their finished files.

    All methods raise ServiceUnavailable if AWS is temporarily unavailable.
    """

    def __init__(self, jobs: ViewJobs, audio: AudioStorage) -> None:
        """Store the collaborators: the use case that shows jobs, and the audio storage."""
        self._jobs = jobs
        self._audio = audio

    def timings(self, user_id: str, job_id: str, level: TimingLevel) -> Timings:
        """Return the parts of a job's file.

        Raises:
            JobNotFound: the user has no such job.
            JobNotCompleted: the job has no audio.
            TimingsUnavailable: the stored timings of the file are lost or unreadable.
        """
        record = self._jobs.record(user_id, job_id)
        job = record.job
        if job.status is not JobStatus.COMPLETED or job.audio_file_id is None:
            raise JobNotCompleted
        if record.result is None:
            raise TimingsUnavailable(f"the result of job {job_id} cannot be read")
        items = self._items(job.id, job.audio_file_id, record.result, level)
        return Timings(
            job=job,
            audio_file_id=job.audio_file_id,
            duration_ms=record.result.duration_ms,
            # If turns overlap, a turn begins before the last words of the previous one.
            items=tuple(sorted(items, key=attrgetter("start_ms"))),
        )

    def cues(self, user_id: str, job_id: str, *, with_words: bool) -> tuple[Job, str, list[SubtitleCue]]:
        """Return a completed job, the id of its audio file, and its cues, with words if ``with_words`` is set.

        Raises:
            JobNotFound: the user has no such job.
            JobNotCompleted: the job has no audio.
            UnreadableCues: the cues are lost or unreadable.
        """
        job, audio_file_id = self._jobs.completed(user_id, job_id)
        cues = self._audio.read_cues(job.id, audio_file_id)
        return job, audio_file_id, self._with_words(job.id, audio_file_id, cues) if with_words else cues

    def _items(self, job_id: str, audio_file_id: str, result: Result, level: TimingLevel) -> Iterable[Timing]:
        match level:
            case TimingLevel.WORD:
                return map(_word, self._words(job_id, audio_file_id, result.turn_timings))
            case TimingLevel.SENTENCE:
                return _sentences(self._words(job_id, audio_file_id, result.turn_timings))
            case TimingLevel.TURN:
                return map(_turn, result.turn_timings)
            case TimingLevel.CHAPTER:
                return (
                    Timing(start_ms=each.start_ms, end_ms=each.end_ms, title=each.title) for each in result.chapters
                )

    def _words(self, job_id: str, audio_file_id: str, turns: Sequence[TurnTiming]) -> list[WordTiming]:
        """Return the words of a file in spoken order. If it has no stored words, estimate them from its cues."""
        words = self._stored_words(job_id, audio_file_id)
        if words is not None:
            return words
        from castline.synthesis.word_timings import words_of_cues  # needed for files of earlier releases only

        try:
            return list(words_of_cues(self._audio.read_cues(job_id, audio_file_id), turns))
        except UnreadableCues as error:
            raise TimingsUnavailable(str(error)) from error

    def _with_words(self, job_id: str, audio_file_id: str, cues: Sequence[SubtitleCue]) -> list[SubtitleCue]:
        from castline.audio.word_timing import with_words
        from castline.synthesis.word_timings import words_of_cues

        words = self._stored_words(job_id, audio_file_id)
        found = with_words(cues, words) if words is not None else None
        return found or with_words(cues, list(words_of_cues(cues, ()))) or list(cues)

    def _stored_words(self, job_id: str, audio_file_id: str) -> list[WordTiming] | None:
        try:
            return self._audio.read_words(job_id, audio_file_id)
        except UnreadableWords as error:
            logger.info("the words of a file are estimated from its cues", extra={"reason": str(error)})
            return None


def _word(word: WordTiming) -> Timing:
    return Timing(
        start_ms=word.start_ms,
        end_ms=word.end_ms,
        text=word.text,
        speaker=word.speaker or None,
        turn_index=word.turn_index,
        estimated=word.estimated,
    )


def _sentences(words: Iterable[WordTiming]) -> Iterator[Timing]:
    """Yield the sentences of words in spoken order. A sentence does not extend beyond its turn."""
    for (turn_index, speaker), turn in groupby(words, lambda word: (word.turn_index, word.speaker)):
        sentence: list[WordTiming] = []
        for word in turn:
            sentence.append(word)
            if word.ends_sentence:
                yield _sentence(sentence, turn_index, speaker)
                sentence = []
        if sentence:
            yield _sentence(sentence, turn_index, speaker)


def _sentence(words: Sequence[WordTiming], turn_index: int, speaker: str) -> Timing:
    first, last = words[0], words[-1]
    return Timing(
        start_ms=first.start_ms,
        end_ms=last.end_ms,
        text="".join(word.text for word in words).strip(),
        speaker=speaker or None,
        turn_index=turn_index,
        estimated=first.estimated or last.estimated,
    )


def _turn(turn: TurnTiming) -> Timing:
    return Timing(
        start_ms=turn.start_ms, end_ms=turn.end_ms, speaker=turn.speaker or None, turn_index=turn.turn_index
    )
