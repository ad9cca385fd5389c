"""Scripts of all kinds of lines: no word is dropped without a warning, and no mark is spoken or part of a name."""

from __future__ import annotations

import re
from itertools import count

from hypothesis import assume, example, given
from hypothesis import strategies as st

from castline.scripts.errors import ScriptNotUnderstood
from castline.scripts.markup import Words, read
from castline.scripts.parser import parse_script

# "%" is a word that stands nowhere else in the script.
LINES = [
    "", "%", "Anna: % %", "**Ben:** %", "**小明**: % (laughs)", "*Ben:* %", "<p><b>Dr. Lee:</b> %</p>",
    "Anna [00:12]: %", "[00:01-00:02] Ben: %", "[Anna] %", "[%]", "Anna, Ben: %", "🎙️ **Anna:** %", "**%: %**",
    "**% %**", "*% %*", "(% %)", "## %", "INT. % - DAY", "SFX: %", "Title: %", "% % %:", "- %", "> %", "| % | % |",
    "△ %", "♪ % ♪", "[^1]: %", "Anna - %", "Ben; %", "Old Man", "SFX:", "[Music]: %", "Scene 1: %", "Anna enters %.",
    "| Speaker | Line |", "| Anna | % |", "From: % <a@example.com>", "Subject: %", "---", "```", "```text",
]  # fmt: skip
WORD = re.compile(r"w[0-9]+w", re.IGNORECASE)


@given(lines=st.lists(st.sampled_from(LINES), min_size=2, max_size=9))
@example(lines=["Anna: %", "[%]", "△ %"])
@example(lines=["**%: %**", "", "**% %**", "Anna: %"])
def test_no_word_is_dropped_without_a_warning_and_no_mark_is_left(lines: list[str]) -> None:
    numbers = count()
    script = re.sub("%", lambda _: f"w{next(numbers)}w", "\n".join(lines))
    try:
        parsed = parse_script(script, max_turns=1_000)
    except ScriptNotUnderstood:
        assume(False)

    kept = [part for turn in parsed.turns for part in (turn.speaker, turn.text, turn.chapter or "")]
    reported = [warning.text for warning, _ in parsed.warnings]
    # A speaker of nothing but what is reported is no turn.
    names_alone = re.findall(r"(?m)^.*:$", script)
    assert set(WORD.findall(script)) <= set(WORD.findall(" ".join([*kept, *reported, *names_alone])))
    spoken = [part.text for turn in parsed.turns for part in read(turn.text).parts if isinstance(part, Words)]
    for text in (*spoken, *(turn.speaker for turn in parsed.turns)):
        assert not re.search(r"\*|`|</?[bp]>|△|##|\|", text)
