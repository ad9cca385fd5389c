"""Properties of every text, over texts made of what is likely to be taken for a mark."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from castline.scripts.markup import Markup, Words, escape, read, tidy

PIECES = [
    "*", "**", "_", "__", "~~", "`", "```", "[", "]", "(", ")", "（", "）", "【", "】", "<b>", "</b>",
    "<br>", "<!--", "-->", "<", "&amp;", "&lt;", "&", "\\", "\\*", "http://", "https://a.b/c",
    "www.x.y", "www.", "!", " ", "\n", "\n\n", "\r\n", "- ", "* ", "# ", "## ", "> ", "1. ", "---",
    "===", "|", "| a | b |", "|---|", "a", "word", "你好", "。", ".", ",", ":", "[^1]",
    "[pause 500ms]", "[cheerful]", "[scared]", "[style: karaoke]", "[laughs]", "(laughs)",
    "(pause)", "(happy)", "（笑）", "*laughs*", "[a](b.c)", "[x]", "[1]", "[a]: http://x.y",
    "![i](j.k)", "<break time='2s'/>", "[normal]", "<mstts:express-as style='sad'>",
    "</mstts:express-as>", "[/cheerful]", "2", "#", "\u200b", "\u00a0", "\t", "é", "ก", "[x] ",
    "• ", "~", "'", '"', "/", "@", "<http://q.r/s>", "```py\n", "\n```\n", "😀", "के", "pause",
    "(x + 1)",
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=12).map("".join)
styles = st.sampled_from([(), ("cheerful", "sad"), ("terrified", "karaoke"), ("fearful", "whispering", "angry")])

words = st.sampled_from(["one", "Two", "three,", "four.", "五六", "seven", "x-y", "8"])
sentences = st.lists(words, min_size=1, max_size=5).map(" ".join)


def marked(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Make texts with known marks around ``inner``, as a writer would set them: none within another of its kind."""
    return st.one_of(
        inner.map(lambda text: text if "*" in text else f"**{text}**"),
        inner.map(lambda text: text if "_" in text else f"_{text}_"),
        inner.map(lambda text: f"[{text}](https://x.y/z?q=1)"),
        inner.map(lambda text: f"<b>{text}</b>"),
        inner.map(lambda text: f"{text} https://host.example/path?q=1"),
        inner.map(lambda text: f"[wow] {text} [pause 1s] (laughs)"),
        inner.map(lambda text: f"{text} ![image](https://x.y/i.png)"),
        st.lists(inner, min_size=1, max_size=3).map(" ".join),
    )


@given(st.text() | texts)
def test_an_escaped_text_is_spoken_as_it_stands(text: str) -> None:
    reading = read(escape(text))

    assert reading.parts == read(text, Markup.LITERAL).parts
    assert reading.warnings == ()


@given(texts, styles)
def test_a_tidy_text_is_read_like_the_text_that_it_was(text: str, styles: tuple[str, ...]) -> None:
    tidied, _ = tidy(text)

    assert read(tidied, styles=styles).parts == read(text, styles=styles).parts


@given(texts)
def test_a_tidy_text_stays_as_it_is(text: str) -> None:
    tidied, _ = tidy(text)

    assert tidy(tidied) == (tidied, ())


@given(
    st.text(alphabet=st.characters(categories=["L", "N", "Zs", "M"], include_characters=",.;:!?'\"。，？！、-/%$€"))
)
def test_plain_prose_is_unchanged(text: str) -> None:
    text = f"x{text}x"

    assert read(text).parts == (Words(text=text),)


@given(st.recursive(sentences, marked, max_leaves=6))
def test_no_mark_tag_or_address_is_spoken(text: str) -> None:
    """Given known marks around words, when they are read, then the words are spoken and nothing else."""
    spoken = " ".join(part.text for part in read(text).parts if isinstance(part, Words))

    assert not set("*_[]()<>!") & set(spoken), spoken
    assert "http" not in spoken
    assert "/path" not in spoken
    for word in ("one", "Two", "three,", "four.", "五六", "seven", "x-y", "8"):
        assert spoken.count(word) == text.count(word)
