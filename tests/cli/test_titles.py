"""Titles of jobs on the command line: given, shown, searched, changed, and in the names of files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.bad_road import BadRoad, Trouble
from tests.cli.forwarding import ForwardingHandler, ForwardingServer
from tests.cli.scripts import SCRIPT, VOICES
from tests.cli.test_terminal import shown_by
from tests.e2e.dialogues import HSIAO_YU, dialogue
from tests.large_subtitles import make_subtitles_large

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.stack import LocalStack
    from tests.cli.castline import Castline
    from tests.e2e.api_client import ApiClient

STDIN = SCRIPT.encode("utf-8")
TITLES: dict[str, Any] = {"title": "第一課–餐廳", "author": "林老師", "album": "Slow City Walks"}
OPTIONS = tuple(word for name, text in TITLES.items() for word in (f"--{name}", text))
BIDI = "evil\u202egpj.exe"


def titles_of(job: Mapping[str, Any]) -> dict[str, str]:
    return {name: job[name] for name in TITLES if name in job}


def names_in(castline: Castline) -> list[str]:
    return sorted(each.name for each in castline.folder.iterdir())


class TestSay:
    @pytest.mark.parametrize(
        "what", [("-", *VOICES), ("--text", "早安", "--voice", HSIAO_YU)], ids=["script", "text"]
    )
    def test_submits_them(self, castline: Castline, client: ApiClient, what: tuple[str, ...]) -> None:
        castline.done("say", *what, "--no-wait", *OPTIONS, stdin=STDIN)

        [job_id] = client.list_ids()
        assert titles_of(client.job(job_id)) == TITLES

    def test_names_the_file_by_the_title(self, castline: Castline) -> None:
        printed = castline.done("say", "-", *VOICES, *OPTIONS, stdin=STDIN)

        assert printed == "第一課–餐廳.mp3\n"
        assert names_in(castline) == ["第一課–餐廳.mp3"]

    def test_leaves_the_name_to_whoever_writes_one(self, castline: Castline) -> None:
        assert castline.done("say", "-", *VOICES, *OPTIONS, "-o", "out.mp3", stdin=STDIN) == "out.mp3\n"

    @pytest.mark.parametrize("out", [(), ("-o", ".")], ids=["no name", "a folder"])
    @pytest.mark.parametrize(("title", "name"), [("第一課", "第一課.mp3"), ("AC/DC: live?", "AC-DC- live.mp3")])
    def test_keeps_the_file_that_is_there_and_submits_nothing(
        self, castline: Castline, client: ApiClient, title: str, name: str, out: tuple[str, ...]
    ) -> None:
        # Given
        (castline.folder / name).write_text("mine")

        # When
        outcome = castline("say", "-", *VOICES, "--title", title, *out, stdin=STDIN)

        # Then
        assert outcome.exit_code == 1
        assert outcome.complaint == (
            f"castline: {name} already exists; use --force to overwrite it, or -o to name another file"
        )
        assert (castline.folder / name).read_text() == "mine"
        assert client.list_ids() == []

        # And by force
        castline.done("say", "-", *VOICES, "--title", title, *out, "--force", stdin=STDIN)
        assert (castline.folder / name).read_bytes().startswith(b"ID3")

    def test_submits_where_no_file_is_meant(self, castline: Castline) -> None:
        (castline.folder / "x.mp3").write_text("mine")

        for options in (("--no-wait",), ("-o", "y.mp3"), ("-o", "-"), ("--format", "wav")):
            assert castline("say", "-", *VOICES, "--title", "x", *options, stdin=STDIN).exit_code == 0

        assert names_in(castline) == ["x.mp3", "x.wav", "y.mp3"]

    @pytest.mark.parametrize("text", ["", "x" * 201, "\u200b"])
    def test_tells_of_one_that_is_refused(self, castline: Castline, client: ApiClient, text: str) -> None:
        outcome = castline("say", "-", *VOICES, "--author", text, stdin=STDIN)

        assert outcome.exit_code == 4
        assert outcome.err.splitlines()[1].startswith("  author: ")
        assert client.list_ids() == []


class TestTheNameOfAFile:
    def test_that_is_there_is_kept_when_a_job_has_been_renamed(self, castline: Castline, client: ApiClient) -> None:
        job_id = client.complete(dialogue(title="One"))["id"]
        (castline.folder / "Two.mp3").write_text("mine")
        castline.done("jobs", "rename", job_id, "--title", "Two")

        outcome = castline("jobs", "download", job_id)

        assert outcome.exit_code == 1
        assert outcome.err.startswith("castline: Two.mp3 already exists; use --force to overwrite it")
        assert (castline.folder / "Two.mp3").read_text() == "mine"

    @pytest.mark.parametrize(
        ("offered", "name"),
        [
            ("../x.mp3", "x.mp3"),
            ("../x", "x"),
            ("/etc/x.mp3", "etc-x.mp3"),
            ("..\\..\\x.mp3", "x.mp3"),
            ("C:x.mp3", "C-x.mp3"),
            ("x.mp3/", "x.mp3"),
            ("..", "castline"),
            (".", "castline"),
            ("", "castline"),
            ("/", "castline"),
            (".bashrc", "bashrc"),
            ("-rf.mp3", "rf.mp3"),
            (BIDI, "evilgpj.exe"),
            ("a\u2066\u200fb\u200b.mp3", "ab.mp3"),
            ("a\x00b\x1b[2J\nc.mp3", "ab[2J c.mp3"),
            ("a\u2028b\udc00.mp3", "a b.mp3"),
            ("字" * 300 + ".mp3", "字" * 60 + ".mp3"),
            ("x." + "y" * 300, "x." + "y" * 20),
            ("名前。v1.2–終.mp3", "名前。v1.2–終.mp3"),
        ],
    )
    def test_stays_in_the_folder_whatever_the_service_says(
        self, castline: Castline, client: ApiClient, stack: LocalStack, offered: str, name: str
    ) -> None:
        # Given
        job_id = client.complete(dialogue())["id"]
        neighbours = [*castline.folder.parent.iterdir()]

        class Hostile(ForwardingHandler):
            def answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
                if self.path.endswith("/download"):
                    body = json.dumps(json.loads(body) | {"filename": offered}).encode()
                super().answer(status, body, headers)

        class HostileServer(ForwardingServer):
            handler = Hostile

        with HostileServer(stack.url) as server:
            castline.environment["CASTLINE_API"] = server.url

            # When
            printed = castline.done("jobs", "download", job_id)

            # Then
            assert printed == f"{name}\n"
            assert names_in(castline) == [name]
            assert [*castline.folder.parent.iterdir()] == neighbours
            again = castline("jobs", "download", job_id)
            assert (again.exit_code, f"castline: {name} already exists" in again.err) == (1, True)

    @pytest.mark.parametrize("is_large", [False, True])
    def test_of_subtitles_is_that_of_the_audio(self, castline: Castline, client: ApiClient, is_large: bool) -> None:
        job_id = client.complete(dialogue(title="第一課; a=b"))["id"]
        if is_large:
            make_subtitles_large(job_id)

        printed = castline.done("jobs", "subtitles", job_id, "-o", ".", "--format", "srt")

        assert printed == "第一課; a=b.srt\n"
        assert names_in(castline) == ["第一課; a=b.srt"]


class TestList:
    def test_has_a_column_of_titles_if_there_are_any(self, castline: Castline, client: ApiClient) -> None:
        plain = client.complete(dialogue())["id"]
        titled = client.complete(dialogue(title="One\n two"))["id"]

        rows = [line.split("\t") for line in castline.done("jobs", "list").splitlines()]
        plain_rows = [line.split("\t") for line in castline.done("jobs", "list", "--offset", "1").splitlines()]

        assert [(row[0], row[4]) for row in rows] == [(titled, "One two"), (plain, "")]
        assert [(row[0], len(row)) for row in plain_rows] == [(plain, 4)]

    def test_is_searched(self, castline: Castline, client: ApiClient) -> None:
        job_ids = [client.complete(dialogue(title=title))["id"] for title in ("Lesson 1: Tea", "Lesson 2", "茶")]

        def found(*options: str) -> list[str]:
            return [line.split("\t")[0] for line in castline.done("jobs", "list", *options).splitlines()]

        assert found("--search", "lesson") == job_ids[1::-1]
        assert found("--search", "tea lesson") == job_ids[:1]
        assert found("--search", "茶", "--status", "completed") == job_ids[2:]
        assert found("--search", "茶", "--status", "failed") == []
        assert found("--search", "lesson", "--limit", "1", "--offset", "1") == job_ids[:1]
        printed = castline.done("jobs", "list", "--json", "--search", "lesson")
        assert [job["title"] for job in json.loads(printed)["items"]] == ["Lesson 2", "Lesson 1: Tea"]

    @pytest.mark.parametrize(
        "title", ["很長的標題" * 40, "A long title. " * 14, "x" * 200], ids=["wide", "words", "word"]
    )
    def test_shortens_titles_on_a_terminal(self, castline: Castline, client: ApiClient, title: str) -> None:
        job_id = client.complete(dialogue(title=title))["id"]
        client.complete(dialogue(title="Short"))

        head, short, long, footer = shown_by(castline, "jobs", "list").splitlines()

        assert head.split() == ["job", "status", "submitted", "title"]
        assert short.rstrip().endswith("  Short")
        assert long.startswith(f"{job_id}  completed  20")
        assert long.rstrip().endswith("…")
        assert title.startswith(long[head.index("title") :].rstrip().rstrip("…").rstrip())
        assert sum(2 if each > "\u3000" else 1 for each in long.rstrip()) <= 80
        assert footer == "1 to 2 of 2"

    def test_is_not_disturbed_by_a_title(self, castline: Castline, client: ApiClient) -> None:
        client.complete(dialogue(title="a\u202eb\n\u2066[/x]"))

        _head, row, _footer = shown_by(castline, "jobs", "list").splitlines()

        assert row.rstrip().endswith("  ab [/x]")


class TestShow:
    def test_tells_them(self, castline: Castline, client: ApiClient) -> None:
        client.complete(dialogue(**TITLES))

        lines = castline.done("jobs", "show", "last").splitlines()

        assert lines[1:4] == [f"{name}\t{text}" for name, text in TITLES.items()]

    def test_tells_none_where_there_is_none(self, castline: Castline, client: ApiClient) -> None:
        client.complete(dialogue(album="Walks"))

        printed = castline.done("jobs", "show", "last")

        assert "album\tWalks\n" in printed
        assert "title\t" not in printed


class TestRename:
    def test_changes_what_is_said_and_nothing_else(self, castline: Castline, client: ApiClient) -> None:
        job_id = client.complete(dialogue(**TITLES))["id"]

        printed = castline.done("jobs", "rename", "last", "--title", "Two", "--author", "")

        assert printed == f"{job_id}\n"
        assert titles_of(client.job(job_id)) == {"title": "Two", "album": TITLES["album"]}

    def test_is_the_apis_answer_as_json(self, castline: Castline, client: ApiClient) -> None:
        job_id = client.complete(dialogue())["id"]

        answer = json.loads(castline.done("jobs", "rename", job_id[-8:], "--json", "--album", "Walks"))

        assert (answer["id"], titles_of(answer)) == (job_id, {"album": "Walks"})

    def test_is_told_to_people(self, castline: Castline, client: ApiClient) -> None:
        job_id = client.complete(dialogue())["id"]

        assert shown_by(castline, "jobs", "rename", "last", "--title", "x").strip() == f"renamed {job_id}"

    def test_must_say_to_what(self, castline: Castline) -> None:
        outcome = castline("jobs", "rename", "last")

        assert (outcome.exit_code, outcome.complaint) == (
            2,
            "castline: nothing to change: use --title, --author or --album; see `castline jobs rename --help`",
        )

    @pytest.mark.parametrize("title", ["x" * 201, " \u200b"])
    def test_is_refused_as_the_service_says(self, castline: Castline, client: ApiClient, title: str) -> None:
        job_id = client.complete(dialogue(title="One"))["id"]

        outcome = castline("jobs", "rename", job_id, "--title", title)

        assert outcome.exit_code == 4
        assert outcome.err.splitlines()[1].startswith("  title: ")
        assert client.job(job_id)["title"] == "One"

    def test_of_no_job_there_is_none(self, castline: Castline) -> None:
        outcome = castline("jobs", "rename", "00000000-0000-7000-8000-000000000000", "--title", "x")

        assert (outcome.exit_code, outcome.complaint) == (6, "castline: There is no such job.")

    def test_outlasts_a_connection_that_breaks(
        self, castline: Castline, client: ApiClient, stack: LocalStack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("castline_client.retries.PAUSES_SECONDS", (0.01, 0.01))
        job_id = client.complete(dialogue())["id"]
        with BadRoad(stack.url) as road:
            road.troubles = [Trouble(method="PATCH", path=job_id)]
            castline.environment["CASTLINE_API"] = road.url

            castline.done("jobs", "rename", job_id, "--title", "Two")

        assert client.job(job_id)["title"] == "Two"


class TestCompletion:
    HOSTILE = "a\\$(b `c` 'd' \"e\" [/f]) {g};h:i|j"

    def offered(self, castline: Castline, shell: str) -> str:
        castline.environment |= {
            "_CASTLINE_COMPLETE": f"complete_{shell}",
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
            "_TYPER_COMPLETE_ARGS": "castline jobs show ",
        }
        return castline.run().out

    def test_explains_jobs_by_their_titles(self, castline: Castline, client: ApiClient) -> None:
        plain = client.complete(dialogue())
        titled = client.complete(dialogue(title="第一課–餐廳" + "長" * 100))

        _last, first, second = self.offered(castline, "fish").splitlines()

        assert first == f"{titled['id']}\tcompleted, {titled['created_at']}, 第一課–餐廳{'長' * 14}"
        assert second == f"{plain['id']}\tcompleted, {plain['created_at']}"

    @pytest.mark.parametrize("shell", ["fish", "zsh", "powershell"])
    def test_hands_no_commands_to_the_shell(self, castline: Castline, client: ApiClient, shell: str) -> None:
        client.complete(dialogue(title=self.HOSTILE))

        assert "completed, " in self.offered(castline, shell)
        assert "ab c d e f ghij" in self.offered(castline, shell)
