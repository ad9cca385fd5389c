"""Turns as they are planned: what their texts and their fields ask for."""

from __future__ import annotations

from typing import Any

from castline.jobs.model import Dialogue, Turn, VoiceAssignment
from castline.scripts.parts import Markup
from castline.speech.beats import is_beat
from castline.speech.duration import estimate_ms
from castline.speech.pronunciation import Alphabet, Pronunciation
from castline.speech.providers.azure.provider import MAX_UTTERANCE_CHARACTERS, MAX_UTTERANCE_MS, AzureSpeech
from castline.speech.spoken_text import spoken_text
from castline.synthesis.segments import (
    MAX_BATCH_CHARACTERS,
    PlannedTurn,
    fingerprint,
    plan_batches,
    plan_speech,
    plan_turns,
    plan_utterances,
    synthesis_mode,
)
from tests.integration.examples import make_dialogue

AZURE = AzureSpeech({})
JENNY = "en-US-JennyNeural"
AVA = "en-US-AvaMultilingualNeural"
AVA_HD = "en-US-Ava:DragonHDLatestNeural"


def dialogue_of(*turns: Turn | str, voice_id: str = JENNY, **changes: Any) -> Dialogue:
    voice = changes.pop("voice", {})
    return make_dialogue(
        turns=tuple(
            Turn(speaker="A", text=turn, index=index) if isinstance(turn, str) else turn
            for index, turn in enumerate(turns)
        ),
        voice_assignments=(VoiceAssignment(speaker="A", voice_id=voice_id, **voice),),
        **{"markup": Markup.AUTO, **changes},
    )


def planned(*turns: Turn | str, **changes: Any) -> tuple[PlannedTurn, ...]:
    return plan_turns(dialogue_of(*turns, **changes), AZURE)


def texts(turn: PlannedTurn) -> list[tuple[int, str]]:
    return [(segment.pause_before_ms, segment.utterance.text) for segment in turn.segments]


def test_a_pause_divides_a_text_and_is_not_spoken() -> None:
    (turn,) = planned("[pause 1s] One.[pause 500ms][pause 250ms] Two. [pause 2s]")

    assert texts(turn) == [(1000, "One."), (750, "Two.")]
    assert turn.pause_after_ms == 2000


def test_a_turn_that_is_only_a_pause_has_no_segment() -> None:
    (turn,) = planned("[pause 3s]")

    assert turn == PlannedTurn(segments=(), pause_after_ms=3000)


def test_a_turn_of_which_nothing_is_spoken_is_a_beat() -> None:
    for text in ["……", "[laughs]", "（微笑）", "![a picture](https://x.y)", "---", "[pause 0]"]:
        (turn,) = planned(text)

        (segment,) = turn.segments
        assert is_beat(segment.utterance.text)


def test_literal_texts_are_spoken_as_they_stand() -> None:
    text = "**Not bold** [pause 1s] (aside)"

    (turn,) = planned(text, markup=Markup.LITERAL)

    assert texts(turn) == [(0, text)]


def test_a_chapter_begins_with_the_next_segment_that_is_spoken() -> None:
    turns = planned(
        "## One\nHello.", "[pause 1s]\n## Two", Turn(speaker="A", text="Hi.", index=2, chapter="Three"), "# Four\nYo."
    )

    assert [[segment.chapter for segment in turn.segments] for turn in turns] == [
        ["One"], [], ["Two – Three"], ["Four"],
    ]  # fmt: skip


def test_a_turn_goes_before_its_speaker_and_the_text_before_both() -> None:
    dialogue = dialogue_of(
        "As the speaker.",
        Turn(speaker="A", text="As the turn. [cheerful] As the text.", index=1, style="sad", speed=2.0, volume=0.5),
        voice={"style": "angry", "style_degree": 1.5, "speed": 0.5, "pitch": 5, "styles": ("cheerful",)},
    )

    delivered = [
        (each.style, each.style_degree, each.rate, each.pitch_percent, each.volume)
        for each in (segment.utterance for segment in plan_speech(dialogue, AZURE).segments)
    ]

    assert delivered == [
        ("angry", 1.5, 0.5, 5, 1.0),
        ("sad", 1.5, 2.0, 5, 0.5),
        ("cheerful", 1.5, 2.0, 5, 0.5),
    ]


