"""Subtitles, chapters and tags of a finished file."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from castline.audio.subtitles import SubtitleCue
from castline.audio.tags import Chapter, Tags
from castline.graphemes import graphemes
from castline.jobs.model import ChapterTiming
from castline.pcm import samples_to_ms
from castline.speech.beats import BEAT_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from castline.audio.assembly import Assembly
    from castline.audio.tags import Cover
    from castline.audio.timeline import Timeline
    from castline.jobs.model import JobRecord, SpokenSegment, Turn
    from castline.synthesis.segments import PlannedTurn, Segment

_TITLE_CHARACTERS = 60


def subtitle_cues(
    record: JobRecord, planned: Sequence[Segment], spoken: Sequence[SpokenSegment], assembly: Assembly
) -> Iterator[SubtitleCue]:
    """Yield the subtitle cues of a job's audio file, in milliseconds from its start.

    Args:
        record: the job.
        planned: its segments.
        spoken: the same segments, as they are stored.
        assembly: the plan of the file, with the start of each segment.
    """
    for segment, stored, start_sample in zip(planned, spoken, assembly.segment_starts, strict=True):
        start_ms = samples_to_ms(start_sample)
        for cue in stored.cues:
            yield SubtitleCue(
                start_ms=start_ms + cue.start_ms,
                end_ms=start_ms + cue.end_ms,
                speaker=record.readable_dialogue.turns[segment.turn].speaker,
                text=segment.utterance.text[cue.start : cue.end],
            )


def chapter_timings(planned: Sequence[PlannedTurn], assembly: Assembly) -> tuple[ChapterTiming, ...]:
    """Return the times of the chapters that a dialogue names. A chapter lasts until the next one or the end.

    Titles have at most 60 graphemes.

    Args:
        planned: the turns of the dialogue.
        assembly: the plan of the file, with the start of each segment.
    """
    starts = iter(assembly.segment_starts)
    titles: list[tuple[str, int]] = []
    for turn, span in zip(planned, assembly.timeline.spans, strict=True):
        for position, segment in enumerate(turn.segments):
            start_sample = next(starts)
            if segment.chapter is not None:
                start_ms = samples_to_ms(start_sample) if position else span.start_ms
                titles.append((_shortened(segment.chapter), start_ms))
    ends_ms = [*(start_ms for _, start_ms in titles[1:]), assembly.timeline.duration_ms]
    return tuple(
        ChapterTiming(title=title, start_ms=start_ms, end_ms=end_ms)
        for (title, start_ms), end_ms in zip(titles, ends_ms if titles else (), strict=True)
    )


def file_tags(
    record: JobRecord, planned: Sequence[PlannedTurn], assembly: Assembly, *, cover: Cover | None = None
) -> Tags:
    """Return the tags of a job's file, with the chapters that the dialogue names.

    If a dialogue with speakers names no chapters, every turn becomes a chapter.
    """
    turns = record.readable_dialogue.turns
    speakers = list(dict.fromkeys(turn.speaker for turn in turns if turn.speaker))
    day = f"{record.job.created_at:%Y-%m-%d}"
    named = [
        Chapter(title=each.title, start_ms=each.start_ms, end_ms=each.end_ms)
        for each in chapter_timings(planned, assembly)
    ]
    titles = record.job.titles
    if speakers:
        title = f"{_shortened(', '.join(speakers))} ({day})"
        chapters = named or list(_chapter_a_turn(turns, planned, assembly.timeline))
    else:
        title, chapters = _shortened(_spoken_text(planned[0])), named
    return Tags(
        title=titles.title or title,
        artists=(titles.author,) if titles.author else tuple(speakers),
        album=titles.album,
        chapters=tuple(chapters),
        cover=cover,
    )


def _chapter_a_turn(turns: Sequence[Turn], planned: Sequence[PlannedTurn], timeline: Timeline) -> Iterator[Chapter]:
    times_ms = pairwise([*(span.start_ms for span in timeline.spans), timeline.duration_ms])
    for turn, plan, (start_ms, end_ms) in zip(turns, planned, times_ms, strict=True):
        title = f"{turn.speaker}: {_shortened(_spoken_text(plan))}"
        yield Chapter(title=title, start_ms=start_ms, end_ms=end_ms)


def _spoken_text(turn: PlannedTurn) -> str:
    return " ".join(segment.utterance.text for segment in turn.segments) or BEAT_TEXT


def _shortened(text: str) -> str:
    characters = graphemes(" ".join(text.split()))
    if len(characters) <= _TITLE_CHARACTERS:
        return "".join(characters)
    return "".join([*characters[: _TITLE_CHARACTERS - 1], "…"])
