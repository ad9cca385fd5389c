from __future__ import annotations

from itertools import pairwise

import pytest

from castline.speech.errors import CutUncertain
from castline.speech.providers.azure.cutting import cut_apart
from castline.speech.words import HeardWord

BYTES_PER_MS = 48


def sound(duration_ms: int, amplitude: int = 8_000) -> bytes:
    return amplitude.to_bytes(2, "little", signed=True) * (duration_ms * BYTES_PER_MS // 2)


def silence(duration_ms: int) -> bytes:
    return sound(duration_ms, amplitude=100)


def test_each_utterance_gets_its_audio_and_its_words() -> None:
    # Given two utterances of two words each, with a pause amid the first and a longer one between them
    pcm = silence(100) + sound(200) + silence(300) + sound(200) + silence(1_000) + sound(400) + silence(500)
    heard = [
        HeardWord("一", 100, 300),
        HeardWord("二", 600, 800),
        HeardWord("三", 1_800, 2_000),
        HeardWord("四", 2_000, 2_200),
    ]

    # When they are cut apart
    one, other = cut_apart(pcm, heard, ["一，二。", "「三四。」"])

    # Then the cut is amid the silence, nothing is lost, and the words are counted anew
    assert one.pcm == pcm[: 1_300 * BYTES_PER_MS]
    assert one.pcm + other.pcm == pcm
    assert [(word.start, word.end, word.start_ms, word.end_ms) for word in one.words] == [
        (0, 1, 100, 300),
        (2, 3, 600, 800),
    ]
    assert [(word.start, word.end, word.start_ms, word.end_ms) for word in other.words] == [
        (1, 2, 500, 700),
        (2, 3, 700, 900),
    ]


def test_a_mark_that_is_heard_after_the_last_word_belongs_to_its_utterance() -> None:
    pcm = sound(200) + silence(100) + sound(200) + silence(600) + sound(200)
    heard = [HeardWord("一", 0, 200), HeardWord("二", 1_100, 1_300)]

    one, _ = cut_apart(pcm, heard, ["一！", "二"])

    assert one.pcm == pcm[: 800 * BYTES_PER_MS]


def test_an_utterance_alone_needs_no_words() -> None:
    (speech,) = cut_apart(sound(300), [], ["……"])

    assert (speech.pcm, speech.words) == (sound(300), ())


WORDS = [HeardWord("一", 0, 200), HeardWord("二", 1_000, 1_200), HeardWord("三", 2_000, 2_200)]
TEXTS = ["一", "二", "三"]
AUDIO = sound(200) + silence(800) + sound(200) + silence(800) + sound(200)


@pytest.mark.parametrize(
    ("pcm", "heard", "texts"),
    [
        (AUDIO, [], TEXTS), (AUDIO, WORDS[:2], TEXTS), (AUDIO, WORDS[1:], TEXTS),
        (AUDIO, WORDS, ["一", "二。好", "三"]), (AUDIO, WORDS, ["一", "好。二", "三"]),
        (AUDIO, WORDS, ["一", "……", "二三"]), (sound(2_200), WORDS, TEXTS),
        (sound(200) + silence(800) + sound(500) + silence(300) + sound(700), WORDS, TEXTS),
        # a silence that ends long before the word that should end it
        (sound(200) + silence(450) + sound(550) + silence(800) + sound(200), WORDS, TEXTS),
    ],
    ids=["no words", "last missing", "first missing", "end missing", "start missing", "unspeakable", "no silence",
         "short silence", "early silence"],
)  # fmt: skip
def test_where_the_words_or_the_audio_do_not_tell_there_is_no_cut(
    pcm: bytes, heard: list[HeardWord], texts: list[str]
) -> None:
    with pytest.raises(CutUncertain):
        cut_apart(pcm, heard, texts)


def test_all_of_it_would_be_cut_were_it_right() -> None:
    speeches = cut_apart(AUDIO, WORDS, TEXTS)

    assert b"".join(speech.pcm for speech in speeches) == AUDIO
    assert all(
        one.pcm.endswith(silence(300)) and other.pcm.startswith(silence(300)) for one, other in pairwise(speeches)
    )
