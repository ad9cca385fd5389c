from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from castline.speech.cues import cues_of
from castline.speech.duration import estimate_ms
from castline.speech.pronunciation import Alphabet, SpokenAs
from castline.speech.spoken_text import as_written, cues_identity, pieces_of, spoken_text
from castline.speech.utterances import Utterance, Word


def utterance(text: str, *spoken_as: SpokenAs) -> Utterance:
    return Utterance(text, "en-US-AvaNeural", "en-US", spoken_as=spoken_as)


def alias(start: int, end: int, spoken: str) -> SpokenAs:
    return SpokenAs(start=start, end=end, alias=spoken)


def words_of(text: str, *, word_ms: int = 100) -> list[Word]:
    """Return the words of a text without other white space than single spaces, each of ``word_ms``."""
    words, start = [], 0
    for number, part in enumerate(text.split(" ")):
        words.append(Word(start, start + len(part), number * word_ms, (number + 1) * word_ms))
        start += len(part) + 1
    return words


def test_the_words_of_an_alias_are_one_word_of_the_written_text() -> None:
    # Given a word that is spoken as three, amid others
    ssml = utterance("The W3C is old", alias(4, 7, "World Wide Consortium"))

    # When it is spoken
    words = as_written(ssml, words_of(spoken_text(ssml)))

    # Then the three are one, from the first one's start to the last one's end
    assert spoken_text(ssml) == "The World Wide Consortium is old"
    assert [(ssml.text[word.start : word.end], word.start_ms, word.end_ms) for word in words] == [
        ("The", 0, 100), ("W3C", 100, 400), ("is", 400, 500), ("old", 500, 600),
    ]  # fmt: skip


def test_a_word_that_is_partly_of_an_alias_is_one_with_it() -> None:
    for text, entry, expected in [
        ("iPhoneX rings", alias(0, 6, "eye phone"), ["iPhoneX", "rings"]),
        ("an XiPhone rings", alias(4, 10, "eye phone"), ["an", "XiPhone", "rings"]),
        ("New York is far", alias(0, 8, "NYC"), ["New York", "is", "far"]),
        ("far is New York", alias(7, 15, "NYC"), ["far", "is", "New York"]),
    ]:
        spoken = utterance(text, entry)

        words = as_written(spoken, words_of(spoken_text(spoken)))

        assert [text[word.start : word.end] for word in words] == expected


def test_cues_show_what_was_written_while_it_is_heard_otherwise() -> None:
    # Given two sentences, the first of which is spoken as a much longer text
    spoken = utterance("See Fig. 7. Then go.", alias(4, 10, "figure number seven of the appendix"))
    words = words_of(spoken_text(spoken), word_ms=500)

    # When the cues are made
    cues = cues_of(spoken.text, as_written(spoken, words), 5_000)

    # Then each has the time in which it is heard
    assert [(spoken.text[cue.start : cue.end], cue.start_ms, cue.end_ms) for cue in cues] == [
        ("See Fig. 7.", 0, 3_500),
        ("Then go.", 3_500, 4_500),
    ]


@st.composite
def spoken_otherwise(draw: st.DrawFn) -> Utterance:
    text = draw(st.text("ab 字。", min_size=1, max_size=40))
    places = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    entries = tuple(
        alias(start, end, spoken)
        if (spoken := draw(st.text("xy 音", max_size=12).filter(str.strip) | st.none()))
        else SpokenAs(start=start, end=end, phoneme="a", alphabet=Alphabet.IPA)
        for start, end in zip(places[::2], places[1::2], strict=False)
    )
    return utterance(text, *entries)


@given(spoken_otherwise(), st.data())
def test_words_are_mapped_in_order_and_within_the_text(spoken: Utterance, data: st.DataObject) -> None:
    # Given any words of the spoken text
    length = len(spoken_text(spoken))
    places = sorted(data.draw(st.sets(st.integers(0, length), max_size=12)))
    words = [Word(start, end, start * 10, end * 10) for start, end in zip(places[::2], places[1::2], strict=False)]

    # When they are mapped
    written = as_written(spoken, words)

    # Then they are in order and in range, in place and in time, and none is split
    assert all(0 <= word.start < word.end <= len(spoken.text) for word in written)
    assert all(one.end <= other.start and one.end_ms <= other.start_ms for one, other in pairwise(written))
    assert {word.start_ms for word in written} <= {word.start_ms for word in words}
    assert bool(written) == bool(words)
    if all(entry.alias is None for entry in spoken.spoken_as):
        assert written == tuple(words)
        assert spoken_text(spoken) == spoken.text


@given(spoken_otherwise())
def test_the_pieces_cover_the_written_text(spoken: Utterance) -> None:
    pieces = pieces_of(spoken)

    assert "".join(spoken.text[piece.start : piece.end] for piece in pieces) == spoken.text
    assert "".join(piece.spoken for piece in pieces) == spoken_text(spoken)


def test_what_is_spoken_alike_and_written_otherwise_has_cues_of_its_own() -> None:
    same = [utterance("WWW rules", alias(0, 3, "the web")), utterance("W3 rules", alias(0, 2, "the web"))]

    assert len({spoken_text(each) for each in same}) == 1
    assert len({cues_identity(each) for each in same}) == 2
    assert not cues_identity(utterance("the web rules"))


def test_the_estimated_duration_is_that_of_what_is_spoken() -> None:
    plain, longer = utterance("X"), utterance("ninety letters" * 7)

    assert estimate_ms(utterance("X", alias(0, 1, "ninety letters" * 7))) == estimate_ms(longer)
    assert estimate_ms(utterance("ninety letters" * 7, alias(0, 98, "X"))) == estimate_ms(plain)
    by_phones = SpokenAs(start=0, end=1, phoneme="təˈmeɪtoʊ" * 5, alphabet=Alphabet.IPA)
    assert estimate_ms(utterance("X", by_phones)) > estimate_ms(plain)
