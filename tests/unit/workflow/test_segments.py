from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castline.audio.formats import OutputFormat
from castline.audio.profile import Quality
from castline.jobs.model import Delivery, Dialogue, SynthesisMode, Turn, VoiceAssignment
from castline.speech.duration import estimate_ms
from castline.speech.providers.azure.provider import (
    JOINT_MIN_UTTERANCES,
    MAX_UTTERANCE_CHARACTERS,
    MAX_UTTERANCE_MS,
    AzureSpeech,
)
from castline.speech.utterances import Utterance
from castline.synthesis.segments import (
    MAX_BATCH_CHARACTERS,
    MAX_BATCH_UTTERANCES,
    PlannedUtterance,
    fingerprint,
    plan_batches,
    plan_speech,
    plan_utterances,
    synthesis_mode,
)

AZURE = AzureSpeech({})


class AnotherProvider(AzureSpeech):
    id = "other"


def dialogue_of(*texts: str) -> Dialogue:
    return Dialogue(
        provider="azure",
        turns=tuple(Turn(speaker="AB"[n % 2], text=text, index=n) for n, text in enumerate(texts)),
        voice_assignments=(
            VoiceAssignment(speaker="A", voice_id="zh-TW-HsiaoYuNeural"),
            VoiceAssignment(speaker="B", voice_id="zh-TW-YunJheNeural"),
        ),
        language="zh-TW",
        output_format=OutputFormat.MP3,
        gap_ms=300,
        crossfade_ms=50,
    )


lengths = st.lists(st.integers(1, 3 * MAX_UTTERANCE_CHARACTERS), min_size=1, max_size=8)


@settings(max_examples=40)
@given(lengths)
def test_segments_speak_every_turn_in_order_and_nothing_else(lengths: list[int]) -> None:
    dialogue = dialogue_of(*("字" * length for length in lengths))

    segments = plan_speech(dialogue, AZURE).segments

    assert [segment.number for segment in segments] == list(range(len(segments)))
    for position, turn in enumerate(dialogue.turns):
        pieces = [segment.utterance for segment in segments if segment.turn == position]
        assert "".join(piece.text for piece in pieces) == turn.text
        assert {piece.voice_id for piece in pieces} == {dialogue.assignment_of(turn.speaker).voice_id}
        assert all(len(piece.text) <= MAX_UTTERANCE_CHARACTERS for piece in pieces)


@settings(max_examples=40)
@given(st.lists(st.sampled_from(["好", "不好", "。", "好好好" * 400]), min_size=1, max_size=20))
def test_segments_that_sound_the_same_are_one_utterance(texts: list[str]) -> None:
    segments = plan_speech(dialogue_of(*texts), AZURE).segments

    utterances = plan_utterances(segments)

    assert [planned.utterance for planned in utterances] == list(dict.fromkeys(each.utterance for each in segments))
    assert sorted(each.number for planned in utterances for each in planned.segments) == list(range(len(segments)))
    assert all(each.utterance == planned.utterance for planned in utterances for each in planned.segments)


@settings(max_examples=40)
@given(lengths)
def test_batches_cover_all_utterances_once_and_stay_small(lengths: list[int]) -> None:
    texts = (str(position) + "字" * length for position, length in enumerate(lengths))
    utterances = plan_utterances(plan_speech(dialogue_of(*texts), AZURE).segments)

    batches = plan_batches(utterances, synthesis_mode(utterances, AZURE))

    assert [batch.number for batch in batches] == list(range(len(batches)))
    covered: list[PlannedUtterance] = []
    for batch in batches:
        part = utterances[batch.first_utterance : batch.first_utterance + batch.utterance_count]
        covered += part
        assert len(part) <= MAX_BATCH_UTTERANCES[SynthesisMode.SEGMENTED]
        assert len(part) == 1 or sum(len(each.utterance.text) for each in part) <= MAX_BATCH_CHARACTERS
    assert covered == list(utterances)


