"""Texts with marks, tags and stage directions: cases beside those of ``docs/scripts.md``."""

from __future__ import annotations

import pytest

from castline.scripts.markup import (
    Chapter,
    Markup,
    Pause,
    Words,
    escape,
    heading_of,
    is_pause_or_style,
    is_tag_or_direction,
    read,
    styles_asked_for,
    tidy,
)
from castline.scripts.warnings import WarningKind
from tests.unit.linear_time import little_time, long

HOSTILE = [
    "*", "[", "(", "<", "`", "\\", "*a **b ", "[a](", "![", "<b ", "<!--", "**a*", "`a``", "[a]", "(a) ", "# a\n",
    "> ", "|a", "```\n", "[[]", "((a)", '[a](b "', "[a]: /x\n", '<b a="', "**(_[", "https://x/)", "&", "| a | b |\n",
    "\\[",
]  # fmt: skip


def spoken(text: str, *styles: str) -> str:
    return "".join(part.text for part in read(text, styles=styles).parts if isinstance(part, Words))


class TestProse:
    def test_it_is_spoken_as_it_is_written(self) -> None:
        for text in [
            "Hello, world!", "  spaces  stay \n\n\n as they are\t\r\n", "",
            "snake_case and a_b_c, M*A*S*H, 2*3*4, 2**3**4", "**kwargs and *args",
            ":) ;-) :( (^_^) (T_T) <3 >_< -_- *_*", "AT&T, R&D and &foo; &copy 2026",
            "$5 * 3 = 15 and 50% | pipe ~ tilde ^ caret", "if (x + 1) then f(x), word(s), (re)view", "(555) 123-4567",
            "(50%)", "(a) first\n(b) second\n(iv) third", "[…] and [!], [ ] and []", "She said: (no, really) it is.",
            "a | b", "--- hi --- there", "-1 and +1", "+ 5", "http:// and www. and https://", "😀 👩‍👩‍👧 ❤️ (❤️)",
            "<Foo>, <3 and <person@>", "Text with trailing \\\nbackslash", "「你好」，（他說）好！",
            "I was (sorry) late, in my (story).", "C:\\Users\\anna", "#hashtag and ##two", "a*<3 b*",
        ]:  # fmt: skip
            assert read(text).parts == ((Words(text=text),) if text else ())
            assert read(text).warnings == ()
            assert tidy(text) == (text, ())
            assert escape(text) == text

    def test_nothing_to_speak_is_no_part(self) -> None:
        for text in ["", " \n\t", "\u200b\u200f", "[x]", "<!-- x -->", "---"]:
            assert read(text).parts == ()

    def test_dots_are_words(self) -> None:
        assert read("……").parts == (Words(text="……"),)

    def test_literal_text_is_spoken_as_it_stands(self) -> None:
        text = "**Not** [cheerful] https://x.y/z (laughs)\n## a"

        assert read(text, Markup.LITERAL, styles=["cheerful"]).parts == (Words(text=text),)
        assert read(text, Markup.LITERAL).warnings == ()
        assert styles_asked_for(text, Markup.LITERAL) == frozenset()


