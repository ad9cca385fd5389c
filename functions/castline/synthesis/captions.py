"""What a finished file tells about itself: subtitles, and for an MP3 a tag with a chapter a turn."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from castline.audio.id3 import Chapter, id3_tag
from castline.audio.subtitles import SubtitleCue
from castline.graphemes import graphemes
from castline.pcm import samples_to_ms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from castline.audio.assembly import Assembly
    from castline.jobs.model import JobRecord, SpokenSegment
    from castline.synthesis.segments import Segment

_TITLE_CHARACTERS = 60


def subtitle_cues(
    record: JobRecord, planned: Sequence[Segment], spoken: Sequence[SpokenSegment], assembly: Assembly
) -> Iterator[SubtitleCue]:
    """Yield the subtitle cues of a job's audio file, in milliseconds from its start.

    Args:
        record: the job.
        planned: its segments.
        spoken: the same segments, as they are stored.
        assembly: where they lie in the file.
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


def mp3_tag(record: JobRecord, assembly: Assembly) -> bytes:
    """Return the ID3 tag of a job's MP3. A chapter lasts until the next one begins."""
    turns = record.readable_dialogue.turns
    speakers = list(dict.fromkeys(turn.speaker for turn in turns if turn.speaker))
    day = f"{record.job.created_at:%Y-%m-%d}"
    if not speakers:
        return id3_tag(title=_shortened(turns[0].text), artists=[], chapters=[])
    starts_ms = [span.start_ms for span in assembly.timeline.spans]
    return id3_tag(
        title=f"{_shortened(', '.join(speakers))} ({day})",
        artists=speakers,
        chapters=[
            Chapter(title=f"{turn.speaker}: {_shortened(turn.text)}", start_ms=start_ms, end_ms=end_ms)
            for turn, (start_ms, end_ms) in zip(
                turns, pairwise([*starts_ms, assembly.timeline.duration_ms]), strict=True
            )
        ],
    )


def _shortened(text: str) -> str:
    characters = graphemes(" ".join(text.split()))
    if len(characters) <= _TITLE_CHARACTERS:
        return "".join(characters)
    return "".join([*characters[: _TITLE_CHARACTERS - 1], "…"])
