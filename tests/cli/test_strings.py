"""Strings of the command line: each is there in both languages, and none is said outside of the table."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any, get_args

import pytest

import castline_cli
import castline_client
from castline_cli import help as help_pages
from castline_cli.app import _group
from castline_cli.errors import _QUOTAS, EXPLANATIONS
from castline_cli.languages import Language, language_of
from castline_cli.strings import TRADITIONAL_CHINESE, cell, t, told, translated, use
from castline_cli.usage_errors import TEMPLATES, explained
from castline_client import types
from castline_client.sentences import Sentence
from tests.cli.terminal import shown_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.castline import Castline

FOLDERS = [Path(str(package.__file__)).parent for package in (castline_cli, castline_client)]
FOR_AGENTS = "agents.py"
"""The module of what agents read, which is English: the descriptions of tools, and errors of tools."""
TELLING = {"complain", "remark", "say", "say_line"}
"""Functions whose argument people read."""
ERRORS = {
    "CastlineError",
    "FileProblem",
    "Interrupted",
    "JobFailed",
    "Misused",
    "NotFound",
    "Refused",
    "SignedOut",
} | {
    "SignInEnded",
    "Unreachable",
}
TOLD_VALUES = (
    types.JobStatus,
    types.Gender,
    types.SoundStatus,
    types.DeliveryStatus,
    types.EndpointStatus,
    types.DisabledReason,
    types.AttemptError,
)
"""Values of the API that are shown in words."""
OWN_WORDS = {"intro", "outro", "bed", "audio", "image", "unchanged", "not submitted", "done", "active", "waiting"}
"""Parts of music, kinds of sounds, and what becomes of a file of a batch: told in words as well."""
SAME_IN_BOTH = re.compile(r"|[-.]|https?://\S+|[\d<>=x]+|standard|podcast|wait|mp3|browser|turn")
"""Values of options, which stand in help as they are written."""


SIMPLIFIED = "[们说话这个实语为对应发无络频软认码档请错误读写题声时间权录]".replace("个", "")
OF_ELSEWHERE = "默認|信息|視頻|軟件|網絡|文件夾|打印|字符|鏈接|登錄|支持|用戶名|缺省|菜單|服務器|數據"
"""Words that are not those of Taiwan."""


@pytest.fixture
def in_chinese() -> Iterator[None]:
    use(Language.CHINESE)
    yield
    use(Language.ENGLISH)


def name_of(call: ast.Call) -> str:
    """Return the last part of what is called."""
    called = call.func
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def modules() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted(folder.rglob("*.py"))


@cache
def calls() -> list[tuple[Path, ast.Call]]:
    return [
        (path, node)
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
    ]


def literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def sentences_in_code() -> set[str]:
    """Return the keys that the code looks up: arguments of ``t``, ``cell``, ``Sentence``, and heads of tables."""
    found: set[str] = set()
    for _path, call in calls():
        first = call.args[0] if call.args else None
        if first is None:
            continue
        if name_of(call) in {"t", "cell", "Sentence"} and (text := literal(first)) is not None:
            found.add(text)
        elif name_of(call) == "table" and isinstance(first, ast.Tuple):
            found |= {text for each in first.elts if (text := literal(each))}
    return found


def sentences_of_help(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the keys that all pages of help look up."""
    asked: set[str] = set()

    def note(english: str, /, **values: Any) -> str:
        asked.add(english)
        return english.format(**values) if values else english

    monkeypatch.setattr(help_pages, "t", note)
    group = _group.__wrapped__(Language.ENGLISH)
    help_pages.translate_help(group)

    def read(command: Any, parent: Any) -> None:
        context = command.context_class(command, info_name=command.name or "castline", parent=parent)
        command.get_help(context)
        for each in getattr(command, "commands", {}).values():
            read(each, context)

    read(group, None)
    return asked


def spoken_outside(call: ast.Call) -> Iterator[str]:
    """Yield literals that a call tells people without a look into the table."""
    for argument in call.args[:1]:
        skipped: set[int] = set()
        for node in ast.walk(argument):
            if isinstance(node, ast.Call):
                skipped |= {id(each) for part in (*node.args, *node.keywords) for each in ast.walk(part)}
            if id(node) not in skipped and (text := literal(node)) and re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", text):  # type: ignore[arg-type]
                yield text


class TestTheTable:
    def test_has_every_sentence_of_the_code(self) -> None:
        values = {value for alias in TOLD_VALUES for value in get_args(alias)}
        wanted = sentences_in_code() | {*EXPLANATIONS.values(), *_QUOTAS.values(), *TEMPLATES} | values | OWN_WORDS

        assert {each for each in wanted if re.search("[A-Za-z]", _bare(each))} - set(TRADITIONAL_CHINESE) == set()

    def test_has_every_page_of_help(self, monkeypatch: pytest.MonkeyPatch) -> None:
        missing = sentences_of_help(monkeypatch) - set(TRADITIONAL_CHINESE)

        assert {each for each in missing if not SAME_IN_BOTH.fullmatch(each)} == set()

    def test_has_no_sentence_that_nobody_says(self, monkeypatch: pytest.MonkeyPatch) -> None:
        code = "\n".join(path.read_text("utf-8") for path in modules() if path.name != "strings.py")
        looked_up = sentences_in_code() | sentences_of_help(monkeypatch)

        unused = [each for each in TRADITIONAL_CHINESE if each not in looked_up and f'"{each}"' not in code]
        assert set(unused) - {value for alias in TOLD_VALUES for value in get_args(alias)} == set()

    def test_has_the_same_values_in_both_languages(self) -> None:
        different = [each for each, chinese in TRADITIONAL_CHINESE.items() if _places(each) != _places(chinese)]

        assert different == []

    def test_is_written_as_in_taiwan(self) -> None:
        for chinese in TRADITIONAL_CHINESE.values():
            assert not re.search(SIMPLIFIED, chinese), chinese
            assert not re.search(r"[\u4e00-\u9fff][,;:?!](?:\s|$)", chinese), (
                f"full-width marks after Chinese: {chinese}"
            )
            assert not re.search(OF_ELSEWHERE, chinese), chinese