class TestMarks:
    def test_they_are_not_voiced(self) -> None:
        for text, words in [
            ("*italic over\nlines* ok", "italic over\nlines ok"), ("**a *b* c**", "a b c"),
            ('"*Stop*!" he said.', '"Stop!" he said.'), ("ครับ**ดี**ครับ", "ครับดีครับ"),
            ("¯\\_(ツ)_/¯", "¯_(ツ)_/¯"), ("one</p><p>two", "one\ntwo"),
            ("a&nbsp;b &#39;c&#39; &#x4f60;", "a\u00a0b 'c' 你"),
            ("~~~\ncode **b** https://x.y/z\n~~~", "code **b** x.y"),
            ("```\nunclosed **b**", "unclosed b"),
            ("Name | Age\n--- | ---\nBob | 5", "Name, Age\nBob, 5"),
            ("<speak><voice name='x'>Hi</voice></speak>", "Hi"), ("[![badge](b.svg)](https://x.y) Hi", "Hi"),
            ("<me@x.y> <mailto:a@x.y> http://[::1]:80/ https://例子.中国", "me@x.y a@x.y ::1 例子.中国"),
            ("Look (see http://x.y/a_(b)).", "Look (see x.y)."),
            ("[ref] and [other][ref]\n\n[ref]: <https://x.y>", "ref and other"),
            ("Line\n=====\nmore", "Line\nmore"), ("**https://x.y/z**", "x.y"), ("a [x] , b", "a, b"),
            ("a\r\n[x]\r\nb", "a\r\nb"), ("一[x]二", "一二"), ("haha(laughs), 哈哈(笑)！", "haha, 哈哈！"),
            ("[a](https://x.y/z)tail", "atail"), ("[a](https://x.y/z)/tail", "a/tail"), ("[a](/b<i)x>y", "ax>y"),
            ("a*<b>b</b>*c", "abc"), ("a.*<b>c</b>*", "a.c"),
        ]:  # fmt: skip
            assert spoken(text) == words

    def test_code_ends_with_as_many_backticks_as_it_began_with(self) -> None:
        for text, words in [
            ("`a` `b`", "a b"), ("`` ` ``", "`"), ("` `` `", "``"), ("a `b` c `d` e", "a b c d e"),
            ("`a``b`", "a``b"), ("``a` b`` c`", "a` b c`"), ("``a`b`` `c` ``d``", "a`b c d"),
            ("`*a*` `**b", "*a* `**b"), ("x `` y", "x `` y"), ("`a` `b``", "a `b``"), ("[`a](x) b`", "[a](x) b"),
            ("`a` `", "a `"),
        ]:  # fmt: skip
            assert spoken(text) == words
            assert spoken(escape(text)) == text

    def test_marks_do_not_reach_beyond_their_paragraph(self) -> None:
        for text in [
            "a `b\n\nc` d", "a *b\n\nc* d", "a <!-- b\n\nc --> d", "a <b\n\nid=1> c", "a <!b\n\nc> d",
            "(sighs\n\nagain)", "| a `b | c` |\n\nd",
        ]:  # fmt: skip
            assert spoken(text) == text.replace("| a `b | c` |", "a `b, c`")

    def test_code_loses_one_space_at_both_ends(self) -> None:
        for text, words in [("` a `", "a"), ("`  a `", " a"), ("` a`", " a"), ("`a `", "a ")]:
            assert spoken(text) == words

    def test_a_code_block_ends_with_its_fence(self) -> None:
        for text, words in [
            ("```\na *b*\n`````\n*c*", "a *b*\nc"), ("````\n```\n````", "```"), ("~~~x\n*a*\n~~~y\nb", "a\nb"),
            ("```\n```\n*a*", "a"), ("a\n```\nb *c*\nd\n```\n*e*\n*f*", "a\nb *c*\nd\ne\nf"),
            ("```\na *b*\n~~~\nc", "a b\nc"), ("```\n```\n*a*\n```\n*b*", "a\nb"), ("```\na\n  ```", "a"),
        ]:  # fmt: skip
            assert spoken(text) == words

    def test_a_comment_or_a_declaration_is_not_spoken(self) -> None:
        for text, words in [
            ("a <!-- b --> c <!-- d --> e", "a c e"), ("a <!-- b <!-- c", "a <!-- b <!-- c"), ("a <!---->b", "a b"),
            ("--> a <!-- b\nc --> d --> e", "--> a d --> e"), ("*a <!-- * --> b*", "a b"),
            ('<?xml version="1.0"?>\nHi', "Hi"), ("<?a b?c?>Hi", "Hi"), ("<?a Hi", "<?a Hi"),
            ("<!DOCTYPE html>Hi", "Hi"),
        ]:  # fmt: skip
            assert spoken(text).strip() == words
            assert read(text).warnings == ()
            assert spoken(escape(text)) == text

    def test_of_an_address_in_code_the_host_is_spoken(self) -> None:
        for text, words in [
            ("`HTTPS://X.Y/z, ftp://a.b/c`", "X.Y, a.b"), ("`https://https://x.y/z www.a.b/c`", "x.y www.a.b"),
        ]:  # fmt: skip
            assert spoken(text) == words

    def test_of_an_address_the_host_is_spoken(self) -> None:
        for text, words, escaped in [
            ("中www.a.b/c", "中www.a.b", "中www\\.a.b/c"), ("WWW.a.b/c", "WWW.a.b", "WWW\\.a.b/c"),
            ("x. www.a.b/c: y", "x. www.a.b: y", "x. www\\.a.b/c: y"),
            ("x: http://c.d/e. y", "x: c.d. y", "x: http\\://c.d/e. y"), ("http://[::1]/x", "::1", "http\\://[::1]/x"),
            ("a((http://x.y/z))", "a((x.y))", "a((http\\://x.y/z))"),
        ]:  # fmt: skip
            assert spoken(text) == words
            assert escape(text) == escaped
            assert spoken(escaped) == text
        for text in ["awww.a.b/c", "aWWW.a.b/c", "www.a.b://c", "www.a.b"]:
            assert spoken(text) == text

    def test_a_link_is_found_by_its_label_however_it_is_spelled(self) -> None:
        assert spoken("see [a][My  ref] and [b]\n\n[my REF]: https://x.y/z\n[B]: https://q.r/s") == "see a and b"

    def test_a_row_has_bars_at_both_ends_unless_it_is_in_a_table_with_a_header(self) -> None:
        for text, words in [
            ("| a | b |", "a, b"), ("x\n| a | b |\ny", "x\na, b\ny"), ("| a \\| b | c |", "a | b, c"),
            ("| a |\n|---|\n| b |", "a\nb"), ("a | b\n---|---\nc | d\n\ne | f", "a, b\nc, d\n\ne | f"),
            ("a | b\n---|---", "a, b"), ("| [x][r] | b |\n\n[r]: https://x.y", "x, b"),
        ]:  # fmt: skip
            assert spoken(text) == words
            assert spoken(escape(text)) == text
        for text in ["| a | b", "a | b |", "| a |", "||", "a | b\n--- c", "a | b\nc | d", "a | b\n·--"]:
            assert spoken(text) == text

    def test_between_cells_is_a_comma_unless_a_sentence_ends(self) -> None:
        assert spoken("| Hi. | there |\n|---|---|\n| a! | b |\n| c | d? |") == "Hi. there\na! b\nc, d?"

    def test_an_act_between_marks_stands_apart_from_words(self) -> None:
        for text, words in [
            ("*laughs* Hi", "Hi"), ("你*笑了*嗎", "你笑了嗎"), ("*笑了*嗎", "笑了嗎"), ("嗎*笑了*", "嗎笑了"),
            ("嗎 _笑了_", "嗎"), ("!嗎*笑了*", "!嗎笑了"), ("*笑了*嗎!", "笑了嗎!"),
            ("a " * 40 + "*laughs*", ("a " * 40).strip()), ("~~laughs~~ Hi", "laughs Hi"), ("*happy* Hi", "happy Hi"),
            (f"*laughs{' softly' * 7} an* Hi", "Hi"), (f"*laughs{' soft' * 11}*", f"laughs{' soft' * 11}"),
        ]:  # fmt: skip
            assert spoken(text) == words

    def test_an_image_needs_an_address_and_a_footnote_a_name(self) -> None:
        for text, words in [
            ("See ![a cat](x.png) it.", "See it."), ("Oh ![sad]: no.", "Oh !: no."), ("Oh !(a) b", "Oh !(a) b"),
            ("[a]() b", "a b"), ("x[^a]y", "xy"), ("x[^]y", "x[^]y"), ("a[^1]\n\n[^1]: b", "a\n\nb"),
        ]:  # fmt: skip
            assert spoken(text) == words
            assert spoken(escape(text)) == text

    def test_a_bullet_has_another_one_beside_it(self) -> None:
        for text, words in [
            ("- 5", "- 5"), ("- 5\n+ 6", "- 5\n+ 6"), ("- 5\n- 6\n- 7", "5\n6\n7"), ("  - 5\n- 6", "5\n6"),
            ("a\n- 5\n- 6\n7\n- 8", "a\n5\n6\n7\n- 8"),
        ]:  # fmt: skip
            assert spoken(text) == words

    def test_an_entity_is_its_character_unless_that_is_not_spoken(self) -> None:
        for text, words in [
            ("a&amp;b", "a&b"), ("a&NotEqualTilde;b", "a\u2242\u0338b"), ("(a&amp)b;", "(a&amp)b;"),
            ("\u0645\u06cc&zwnj;\u062e\u0648", "\u0645\u06cc\u200c\u062e\u0648"), ("a&#x200d;b", "a\u200db"),
            ("a&#7;b", "a b"), ("a&Tab;b", "a b"), ("co&shy;operate", "cooperate"), ("a&#x200b;b", "ab"),
            ("&#x200b;", ""),
        ]:  # fmt: skip
            assert spoken(text) == words
            assert spoken(escape(text)) == text

    def test_a_citation_of_a_chat_is_not_spoken(self) -> None:
        for text, words in [("Hi \ue200cite\ue202turn0\ue201.", "Hi."), ("Hi \ue200cite.", "Hi \ue200cite.")]:
            assert spoken(text) == words
            assert read(text).warnings == ()
            assert spoken(escape(text)) == text

    def test_a_line_is_a_heading(self) -> None:
        for line, title in [
            ("## Part two", "Part two"), ("  # The *end* ##", "The end"), ("###### [C#](https://x.y) `x`", "C# x"),
            ("# C#", "C#"), ("#Part", None), ("####### seven", None), ("Part # two", None), ("", None),
        ]:  # fmt: skip
            assert heading_of(line) == title

    def test_a_line_of_html_is_a_heading(self) -> None:
        assert read("<h2>The *end*</h2>\nHi").parts == (Chapter(title="The end"), Words(text="Hi"))
        for text in ["<h2>a</h3>", "a <h2>b</h2>", "<h2>a</h2> b"]:
            assert Chapter not in {type(part) for part in read(text).parts}

    def test_marks_are_read_however_deep_they_are(self) -> None:
        text = "*a _b " * 6 + "c" + "_ d*" * 6

        assert spoken(text) == "a b " * 6 + "c" + " d" * 6
        assert spoken(escape(text)) == text

    def test_marks_between_letters_with_accents_are_spoken(self) -> None:
        for text in ["cafe\u0301*s*", "cafe\u0301_s_"]:
            assert spoken(text) == text


