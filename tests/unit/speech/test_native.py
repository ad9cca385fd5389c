from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castline.speech.duration import estimate_ms
from castline.speech.providers.azure.grouping import MAX_AUDIO_MS, MAX_SSML_BYTES, MAX_VOICES, group
from castline.speech.providers.azure.ssml import build_joint_ssml
from castline.speech.utterances import Utterance

VOICE = "zh-TW-HsiaoYuNeural"
HIGH_DEFINITION = ["en-US-Ava:DragonHDLatestNeural", "de-DE-Conrad:DragonHDOmniLatestNeural"]


def utterance(text: str, language: str = "zh-TW", rate: float = 1.0, voice_id: str = VOICE) -> Utterance:
    return Utterance(text, voice_id, language, rate=rate)


UTTERANCES = st.lists(
    st.builds(
        utterance,
        st.one_of(
            st.text("好<&a ", min_size=1, max_size=40), st.integers(1, 1_000).map(lambda n: "好" * n),
            st.integers(1, 1_000).map(lambda n: "<" * n),
        ),
        st.sampled_from(["zh-TW", "zh-TW", "zh-TW", "en-US"]),
        st.sampled_from([1.0, 0.5, 2.0]),
        st.sampled_from([VOICE, VOICE, *HIGH_DEFINITION]),
    ),
    max_size=60,
)  # fmt: skip


@given(UTTERANCES, st.integers(1, 20))
def test_every_utterance_is_in_one_request_and_no_request_exceeds_a_limit(
    utterances: list[Utterance], max_requests: int
) -> None:
    requests = group(utterances, max_requests=max_requests)

    assert sorted(position for request in requests for position in request) == list(range(len(utterances)))
    assert all(request == sorted(request) for request in requests)
    for request in requests:
        spoken = [utterances[position] for position in request]
        assert len({one.language for one in spoken}) == 1
        assert len(spoken) <= MAX_VOICES
        assert len(spoken) == 1 or len(build_joint_ssml(spoken).encode()) <= MAX_SSML_BYTES
        assert len(spoken) == 1 or sum(map(estimate_ms, spoken)) <= MAX_AUDIO_MS
        assert len(spoken) == 1 or {one.voice_id for one in spoken} == {VOICE}


@given(st.lists(st.integers(1, 60).map(lambda n: utterance("好" * n)), min_size=1, max_size=40), st.integers(4, 16))
def test_requests_take_about_equally_long(utterances: list[Utterance], max_requests: int) -> None:
    # When utterances are grouped that no limit keeps from it
    requests = group(utterances, max_requests=max_requests)

    # Then there are as many requests as may be, and none is longer than the average by more than one utterance
    lengths_ms = [sum(estimate_ms(utterances[position]) for position in request) for request in requests]
    assert len(requests) == min(max_requests, len(utterances))
    assert max(lengths_ms) <= sum(lengths_ms) / len(lengths_ms) + max(map(estimate_ms, utterances))


def test_the_limits_ask_for_more_requests_than_were_wanted() -> None:
    short = [utterance("嗯")] * 120
    long = [utterance("好" * 1_000)] * 4

    assert [len(request) for request in group(short, max_requests=1)] == [50, 50, 20]
    assert [len(request) for request in group(long, max_requests=2)] == [1, 1, 1, 1]


def test_an_utterance_without_words_is_spoken_alone() -> None:
    utterances = [utterance("好"), utterance("……！"), utterance("是"), utterance("？")]

    assert group(utterances, max_requests=1) == [[0, 2], [1], [3]]


@pytest.mark.parametrize("voice_id", HIGH_DEFINITION)
def test_an_utterance_of_a_high_definition_voice_is_spoken_alone(voice_id: str) -> None:
    utterances = [
        utterance("好"), utterance("Hi", voice_id=voice_id), utterance("是"), utterance("No", voice_id=voice_id),
    ]  # fmt: skip

    assert group(utterances, max_requests=1) == [[0, 2], [1], [3]]


def test_nothing_to_say_is_no_request() -> None:
    assert group([], max_requests=8) == []
    with pytest.raises(ValueError, match="max_requests"):
        group([], max_requests=0)
