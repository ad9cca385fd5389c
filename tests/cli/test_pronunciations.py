"""``castline pronunciations``, and ``castline say`` with pronunciations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from castline.documents.limits import NAME_PATTERN as PATTERN_OF_THE_SERVICE
from castline_cli.commands.pronunciations import NAME_PATTERN
from castline_cli.pronunciations import to_csv
from tests.cli.bad_road import Trouble
from tests.e2e.dialogues import HSIAO_YU

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.bad_road import BadRoad
    from tests.cli.castline import Castline
    from tests.e2e.api_client import ApiClient

TABLE = """text,alias,phoneme,language,alphabet
AWS,Amazon Web Services,,,
重慶,,chong 2 qing 4,zh-TW,sapi
tomato,,təˈmeɪtoʊ,en-US,ipa
"Smith, ""Jr."" or Sr.",Smith Junior,,en,
"""
ENTRIES = [
    {"text": "AWS", "alias": "Amazon Web Services"},
    {"text": "重慶", "phoneme": "chong 2 qing 4", "alphabet": "sapi", "language": "zh-TW"},
    {"text": "tomato", "phoneme": "təˈmeɪtoʊ", "alphabet": "ipa", "language": "en-US"},
    {"text": 'Smith, "Jr." or Sr.', "alias": "Smith Junior", "language": "en"},
]


@pytest.fixture
def table(castline: Castline) -> Path:
    """Return a CSV file that is understood."""
    path = castline.folder / "brands.csv"
    path.write_text(TABLE, "utf-8")
    return path


class TestASet:
    def test_comes_from_a_table_and_becomes_one_again(
        self, castline: Castline, client: ApiClient, table: Path
    ) -> None:
        # When
        printed = castline.done("pronunciations", "import", "brands", "brands.csv")

        # Then
        assert printed == "brands\n"
        assert client.get("/pronunciations/brands").json()["entries"] == ENTRIES
        assert castline.done("pronunciations", "export", "brands") == TABLE
        assert castline.done("pronunciations", "export", "brands", "-o", "copy.csv") == "copy.csv\n"
        assert (castline.folder / "copy.csv").read_text("utf-8") == TABLE

    def test_is_listed_and_shown(self, castline: Castline, client: ApiClient, table: Path) -> None:
        assert castline.done("pronunciations", "list") == ""
        castline.done("pronunciations", "import", "places", "-", stdin=b"text,alias\nNYC,New York\n")
        castline.done("pronunciations", "import", "brands", "brands.csv")

        rows = [line.split("\t") for line in castline.done("pronunciations", "list").splitlines()]
        assert [row[:2] for row in rows] == [["brands", "4"], ["places", "1"]]
        assert castline.done("pronunciations", "list", "--json") == client.get("/pronunciations").text + "\n"
        assert castline.done("pronunciations", "show", "places") == "NYC\tNew York\t\t\t\n"
        shown = castline.done("pronunciations", "show", "places", "--json")
        assert shown == client.get("/pronunciations/places").text + "\n"

    def test_that_is_there_is_replaced_only_by_force(self, castline: Castline, table: Path) -> None:
        # Given
        castline.done("pronunciations", "import", "brands", "brands.csv")
        table.write_text("text,alias\nAWS,the cloud\n", "utf-8")

        # When, then
        outcome = castline("pronunciations", "import", "brands", "brands.csv")
        assert outcome.exit_code == 4
        assert outcome.complaint == "castline: the set brands already exists; use --force to replace it"
        assert castline.done("pronunciations", "export", "brands") == TABLE
        castline.done("pronunciations", "import", "brands", "brands.csv", "--force")
        assert castline.done("pronunciations", "show", "brands") == "AWS\tthe cloud\t\t\t\n"

    def test_whose_first_answer_was_lost_is_there(self, castline: Castline, downloads: BadRoad, table: Path) -> None:
        castline.environment["CASTLINE_API"] = downloads.url
        downloads.troubles = [Trouble(method="PUT", path="/pronunciations/brands")]

        assert castline.done("pronunciations", "import", "brands", "brands.csv") == "brands\n"
        assert downloads.count("PUT", "/pronunciations/brands") == 2

    def test_is_deleted(self, castline: Castline, table: Path) -> None:
        castline.done("pronunciations", "import", "brands", "brands.csv")

        assert castline.done("pronunciations", "delete", "brands") == "brands\n"
        assert castline.done("pronunciations", "list") == ""

    @pytest.mark.parametrize("command", ["show", "export", "delete"])
    def test_that_is_not_there(self, castline: Castline, command: str) -> None:
        outcome = castline("pronunciations", command, "nothing")

        assert (outcome.exit_code, outcome.out) == (6, "")
        assert outcome.complaint == "castline: There is no such pronunciation set."

    @pytest.mark.parametrize("name", ["..", ".hidden", "a/b", "a b", "品牌", "", "a" * 65])
    def test_has_a_name_that_leads_nowhere_else(self, castline: Castline, table: Path, name: str) -> None:
        for command in (("show", name), ("delete", name), ("import", name, "brands.csv")):
            outcome = castline("pronunciations", *command)

            assert outcome.exit_code == 2
            assert outcome.complaint.startswith(f"castline: {name!r} is not a valid name for a set; ")

    def test_has_a_name_as_the_service_takes_it(self) -> None:
        assert NAME_PATTERN == PATTERN_OF_THE_SERVICE

    def test_of_a_newer_service_is_exported_without_what_is_new(self) -> None:
        exported = to_csv([{"text": "SQL", "alias": "sequel", "case_sensitive": "yes"}])

        assert exported == "text,alias,phoneme,language,alphabet\nSQL,sequel,,,\n"

    def test_is_not_exported_over_a_file(self, castline: Castline, table: Path) -> None:
        castline.done("pronunciations", "import", "brands", "brands.csv")

        outcome = castline("pronunciations", "export", "brands", "-o", "brands.csv")

        assert outcome.exit_code == 1
        assert outcome.complaint.startswith("castline: brands.csv already exists; use --force to overwrite it")


class TestATable:
    @pytest.mark.parametrize(
        "written",
        [
            "\ufefftext,alias\r\n\r\nAWS,Amazon\r\n",
            "text;alias;phoneme\nAWS;Amazon;\n;;\n",
            "Alias\tTEXT\nAmazon\tAWS\n",
            'language,"text","alias"\n,AWS, Amazon \n',
        ],
    )
    def test_may_be_written_as_spreadsheets_do(self, castline: Castline, client: ApiClient, written: str) -> None:
        castline.done("pronunciations", "import", "set", "-", stdin=written.encode())

        entries = client.get("/pronunciations/set").json()["entries"]
        assert entries == [{"text": "AWS", "alias": "Amazon"}]

    @pytest.mark.parametrize(
        ("written", "complaints"),
        [
            ("", ["brands.csv is empty; its first line must name the columns: text,alias,phoneme,language,alphabet"]),
            ("AWS,x\n", ["brands.csv:1: the first line must name the columns: text,alias,phoneme,language,alphabet"]),
            (
                "text,alias,sound\n",
                ["brands.csv:1: there is no column sound; the columns are text, alias, phoneme, language, alphabet"],
            ),
            ("text,alias,text\n", ["brands.csv:1: the column text is duplicated"]),
            (
                'text,alias,phoneme,language,alphabet\nA\n"B\nC",b,b\n\n,d\nE,e,,,ipa\nF,,f,,x-sampa\nG,g,,,,,h\nI,i\n',
                [
                    "brands.csv:2: A needs either an alias or a phoneme",
                    "brands.csv:3: B C needs either an alias or a phoneme",
                    "brands.csv:6: the text is missing",
                    "brands.csv:7: an alphabet can only be used with a phoneme",
                    "brands.csv:8: the alphabet must be ipa or sapi, not x-sampa",
                    "brands.csv:9: 7 cells for 5 columns; put cells that contain the separator in double quotes",
                ],
            ),
            ('text,alias\nA,a\n\nB,"b\nC,c\n', ["brands.csv:4: not valid CSV (unexpected end of data)"]),
        ],
    )
    def test_has_its_faults_told_line_by_line(
        self, castline: Castline, client: ApiClient, table: Path, written: str, complaints: list[str]
    ) -> None:
        table.write_text(written, "utf-8")

        for command in (
            ("pronunciations", "import", "brands", "brands.csv"),
            ("say", "--text", "x", "--voice", HSIAO_YU, "--pronunciations", "brands.csv"),
        ):
            outcome = castline(*command)

            assert (outcome.exit_code, outcome.out) == (1, "")
            assert outcome.err.splitlines() == [f"castline: {complaint}" for complaint in complaints]
        assert client.get("/pronunciations").json()["items"] == []

    def test_that_the_service_refuses_has_its_lines_named(self, castline: Castline, table: Path) -> None:
        # Given what only the service can know
        table.write_text("text,alias,phoneme,language\nA,a,,\n\nTomato,,123,en-US\nA,b,,\n", "utf-8")

        # When
        outcome = castline("pronunciations", "import", "brands", "brands.csv")

        # Then
        assert outcome.exit_code == 4
        assert outcome.err.splitlines() == [
            "castline: The request is not valid.",
            "  brands.csv:5: text: an earlier entry has the same text and language",
        ]


class TestSay:
    def test_pronounces_what_tables_and_sets_say(self, castline: Castline, client: ApiClient, table: Path) -> None:
        # Given
        castline.done("pronunciations", "import", "brands", "brands.csv")
        (castline.folder / "more.csv").write_text("text,alias\nNYC,New York\n", "utf-8")
        options = ("--pronunciations", "more.csv", "--pronunciation-set", "brands", "--language", "en-US")
        voice = ("--voice", "en-US-JennyNeural")

        # When
        castline.done("say", "-", "-o", "a.mp3", *voice, *options, stdin=b"A: AWS is in NYC.")
        castline.done("say", "--text", "AWS is in NYC.", "-o", "b.mp3", *voice, *options)

        # Then
        for job_id in client.list_ids():
            given = client.job(job_id)["input_params"]
            assert {each["text"]: each["alias"] for each in given["pronunciations"]} == {
                "AWS": "Amazon Web Services",
                "NYC": "New York",
            }

    def test_names_the_file_and_line_of_what_the_service_refuses(self, castline: Castline, table: Path) -> None:
        # Given an entry that is in both files
        (castline.folder / "more.csv").write_text("text,alias\nNYC,New York\nAWS,a cloud\n", "utf-8")

        # When
        outcome = castline(
            *("say", "--text", "AWS", "--voice", HSIAO_YU),
            *("--pronunciations", "brands.csv", "--pronunciations", "more.csv", "--pronunciation-set", "none"),
        )

        # Then
        assert outcome.exit_code == 4
        assert outcome.err.splitlines() == [
            "castline: The request is not valid.",
            "  more.csv:3: text: an earlier entry has the same text and language",
        ]

    def test_names_a_set_that_there_is_not(self, castline: Castline) -> None:
        outcome = castline("say", "--text", "x", "--voice", HSIAO_YU, "--pronunciation-set", "nothing")

        assert outcome.exit_code == 4
        assert outcome.err.splitlines() == [
            "castline: The request is not valid.",
            "  pronunciation_sets[0]: you have no pronunciation set named nothing",
        ]


def test_imports_print_the_apis_answer_as_json(castline: Castline, client: ApiClient, table: Path) -> None:
    printed = castline.done("pronunciations", "import", "brands", "brands.csv", "--json")

    assert json.loads(printed) == client.get("/pronunciations").json()["items"][0]