def test_only_very_many_rather_short_utterances_are_spoken_several_to_a_request() -> None:
    for count, characters, mode in [
        (JOINT_MIN_UTTERANCES, 50, SynthesisMode.NATIVE),
        (JOINT_MIN_UTTERANCES - 1, 50, SynthesisMode.SEGMENTED),
        (JOINT_MIN_UTTERANCES, 20, SynthesisMode.SEGMENTED),
        (JOINT_MIN_UTTERANCES, 90, SynthesisMode.SEGMENTED),
    ]:
        utterances = plan_utterances(
            plan_speech(dialogue_of(*(f"{n:04d}".ljust(characters, "字") for n in range(count))), AZURE).segments
        )

        assert synthesis_mode(utterances, AZURE) is mode
        assert (
            max(batch.utterance_count for batch in plan_batches(utterances, synthesis_mode(utterances, AZURE)))
            <= MAX_BATCH_UTTERANCES[mode]
        )


def test_a_fingerprint_depends_on_all_that_shapes_the_sound() -> None:
    base = Utterance(text="你好", voice_id="zh-TW-HsiaoYuNeural", language="zh-TW")
    shapes = [
        (AZURE, base), (AZURE, replace(base, text="你好嗎")),
        (AZURE, replace(base, voice_id="zh-TW-YunJheNeural")),
        (AZURE, replace(base, language="zh-CN")), (AZURE, replace(base, rate=1.5)),
        (AZURE, replace(base, pitch_percent=-3)), (AZURE, replace(base, volume=0.5)), (AZURE, replace(base, take=1)),
        (AZURE, replace(base, take=2)), (AnotherProvider({}), base),
    ]  # fmt: skip

    fingerprints = {fingerprint(provider, each) for provider, each in shapes}

    assert len(fingerprints) == len(shapes)
    assert fingerprint(AZURE, replace(base)) in fingerprints


GOLDEN = [
    (1, "7e48e177490cb5dab5f02b55333e2e8a16b8a2b377fe0d5092f276390d4b0de5"),
    (1, "ea92a4de11935801da610bba89c811746cc2a127788e11e2e1b89873fa25ab6a"),
    (1, "0fb5b32d71c9dd2ca5874e6bde0e4576ec8a8a61196cb727a4eeb7b58aa5bb3b"),
    (1, "f364871b3109a4c491fb61e33dc948a9da645c00ebd98dc8c88d8d6c5af45441"),
    (1, "ecc12470e48f065e5811a57ec849461903c30bc0660aeeeaadf1a498da65c4fe"),
    (1, "df68dff89fadf7164176cec1413650922c5f7e34df83b495794ba26c15822fa2"),
    (1, "72deb049affdf6e540482848787906b36b586c91bf0b09824c47a516a6d5f758"),
    (1, "39786db3f7e8b15c12c2e4d62a4e0dc94c43dc87df25ed5c58a30253dcc5eb5d"),
    (1, "e08761ad77c39faa89f7711ea86916d62865013c6e502f42e58f291a5e828da1"),
    (3, "1ce5df7ceda080185d7732f92082682f59c6c060949d67d8b3f12fd79dc3d362"),
    (3, "643f51276a58205d6749dd764b48398c23abaf23fdfae3fe264885b12da88405"),
    (3, "800e12c84649710cd8a37bd2479710593a8124240e0e40e97932ec1b065b083e"),
    (3, "d0bfdf2732d97f98f32c10c8601fda2b0eda4eba5a45e2e9fbfad579edd0af3e"),
    (3, "6223d2bc48abb0c8ec0c0a7cf11f8bd7580933f3bc64df395f87942ee7c8b7c4"),
    (3, "2185822477e1dec2a6cebb6656b6546b8e6c23db4e6aee8cfc73dc6e20953e5a"),
    (1, "c7a2a27618262a2e3afd7e5d139716d32ca03142f87f384fe2a6454a930caf63"),
    (1, "930294d935408e90b0ca87473660ea14dfd85372285b14198670ec304202e84d"),
    (1, "65bd39fc96e8494d4298c4d41ab7f0cd0da7b2f0d33f74df5c522689e758e395"),
    (3, "d4faa01e0af0b7d1be92f735cba4cc26d5550a217e0bc97d9aac06533dc27d56"),
    (3, "5b27c5104eb538d489bd421e0297d961e3d50242b5bfc49b1a68fe286cc2960c"),
    (3, "f64521e0372645153cc09fdb9e6f1bb39e5897ce9fe8e1d4d65d9f160c984d1c"),
]
GOLDEN_TURNS = [
    (text, voice, speed, pitch)
    for text, voice, pitch in [
        ("你好", "zh-TW-HsiaoYuNeural", 0), ("Hello, <world> & all.", "en-US-AvaNeural", -20),
        ("字" * 1000, "zh-TW-YunJheNeural", 0), ("字，" * 1300, "zh-TW-YunJheNeural", 5),
        ("word " * 450, "en-US-AvaNeural", 20), ("1" * 1000, "zh-TW-HsiaoYuNeural", 0),
        ("第一句。" * 600, "zh-TW-HsiaoYuNeural", 0),
    ]
    for speed in (0.75, 1.0, 2.0)
]  # fmt: skip


