"""Formats of scripts: which one it is, and what each makes of a script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from castline.scripts.errors import ProblemKind, ScriptNotUnderstood
from castline.scripts.formats import ScriptFormat, detect_format
from castline.scripts.markup import Markup
from castline.scripts.parser import parse_script
from castline.scripts.questions import Answers, Choice, QuestionKind
from castline.scripts.warnings import WarningKind

if TYPE_CHECKING:
    from castline.scripts.parsed import ParsedScript

SRT = """\
1
00:00:01,000 --> 00:00:02,500
Anna: Hi there.

2
00:00:03,000 --> 00:00:04,000
<i>How are you?</i>

3
00:00:05,000 --> 00:00:06,000
{\\an8}- Bob: Fine.
- Anna: Good.

4
00:00:07,000 --> 00:00:08,000
[Anna] Bye.
"""
VTT = """\
WEBVTT - An interview
Kind: captions

NOTE
Nobody says this.

STYLE
::cue { color: red }

intro
00:01.000 --> 00:02.000 align:start
<v.loud Roger Bingham>We are in <c.yellow>New York</c></v>

00:03.000 --> 00:04.000
<v Roger Bingham>Tom &amp; Neil <00:03.500>are here.

00:05.000 --> 00:06.000
<v Neil>Hi</v> <v Tom>Hello</v>
"""
CUE = "00:01.000 --> 00:02.000\n"
FOUNTAIN = """\
Title: Big Fish
Author: Somebody

FADE IN:

INT. KITCHEN - DAY #1#

Anna walks in.
She sits down.

ANNA (V.O.)
(whispering)
Hello, **you**.
[[Is this too much?]]
And more.

BOB ^
Hi.

= They meet.

# Act Two

.FLASHBACK

@McClane
Yippee.
~La la la

> CUT TO:

/* A scene
that is cut. */

===

