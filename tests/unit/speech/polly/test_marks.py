from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from castline.speech.providers.polly.session import read_marks
from castline.speech.words import HeardWord

SSML = "<speak>Mary had a &apos;little&apos; 羊.</speak>"


def mark(word: str, time_ms: int) -> bytes:
    start = SSML.encode().index(word.encode())
    end = start + len(word.encode())
    return f'{{"time":{time_ms},"type":"word","start":{start},"end":{end},"value":"{word}"}}\n'.encode()


def test_a_word_is_read_from_what_was_sent_and_lasts_until_the_next_one() -> None:
    marks = mark("Mary", 6) + mark("had", 373) + mark("&apos;little", 500) + mark("羊", 900)

    assert read_marks(marks, SSML, duration_ms=1_200) == [
        HeardWord("Mary", 6, 373),
        HeardWord("had", 373, 500),
        HeardWord("'little", 500, 900),
        HeardWord("羊", 900, 1_200),
    ]


def test_what_is_no_word_or_cannot_be_read_is_skipped() -> None:
    sentence = b'{"time":0,"type":"sentence","start":7,"end":17,"value":"Mary had a"}\n'
    torn = mark("had", 373)[:-10] + b"\n"
    sheep = SSML.encode().index("羊".encode())
    amid_character = f'{{"time":1,"type":"word","start":{sheep + 1},"end":{sheep + 3},"value":"?"}}\n'.encode()

    assert read_marks(sentence + torn + b"\n[]\n3\n" + amid_character + mark("羊", 900), SSML, duration_ms=1_000) == [
        HeardWord("羊", 900, 1_000)
    ]


@given(
    st.binary(max_size=200)
    | st.lists(
        st.sampled_from([mark("had", 3), b'{"type":"word"}\n', b'{"type":"word","time":1e999}\n', b"\xff"])
    ).map(b"".join)
)
def test_no_marks_whatsoever_are_an_error(marks: bytes) -> None:
    read_marks(marks, SSML, duration_ms=1_000)
