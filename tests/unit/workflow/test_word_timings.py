from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, groupby, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castline.audio.assembly import plan_assembly
from castline.audio.formats import OutputFormat
from castline.audio.subtitles import SubtitleCue
from castline.audio.timeline import TurnLengths
from castline.audio.word_timing import WordTiming, with_words
from castline.jobs.model import (
    Dialogue,
    Job,
    JobRecord,
    JobStatus,
    JobType,
    SegmentCue,
    SegmentWord,
    SpokenSegment,
    Turn,
    TurnTiming,
    VoiceAssignment,
)
from castline.pcm import ms_to_samples, samples_to_ms
from castline.scripts.markup import Markup, read
from castline.speech.providers.azure.provider import AzureSpeech
from castline.synthesis.captions import subtitle_cues
from castline.synthesis.segments import plan_turns
from castline.synthesis.word_timings import word_timings, words_of_cues


def is_spoken(text: str) -> bool:
    """Return whether a text is spoken as it is written. One of invisible characters is a beat."""
    return bool(read(text, Markup.LITERAL, styles=()).parts)


TEXTS = st.one_of(
    st.sampled_from(
        [
            "Hello, world. Is it 3.14 or 2,024?", "他說：「你好！」然後走了……", "ผมกลับบ้านแล้ว และนอน",
            "안녕하세요. 반갑습니다", "……", '("Yes," she said) – he left.', "« Oui ! » dit-il. Non.",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60).filter(is_spoken),
)  # fmt: skip
NUMBERS = st.integers(-50, 2_500)
WORDS = st.lists(st.builds(SegmentWord, start=NUMBERS, end=NUMBERS, start_ms=NUMBERS, end_ms=NUMBERS), max_size=8)
NEARLY_WORDS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 6), st.sampled_from([0, 1]) | NUMBERS, st.integers(-5, 300)),
    max_size=12,
).map(
    lambda rows: [
        SegmentWord(start=start, end=start + length, start_ms=start_ms, end_ms=start_ms + duration_ms)
        for start, length, start_ms, duration_ms in sorted(rows)
    ]
)
CUES = st.lists(st.builds(SegmentCue, start=NUMBERS, end=NUMBERS, start_ms=NUMBERS, end_ms=NUMBERS), max_size=3)


def record_of(*texts: str, gap_ms: int = 300, crossfade_ms: int = 0) -> JobRecord:
    return JobRecord(
        job=Job(
            id="01979c1e-7f2a-7c3e-9c6b-5d1f0e8a4b21",
            user_id="alice",
            status=JobStatus.PROCESSING,
            job_type=JobType.MULTI_ROLE_TTS,
            provider="azure",
            output_format=OutputFormat.WAV,
            created_at=datetime(2026, 1, 2, tzinfo=UTC),
        ),
        dialogue=Dialogue(
            provider="azure",
            turns=tuple(
                Turn(speaker="AB"[number % 2], text=text, index=10 * number) for number, text in enumerate(texts)
            ),
            voice_assignments=tuple(
                VoiceAssignment(speaker=speaker, voice_id="zh-TW-HsiaoYuNeural") for speaker in "AB"[: len(texts)]
            ),
            language="zh-TW",
            output_format=OutputFormat.WAV,
            gap_ms=gap_ms,
            crossfade_ms=crossfade_ms,
            is_stored=True,
        ),
    )


class Spoken:
    """A dialogue that was spoken and joined, each of its segments in one way."""

    def __init__(self, record: JobRecord, *segments: SpokenSegment) -> None:
        self.record = record
        turns = plan_turns(record.readable_dialogue, AzureSpeech({}))
        self.planned = list(chain.from_iterable(turn.segments for turn in turns))
        self.segments = [
            replace(segments[number % len(segments)], number=number) for number in range(len(self.planned))
        ]
        ahead = iter(self.segments)
        dialogue = record.readable_dialogue
        self.assembly = plan_assembly(
            [lengths(tuple(next(ahead).samples for _ in turn.segments), dialogue.gap_ms) for turn in turns],
            crossfade_ms=dialogue.crossfade_ms,
            copies_frames=False,
        )

    def words(self) -> list[WordTiming]:
        return list(word_timings(self.record, self.planned, self.segments, self.assembly))

    def cues(self) -> list[SubtitleCue]:
        return list(subtitle_cues(self.record, self.planned, self.segments, self.assembly))


def lengths(samples: tuple[int, ...], gap_ms: int) -> TurnLengths:
    return TurnLengths(segments=samples, gap_ms=gap_ms)


def spoken(duration_ms: int = 1_000, **values: object) -> SpokenSegment:
    return SpokenSegment(number=0, fingerprint="f", samples=ms_to_samples(duration_ms), **values)  # type: ignore[arg-type]