class TestTags:
    def test_a_long_direction_fills_its_line(self) -> None:
        longest, most_words = f"({'ab' * 30})", "(ab ab ab ab ab ab ab ab)"
        for direction in [longest, most_words]:
            assert spoken(f"{direction} Hi") == "Hi"
            longer = f"{direction[:-1]} ab)"
            assert spoken(f"{longer} Hi") == f"{longer} Hi"
            assert spoken(f"{longer}\nHi") == "Hi"

    def test_a_heading_has_no_directions(self) -> None:
        assert read("# (looks around) Hi").parts == (Chapter(title="(looks around) Hi"),)

    def test_a_heading_has_words(self) -> None:
        for text in ["# \u200d", "# [pause]", "#"]:
            assert Chapter not in {type(part) for part in read(text).parts}

    def test_a_direction_has_words(self) -> None:
        for text in ["(x, y) is a place.", "(1) One.", "(iv) Four.", "(?) No."]:
            assert spoken(text) == text

    def test_a_direction_may_begin_a_line_of_html(self) -> None:
        for text in ["(looks around) Hi", "Oh<br/>(looks around) Hi", "<p>Oh</p>(looks around) Hi"]:
            assert spoken(text).splitlines()[-1] == "Hi"
        assert spoken("Oh (looks around) Hi") == "Oh (looks around) Hi"

    def test_a_pause(self) -> None:
        for tag, duration_ms in [
            ("[pause 0ms]", 0), ("[PAUSE: 250 MS]", 250), ("［pause 1,5s］", 1500), ("[pause for 1 second]", 1000),
            ("[2 second pause]", 2000), ("[break 3]", 3000), ("[pause 800]", 800), ("【停頓：500毫秒】", 500),
            ("[暂停 2秒]", 2000), ("（停頓兩秒）", 2000), ("【暫停半秒】", 500), ("(long pause)", 700),
            ("[beat]", 700), ("[silence 10s]", 10_000),
        ]:  # fmt: skip
            assert read(f"a {tag} b").parts == (Words(text="a"), Pause(duration_ms=duration_ms), Words(text="b"))

    def test_a_break_of_ssml_is_a_pause(self) -> None:
        for attributes, duration_ms in [
            ("", 700), (" strength='strong'", 1000), (' strength="none"', 0), (" strength='odd'", 700),
            (" time='1.5s' strength='weak'", 1500), (" time='odd' strength='weak'", 500), (" TIME=''", 700),
            (' time="2s"', 2000),
        ]:  # fmt: skip
            reading = read(f"a <break{attributes}/> b")

            assert reading.parts == (Words(text="a"), Pause(duration_ms=duration_ms), Words(text="b"))

    def test_a_style_of_several_words_ends_like_others(self) -> None:
        for tag, style in [("style: very sad", "very sad"), ("sad", "sad")]:
            reading = read(f"[{tag}] a [/{style}] b", styles=[style])

            assert reading.parts == (Words(text="a", style=style), Words(text="b"))

    def test_a_style_of_ssml(self) -> None:
        def parts(attributes: str, style: str) -> list[tuple[str, str | None]]:
            reading = read(f"a <mstts:express-as{attributes}>Hi</mstts:express-as> yo", styles=[style])
            return [(part.text, part.style) for part in reading.parts if isinstance(part, Words)]

        assert parts(" style='Sad'", "sad") == [("a", None), ("Hi", "sad"), ("yo", None)]
        assert parts(' style="narration-professional"', "narration-professional")[1] == (
            "Hi",
            "narration-professional",
        )
        for attributes in ["", " style='!'", " style='cheerful'"]:
            assert parts(attributes, "sad") == [("a Hi yo", None)]
        reading = read("a\n<mstts:express-as style='odd'>Hi</mstts:express-as>", styles=["sad"])
        assert [(warning.kind, warning.line, warning.text) for warning in reading.warnings] == [
            (WarningKind.STYLE_NOT_AVAILABLE, 2, "<mstts:express-as style='odd'>")
        ]

    def test_a_style_of_ssml_is_asked_for_by_its_name(self) -> None:
        text = '<mstts:express-as style="karaoke">La</mstts:express-as> la'

        assert tidy(text) == ("[style: karaoke]La[normal] la", ())
        assert styles_asked_for(text) == {"karaoke"}

    def test_other_elements_are_left_out(self) -> None:
        assert spoken("a <mstts:silence type='x' value='1s'/> b <foo> c </p> d<br>[x] e <p>f</p>") == (
            "a b <foo> c\nd\ne\nf"
        )
        assert spoken("Oh </laughs> no") == "Oh no"
        assert spoken("a<br><br>[x]<br>b") == "a\nb"
        reading = read('a\n<img src="x.png" alt="y"> b')
        assert [(warning.kind, warning.line, warning.text) for warning in reading.warnings] == [
            (WarningKind.IMAGE_NOT_SPOKEN, 2, '<img src="x.png" alt="y">')
        ]

    def test_a_pause_has_at_most_ten_seconds(self) -> None:
        assert read("[pause 10s]").warnings == ()
        reading = read("one\ntwo [pause 999999999s]")

        assert reading.parts == (Words(text="one\ntwo"), Pause(duration_ms=10_000))
        assert [(warning.kind, warning.line) for warning in reading.warnings] == [(WarningKind.PAUSE_TOO_LONG, 2)]

    def test_a_voice_gets_the_first_style_that_it_has(self) -> None:
        text = "[scared] Who is there?"

        assert read(text, styles=["fearful", "terrified"]).parts == (Words(text="Who is there?", style="terrified"),)
        assert read(text, styles=["fearful"]).parts == (Words(text="Who is there?", style="fearful"),)
        assert read(text).parts == (Words(text="Who is there?"),)

    @pytest.mark.parametrize("tag", ["Narration Professional", "narration-professional", "narration_professional"])
    def test_a_style_is_spelled_as_the_voice_has_it(self, tag: str) -> None:
        assert read(f"[{tag}] Hi", styles=["narration-professional"]).parts == (
            Words(text="Hi", style="narration-professional"),
        )

    def test_a_style_of_no_list_counts_if_the_voice_has_it(self) -> None:
        text = "[karaoke] La [Old Style] la"

        reading = read(text, styles=["Karaoke", "old-style"])

        assert reading.parts == (Words(text="La", style="Karaoke"), Words(text="la", style="old-style"))
        assert "karaoke" in styles_asked_for(text)

    def test_a_style_that_is_not_available_ends_the_one_before(self) -> None:
        reading = read("[sad] a [angry] b [sad] c", styles=["sad"])

        assert reading.parts == (Words(text="a", style="sad"), Words(text="b"), Words(text="c", style="sad"))
        assert [warning.kind for warning in reading.warnings] == [WarningKind.STYLE_NOT_AVAILABLE]

    def test_a_style_ends_by_a_tag_of_any_style(self) -> None:
        for tag in ["[normal]", "[/sad]", "[/style]", "[/ style]"]:
            parts = read(f"[sad] a {tag} b", styles=["sad"]).parts
            assert parts == (Words(text="a", style="sad"), Words(text="b"))

    def test_words_are_not_split_where_the_style_stays(self) -> None:
        assert read("a [angry] b [normal]\nc").parts == (Words(text="a b\nc"),)

    def test_warnings_name_their_lines(self) -> None:
        warnings = read("one\r\n[wow] two\n\n![a](b.c)\n(nods) three").warnings

        assert [(warning.kind, warning.text, warning.line) for warning in warnings] == [
            (WarningKind.UNKNOWN_TAG, "[wow]", 2),
            (WarningKind.IMAGE_NOT_SPOKEN, "![a](b.c)", 4),
            (WarningKind.DIRECTION_NOT_SPOKEN, "(nods)", 5),
        ]

    def test_warnings_quote_what_was_written(self) -> None:
        for quoted in [
            "(pause 20s)", "[pause 20s]", '<break time="20s"/>', "(sadly)", "[sadly]", "[style: karaoke]",
            '<mstts:express-as style="karaoke">', "(V.O.)", "[wow]", "<laughs/>",
        ]:  # fmt: skip
            [warning] = read(f"Well {quoted} then").warnings
            assert warning.text == quoted

    def test_after_a_letter_only_a_known_tag_is_one(self) -> None:
        for text, words in [
            ("See it[laughs] now", "See it now"), ("See it[sadly] now", "See it now"), ("It[normal] is", "It is"),
            ("See it[style: x] now", "See it now"), ("See it[a] now", "See it[a] now"), ("見[a]吧", "見吧"),
        ]:  # fmt: skip
            assert spoken(text) == words
        assert read("La[karaoke] la", styles=["karaoke"]).parts == (
            Words(text="La"),
            Words(text="la", style="karaoke"),
        )

    def test_headings_hold_no_tags(self) -> None:
        reading = read("## [wow] One [pause] two [sad]\nHi", styles=["sad"])

        assert reading.parts == (Chapter(title="One two"), Words(text="Hi"))

    def test_headings_add_their_warnings_and_styles_to_those_of_the_text(self) -> None:
        text = "[huh] a\n# [x] The [sad] end\n[cheerful] b [y]"
        reading = read(text, styles=["sad", "cheerful"])

        assert {warning.kind for warning in reading.warnings} == {WarningKind.UNKNOWN_TAG}
        assert [(warning.line, warning.text) for warning in reading.warnings] == [
            (1, "[huh]"),
            (2, "[x]"),
            (3, "[y]"),
        ]
        assert styles_asked_for(text) == {"huh", "x", "sad", "cheerful", "y"}

    def test_the_styles_that_a_text_asks_for(self) -> None:
        for text, styles in [
            ("Hello **there**", set()),
            ("[cheerful] Hi", {"cheerful"}),
            ("(scared) Hi", {"terrified", "fearful"}),
            ("（小聲）喂", {"whispering"}),
            ("[style: karaoke] la [laughs] la", {"karaoke", "laughs"}),
            ("(karaoke) la", set()),
        ]:
            assert styles_asked_for(text) == styles


