"""Any marks in any order: escaped words are read as they are, and reduced texts as what they were reduced from."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from castline.scripts.markup import escape, read, tidy
from castline.scripts.parts import Words
from tests.unit.scripts.test_markup import spoken

PIECES = (
    *("a", "b", "好", " ", "\n", "\n\n", ":", "!", "...", "。", "1. ", "\\"),
    *("*", "**", "_", "~~", "`", "``", "```\n", "# ", "## ", "- ", "> ", "---\n", "|", "| ", "|---|\n"),
    *("[", "]", "(", ")", "![", "](x.y)", "[r]", "[r]: https://q.r", "[^1]", "[^1]: ", "www.a.b/c", "https://x.y/z"),
    *("<", "<b>", "</b>", "<br/>", "<!--", "-->", "<laughs/>", "<break time='1s'/>", "&amp;", "&shy;", "&Tab;"),
    *("[pause]", "[sad]", "[normal]", "[wow]", "(sighs)", "(V.O.)", "（笑）", "【x】", "\ue200x\ue201"),
)
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=10).map("".join)


@settings(max_examples=500)
@given(texts)
@example("-->![[sad](V.O.)")  # one of the few in which each round of escaping makes further marks
def test_escaped_words_are_read_as_they_are(text: str) -> None:
    escaped = escape(text)

    assert spoken(escaped).strip() == text.strip()
    assert all(isinstance(part, Words) for part in read(escaped).parts)


@settings(max_examples=500)
@given(texts)
def test_a_reduced_text_is_read_as_the_text(text: str) -> None:
    reduced, _ = tidy(text)

    assert read(reduced, styles=["sad"]).parts == read(text, styles=["sad"]).parts
    assert tidy(reduced) == (reduced, ())