def spoken_once(text: str, voice: str, speed: float, pitch: int) -> Dialogue:
    return Dialogue(
        provider="azure",
        turns=(Turn(speaker="A", text=text, index=0),),
        voice_assignments=(VoiceAssignment(speaker="A", voice_id=voice),),
        language="zh-TW",
        output_format=OutputFormat.MP3,
        delivery=Delivery(speed=speed, pitch_percent=pitch, volume=1.0),
    )


def test_stored_segments_keep_their_keys() -> None:
    for turn, expected in list(zip(GOLDEN_TURNS, GOLDEN, strict=True)):
        segments = plan_speech(spoken_once(*turn), AZURE).segments

        keys = "".join(fingerprint(AZURE, segment.utterance) for segment in segments)
        assert (len(segments), hashlib.sha256(keys.encode()).hexdigest()) == expected


def test_studio_segments_have_keys_of_their_own_that_they_keep() -> None:
    base = Utterance(text="你好", voice_id="zh-TW-HsiaoYuNeural", language="zh-TW")

    keys = [fingerprint(AZURE, base, quality) for quality in Quality]

    assert keys == [
        fingerprint(AZURE, base),
        "b0a1fd1d459f56a9fa4698564a6d29e7a783b78eb4b76c08a9246c9db74b7f69",
    ]


def test_a_batch_of_studio_quality_has_no_more_audio_and_no_joint_requests() -> None:
    # Given a dialogue that is spoken several utterances to a request in standard quality
    texts = (f"{n:04d}".ljust(50, "字") for n in range(JOINT_MIN_UTTERANCES))
    utterances = plan_utterances(plan_speech(dialogue_of(*texts), AZURE).segments)
    assert synthesis_mode(utterances, AZURE) is SynthesisMode.NATIVE

    # When it is planned in studio quality
    batches = plan_batches(utterances, synthesis_mode(utterances, AZURE, Quality.STUDIO), Quality.STUDIO)

    # Then each has a request of its own, in batches as small as those of other dialogues
    assert synthesis_mode(utterances, AZURE, Quality.STUDIO) is SynthesisMode.SEGMENTED
    assert max(batch.utterance_count for batch in batches) == MAX_BATCH_UTTERANCES[SynthesisMode.SEGMENTED]
    long_utterances = plan_utterances(
        plan_speech(dialogue_of(*(f"{n}" + "字" * 990 for n in range(9))), AZURE).segments
    )
    assert [
        batch.utterance_count for batch in plan_batches(long_utterances, synthesis_mode(long_utterances, AZURE))
    ] == [8, 1]
    assert [
        batch.utterance_count
        for batch in plan_batches(
            long_utterances, synthesis_mode(long_utterances, AZURE, Quality.STUDIO), Quality.STUDIO
        )
    ] == [4, 4, 1]


@pytest.mark.parametrize("character", ["1", "字", "字。"])
def test_no_segment_lasts_longer_than_a_request_may(character: str) -> None:
    dialogue = spoken_once(character * 2500, "zh-TW-HsiaoYuNeural", 0.5, 0)

    segments = plan_speech(dialogue, AZURE).segments

    assert "".join(segment.utterance.text for segment in segments) == dialogue.turns[0].text
    assert all(estimate_ms(segment.utterance) <= MAX_UTTERANCE_MS for segment in segments)