class TestBracketsBeforeALine:
    def test_tags_and_directions(self) -> None:
        for content in [
            "pause", "pause 500ms", "停頓", "beat", "long pause", "cheerful", "style: x", "normal", "/sad", "小聲",
            "laughs", "laughing", "sighs deeply", "clears throat", "笑", "嘆氣", "Music fades in", "The door opens",
            "Applause", "Phone rings", "soft music", "音樂淡入", "門鈴聲", "Rain against the window", "John enters",
        ]:  # fmt: skip
            assert is_tag_or_direction(content)

    def test_names(self) -> None:
        for content in [
            "A", "S1", "Host", "老師", "Old Man", "Dr. Wang", "Speaker 2", "Assistant", "User", "旁白", "小明",
            "Crowd", "Music Teacher", "José", "Ann Lee", "Narrator", "Story", "王小聲", "Customer Service",
            "Mr. Bell",
        ]:  # fmt: skip
            assert not is_tag_or_direction(content)

    def test_sounds_are_no_tags(self) -> None:
        assert is_pause_or_style("pause 2s")
        assert is_pause_or_style("happily")
        assert not is_pause_or_style("laughs")
        assert not is_pause_or_style("assistant")


class TestTidy:
    def test_canonical_form(self) -> None:
        for text, tidied in [
            ("**Hi** [pause:1s] [Style: Sad] you", "Hi [pause 1000ms] [sad] you"),
            ("（驚喜地）真的嗎？", "[驚喜]真的嗎？"), ("a\n\n# One #\n\nb", "a\n\n## One\n\nb"),
            ("[style: karaoke] la", "[style: karaoke] la"), ("[wow] (nods) hi", "hi"),
            ("&lt;b&gt; \\*x\\*", "\\<b> \\*x*"), ("[sad]\\(https\\://x.y)", "[sad]\\(https\\://x.y)"),
            ("# # #", "## \\#"),
        ]:  # fmt: skip
            assert tidy(text)[0] == tidied
            assert tidy(tidied) == (tidied, ())

    def test_it_reports_what_is_left_out(self) -> None:
        assert [warning.kind for warning in tidy("[wow] a ![b](c.d) (laughs)")[1]] == [
            WarningKind.UNKNOWN_TAG,
            WarningKind.IMAGE_NOT_SPOKEN,
            WarningKind.DIRECTION_NOT_SPOKEN,
        ]


def test_hostile_texts_take_linear_time() -> None:
    for pattern in HOSTILE:
        text = long(pattern)[:10_000]

        with little_time(pattern):
            read(text)
            for function in (styles_asked_for, tidy, escape, heading_of, is_tag_or_direction):
                function(text[:2_500])