ANNA (CONT'D)
Bye.
"""


def parse(script: str, **options: ScriptFormat | Markup | Answers) -> ParsedScript:
    return parse_script(script, max_turns=1_000, **options)  # type: ignore[arg-type]


def turns_of(script: str) -> list[tuple[str, str]]:
    return [(turn.speaker, turn.text) for turn in parse(script).turns]


def reported(script: str) -> list[tuple[WarningKind, int, str]]:
    return [(warning.kind, warning.line, warning.text) for warning, _ in parse(script).warnings]


def problems_of(script: str) -> list[tuple[ProblemKind, int, str]]:
    with pytest.raises(ScriptNotUnderstood) as refused:
        parse(script)
    return [(problem.kind, problem.line, problem.path) for problem in refused.value.problems]


def test_the_format_is_found_out() -> None:
    for script, expected in [
        (SRT, "srt"), ("\ufeff" + SRT, "srt"), (SRT.replace("\n", "\r\n"), "srt"),
        ("Here are the subtitles:\n\n" + SRT, "srt"), ("00:01.000 --> 00:02.000\nHi", "srt"), (VTT, "vtt"),
        ("\ufeffWEBVTT\n\n00:01.000 --> 00:02.000\nHi", "vtt"),
        (FOUNTAIN, "fountain"), ("INT. HOUSE - DAY\n\nANNA\nHi.", "fountain"), ("ANNA\nHi.", "plain"),
        ("Title: T\n\nANNA\nHi.", "fountain"), ("INT. HOUSE\n\n# Part\n\nANNA\nHi.", "fountain"),
        ("\ufeff\nTitle: T\n\nANNA\nHi.", "fountain"), ("# Part\n\nANNA\nHi.", "markdown"),
        (".HOUSE\n\nANNA\nHi.", "plain"),
        ("ANNA\nHi there.\n\nBOB\nHello.", "fountain"), ("@小明\n你好\n\n@小華\n早安", "fountain"),
        ("Title: T\nCredit: by\nAuthor: J. D.\nDraft: 2\n\nFADE IN:\n\nANNA\nHi.\n\nCUT TO:\n\nBOB\nYo.", "fountain"),
        ("\nEXT. PARK\n\nBOB\n(laughing)\nNote: no.\n", "fountain"),
        ('[{"speaker": "A", "text": "hi"}]', "json"),
        ('\ufeff\n[\n  {"speaker": "A", "text": "hi"}\n]', "json"),
        ('{"turns": []}', "json"),
        ('```json\n[{"speaker": "A", "text": "hi"}]\n```', "json"),
        ("[{]", "json"), ("{}", "json"), ("A: hi\nB: yo", "plain"), ("[A] hi\n[B] yo", "plain"),
        ("[A] {hi}", "plain"), ("{A}: hi", "plain"), ("A: WEBVTT", "plain"),
        ("A: 00:00:01,000 --> 00:00:02,000", "plain"), ("A: x --> y", "plain"),
        ("ANNA: HI\n\nBOB: YO\n\nSTOP\nplease", "plain"), ("Title: A story\nA: hi", "plain"),
        ("A: hi\n\nINT. HOUSE\n\nB: yo", "plain"),
        ("ANNA: Hi\n\nNOW\nor never.\n\nBOB: Yo\n\nOK\nthen.", "plain"),
        ("A: hi\n\nNASA\nis great", "plain"), ("【小明】你好\n\n小華\n早安", "plain"),
        ("[S1] Hi there. [S2] Hello!", "plain"), ("<Person1>Hi</Person1>", "plain"),
        ("A: 2 * 3 * 4 = 24, snake_case, C#", "plain"), ("A: #1", "plain"), ("A: [1] is a footnote", "plain"),
        ("", "plain"), ("# One\n\nA: hi", "markdown"), ("**A:** hi", "markdown"),
        ("A: see [the map](https://example.com)", "markdown"),
        ("```\nA: hi\n```", "markdown"),
    ]:  # fmt: skip
        assert detect_format(script) == expected


def test_a_format_that_is_named_is_not_found_out() -> None:
    parsed = parse("ANNA\nHi there: you.", script_format=ScriptFormat.FOUNTAIN)

    assert (parsed.format, [turn.speaker for turn in parsed.turns]) == ("fountain", ["ANNA"])
    assert parse("A: hi", script_format=ScriptFormat.MARKDOWN).format == ScriptFormat.MARKDOWN


class TestCaptions:
    def test_cues_of_one_speaker_are_one_turn(self) -> None:
        assert [(turn.speaker, turn.text, turn.line) for turn in parse(SRT).turns] == [
            ("Anna", "Hi there.\nHow are you?", 3),
            ("Bob", "Fine.", 11),
            ("Anna", "Good.\nBye.", 12),
        ]

    def test_the_times_are_reported_once(self) -> None:
        assert reported(SRT) == [(WarningKind.TIMES_DROPPED, 2, "00:00:01,000 --> 00:00:02,500")]

    def test_voice_tags_name_speakers(self) -> None:
        assert turns_of(VTT) == [
            ("Roger Bingham", "We are in New York\nTom & Neil are here."),
            ("Neil", "Hi"),
            ("Tom", "Hello"),
        ]

    def test_what_is_no_subtitle_is_reported_a_block_at_a_time(self) -> None:
        assert reported(VTT) == [
            (WarningKind.NOT_DIALOGUE, 1, "WEBVTT - An interview Kind: captions"),
            (WarningKind.NOT_DIALOGUE, 4, "NOTE Nobody says this."),
            (WarningKind.NOT_DIALOGUE, 7, "STYLE ::cue { color: red }"),
            (WarningKind.TIMES_DROPPED, 11, "00:01.000 --> 00:02.000 align:start"),
        ]

    def test_a_bare_header_is_not_reported(self) -> None:
        assert [kind for kind, _, _ in reported("WEBVTT\n\n00:01.000 --> 00:02.000\nHi")] == [
            WarningKind.TIMES_DROPPED
        ]

    @pytest.mark.parametrize(
        ("text", "narrator"), [("Hi there.", "Narrator"), ("大家好", "旁白"), ("こんにちは、猫", "Narrator")]
    )
    def test_a_narrator_speaks_what_has_no_label(self, text: str, narrator: str) -> None:
        assert turns_of(f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n") == [(narrator, text)]

    def test_a_narrator_speaks_before_the_first_label(self) -> None:
        script = "1\n00:00:01,000 --> 00:00:02,000\nOnce upon a time.\n\n2\n00:00:03,000 --> 00:00:04,000\nAnna: Hi."

        assert turns_of(script) == [("Narrator", "Once upon a time."), ("Anna", "Hi.")]

    def test_prose_with_a_colon_is_no_speaker(self) -> None:
        assert turns_of("1\n00:00:01,000 --> 00:00:02,000\nHe said: no.") == [("Narrator", "He said: no.")]

    def test_a_number_sign_is_music_and_no_heading(self) -> None:
        for text, speaker in [("# La la", "Narrator"), ("Anna: # La la", "Anna"), ("<v Anna># La la", "Anna")]:
            assert [(turn.speaker, turn.text, turn.chapter) for turn in parse(CUE + text).turns] == [
                (speaker, "\\# La la", None)
            ]
            assert [turn.text for turn in parse(CUE + text, markup=Markup.LITERAL).turns] == ["# La la"]

    def test_voices_without_words_and_words_without_a_name(self) -> None:
        assert turns_of(f"{CUE}<v Anna></v>Hi <v></v>\n\n{CUE}<v>Yo</v>") == [("Anna", "Hi\nYo")]

    def test_a_header_of_two_lines_is_reported(self) -> None:
        bare, longer = "\ufeffWEBVTT \n\n", "WEBVTT\nKind: captions\n\n"

        assert [line for _, line, _ in reported(f"{bare}{CUE}Hi")] == [3]
        assert reported(f"{longer}{CUE}Hi")[0] == (WarningKind.NOT_DIALOGUE, 1, "WEBVTT Kind: captions")

    def test_a_blank_line_in_a_cue_and_a_number_that_is_spoken(self) -> None:
        script = "1\n00:00:01,000 --> 00:00:02,000\nAnna: One\n\ntwo\n3\n\n2\n00:00:03,000 --> 00:00:04,000\n4"

        assert turns_of(script) == [("Anna", "One\ntwo\n3\n4")]

    def test_dashes_are_of_the_last_two_speakers_in_turn_if_the_author_has_chosen_that(self) -> None:
        texts = [
            "- Who?\n- Me.", "Anna: Hi.", "- Too early.\n- Yes.", "Ben: Yo.", "- One.\n- Two.", "More.",
            "- (sighs)\n- Three.", "Anna: Bye.", "- One?", "- Four.\n- Five.",
        ]  # fmt: skip
        script = "\n\n".join(f"{CUE}{text}" for text in ["", *texts]).replace(CUE, "WEBVTT", 1)
        answers = Answers([(QuestionKind.CAPTION_LINES, "", Choice.ALTERNATE)])

        assert [each.kind for each in parse(script).questions] == [QuestionKind.CAPTION_LINES]
        assert [(turn.speaker, turn.text) for turn in parse(script, answers=answers).turns] == [
            ("Narrator", "Who?\nMe."), ("Anna", "Hi.\nToo early.\nYes."), ("Ben", "Yo."), ("Anna", "One."),
            ("Ben", "Two.\nMore."), ("Ben", "Three."), ("Anna", "Bye.\nOne?"), ("Ben", "Four."), ("Anna", "Five."),
        ]  # fmt: skip


class TestFountain:
    def test_characters_speak_and_scenes_are_chapters(self) -> None:
        assert [(turn.speaker, turn.text, turn.chapter, turn.line) for turn in parse(FOUNTAIN).turns] == [
            ("ANNA", "[whispering]\nHello, you.\nAnd more.", "INT. KITCHEN - DAY", 11),
            ("BOB", "Hi.", None, 17),
            ("McClane", "Yippee.\nLa la la", "FLASHBACK", 26),
            ("ANNA", "Bye.", None, 37),
        ]

    def test_what_nobody_speaks_is_reported_a_block_at_a_time(self) -> None:
        assert reported(FOUNTAIN) == [
            (WarningKind.NOT_DIALOGUE, 1, "Title: Big Fish Author: Somebody"),
            (WarningKind.NOT_DIALOGUE, 4, "FADE IN:"),
            (WarningKind.NOT_DIALOGUE, 8, "Anna walks in. She sits down."),
            (WarningKind.NOT_DIALOGUE, 14, "[[Is this too much?]]"),
            (WarningKind.NOT_DIALOGUE, 20, "= They meet."),
            (WarningKind.NOT_DIALOGUE, 22, "Act Two"),
            (WarningKind.NOT_DIALOGUE, 30, "> CUT TO:"),
            (WarningKind.NOT_DIALOGUE, 32, "/* A scene that is cut. */"),
        ]

    def test_of_scene_headings_and_sections(self) -> None:
        for heading in [
            "INT. HOUSE - DAY", "int. house", "EXT HOUSE", "EST. HOUSE", "INT./EXT. CAR", "I/E CAR", ".HOUSE",
            "# Act", "### Act",
        ]:  # fmt: skip
            (turn,) = parse(f"{heading}\n\n@Anna\nHi.").turns

            assert turn.chapter == heading.lstrip("# .")
        assert [turn.chapter for turn in parse("INT. HOUSE\n\n# **Act** Two #\n\nANNA\nHi.").turns] == ["Act Two"]

    def test_of_characters(self) -> None:
        for cue, speaker in [
            ("ANNA", "ANNA"), ("DR. WANG", "DR. WANG"), ("R2D2", "R2D2"), ("ANNA (O.S.) (CONT’D)", "ANNA"),
            ("@Anna", "Anna"), ("@小明", "小明"), ("BOB ^", "BOB"),
        ]:  # fmt: skip
            parsed = parse(f"INT. HOUSE\n\n{cue}\nHi.")

            assert [(turn.speaker, turn.text) for turn in parsed.turns] == [(speaker, "Hi.")]
            assert parsed.warnings == ()

    def test_action_is_not_spoken(self) -> None:
        for action in [
            "Anna sits.", "STOP!", "BANG", "!BOOM\nand dust", "> THE END <", "> FADE OUT\nSlowly.",
            "SMASH CUT TO:\n\n", "NOISE: BANG\nAgain.", f"{'B' * 50} ({'x' * 50})\nAgain.",
        ]:  # fmt: skip
            parsed = parse(f"INT. HOUSE\n\nANNA\nHi.\n\n{action}\n\nBOB\nYo.")

            assert [turn.speaker for turn in parsed.turns] == ["ANNA", "BOB"]
            (report,) = parsed.warnings
            assert (report[0].line, report[1]) == (6, None)
            assert report[0].text[:40] == " ".join(action.split())[:40]

    def test_two_spaces_keep_a_blank_line_within_a_characters_words(self) -> None:
        assert turns_of("INT. HOUSE\n\nANNA\nHi.\n  \nYo.") == [("ANNA", "Hi.\nYo.")]
        assert turns_of("INT. HOUSE\n\nANNA\nHi.\n \nYo.") == [("ANNA", "Hi.")]

    def test_lyrics_after_a_blank_line_belong_to_who_spoke_last(self) -> None:
        script = "INT. HOUSE\n\nANNA\nHi.\n\n~ La [huh] la\n\nBOB\n~Lo [huh]"

        assert turns_of(script) == [("ANNA", "Hi.\nLa la"), ("BOB", "Lo")]
        assert reported(script) == [(WarningKind.UNKNOWN_TAG, line, "[huh]") for line in (6, 9)]

    def test_cut_text_and_notes_leave_the_rest_as_it_is(self) -> None:
        parsed = parse(
            "/* A */\nINT. HOUSE\n\nANNA\nHi */ there /* one */ you /* two\nlines */ all.\n/*/ three */\nYes.\n"
            "/* four */\n\nBOB\n[[note]] Yo. /* open\n[[x]]\nMore.\n\nANNA\nNo."
        )

        assert [(turn.speaker, turn.text, turn.line) for turn in parsed.turns] == [
            ("ANNA", "Hi */ there you\nall.\nYes.", 4),
            ("BOB", "Yo. /* open\nMore.", 11),
            ("ANNA", "No.", 16),
        ]
        assert [(warning.line, warning.text) for warning, _ in parsed.warnings] == [
            (1, "/* A */"), (5, "/* one */"), (5, "/* two lines */"), (7, "/*/ three */"), (9, "/* four */"),
            (12, "[[note]]"), (13, "[[x]]"),
        ]  # fmt: skip

    def test_blank_lines_at_the_beginning_count(self) -> None:
        assert [turn.line for turn in parse("\n\nINT. HOUSE\n\nANNA\nHi.").turns] == [5]

    def test_a_parenthetical_beside_a_name_is_a_direction(self) -> None:
        assert turns_of("INT. HOUSE\n\nANNA (sad) (V.O.)\nHi.") == [("ANNA", "[sad]\nHi.")]

    def test_a_parenthetical_is_not_spoken_in_literal_text(self) -> None:
        parsed = parse("INT. HOUSE\n\nANNA\n(sad)\n*Hi*.", markup=Markup.LITERAL)

        assert [turn.text for turn in parsed.turns] == ["*Hi*."]
        assert [(warning.kind, warning.line, turn) for warning, turn in parsed.warnings] == [
            (WarningKind.DIRECTION_NOT_SPOKEN, 4, 0)
        ]


class TestTables:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_each_row_is_a_turn_in_its_line(self, delimiter: str) -> None:
        script = "\ufeff" + 'speaker,text\n**A**,"one\ntwo"\n\n,more\n,\nB,yo'.replace(",", delimiter)

        assert [(turn.speaker, turn.text, turn.line) for turn in parse(script).turns] == [
            ("A", "one\ntwo\nmore", 2),
            ("B", "yo", 7),
        ]
        assert reported(script) == []

    def test_other_columns_are_reported_together(self) -> None:
        script = "id,Speaker,Text,mood,\n1,A,hi,glad,x\n2,B,yo"

        assert turns_of(script) == [("A", "hi"), ("B", "yo")]
        assert reported(script) == [(WarningKind.NOT_DIALOGUE, 1, "id, mood")]

    def test_without_a_header_the_first_two_columns_count(self) -> None:
        parsed = parse("A,hi,x\nB,yo", script_format=ScriptFormat.CSV)

        assert [(turn.speaker, turn.text, turn.line) for turn in parsed.turns] == [("A", "hi", 1), ("B", "yo", 2)]
        assert parsed.warnings == ()

    def test_only_the_first_header_is_one(self) -> None:
        assert turns_of("text,speaker\nhi,A\ntext,speaker") == [("A", "hi"), ("speaker", "text")]

    def test_a_heading_in_a_cell_is_a_chapter(self) -> None:
        script = 'speaker,text\nA,"# One\nhi"'

        assert [(turn.text, turn.chapter) for turn in parse(script).turns] == [("hi", "One")]
        assert [turn.text for turn in parse(script, markup=Markup.LITERAL).turns] == ["# One\nhi"]

    def test_in_markdown(self) -> None:
        script = "| Speaker | Text |\n|---|---|\n| **A** | hi |\n| | more |\n| B | yo \\| ok"

        assert [(turn.speaker, turn.text, turn.line) for turn in parse(script).turns] == [
            ("A", "hi\nmore", 3),
            ("B", "yo | ok", 5),
        ]

    def test_any_word_in_the_column_of_speakers_is_a_name(self) -> None:
        assert turns_of("speaker,text\nI think,hi\nNote,hm\nBen,yo") == [
            ("I think", "hi"),
            ("Note", "hm"),
            ("Ben", "yo"),
        ]

    def test_of_several_in_markdown_each_has_its_own_columns(self) -> None:
        script = "| Text | Name |\n|:-|-:|\n| hi | A |\n\n| Name | Line |\n|---|---|\n| B | yo |\n\nC: end"

        assert turns_of(script) == [("A", "hi"), ("B", "yo"), ("C", "end")]
        assert reported(script) == []


class TestEmails:
    HEADERS = "From: Anna Lee <anna@example.com>\nTo: Bob\nDate: Monday\nSubject: Hi\n\n"
    REPORTED = (WarningKind.NOT_DIALOGUE, 1, "From: Anna Lee <anna@example.com> To: Bob Date: Monday Subject: Hi")

    def test_an_author_speaks_from_the_headers_on(self) -> None:
        script = f"{self.HEADERS}Hello Bob.\n--\nAnna\n"

        assert [(turn.speaker, turn.text, turn.line) for turn in parse(script).turns] == [
            ("Anna Lee", "Hello Bob.\nAnna", 1)
        ]
        assert reported(script) == [self.REPORTED, (WarningKind.NOT_DIALOGUE, 7, "--")]

    def test_whoever_is_quoted_speaks_the_quotation(self) -> None:
        wrote = "On Mon, Jan 5, 2026 at 9:00 AM, Bob Ray <bob@example.com> wrote:"
        script = f"{self.HEADERS}Yes!\n\n{wrote}\n> Will you come?\n> Bob"

        assert [(turn.speaker, turn.text, turn.line) for turn in parse(script).turns] == [
            ("Anna Lee", "Yes!", 1),
            ("Bob Ray", "Will you come?\nBob", 8),
        ]
        assert reported(script) == [self.REPORTED, (WarningKind.NOT_DIALOGUE, 8, wrote)]

    def test_of_names_of_authors(self) -> None:
        for author, name in [
            ('"Bob Ray" <b@x.y>', "Bob Ray"), ("<bob.ray@x.y>", "bob.ray"), ("Bob Ray [mailto:b@x.y]", "Bob Ray"),
            ("*Bob*", "Bob"), ("'Bob'", "Bob"), ("Bob @ Home", "Bob @ Home"), ("b@c@d", "b"), ("@", "E-mail"),
        ]:  # fmt: skip
            assert turns_of(f"From: {author}\nTo: Ann\nDate: Monday\nSubject: Hi\n\nok") == [(name, "ok")]

    def test_a_bare_address_is_a_name(self) -> None:
        script = f"{self.HEADERS}Fine.\n\nFrom: bob@example.com\nTo: Anna\nSent: Monday\n\nSee you."

        assert turns_of(script) == [("Anna Lee", "Fine."), ("bob", "See you.")]

    def test_an_author_who_says_nothing_has_no_turn(self) -> None:
        forwarded = "From: bob@example.com\nTo: Anna\nSent: Monday\n\n"

        assert turns_of(f"{self.HEADERS}{forwarded}See you.") == [("bob", "See you.")]
        assert turns_of(f"{self.HEADERS}Fine.\n\n{forwarded}") == [("Anna Lee", "Fine.")]
        assert problems_of(self.HEADERS) == [(ProblemKind.EMPTY, 1, "")]


class TestJson:
    def test_of_turns(self) -> None:
        for script in [
            '[{"speaker": "A", "text": "hi"},\n{"speaker": "B", "text": "yo"}]',
            '{"turns": [{"speaker": "A", "text": "hi"},\n{"speaker": "B", "text": "yo"}]}',
            '[{"name": "A", "content": "hi"},\n{"role": "B", "line": "yo"}]',
            '[{"character": "A", "dialogue": "hi"},\n{"speaker": "B", "text": "yo", "index": 1, "line": 7}]',
            '{"turns": [{"speaker": "B", "text": "yo", "index": 9}, {"speaker": "A", "text": "hi", "index": 3}]}',
        ]:
            assert turns_of(script) == [("A", "hi"), ("B", "yo")]
            assert reported(script) == []

    def test_a_turn_begins_in_the_line_of_its_object(self) -> None:
        script = '{\n"turns": [\n{"speaker": "A",\n"text": "hi"},\n\n{"speaker": "B", "text": "one\\ntwo"}]}'

        assert [(turn.line, turn.text) for turn in parse(script).turns] == [(3, "hi"), (6, "one\ntwo")]

    def test_headings_and_the_chapters_of_a_job_are_chapters(self) -> None:
        script = '[{"speaker": "A", "text": "# One\\nhi"}, {"speaker": "B", "text": "yo", "chapter": "Two"}]'

        assert [(turn.text, turn.chapter) for turn in parse(script).turns] == [("hi", "One"), ("yo", "Two")]

    def test_no_text_is_a_heading_where_texts_are_literal(self) -> None:
        script = '[{"speaker": "A", "text": "# One\\nhi"}]'

        assert [(turn.text, turn.chapter) for turn in parse(script, markup=Markup.LITERAL).turns] == [
            ("# One\nhi", None)
        ]

    def test_without_a_turn_it_is_refused_if_it_is_sound(self) -> None:
        assert problems_of('{"turns": [\n]}') == [(ProblemKind.EMPTY, 1, "")]
        assert problems_of('{"turns": []}\nthe end') == [(ProblemKind.NOT_JSON, 2, "")]
        assert problems_of('{"turns": [}') == [(ProblemKind.NOT_JSON, 1, "")]

    def test_nothing_in_a_text_is_a_label(self) -> None:
        assert turns_of('[{"speaker": "A", "text": "hi\\nB: yo"}]') == [("A", "hi\nB: yo")]

    def test_fields_that_are_not_used_are_reported(self) -> None:
        script = '{"provider": "azure", "turns": [{"speaker": "A", "text": "hi", "speed": 2}], "gap_ms": 1}'

        assert reported(script) == [(WarningKind.NOT_DIALOGUE, 1, "provider, gap_ms, speed")]

    @pytest.mark.parametrize("line_break", ["\n", "\r\n"])
    def test_prose_around_a_code_block_is_reported(self, line_break: str) -> None:
        lines = [
            "Here is the JSON:", "", "```json", '[{"speaker": "A", "text": "hi"}]', "```", "", "Tell me!", "Bye.",
        ]  # fmt: skip
        script = line_break.join(lines)

        assert turns_of(script) == [("A", "hi")]
        assert reported(script) == [
            (WarningKind.NOT_DIALOGUE, 1, "Here is the JSON:"),
            (WarningKind.NOT_DIALOGUE, 7, "Tell me! Bye."),
        ]

    @pytest.mark.parametrize(
        "script",
        [
            'Anna: Write this:\n```json\n{"name": "x"}\n```\nBen: ok',
            'Anna: This:\n```json\n{"port": 80}\n```\nBen: ok',
        ],
    )
    def test_a_code_block_that_somebody_speaks_is_text(self, script: str) -> None:
        assert [speaker for speaker, _ in turns_of(script)] == ["Anna", "Ben"]

    def test_broken_json_is_refused_with_its_line(self) -> None:
        for script, line in [
            ('[{"speaker": "A"\n"text": "hi"}]', 2), ('[{"speaker": "A", "text": "hi"},\n\n]', 3),
            ('[{"speaker": "A", "text": "hi"}', 1), ('[{"speaker": "A", "text": "hi"}]\nthe end', 2),
            ('{"turns": [{"speaker": "A", "text": "hi"}]', 1), ("[{\n" + "[" * 100_000, 2),
            ('[{"index":' + "9" * 5_000 + "}]", 1),
        ]:  # fmt: skip
            assert problems_of(script) == [(ProblemKind.NOT_JSON, line, "")]

    @pytest.mark.parametrize("script", ["{}", '{"text": "hi"}', '{"turns": {}}'])
    def test_json_without_turns_is_refused(self, script: str) -> None:
        assert problems_of(script) == [(ProblemKind.JSON_WITHOUT_TURNS, 1, "")]

    def test_all_turns_that_are_none_are_told(self) -> None:
        script = '{"turns": [{"speaker": "A"},\n{"speaker": " ", "text": "hi"},\n{"speaker": 1, "text": "hi"},\n5]}'

        assert problems_of(script) == [
            (ProblemKind.JSON_TURN, 1, "turns[0].text"),
            (ProblemKind.JSON_TURN, 2, "turns[1].speaker"),
            (ProblemKind.JSON_TURN, 3, "turns[2].speaker"),
            (ProblemKind.JSON_TURN, 4, "turns[3]"),
        ]

    def test_an_empty_text_is_refused(self) -> None:
        assert problems_of('[{"speaker": "A", "text": ""}]') == [(ProblemKind.NO_TEXT, 1, "")]


class TestInlineSpeakers:
    @pytest.mark.parametrize(
        "script",
        [
            "<Person1>Hi there.</Person1><Person2>Hello!</Person2>",
            "<Person1>\nHi there.\n</Person1>\n\n<Person2>\nHello!\n</Person2>",
            "<Person1>Hi there.\n</Person1> <Person2>Hello!</Person2>",
        ],
    )
    def test_of_pairs_of_tags(self, script: str) -> None:
        assert turns_of(script) == [("Person1", "Hi there."), ("Person2", "Hello!")]

    def test_of_labels_of_one_family(self) -> None:
        for script, speakers in [
            ("[S1] Hi there. [S2] Hello!", ["S1", "S2"]),
            ("[S1] Hi there.\n[S1] And. [S2] Hello!", ["S1", "S1", "S2"]),
            ("[S1]\nHi there. [S2] Hello!", ["S1", "S2"]),
            ("[Speaker 1] Hi there. [Speaker 2] Hello! [Speaker 1] Yes.", ["Speaker 1", "Speaker 2", "Speaker 1"]),
            ("[A]: Hi there. [B]: Hello!", ["A", "B"]),
            ("【主持人1】你好 【主持人2】早", ["主持人1", "主持人2"]),
        ]:
            assert [speaker for speaker, _ in turns_of(script)] == speakers

    def test_within_other_lines_nothing_is_a_speaker(self) -> None:
        for line in [
            "see [Figure 1] and [Figure 2]", "as said [1] and [2]", "a <b>bold</b> word", "x <y and z> w",
            "see [S3] there", "the [A] team",
        ]:  # fmt: skip
            assert [speaker for speaker, _ in turns_of(f"A: hi\n{line}")] == ["A"]
