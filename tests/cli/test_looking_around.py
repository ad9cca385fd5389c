"""``castline voices``, ``health``, ``--version`` and ``--help``, and errors in the use of commands."""

from __future__ import annotations

import importlib.metadata
import json
import re
from typing import TYPE_CHECKING

import pytest

from castline_cli.errors import EXPLANATIONS, ExitCode

if TYPE_CHECKING:
    from local.stack import LocalStack
    from tests.cli.castline import Castline
    from tests.e2e.api_client import ApiClient


class TestVoices:
    def test_are_listed_a_line_each(self, castline: Castline, client: ApiClient) -> None:
        rows = [line.split("\t") for line in castline.done("voices").splitlines()]

        voices = client.get("/voices").json()["items"]
        assert [row[0] for row in rows] == [voice["voice_id"] for voice in voices]
        assert ["zh-TW-YunJheNeural", "雲哲", "zh-TW", "male"] in [row[:4] for row in rows]

    def test_are_found_by_language_gender_and_name(self, castline: Castline) -> None:
        chosen = castline.done("voices", "--language", "zh-TW", "--gender", "female", "--search", "曉雨")

        assert [line.split("\t")[0] for line in chosen.splitlines()] == ["zh-TW-HsiaoYuNeural"]

    def test_are_the_apis_answer_as_json(self, castline: Castline, client: ApiClient) -> None:
        assert castline.done("voices", "--language", "en", "--json") == client.get("/voices?language=en").text + "\n"

    def test_are_refused_for_what_is_no_language(self, castline: Castline) -> None:
        outcome = castline("voices", "--language", "!")

        assert outcome.exit_code == 4
        assert outcome.err.splitlines() == [
            "castline: The request is not valid.",
            "  language: must be a language tag such as zh-TW",
        ]


class TestHealth:
    def test_is_answered(self, castline: Castline, stack: LocalStack) -> None:
        assert re.fullmatch(rf"{re.escape(stack.url)} answers in \d+ ms\n", castline.done("health"))

    def test_is_the_apis_answer_as_json(self, castline: Castline) -> None:
        assert json.loads(castline.done("health", "--json")) == {"status": "ok"}


class TestTheCommand:
    def test_knows_its_version(self, castline: Castline) -> None:
        outcome = castline.run("--version")

        assert outcome.out == f"castline {importlib.metadata.version('castline')}\n"

    def test_explains_every_exit_code(self, castline: Castline) -> None:
        printed = castline.done("--help")

        assert set(EXPLANATIONS) == set(ExitCode)
        for code, explanation in EXPLANATIONS.items():
            assert re.search(rf"^ +{code:d} +{re.escape(explanation)}$", printed, re.MULTILINE)

    def test_alone_explains_itself(self, castline: Castline) -> None:
        outcome = castline()

        assert (outcome.exit_code, outcome.out) == (2, "")
        assert "Commands:" in outcome.err

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            (("says",), "castline: No such command 'says'. Did you mean 'say'?; see `castline --help`"),
            (("jobs", "lst"), "castline: No such command 'lst'. Did you mean 'list'?; see `castline jobs --help`"),
            (("jobs", "show"), "castline: Missing argument 'JOB'; see `castline jobs show --help`"),
            (("voices", "--gender", "x"), "castline: Invalid value for '--gender': "),
            (("jobs", "list", "--limit", "101"), "castline: Invalid value for '--limit': "),
            (("--api", "ftp://x", "health"), "castline: 'ftp://x' is not an address; write one such as "),
            (("say", "--xyzzy"), "castline: No such option: --xyzzy; see `castline say --help`"),
        ],
    )
    def test_is_misused_in_one_line(self, castline: Castline, arguments: tuple[str, ...], complaint: str) -> None:
        outcome = castline(*arguments)

        assert (outcome.exit_code, outcome.out) == (2, "")
        assert outcome.complaint.startswith(complaint)

    def test_takes_what_every_command_takes_before_or_after_it(
        self, castline: Castline, stack: LocalStack, client: ApiClient
    ) -> None:
        # Given an environment that says something else
        address, user = stack.url, castline.environment["CASTLINE_USER"]
        castline.environment |= {"CASTLINE_API": "http://127.0.0.1:1", "CASTLINE_USER": "somebody-else"}
        text = ("--text", "x", "--voice", "zh-TW-YunJheNeural", "--no-wait")
        castline.done("say", *text, "--api", address, "--user", user)

        # When, then
        for arguments in (
            ("--api", address, "--user", user, "jobs", "list"),
            ("jobs", "list", "--api", f"{address}/api/v1/", "--user", user),
            ("--api", "http://127.0.0.1:2", "--user", user, "jobs", "list", "--api", address),
        ):
            assert castline.done(*arguments).split()[:1] == client.list_ids()

    def test_repeats_in_its_advice_what_was_typed(self, castline: Castline, stack: LocalStack) -> None:
        outcome = castline("say", "--text", "早。", "--voice", "zh-TW-NobodyNeural", "--api", stack.url)

        assert f"`castline voices --api {stack.url}`" in outcome.err

    def test_hides_a_fault_of_its_own_unless_it_is_looked_for(
        self, castline: Castline, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given
        def fault(*_arguments: object, **_options: object) -> None:
            raise LookupError("lost")

        monkeypatch.setattr("castline_cli.commands.health.Session.api", fault)

        # When, then
        outcome = castline("health")
        assert outcome.exit_code == 70
        assert outcome.complaint == (
            "castline: an unexpected error: LookupError: lost; set CASTLINE_DEBUG=1 to see where"
        )
        castline.environment["CASTLINE_DEBUG"] = "1"
        with pytest.raises(LookupError):
            castline("health")

    def test_loads_nothing_of_the_service(self, castline: Castline) -> None:
        program = (
            "import sys; sys.argv = ['castline', 'health']\n"
            "from castline_cli.app import main; main()\n"
            "print([name for name in sys.modules if name.split('.')[0] in {'castline', 'local', 'infra', 'boto3'}])"
        )
        printed = castline.run_python(program)

        assert printed.splitlines()[-1] == "[]"
