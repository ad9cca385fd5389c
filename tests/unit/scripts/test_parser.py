"""Scripts as users write them."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from castline.scripts.errors import ProblemKind, ScriptNotUnderstood, ScriptProblem
from castline.scripts.markup import Markup
from castline.scripts.parser import parse_script
from castline.scripts.questions import Answers, Choice, QuestionKind
from castline.scripts.warnings import WarningKind
from castline.speakers import speaker_key
from tests.unit.linear_time import little_time, long

if TYPE_CHECKING:
    from castline.scripts.parsed import ParsedScript

MAX_TURNS = 1_000
SPELLINGS = json.loads((Path(__file__).parents[1] / "speakers.json").read_text("utf-8"))["same"]
SAME = [(each["one"], each["other"]) for each in SPELLINGS]


def parse(
    script: str, *answers: tuple[QuestionKind, str, Choice], max_turns: int = MAX_TURNS, markup: Markup = Markup.AUTO
) -> ParsedScript:
    return parse_script(script, max_turns=max_turns, markup=markup, answers=Answers(answers))


def turns_of(script: str, markup: Markup = Markup.AUTO) -> list[tuple[str, str]]:
    return [(turn.speaker, turn.text) for turn in parse(script, markup=markup).turns]


def warnings_of(script: str, markup: Markup = Markup.AUTO) -> list[tuple[WarningKind, int, int | None]]:
    return [(warning.kind, warning.line, turn) for warning, turn in parse(script, markup=markup).warnings]


def chapters_of(script: str) -> list[tuple[str, str, str | None]]:
    return [(turn.speaker, turn.text, turn.chapter) for turn in parse(script).turns]


def refusal_of(
    script: str, *answers: tuple[QuestionKind, str, Choice], max_turns: int = MAX_TURNS
) -> tuple[ScriptProblem, ...]:
    with pytest.raises(ScriptNotUnderstood) as refused:
        parse(script, *answers, max_turns=max_turns)
    return tuple(refused.value.problems)


def problems_of(script: str, *answers: tuple[QuestionKind, str, Choice]) -> list[tuple[ProblemKind, int]]:
    return [(problem.kind, problem.line) for problem in refusal_of(script, *answers)]


class TestForms:
    def test_all_say_the_same(self) -> None:
        for line in [
            "A: 你好", "A：你好", "A :你好", "  A:\t你好  ", "[A]: 你好", "[A]：你好", "[A] 你好", "[A]你好",
            "［A］：你好", "【A】你好", "【A】 : 你好", "**A:** 你好", "**A**: 你好", "**A**：你好", "**[A]** 你好",
            "- A: 你好", "• A: 你好", "1. A: 你好", "1) [A] 你好", "(1) A: 你好", "[2024-05-01 10:00] A: 你好",
            "[01/05/24, 10:00:12 AM] A: 你好", "01.05.24, 10:02 - A: 你好", "3、A：你好", "一、A：你好",
            "[00:12] A: 你好", "00:01:12.500 A: 你好", "（大笑）A：你好", "A（笑）：你好", "**A（笑）：** 你好",
            "**A**（笑）：你好", "[A]（笑）：你好", "[laughs] A: 你好", "1. [00:12] A: 你好", "> A: 你好",
            ">>A: 你好", "*A:* 你好", "***A:*** 你好", "**_A_:** 你好", "**A: 你好**",
            "<p><strong>A:</strong> 你好</p>", "<b>A</b>：你好", "A [00:12]: 你好", "A (00:12)：你好",
            "**A [00:00:12]:** 你好", "[00:00-00:15] A: 你好", "00:00 – 00:15 A: 你好",
        ]:  # fmt: skip
            assert turns_of(line) == [("A", "你好")]

    def test_of_names(self) -> None:
        for name in [
            "Dr. Wang", "王 小明", "小明", "J. R. Smith", "Martin Luther King Jr.", "O'Brien", "Jean-Luc",
            "Speaker #3", "主持人2", "No.1", "R2.D2", "1", "2026", "😀", "👩‍👩‍👧", "Zoë", "さくら", "Señor García",
            "أحمد", "A/B", "the old man", "旁白", "問", "答", "Q", "他", "A_1", "name@example", "名" * 50,
        ]:  # fmt: skip
            expected = [(name, "你好"), ("B", "早安")]

            assert turns_of(f"{name}: 你好\nB: 早安") == expected
            assert turns_of(f"[{name}] 你好\n[B] 早安") == expected

    def test_may_be_mixed(self) -> None:
        assert turns_of("A: 一\n[B]: 二\n[A] 三\nB：四") == [("A", "一"), ("B", "二"), ("A", "三"), ("B", "四")]

    def test_a_mark_after_an_emoji_is_no_part_of_the_name(self) -> None:
        assert turns_of("🎙️ **Anna:** hi\n**🎙️ Anna:** yo\n🎧 **Ben & Co.**: ok") == [
            ("🎙️ Anna", "hi"),
            ("🎙️ Anna", "yo"),
            ("🎧 Ben & Co.", "ok"),
        ]

    def test_of_names_in_brackets_with_a_time_alone_speak_what_is_below(self) -> None:
        script = "[Anna Lee] 10:02:14\nhi\n\n[Ben] 10:02:20\nyo"

        assert turns_of(script) == [("Anna Lee", "hi"), ("Ben", "yo")]
        assert warnings_of(script) == [(WarningKind.TIMES_DROPPED, 1, None)]

    def test_of_names_in_brackets_may_have_a_direction(self) -> None:
        script = "[Anna](laughing): hi\n[Ben](whispering)：yo"

        assert turns_of(script) == [("Anna", "hi"), ("Ben", "[whispering] yo")]
        assert warnings_of(script) == [(WarningKind.DIRECTION_NOT_SPOKEN, 1, 0)]

    def test_of_footnotes_are_none(self) -> None:
        assert problems_of("[^A]: hi\n[^A]: yo\nB: no") == [(ProblemKind.NO_SPEAKER, 1)]

    def test_a_definition_of_a_link_is_one_of_a_speaker_where_the_speaker_says_more(self) -> None:
        assert turns_of("[Anna]: https://x.y\n[Anna]: hi") == [("Anna", "x.y"), ("Anna", "hi")]

    def test_in_brackets_everything_is_a_name(self) -> None:
        assert turns_of("[他說：] 好\n[A、B] 一起\n[旁白（女）] 早") == [
            ("他說：", "好"),
            ("A、B", "一起"),
            ("旁白（女）", "早"),
        ]

    def test_may_name_several_speakers_of_the_script(self) -> None:
        assert turns_of("甲：早\n乙：安\n甲、乙：好\n甲、丙：嗨\nA: hi\nA, 甲: yo")[2:] == [
            ("甲、乙", "好\n甲、丙：嗨"),
            ("A", "hi"),
            ("A, 甲", "yo"),
        ]

    def test_in_code_there_are_none(self) -> None:
        script = "A: see\n```yaml\n# a comment\nhost: *local*\n```\nB: ok\n```text\nA: yo\n```"

        assert turns_of(script) == [("A", "see\n\\# a comment\nhost: \\*local*"), ("B", "ok"), ("A", "yo")]

    def test_of_line_ends(self) -> None:
        for line_break in ["\n", "\r\n", "\r", "\u2028"]:
            script = f"\ufeffA: 一{line_break}{line_break}B: 二{line_break}三{line_break}"

            turns = parse(script).turns

            assert [(turn.speaker, turn.text, turn.line) for turn in turns] == [("A", "一", 1), ("B", "二\n三", 3)]


class TestLinesWithoutSpeaker:
    def test_go_on_with_the_turn_before(self) -> None:
        for line in [
            "再見", "他說：好", "她輕聲問道：你在嗎？", "「他說：好」", "“Listen: nothing.”", "時間是 12:30",
            "12:30 開始", "比數 3：2 領先", "https://example.com/a:b", "請看 https://example.com", "C:\\Users\\anna",
            "Note: the shop closes at five.", "注意：門口有狗。", "P.S.: call me", "重點是：不要遲到",
            "原因如下：第一，太貴", "我昨天想說的話：謝謝", "我覺得：可以", "He said: no.",
            "Here is the thing: it rains.", "I have one question: why?", "Well, listen: no.",
            "We met. Then: nothing.", "the whole of the story: sad", "早上、中午、晚上：三餐", "哈哈 :)", ":)",
            "：開頭就是冒號", "10:00", "[00:12] 你好", "[文件](https://example.com)", "[文件]: https://example.com",
            "[^1]: NASA, 2019.", "| A: 1 | B: 2 |", "|:---|---:|", "*Note: nothing* is open", "** Note: nothing",
            "1. 你好", "- 牛奶",
        ]:  # fmt: skip
            assert turns_of(f"A: 早\nB: 安\n{line}\nA: 好", Markup.LITERAL) == [
                ("A", "早"),
                ("B", f"安\n{line}"),
                ("A", "好"),
            ]

    def test_within_a_turn_nothing_is_a_label(self) -> None:
        for text in ["他說：好", "12:30", "https://example.com", "[笑] 好", "(笑)", "B：安", "Note: no", ": x"]:
            assert turns_of(f"A: {text}", Markup.LITERAL) == [("A", text)]

    def test_that_are_not_spoken(self) -> None:
        for line in ["", "   ", "\u3000", "\t", "（兩人沉默）", "(laughs)", "---", "====", "***", ">"]:
            assert turns_of(f"{line}\nA: 早\n{line}\n安\n{line}\nB: 好\n{line}") == [("A", "早\n安"), ("B", "好")]

    def test_a_name_on_a_line_of_its_own_speaks_what_is_below_it(self) -> None:
        assert turns_of("[A]\n早\n\n安\nB:\n好") == [("A", "早\n安"), ("B", "好")]


class TestProse:
    def test_that_stands_before_a_colon_again_is_a_name(self) -> None:
        assert turns_of("A: 早\n老師說：安\nA: 好\n老師說：坐") == [
            ("A", "早"), ("老師說", "安"), ("A", "好"), ("老師說", "坐"),
        ]  # fmt: skip

    def test_that_stands_there_once_is_spoken(self) -> None:
        assert turns_of("A: 早\n老師說：安") == [("A", "早\n老師說：安")]

    @pytest.mark.parametrize(
        "label",
        [
            "**{}:**", "***{}:***", "__{}__:", "**{}**：", "**{} (softly):**", "<b>{}</b>:", "<strong>{}</strong>:",
            "[{}]:", "【{}】",
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("name", ["I think of you", "What, me", "Alpha Beta Gamma Delta Epsilon Zeta Eta"])
    def test_in_bold_or_in_brackets_is_a_name(self, label: str, name: str) -> None:
        assert [speaker for speaker, _ in turns_of(f"A: yo\n{label.format(name)} hi")] == ["A", name]

    @pytest.mark.parametrize(
        "line",
        [
            "I think of you: hi", "*I think of you:* hi", "_I think of you_: hi", "<i>I think of you</i>: hi",
            "**I** think of you: hi", "What, me: hi", "Alpha Beta Gamma Delta Epsilon Zeta Eta: hi",
        ],
    )  # fmt: skip
    def test_with_other_marks_or_with_none_is_spoken(self, line: str) -> None:
        assert [speaker for speaker, _ in turns_of(f"A: yo\n{line}")] == ["A"]

    @pytest.mark.parametrize("words", ["Every time he came", "Every iPhone he sells", "We agree"])
    def test_that_reads_like_a_clause_is_spoken(self, words: str) -> None:
        assert [speaker for speaker, _ in turns_of(f"A: yo\n{words}: hi")] == ["A"]

    @pytest.mark.parametrize("words", ["Every Time he came", "Old man Bob", "Anna she"])
    def test_with_few_words_or_more_capitals_is_a_name(self, words: str) -> None:
        assert [speaker for speaker, _ in turns_of(f"A: yo\n{words}: hi")] == ["A", words]

    def test_of_at_most_six_words_is_a_name(self) -> None:
        assert turns_of("Alpha Beta Gamma Delta Epsilon Zeta: hi") == [("Alpha Beta Gamma Delta Epsilon Zeta", "hi")]

    @pytest.mark.parametrize("label", ["**Note:**", "<b>Note</b>:", "Note:"])
    def test_of_a_remark_is_a_name_only_in_brackets(self, label: str) -> None:
        assert turns_of(f"{label} hi\nA: yo") == [("A", "yo")]
        assert turns_of("[Note]: hi\nA: yo") == [("Note", "hi"), ("A", "yo")]

    def test_names_the_speakers_of_a_story(self) -> None:
        assert turns_of("小明說：早\n小華問：你好嗎？\n小明說：好\n他說：走吧") == [
            ("小明說", "早"), ("小華問", "你好嗎？"), ("小明說", "好"), ("他說", "走吧"),
        ]  # fmt: skip

    def test_of_an_interview_is_names(self) -> None:
        assert turns_of("提問：多少？\n回答：12:30") == [("提問", "多少？"), ("回答", "12:30")]

    def test_a_quoting_he_said_is_no_name_however_often(self) -> None:
        assert turns_of("A: 早\n他說：一\n他說：二") == [("A", "早\n他說：一\n他說：二")]


class TestSpellings:
    @pytest.mark.parametrize("label", ["{}: 早", "[{}] 早", "**{}**: 早"])
    def test_of_one_name_are_one_speaker_called_as_first(self, label: str) -> None:
        for one, other in SAME:
            script = f"{label}\nB: 好\n{label}".replace("{}", "%s") % (one, other)

            first, _, second = turns_of(script)

            assert first == second
            assert speaker_key(first[0]) == speaker_key(one)

    def test_of_prose_make_it_stand_before_a_colon_again(self) -> None:
        for one, other in SAME:
            script = f"A: 早\n{one.strip()}說: 安\nB: 好\n{other.strip()}說: 坐"

            assert [turn[1] for turn in turns_of(script)] == ["早", "安", "好", "坐"]

    def test_of_a_remark_are_no_name(self) -> None:
        for remark in ["Ｎｏｔｅ", "No\u00adte", "\u2060Note", "注\ufe00意"]:
            assert turns_of(f"A: 早\nB: 安\n{remark}: 好") == [("A", "早"), ("B", f"安\n{remark}: 好")]

    def test_of_a_title_are_no_full_stop(self) -> None:
        assert turns_of("Dr. Wang: 早\nＤｒ. Wang: 安\nD\u2060r. Wang: 好") == [
            ("Dr. Wang", "早"),
            ("Dr. Wang", "安"),
            ("Dr. Wang", "好"),
        ]

    def test_a_label_may_come_after_an_invisible_mark(self) -> None:
        for mark in ["\u200e", "\u200f", "\u2068", "\ufeff", "\u200b", "\u200b \u200e"]:
            for label in ["A: ", "[A] ", "**A:** ", "[00:12] A: "]:
                assert turns_of(f"{mark}{label}早") == [("A", "早")]

    @pytest.mark.parametrize("line", ["\u200e", "\u200b", " \ufeff\u200f "])
    def test_a_line_of_invisible_marks_is_blank(self, line: str) -> None:
        assert turns_of(f"{line}\nA: 早\n{line}\n安") == [("A", "早\n安")]

    def test_have_at_most_fifty_characters_each(self) -> None:
        assert problems_of(f"Maya: 早\nMaya{chr(0x2060) * 47}: 安") == [(ProblemKind.NAME_TOO_LONG, 2)]


class TestNamesWithoutAColon:
    @pytest.mark.parametrize(
        ("script", "kind", "lines"),
        [
            ("Anna - hi\nBen - yo", QuestionKind.SPEAKER_DASH, (1, 2)),
            ("Anna - hi\nAnna - yo\nAnna - ho", QuestionKind.SPEAKER_DASH, (1, 2, 3)),
            ("Anna - hi\nfoo.\nBen - yo\nbar.", QuestionKind.SPEAKER_DASH, (1, 3)),
            ("# One\nAnna - hi\nfoo.\n# Two\nBen - yo\nbar.", QuestionKind.SPEAKER_DASH, (2, 5)),
            ("Anna\nhi.\n\nBen\nyo.\n\nAnna\nho.", QuestionKind.SPEAKER_LINES, (1, 4, 7)),
            ("Anna\nhi.\n\nfoo.\n\nAnna\nyo.", QuestionKind.SPEAKER_LINES, (1, 6)),
            ("# One\n\nAnna\nhi.\n\n# Two\n\nfoo.\n\n# Three\n\nAnna\nyo.", QuestionKind.SPEAKER_LINES, (3, 12)),
        ],
    )
    def test_are_asked_about(self, script: str, kind: QuestionKind, lines: tuple[int, ...]) -> None:
        parsed = parse(script)

        assert {turn.speaker for turn in parsed.turns} <= {"Anna", "Ben"}
        assert [(each.kind, each.lines) for each in parsed.questions] == [(kind, lines)]

    @pytest.mark.parametrize(
        "script",
        [
            "Anna - hi",
            "Anna - hi\nAnna - yo",
            "Anna - hi\nfoo.\nBen - yo\nbar.\nbaz.",
            "Anna\nhi.\n\nBen\nyo.",
            "Anna\nhi.\n\nfoo.\n\nbaz.\n\nAnna\nyo.",
            "Anna 10:02\nhi.",
        ],
    )
    def test_are_none_if_they_are_too_few(self, script: str) -> None:
        assert {speaker for speaker, _ in turns_of(script)} == {"Narrator"}

    @pytest.mark.parametrize(
        ("script", "turns"),
        [
            ('**Anna** - "hi"\n_Ben_ — yo', [("Anna", "hi"), ("Ben", "yo")]),
            ('Anna; hi\n"Ben"; yo', [("Anna", "hi"), ("Ben", "yo")]),
            ("Anna - hi\n(Zoe - laughs)\nBen - yo\nwell - no", [("Anna", "hi"), ("Ben", "yo\nwell - no")]),
            ("# Zoe - hm\nAnna - hi\nBen - yo", [("Anna", "hi"), ("Ben", "yo")]),
        ],
    )
    def test_are_divided_from_the_words_beside_them(self, script: str, turns: list[tuple[str, str]]) -> None:
        assert turns_of(script) == turns

    @pytest.mark.parametrize("time", ["10:02", "(10:02)", "[10:02]", "— Today at 10:02 AM", "- 10:02"])
    def test_need_not_be_repeated_if_they_have_a_time(self, time: str) -> None:
        parsed = parse(f"Anna {time}\nhi.\n\nBen {time}\nyo.")

        assert [(turn.speaker, turn.text) for turn in parsed.turns] == [("Anna", "hi."), ("Ben", "yo.")]
        assert [(warning.kind, warning.text) for warning, _ in parsed.warnings] == [
            (WarningKind.TIMES_DROPPED, time.strip("—-()[] "))
        ]
        assert parsed.questions == ()


class TestNamesAboveTheirWords:
    @pytest.mark.parametrize(
        "name",
        [
            "Anna", "**Anna**", "_Anna_", "Anna B.C", "Ludwig van Beethoven", "Agent 47", "O’Neil", "Anna-Lena",
            "小明", "小明小明小明", "A" * 10 + "b" * 40,
        ],
    )  # fmt: skip
    def test_are_a_few_words_with_capitals_or_a_few_wide_characters(self, name: str) -> None:
        script = f"{name}\nhello there, you.\n\nZoe\nfine, thanks.\n\n{name}\nand so on."

        assert turns_of(script) == [
            (name.strip("*_"), "hello there, you."), ("Zoe", "fine, thanks."), (name.strip("*_"), "and so on.")
        ]  # fmt: skip
        assert warnings_of(script) == []

    @pytest.mark.parametrize(
        "words",
        [
            "anna", "Anna sits", "the Beethoven", "Anna Maria Luise Clara", "Yes.", "Anna!", "3 Men",
            "小明小明小明小", "A" * 10 + "b" * 41,
        ],
    )  # fmt: skip
    def test_are_not_what_reads_otherwise(self, words: str) -> None:
        script = f"{words}\nhello there, you.\n\nZoe\nfine, thanks.\n\n{words}\nand so on."

        assert len({speaker for speaker, _ in turns_of(script)}) == 1


class TestWithoutSpeakers:
    SCRIPT = "(A remark.)\nOne.\nTwo.\n\n(sighs)\n\nThree.\n\n# Part\nFour."

    @pytest.mark.parametrize(
        ("max_turns", "texts"), [(3, ["One.\nTwo.", "Three.", "Four."]), (2, ["One.\nTwo.\nThree.", "Four."])]
    )
    def test_each_paragraph_is_a_turn_unless_they_are_too_many(self, max_turns: int, texts: list[str]) -> None:
        parsed = parse(self.SCRIPT, max_turns=max_turns)

        assert [(turn.speaker, turn.text) for turn in parsed.turns] == [("Narrator", text) for text in texts]
        assert [(turn.line, turn.chapter) for turn in parsed.turns][-1] == (10, "Part")

    def test_two_take_turns_line_by_line_if_the_author_has_chosen_that(self) -> None:
        parsed = parse(self.SCRIPT, (QuestionKind.NO_SPEAKERS, "", Choice.ALTERNATE))

        assert [(turn.speaker, turn.text, turn.line) for turn in parsed.turns] == [
            ("A", "One.", 2), ("B", "Two.", 3), ("A", "Three.", 7), ("B", "Four.", 10)
        ]  # fmt: skip
        assert [(warning.kind, warning.line, turn) for warning, turn in parsed.warnings] == [
            (WarningKind.DIRECTION_NOT_SPOKEN, 1, 0), (WarningKind.DIRECTION_NOT_SPOKEN, 5, 1)
        ]  # fmt: skip


class TestTagsAndDirections:
    def test_a_tag_at_the_start_of_a_line_is_no_speaker(self) -> None:
        assert turns_of("A: one\n[pause:500ms] and on\nB: yo") == [("A", "one\n[pause 500ms] and on"), ("B", "yo")]

    @pytest.mark.parametrize("line", ["[laughs] that is funny", "[laughs]that is funny", "that [laughs] is funny"])
    def test_a_direction_is_no_speaker_and_not_spoken(self, line: str) -> None:
        ((speaker, text),) = turns_of(f"A: hi\n{line}")

        assert (speaker, text.split()) == ("A", ["hi", "that", "is", "funny"])
        assert [(line, turn) for _, line, turn in warnings_of(f"A: hi\n{line}")] == [(2, 0)]

    @pytest.mark.parametrize("tag", ["[pause 1s]", "[pause:500ms]"])
    def test_a_pause_with_a_colon_after_it_is_none(self, tag: str) -> None:
        assert [speaker for speaker, _ in turns_of(f"A: hi\n{tag}: well")] == ["A"]

    def test_a_name_in_brackets_is_a_speaker(self) -> None:
        for line in ["[A] hi", "[S1] hi", "【小明】hi", "[Host]: hi", "[Music]: hi", "[A]\nhi"]:
            assert [text for _, text in turns_of(f"B: yo\n{line}")] == ["yo", "hi"]

    def test_another_label_shows_that_what_reads_like_a_direction_is_a_name(self) -> None:
        assert turns_of("[Thunder] hi\nA: yo\nThunder: hey") == [("Thunder", "hi"), ("A", "yo"), ("Thunder", "hey")]

    @pytest.mark.parametrize("below", ["# Part\nA: hi", "[A]: hi"])
    def test_a_name_in_brackets_above_a_heading_or_a_label_is_a_tag(self, below: str) -> None:
        assert turns_of(f"[Intro]\n{below}") == [("A", "hi")]
        assert warnings_of(f"[Intro]\n{below}") == [(WarningKind.UNKNOWN_TAG, 1, 0)]

    def test_what_stands_in_brackets_with_nothing_to_speak_is_no_speaker(self) -> None:
        for tag in ["[End]", "[MUSIC PLAYING]", "[Scene: a cafe]", "【完】"]:
            script = f"{tag}\nA: hi\n\n{tag}\n\nB: yo\n{tag}"

            assert turns_of(script) == [("A", "hi"), ("B", "yo")]
            assert warnings_of(script) == [
                (WarningKind.UNKNOWN_TAG, 1, 0),
                (WarningKind.UNKNOWN_TAG, 4, 0),
                (WarningKind.UNKNOWN_TAG, 7, 1),
            ]

    def test_what_stands_in_brackets_with_nothing_but_a_direction_is_reported(self) -> None:
        script = "A: hi\n[Thursday]\n(x)\nB: yo"

        assert turns_of(script) == [("A", "hi"), ("B", "yo")]
        assert warnings_of(script) == [
            (WarningKind.UNKNOWN_TAG, 2, None),
            (WarningKind.DIRECTION_NOT_SPOKEN, 3, None),
        ]

    def test_a_known_speaker_in_brackets_with_nothing_to_speak_is_a_problem(self) -> None:
        assert problems_of("[B]\nA: hi\n[B] yo") == [(ProblemKind.NO_TEXT, 1)]

    def test_a_line_in_marks_or_with_the_label_of_a_cue_is_a_direction(self) -> None:
        for line in [
            "(x)", "（安娜看著門）", "(Anna looks at the door.)", "*Intro music plays*", "♪ Upbeat music ♪",
            "△ A：走進門。",
            "SFX: a door opens", "**MUSIC:** upbeat", "*Sound: thunder*", "音效：門鈴聲", "場景：街上",
            "Musik: leise", "Music 2: upbeat",
        ]:  # fmt: skip
            script = f"{line}\nA: hi\n{line}\nyo"

            assert turns_of(script) == [("A", "hi\nyo")]
            assert warnings_of(script) == [
                (WarningKind.DIRECTION_NOT_SPOKEN, 1, 0),
                (WarningKind.DIRECTION_NOT_SPOKEN, 3, 0),
            ]

    def test_the_line_below_the_label_of_a_cue_belongs_to_it(self) -> None:
        script = "A: hi\nSFX:\nDoor slams.\nA: yo\nSFX: bang\nbye"

        assert turns_of(script) == [("A", "hi"), ("A", "yo\nbye")]
        assert [line for _, line, _ in warnings_of(script)] == [2, 3, 5]
        for choice, turns in [
            (Choice.SPEAK, [("A", "hi"), ("SFX", "Door slams."), ("A", "yo"), ("SFX", "bang"), ("A", "bye")]),
            (Choice.LEAVE_OUT, [("A", "hi"), ("A", "yo\nbye")]),
        ]:
            parsed = parse(script, (QuestionKind.SOUND, "SFX", choice))
            assert [(turn.speaker, turn.text) for turn in parsed.turns] == turns

    def test_the_line_below_the_label_of_a_sound_is_reported_if_nobody_decided_about_that_sound(self) -> None:
        script = "Anna: hi\nSFX:\nRain [huh] falls.\nBen: yo\nMUSIC:\nLoud."

        def reported(choice: Choice) -> list[tuple[WarningKind, int]]:
            parsed = parse(script, (QuestionKind.SOUND, "SFX", choice))
            return [(warning.kind, warning.line) for warning, _ in parsed.warnings]

        not_spoken = [(WarningKind.DIRECTION_NOT_SPOKEN, line) for line in (5, 6)]
        assert reported(Choice.SPEAK) == [(WarningKind.UNKNOWN_TAG, 3), *not_spoken]
        assert reported(Choice.LEAVE_OUT) == [(WarningKind.SOUND_LEFT_OUT, 2), *not_spoken]

    def test_an_emphasized_line_is_spoken_unless_it_reads_like_a_direction(self) -> None:
        assert turns_of("A: hi\n*I love it*\n*laughs*\n**whispering**\n**Intro music plays**\nyo") == [
            ("A", "hi\nI love it\n[whispering]\nyo")
        ]

    def test_a_direction_before_the_first_speaker_is_reported_with_its_line(self) -> None:
        assert turns_of("（場景：捷運站）\n[Music fades in]\nA: hi") == [("A", "hi")]
        assert [line for _, line, _ in warnings_of("（場景：捷運站）\n[Music fades in]\nA: hi")] == [1, 2]

    def test_a_pause_before_the_first_speaker_is_kept(self) -> None:
        assert turns_of("[pause 1s]\nA: hi") == [("A", "[pause 1000ms]\nhi")]

    def test_a_style_beside_a_name_is_kept_as_a_tag(self) -> None:
        for line in ("A (whispering): hi", "[whispering] A: hi", "(whispering) A: hi", "**A (whispering):** hi"):
            assert turns_of(line) == [("A", "[whispering] hi")]

    def test_what_stands_beside_a_name_is_never_spoken(self) -> None:
        for direction in ["to Bob", "x", "旁白", "old friend of hers"]:
            assert turns_of(f"A ({direction}): hi") == [("A", "hi")]
            assert warnings_of(f"A ({direction}): hi") == [(WarningKind.DIRECTION_NOT_SPOKEN, 1, 0)]

    def test_a_direction_beside_a_name_is_reported_with_its_turn(self) -> None:
        assert turns_of("A: hi\nB（拍手）：真的嗎？") == [("A", "hi"), ("B", "真的嗎？")]
        assert warnings_of("A: hi\nB（拍手）：真的嗎？") == [(WarningKind.DIRECTION_NOT_SPOKEN, 2, 1)]

    @pytest.mark.parametrize("direction", ["(laughs)", "（笑）", "[laughs]"])
    def test_a_turn_of_nothing_else_is_none(self, direction: str) -> None:
        assert turns_of(f"A: hi\nB: {direction}\nC: yo") == [("A", "hi"), ("C", "yo")]
        assert [(line, turn) for _, line, turn in warnings_of(f"A: hi\nB: {direction}\nC: yo")] == [(2, None)]

    @pytest.mark.parametrize("text", ["……", "[pause 2000ms]", "…"])
    def test_a_turn_of_silence_is_one(self, text: str) -> None:
        assert turns_of(f"A: hi\nB: {text}\nA: yo") == [("A", "hi"), ("B", text), ("A", "yo")]

    @pytest.mark.parametrize(
        ("line", "time"),
        [
            ("[00:12] A: hi", "00:12"), ("00:12 A: hi", "00:12"), ("A [00:12]: hi", "00:12"),
            ("1. A (00:12): hi", "00:12"), ("[00:10] A [00:12]: hi", "00:10"),
        ],
    )  # fmt: skip
    def test_the_times_beside_labels_are_reported_once(self, line: str, time: str) -> None:
        parsed = parse(f"{line}\n[00:15] B: yo")

        assert [(warning.kind, warning.line, warning.text) for warning, _ in parsed.warnings] == [
            (WarningKind.TIMES_DROPPED, 1, time)
        ]

    def test_literal_text_stays_as_it_stands(self) -> None:
        script = "A: **hi** [pause 1s]\n# B\n(x)"

        assert turns_of(script, Markup.LITERAL) == [("A", "**hi** [pause 1s]\n# B\n(x)")]
        assert warnings_of(script, Markup.LITERAL) == []

    def test_literal_or_not_a_direction_beside_a_name_is_not_spoken_and_reported(self) -> None:
        assert turns_of("A (softly): hi", Markup.LITERAL) == [("A", "hi")]
        assert warnings_of("A (softly): hi", Markup.LITERAL) == [(WarningKind.DIRECTION_NOT_SPOKEN, 1, 0)]


class TestAction:
    SCRIPT = (
        "Anna: hi\n\nBen enters.\nHe sits.\n\nBen: yo\nAnna laughs.\n\nHe laughs.\n\nNarrator: It was late.\n\n"
        "Anna went home.\n\nAnna: bye\n\nBen, are you there?"
    )

    def test_is_a_paragraph_that_begins_with_a_name_if_nobody_narrates(self) -> None:
        parsed = parse(self.SCRIPT)

        assert [(each.kind, each.lines) for each in parsed.questions] == [(QuestionKind.ACTION, (3, 4))]

    @pytest.mark.parametrize(
        ("choice", "spoken"), [(Choice.LEAVE_OUT, "hi"), (Choice.TEXT, "hi\nBen enters.\nHe sits.")]
    )
    def test_is_left_out_or_spoken_as_the_author_has_chosen(self, choice: Choice, spoken: str) -> None:
        parsed = parse(self.SCRIPT, (QuestionKind.ACTION, "", choice))

        assert [(turn.speaker, turn.text) for turn in parsed.turns] == [
            ("Anna", spoken),
            ("Ben", "yo\nAnna laughs.\nHe laughs."),
            ("Narrator", "It was late.\nAnna went home."),
            ("Anna", "bye\nBen, are you there?"),
        ]


class TestSounds:
    SCRIPT = (
        "[SFX]: crash\n# Two\n[Sfx]: bang [huh]\n[Ben]: yo [huh]\n[Sfx]: boom\n[Ann]: no [huh]\n# End\n[SFX]: bye"
    )

    def parse(self, *choices: Choice) -> ParsedScript:
        return parse(self.SCRIPT, *((QuestionKind.SOUND, "SFX", choice) for choice in choices))

    @pytest.mark.parametrize("choice", [None, Choice.SPEAK, Choice.SOUND])
    def test_have_one_name_however_it_is_spelled(self, choice: Choice | None) -> None:
        parsed = self.parse(*[choice] if choice else [])

        assert [(turn.speaker, turn.text, turn.chapter) for turn in parsed.turns] == [
            ("SFX", "crash", None), ("SFX", "bang", "Two"), ("Ben", "yo", None), ("SFX", "boom", None),
            ("Ann", "no", None), ("SFX", "bye", "End"),
        ]  # fmt: skip
        assert {turn.speaker for turn in parsed.turns if turn.is_sound} == (
            {"SFX"} if choice is Choice.SOUND else set()
        )
        assert [(each.speaker, each.lines) for each in parsed.questions] == (
            [] if choice else [("SFX", (1, 3, 5, 8))]
        )

    def test_that_are_left_out_leave_their_chapter_and_their_warnings(self) -> None:
        parsed = self.parse(Choice.LEAVE_OUT)

        assert [(turn.speaker, turn.text, turn.chapter) for turn in parsed.turns] == [
            ("Ben", "yo", "Two"), ("Ann", "no", None)
        ]  # fmt: skip
        assert [(warning.kind, warning.line, warning.text, turn) for warning, turn in parsed.warnings] == [
            (WarningKind.SOUND_LEFT_OUT, 1, "SFX", None),
            (WarningKind.UNKNOWN_TAG, 3, "[huh]", None),
            (WarningKind.UNKNOWN_TAG, 4, "[huh]", 0),
            (WarningKind.UNKNOWN_TAG, 6, "[huh]", 1),
            (WarningKind.NOT_DIALOGUE, 8, "End", None),
        ]

    def test_alone_may_not_be_left_out(self) -> None:
        leave_out = (QuestionKind.SOUND, "SFX", Choice.LEAVE_OUT)

        assert problems_of("[SFX]: crash\n[SFX]: boom", leave_out) == [(ProblemKind.EMPTY, 1)]


def test_names_that_differ_in_case_are_asked_about() -> None:
    parsed = parse("[Ben]: a\n[ben]: b\n[Ann]: c\n[BEN]: d\n[ben]: e")

    assert [(each.kind, each.speaker, each.other, each.lines) for each in parsed.questions] == [
        (QuestionKind.SAME_SPEAKER, "ben", "Ben", (2, 5)), (QuestionKind.SAME_SPEAKER, "BEN", "Ben", (4,))
    ]  # fmt: skip


class TestChapters:
    def test_a_heading_begins_a_chapter_with_the_next_turn(self) -> None:
        assert chapters_of("A: hi\n\n## Part two\n\nB: yo") == [("A", "hi", None), ("B", "yo", "Part two")]

    def test_a_scene_heading_of_a_screenplay_with_labels_begins_a_chapter(self) -> None:
        assert chapters_of("INT. CAFE - DAY\n\nANNA: Hi.\nInt. and so on\nEXT. PARK\nBOB: Yo") == [
            ("ANNA", "Hi.\nInt. and so on", "INT. CAFE - DAY"),
            ("BOB", "Yo", "EXT. PARK"),
        ]

    def test_a_heading_before_the_first_speaker_is_of_the_first_turn(self) -> None:
        assert chapters_of("# Title\nA: hi") == [("A", "hi", "Title")]

    def test_a_heading_amid_a_turn_ends_it_and_its_speaker_goes_on(self) -> None:
        assert chapters_of("A: hi\n## Two\nmore\nand more") == [("A", "hi", None), ("A", "more\nand more", "Two")]

    def test_a_heading_between_a_name_and_its_words_is_of_that_turn(self) -> None:
        assert chapters_of("B: yo\nA:\n## Two\nhi") == [("B", "yo", None), ("A", "hi", "Two")]

    def test_a_line_in_bold_is_a_heading(self) -> None:
        script = "**Podcast: Tea**\n\n**A:** hi\n\n**Part 2: Milk**\n\n**B:** yo\n\n__Outro__\nA: bye\n\n**The End**"

        assert chapters_of(script) == [
            ("A", "hi", "Podcast: Tea"),
            ("B", "yo", "Part 2: Milk"),
            ("A", "bye", "Outro"),
        ]
        assert warnings_of(script) == [(WarningKind.NOT_DIALOGUE, 12, None)]

    def test_a_line_in_bold_has_at_most_eighty_characters_if_it_is_a_heading(self) -> None:
        for title, expected in [("x" * 80, "x" * 80), ("x" * 81, None), ("X", "X"), ("Part (two)", "Part (two)")]:
            assert chapters_of(f"A: hi\n\n**{title}**\n\nB: yo")[-1] == ("B", "yo", expected)

    def test_a_tag_or_a_direction_in_bold_is_no_heading(self) -> None:
        for words in ["[pause]", "pause 2s", "angry", "laughs", "(later)", "[laughs]"]:
            assert chapters_of(f"A: hi\n\n**{words}**\n\nB: yo")[-1] == ("B", "yo", None)

    def test_a_line_in_bold_that_is_a_sentence_or_amid_others_is_spoken(self) -> None:
        for line in ["**Stop!**", "**No** way, **no**", "**Hear**\nthis", "so\n**Part 2**"]:
            assert turns_of(f"A: hi\n\n{line}\n\nB: yo")[0] == ("A", f"hi\n{line}".replace("**", ""))

    def test_lines_in_bold_with_the_speakers_of_a_script_are_no_headings(self) -> None:
        assert turns_of("**A: hi**\n\n**B: yo!**") == [("A", "hi"), ("B", "yo!")]
        assert turns_of("**A: hi**\n\nA: yo") == [("A", "hi"), ("A", "yo")]

    def test_of_several_headings_the_last_is_taken_and_the_others_are_reported(self) -> None:
        script = "# Title\n## One\nA: hi\n## End"

        assert chapters_of(script) == [("A", "hi", "One")]
        assert warnings_of(script) == [(WarningKind.NOT_DIALOGUE, 1, None), (WarningKind.NOT_DIALOGUE, 4, None)]

    def test_the_chapter_of_a_turn_that_is_none_begins_with_the_next(self) -> None:
        assert chapters_of("A: hi\n## Two\nB: (laughs)\nC: yo") == [("A", "hi", None), ("C", "yo", "Two")]

    def test_the_chapter_of_a_turn_that_is_none_is_reported_if_the_next_turn_begins_another(self) -> None:
        script = "A: hi\n## Two\nB: (laughs)\n## Three\nC: yo"

        assert chapters_of(script) == [("A", "hi", None), ("C", "yo", "Three")]
        assert warnings_of(script) == [
            (WarningKind.NOT_DIALOGUE, 2, None),
            (WarningKind.DIRECTION_NOT_SPOKEN, 3, None),
        ]


class TestFrames:
    def test_words_that_announce_a_script_are_reported_and_not_spoken(self) -> None:
        for preamble in [
            "Sure! Here is the script:\n", "Here is the dialogue:\n", "Hier ist der Dialog:\n",
            "Voici le dialogue :\n", "以下がスクリプトです：\n", "當然！以下是您的腳本：\n",
            "بالتأكيد! إليك الحوار:\n", "I wrote a script for you.\n\n---\n", "Here you are:\n```",
            "I wrote this.\n\n**Script:**\n", "播客腳本：\n", "標題：早晨", "**時長：** 約 5 分鐘",
            "*A short audio drama*", "Title: The Letter\nDuration: 5 min",
        ]:  # fmt: skip
            script = f"{preamble}\nA: hi\n\nB: yo"

            assert turns_of(script) == [("A", "hi"), ("B", "yo")]
            assert warnings_of(script)[0] == (WarningKind.NOT_DIALOGUE, 1, None)

    @pytest.mark.parametrize(
        ("title", "lines"),
        [("My day", (1,)), ("*Remark*\nMy day", (2,)), ("One\nTwo\nThree\nFour", (1, 2, 3, 4)), ("x" * 80, (1,))],
    )
    def test_a_few_short_lines_may_be_a_title(self, title: str, lines: tuple[int, ...]) -> None:
        script = f"{title}\n\nA: hi\nB: yo"
        spoken = parse(script, (QuestionKind.PREAMBLE, "", Choice.SPEAK)).turns

        assert turns_of(script) == [("A", "hi"), ("B", "yo")]
        assert {line for _, line, _ in warnings_of(script)} == set(range(1, max(lines) + 1))
        questions = parse(script).questions
        assert [(each.kind, each.lines) for each in questions] == [(QuestionKind.PREAMBLE, lines)]
        assert (spoken[0].speaker, spoken[0].line) == ("Narrator", lines[0])
        assert spoken[0].text == title.removeprefix("*Remark*\n")

    @pytest.mark.parametrize("words", ["My day.", "One\nTwo\nThree\nFour\nFive", "x" * 81])
    def test_sentences_and_longer_words_are_no_title(self, words: str) -> None:
        assert problems_of(f"{words}\n\nA: hi\nB: yo\nA: ho") == [(ProblemKind.NO_SPEAKER, 1)]

    @pytest.mark.parametrize("words", ["Unser neues Stück", "Dialog", "甲乙丙丁戊己"])
    def test_words_with_a_colon_and_a_blank_line_below_announce_a_script(self, words: str) -> None:
        assert turns_of(f"{words}:\n\nA: hi") == [("A", "hi")]
        assert warnings_of(f"{words}:\n\nA: hi") == [(WarningKind.NOT_DIALOGUE, 1, None)]

    @pytest.mark.parametrize(
        "script",
        [
            "Unser neues Stück:\nA: hi", "Unser Stück:\n\nA: hi", "[Unser neues Stück]:\n\nA: hi",
            "甲乙丙丁戊：\n\nA: hi", "A乙丙丁戊己：\n\nA: hi", "Abcdefgh:\n\nA: hi",
        ],
    )  # fmt: skip
    def test_a_name_announces_nothing(self, script: str) -> None:
        assert problems_of(script) == [(ProblemKind.NO_TEXT, 1)]
        assert len(turns_of(script.replace("\nA:", "\nho\nA:", 1))) == 2

    def test_any_other_words_before_the_first_speaker_are_a_problem(self) -> None:
        for before in [
            "Hello everybody.\n", "Here is the dialogue:", "Here it is:\nwelcome\n", "Characters:\n",
            "Title: x\n" * 51,
        ]:  # fmt: skip
            assert problems_of(f"{before}\nA: hi") == [(ProblemKind.NO_SPEAKER, 1)]

    def test_a_short_name_without_words_is_a_problem(self) -> None:
        assert [(each.kind, each.line, each.speaker) for each in refusal_of("Anna:\n\nBen: yo")] == [
            (ProblemKind.NO_TEXT, 1, "Anna")
        ]

    def test_headings_and_directions_may_stand_between(self) -> None:
        script = "Here is it:\n\n**INTRO**\n\n*[Sound effect: a door creaks]*\n\n**A:** hi\n"

        assert chapters_of(script) == [("A", "hi", "INTRO")]

    def test_a_paragraph_after_a_framed_script_may_be_longer_than_the_last_turn(self) -> None:
        assert turns_of("Here it is:\n\n---\nA: hi\n\nB: yo\n---\n\nTell me if\nyou like it!") == [
            ("A", "hi"), ("B", "yo")
        ]  # fmt: skip

    @pytest.mark.parametrize(("opening", "closing"), [("---", "---"), ("```", "```"), ("```text", "```")])
    def test_a_paragraph_after_a_framed_script_is_reported_and_not_spoken(self, opening: str, closing: str) -> None:
        script = f"Here it is:\n\n{opening}\nA: hi\n\nB: yo\nho\n{closing}\n\nTell me if\nyou like it!"

        assert turns_of(script) == [("A", "hi"), ("B", "yo\nho")]
        assert warnings_of(script) == [(WarningKind.NOT_DIALOGUE, line, None) for line in (1, 10, 11)]

    @pytest.mark.parametrize(
        "script",
        [
            "A: hi\n\n---\n\nThe next day.",
            "Here it is:\n\nA: hi\n\n---\n\nThe next day.",
            "Here it is:\n\n---\n\nA: hi\n\n---\n\nThe next day.\n\nAnd the next.",
        ],
    )
    def test_after_a_rule_alone_a_speaker_goes_on(self, script: str) -> None:
        assert turns_of(script)[-1][1].startswith("hi\nThe next day.")


class TestProblems:
    def test_nothing_to_speak(self) -> None:
        for script in ["", " \r\n\t", "\ufeff", "（沉默）", "---\n\n"]:
            assert problems_of(script) == [(ProblemKind.EMPTY, 1)]

    def test_text_before_any_speaker_is_told_once(self) -> None:
        assert problems_of("\n大家好\n今天\nA: 早") == [(ProblemKind.NO_SPEAKER, 2)]

    def test_a_list_of_the_cast_is_text_before_any_speaker(self) -> None:
        assert problems_of("Characters:\n\n- A: a barista\n\nA: hi") == [(ProblemKind.NO_SPEAKER, 1)]

    def test_speakers_without_text_are_all_told(self) -> None:
        assert problems_of("A:\nB: 早\n[C]:\n---\nA:") == [
            (ProblemKind.NO_TEXT, 1),
            (ProblemKind.NO_TEXT, 3),
            (ProblemKind.NO_TEXT, 5),
        ]

    def test_a_name_of_more_than_fifty_characters(self) -> None:
        for label in ["{}: 早", "{}：早", "[{}] 早", "【{}】：早"]:
            for letter in ["N", "名"]:
                assert problems_of("A: 早\n" + label.format(letter * 51)) == [(ProblemKind.NAME_TOO_LONG, 2)]

    def test_a_comment_alone_is_no_text(self) -> None:
        assert [(each.kind, each.line, each.speaker) for each in refusal_of("A: hi\nB: <!-- x -->")] == [
            (ProblemKind.NO_TEXT, 2, "B")
        ]

    def test_a_name_that_is_too_long_is_a_problem_even_if_nobody_else_is_named(self) -> None:
        assert problems_of(f"{'A' * 51}: hi\nfoo\nbar\nbaz\nqux") == [(ProblemKind.NAME_TOO_LONG, 1)]

    def test_a_problem_names_no_more_of_a_speaker_than_may_be(self) -> None:
        assert refusal_of("N" * 100_000 + ": 早")[0].speaker == "N" * 50

    def test_too_many_turns_are_told_alone(self) -> None:
        for turn in ["A: 早", "A:", "[A]:", "老師說: 早", "N" * 60 + ":"]:
            assert [(problem.kind, problem.line) for problem in refusal_of(f"{turn}\n\n" * 5, max_turns=3)] == [
                (ProblemKind.TOO_MANY_TURNS, 7)
            ]

    def test_a_turn_too_many_is_counted_with_those_that_only_later_lines_show(self) -> None:
        script = "A: 早\n老師說: 安\nA: 好\n老師說: 坐\nA: 再見"

        assert [problem.line for problem in refusal_of(script, max_turns=4)] == [5]


def test_no_script_takes_long() -> None:
    for piece in ("(", "[", "**a", "- ", "1. ", "a ", "A:", "名", "A. ", "(a", "a（", "he ", "我", "\n", ":", "_"):
        with little_time(piece), suppress(ScriptNotUnderstood):
            parse(f"A: x\n{long(piece)}")