def words_at(text: str, *times: tuple[str, int, int]) -> tuple[SegmentWord, ...]:
    """Return the words of a text with their times."""
    found, position = [], 0
    for word, start_ms, end_ms in times:
        position = text.index(word, position)
        found.append(SegmentWord(start=position, end=position + len(word), start_ms=start_ms, end_ms=end_ms))
        position += len(word)
    return tuple(found)


def told(words: list[WordTiming]) -> list[tuple[str, int, int]]:
    return [(word.text, word.start_ms, word.end_ms) for word in words]


def bare(text: str) -> str:
    return "".join(text.split())


@settings(max_examples=50)
@given(
    st.lists(TEXTS, min_size=1, max_size=3),
    st.lists(
        st.builds(
            spoken,
            duration_ms=st.integers(1, 2_000),
            words=(WORDS | NEARLY_WORDS).map(tuple),
            cues=CUES.map(tuple),
            words_estimated=st.booleans(),
        ),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from([(0, 0), (0, 500), (300, 0)]),
)
def test_whatever_is_stored_words_are_in_order_and_inside_their_segment(
    texts: list[str], segments: list[SpokenSegment], pauses: tuple[int, int]
) -> None:
    gap_ms, crossfade_ms = pauses
    dialogue = Spoken(record_of(*texts, gap_ms=gap_ms, crossfade_ms=crossfade_ms), *segments)

    words = dialogue.words()

    # Then the words are the text
    ahead = iter(words)
    for segment, stored, start in zip(
        dialogue.planned, dialogue.segments, dialogue.assembly.segment_starts, strict=True
    ):
        text, own = bare(segment.utterance.text), list[WordTiming]()
        while bare("".join(word.text for word in own)) != text:
            own.append(next(ahead))
        # And each lies inside its segment, and after the one before it
        latest_ms = samples_to_ms(start)
        for word in own:
            assert word.text
            assert latest_ms <= word.start_ms <= word.end_ms
            latest_ms = word.end_ms
        assert latest_ms <= samples_to_ms(start + stored.samples) <= dialogue.assembly.timeline.duration_ms
    assert next(ahead, None) is None
    # And every turn ends with a sentence
    turns = [list(turn) for _, turn in groupby(words, lambda word: word.turn_index)]
    assert [turn[-1].ends_sentence for turn in turns] == [True] * len(texts)


def test_words_are_told_as_they_were_reported() -> None:
    text = "“Hello,” he said (softly). It is 3.14 now."
    words = words_at(
        text,
        ("Hello", 10, 300),
        ("he", 350, 400),
        ("said", 400, 600),
        ("softly", 620, 700),
        ("It", 750, 800),
        ("is", 800, 850),
        ("3.14", 850, 900),
        ("now", 900, 990),
    )

    heard = Spoken(record_of(text), spoken(words=words)).words()

    assert told(heard) == [
        ("“Hello,” ", 10, 300), ("he ", 350, 400), ("said ", 400, 600), ("(softly). ", 620, 700), ("It ", 750, 800),
        ("is ", 800, 850), ("3.14 ", 850, 900), ("now.", 900, 990),
    ]  # fmt: skip
    assert [word.text for word in heard if word.ends_sentence] == ["(softly). ", "now."]
    assert not any(word.estimated for word in heard)
    assert "".join(word.text for word in heard) == text


def test_no_space_comes_between_chinese_words() -> None:
    text = "他說：「你好！」然後走了。"
    words = words_at(text, ("他", 0, 90), ("說", 90, 200), ("你好", 300, 500), ("然後", 600, 700), ("走了", 700, 900))

    heard = Spoken(record_of(text), spoken(words=words)).words()

    assert [word.text for word in heard] == ["他", "說：", "「你好！」", "然後", "走了。"]
    assert [word.text for word in heard if word.ends_sentence] == ["「你好！」", "走了。"]


def test_what_was_not_reported_is_estimated_between_its_neighbours() -> None:
    # Given a year that the provider has told in words of its own
    text = "It was in 2024 when we met."
    words = words_at(text, ("It", 0, 100), ("was", 100, 200), ("in", 200, 300), ("when", 700, 800), ("we", 800, 900))

    heard = Spoken(record_of(text), spoken(words=words)).words()

    assert [(word.text, word.estimated) for word in heard if word.estimated] == [("2024 ", True), ("met.", True)]
    assert told(heard)[3] == ("2024 ", 300, 700)
    assert told(heard)[-1] == ("met.", 900, 1_000)


@pytest.mark.parametrize(
    "reported",
    [
        (),
        (("one", 0, 0), ("two", 0, 0), ("three", 0, 0)),
        (("one", -1, -1), ("two", -1, -1), ("three", -1, -1)),
        (("one", 5_000, 5_100), ("two", 6_000, 6_100), ("three", 7_000, 7_200)),
    ],
    ids=["nothing", "zeros", "negative", "beyond the end"],
)
def test_reports_that_cannot_be_true_are_estimated(reported: tuple[tuple[str, int, int], ...]) -> None:
    text = "one two three"

    heard = Spoken(record_of(text), spoken(words=words_at(text, *reported))).words()

    assert [word.text for word in heard] == ["one ", "two ", "three"]
    assert all(word.estimated for word in heard)
    assert heard[0].start_ms == 0
    assert heard[-1].end_ms == 1_000
    assert all(one.end_ms <= other.start_ms < other.end_ms for one, other in pairwise(heard))


def test_a_segment_of_an_earlier_release_is_spread_over_its_cues() -> None:
    # Given two cues with a long pause between them, and no words
    text = "One two. Three."
    cues = (
        SegmentCue(start=0, end=8, start_ms=0, end_ms=300),
        SegmentCue(start=9, end=15, start_ms=800, end_ms=1_000),
    )

    heard = Spoken(record_of(text), spoken(cues=cues)).words()

    assert [word.text for word in heard] == ["One ", "two. ", "Three."]
    assert heard[1].end_ms <= 300
    assert heard[2].start_ms == 800
    assert all(word.estimated for word in heard)


def test_a_beat_is_one_word_whose_time_is_known() -> None:
    assert [(word.text, word.estimated) for word in Spoken(record_of("……"), spoken()).words()] == [("……", False)]


def test_a_turn_of_several_segments_is_joined_as_its_writing_system_does() -> None:
    english, chinese = "One two three. " * 80, "今天天氣很好，" * 160

    for text in (english, chinese):
        dialogue = Spoken(record_of(text), spoken())
        assert len(dialogue.planned) > 1
        assert "".join(word.text for word in dialogue.words()) == text.strip()


@settings(max_examples=50)
@given(
    st.lists(TEXTS, min_size=1, max_size=3),
    st.builds(spoken, words=(WORDS | NEARLY_WORDS).map(tuple)),
)
def test_words_of_cues_are_those_of_the_text(texts: list[str], segment: SpokenSegment) -> None:
    # Given cues as every release stores them
    dialogue = Spoken(record_of(*texts), replace(segment, cues=()))
    cues = [
        SubtitleCue(
            samples_to_ms(start), samples_to_ms(start) + 900, "AB"[each.turn % 2], each.utterance.text.strip()
        )
        for each, start in zip(dialogue.planned, dialogue.assembly.segment_starts, strict=True)
    ]
    turns = [
        TurnTiming(turn_index=turn.index, speaker=turn.speaker, start_ms=span.start_ms, end_ms=span.end_ms)
        for turn, span in zip(dialogue.record.readable_dialogue.turns, dialogue.assembly.timeline.spans, strict=True)
    ]

    words = list(words_of_cues(cues, turns))

    # Then both kinds of words have the same text, and fit the cues
    for found in (words, dialogue.words()):
        by_turn = groupby(found, lambda word: word.turn_index)
        assert [(index, bare("".join(word.text for word in own))) for index, own in by_turn] == [
            (10 * number, bare(text)) for number, text in enumerate(texts)
        ]
        placed = with_words(cues, found)
        assert placed is not None
        assert [(cue.start_ms, cue.end_ms, cue.text) for cue in placed] == [
            (cue.start_ms, cue.end_ms, cue.text) for cue in cues
        ]
    for cue, placed_cue in zip(cues, with_words(cues, words) or (), strict=True):
        times = [time for word in placed_cue.words for time in (word.start_ms, word.end_ms)]
        assert [cue.start_ms, *times, cue.end_ms] == sorted([cue.start_ms, *times, cue.end_ms])


def test_cues_of_turns_that_overlap_are_given_to_their_speakers() -> None:
    cues = [
        SubtitleCue(0, 500, "A", "One."),
        SubtitleCue(900, 1_000, "A", "Two."),
        SubtitleCue(850, 1_500, "B", "Three."),
    ]
    turns = [
        TurnTiming(turn_index=3, speaker="A", start_ms=0, end_ms=1_000),
        TurnTiming(turn_index=7, speaker="B", start_ms=850, end_ms=1_500),
    ]

    words = list(words_of_cues(cues, turns))

    assert [(word.turn_index, word.speaker, word.text) for word in words] == [
        (3, "A", "One. "),
        (3, "A", "Two."),
        (7, "B", "Three."),
    ]


def test_a_word_over_two_cues_begins_in_the_first() -> None:
    cues = [SubtitleCue(0, 500, "A", "ab"), SubtitleCue(500, 900, "A", "cd e")]
    words = [
        WordTiming(start_ms=0, end_ms=100, turn_index=0, speaker="A", text="a"),
        WordTiming(start_ms=100, end_ms=600, turn_index=0, speaker="A", text="bcd "),
        WordTiming(start_ms=600, end_ms=900, turn_index=0, speaker="A", text="e"),
    ]

    placed = with_words(cues, words)

    assert placed is not None
    assert [[tuple(word) for word in cue.words] for cue in placed] == [
        [(0, 0, 100), (1, 100, 600)],
        [(0, 100, 600), (2, 600, 900)],
    ]
    assert with_words(cues, words[:2]) is None