def test_a_voice_is_told_only_a_language_that_is_not_its_own() -> None:
    turns = [
        Turn(speaker="A", text="Hi.", index=n, language=each) for n, each in enumerate([None, "en", "en-US", "de"])
    ]

    segments = plan_speech(dialogue_of(*turns, voice_id=AVA), AZURE).segments

    assert [segment.utterance.foreign_language for segment in segments] == [None, None, None, "de"]


def test_a_shorter_tag_of_the_voices_own_language_is_that_language() -> None:
    # Given a pronunciation for American English, and a turn whose field says English
    entry = Pronunciation(text="tomato", alias="tomayto", language="en-US")
    turn = Turn(speaker="A", text="tomato", index=0, language="en")

    (segment,) = plan_speech(dialogue_of(turn, pronunciations=(entry,)), AZURE).segments

    assert spoken_text(segment.utterance) == "tomayto"
    assert segment.utterance.foreign_language is None


def test_another_take_has_a_key_of_its_own() -> None:
    turns = [Turn(speaker="A", text="Again.", index=take, take=take) for take in (0, 1, 2)]

    keys = [fingerprint(AZURE, segment.utterance) for segment in plan_speech(dialogue_of(*turns), AZURE).segments]

    assert len(set(keys)) == 3


def test_a_pronunciation_is_part_of_the_key_and_not_of_the_text() -> None:
    choices = [(), *((Pronunciation(text="Castline", alias=alias),) for alias in ("cast line", "castleen"))]

    segments = [
        plan_speech(dialogue_of("Castline speaks.", pronunciations=choice), AZURE).segments[0] for choice in choices
    ]

    assert {segment.utterance.text for segment in segments} == {"Castline speaks."}
    assert [spoken_text(segment.utterance) for segment in segments] == [
        "Castline speaks.",
        "cast line speaks.",
        "castleen speaks.",
    ]
    assert len({fingerprint(AZURE, segment.utterance) for segment in segments}) == 3


def test_a_phoneme_that_the_voice_cannot_follow_is_left_out() -> None:
    entry = Pronunciation(text="tomato", phoneme="təˈmɑːtoʊ", alphabet=Alphabet.IPA)

    followed = [
        bool(
            plan_speech(dialogue_of("A tomato.", voice_id=voice, pronunciations=(entry,)), AZURE)
            .segments[0]
            .utterance.spoken_as
        )
        for voice in (JENNY, AVA_HD, "th-TH-PremwadeeNeural")
    ]

    assert followed == [True, False, False]


def test_long_aliases_do_not_make_a_request_too_long() -> None:
    # Given a text that is short as it is written, and a hundred times as long as it is spoken
    entry = Pronunciation(text="x", alias="字" * 200)
    text = "x。" * 400

    segments = plan_speech(dialogue_of(text, pronunciations=(entry,)), AZURE).segments

    assert "".join(segment.utterance.text for segment in segments) == text
    for segment in segments:
        assert len(spoken_text(segment.utterance)) <= MAX_UTTERANCE_CHARACTERS
        assert estimate_ms(segment.utterance) <= MAX_UTTERANCE_MS


def test_long_aliases_do_not_make_a_batch_too_long() -> None:
    # Given turns that are short as they are written
    entry = Pronunciation(text="x", alias="字" * 200)
    turns = [f"{number} x x x x" for number in range(40)]

    utterances = plan_utterances(plan_speech(dialogue_of(*turns, pronunciations=(entry,)), AZURE).segments)

    spoken = [len(spoken_text(each.utterance)) for each in utterances]
    batches = plan_batches(utterances, synthesis_mode(utterances, AZURE))
    assert sum(batch.utterance_count for batch in batches) == 40
    for batch in batches:
        last = batch.first_utterance + batch.utterance_count
        assert sum(spoken[batch.first_utterance : last]) <= MAX_BATCH_CHARACTERS