class TestWhatIsTold:
    def test_comes_from_the_table(self) -> None:
        outside = [
            f"{path.name}: {text}"
            for path, call in calls()
            if path.name != FOR_AGENTS and "castline_client" not in path.parts and name_of(call) in TELLING | ERRORS
            for text in spoken_outside(call)
        ]

        assert outside == []

    def test_of_the_client_keeps_its_values(self, in_chinese: None) -> None:
        problem = Sentence(
            "{sentence} (request {id})", sentence=Sentence("{service} requires a sign-in", service="x"), id=7
        )

        assert str(problem) == "x requires a sign-in (request 7)"
        assert translated(problem) == "x 需要登入（請求 7）"
        assert told(ValueError(problem)) == "x 需要登入（請求 7）"
        assert translated("The service's own {sentence}") == "The service's own {sentence}"

    def test_of_typer_is_explained(self, in_chinese: None) -> None:
        assert explained("No such option: --foo (Possible options: --force)") == "沒有選項 --foo（也許是 --force）"
        assert explained("Missing argument 'JOB'.") == "缺少引數 'JOB'"
        assert explained("Invalid value for '--gender': 'x' is not one of 'a', 'b'.") == (
            "'--gender' 的值有誤：'x' 不在 'a', 'b' 之中"
        )
        assert explained("Something new of typer's.") == "Something new of typer's."

    def test_in_a_table_is_english_in_a_pipe(self, in_chinese: None) -> None:
        assert (t("completed"), cell("completed")) == ("已完成", "completed")


class TestTheLanguage:
    @pytest.mark.parametrize(
        ("arguments", "environment", "language"),
        [
            ((), {}, Language.ENGLISH),
            ((), {"LANG": "zh_TW.UTF-8"}, Language.CHINESE),
            ((), {"LANG": "zh_TW.UTF-8", "LC_ALL": "C"}, Language.ENGLISH),
            ((), {"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW"}, Language.CHINESE),
            ((), {"LANG": "fr_FR.UTF-8"}, Language.ENGLISH),
            ((), {"LANG": "zh_TW.UTF-8", "CASTLINE_LANG": "en"}, Language.ENGLISH),
            ((), {"LANG": "C", "CASTLINE_LANG": "zh-Hant"}, Language.CHINESE),
            (("jobs", "list", "--lang", "zh-TW"), {"CASTLINE_LANG": "en"}, Language.CHINESE),
            (("--lang=en", "jobs"), {"LANG": "zh_TW"}, Language.ENGLISH),
            (("--lang",), {"LANG": "zh_TW"}, Language.CHINESE),
        ],
    )
    def test_is_that_of_the_option_the_variable_or_the_locale(
        self, arguments: tuple[str, ...], environment: dict[str, str], language: Language
    ) -> None:
        assert language_of(arguments, environment) is language

    def test_of_a_command_is_that_of_its_messages(self, castline: Castline) -> None:
        castline.environment["LANG"] = "zh_TW.UTF-8"

        assert castline("jobs", "show", "nonsense").complaint == (
            "castline: 沒有工作 nonsense；`castline jobs list` 會列出現有的工作"
        )
        assert castline("say", "--nonsense").complaint.startswith("castline: 沒有選項 --nonsense")
        assert castline("jobs", "show", "nonsense", "--lang", "en").complaint.startswith("castline: there is no job")

    def test_of_help_is_that_of_everything_in_it(self, castline: Castline) -> None:
        castline.environment["LANG"] = "zh_TW.UTF-8"

        for arguments in ((), ("say",), ("jobs", "list"), ("admin",)):
            page = castline.done(*arguments, "--help")
            words = re.sub(r"`[^`]*`|\[[^\]]*\]|<[^>]*>|--?[\w-]+|castline .*|[A-Z]{2,}\S*|[\w.-]*\.\w+", "", page)
            assert re.findall(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}", words) == [], page
            assert page.startswith("用法：castline")

    def test_of_tables_is_that_of_a_terminal(self, castline: Castline) -> None:
        castline.environment["LANG"] = "zh_TW.UTF-8"

        assert shown_by(castline, "jobs", "list").splitlines()[-1] == "沒有工作"
        assert castline.done("jobs", "list") == ""

    def test_breaks_lines_by_columns(self, castline: Castline) -> None:
        castline.environment["LANG"] = "zh_TW.UTF-8"

        page = castline.run("say", "--help").out
        for line in page.partition("範例：")[0].splitlines():
            assert help_pages._columns(line) <= 80, line
            assert not line.strip().startswith(("，", "。", "；")), line


def _bare(sentence: str) -> str:
    """Return a sentence without its places for values."""
    return re.sub(r"\{[^}]*\}", "", sentence)


def _places(template: str) -> list[tuple[str, str, str]]:
    """Return the values of a template, each with how it is written; none where it has no values, but braces."""
    try:
        parsed = [*Formatter().parse(template)]
    except ValueError:
        return []
    return sorted((name, spec or "", conversion or "") for _text, name, spec, conversion in parsed if name)
