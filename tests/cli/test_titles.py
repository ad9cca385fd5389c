"""Titles of jobs on the command line: given, shown, searched, changed, and in the names of files."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.bad_road import BadRoad, Trouble
from tests.cli.forwarding import ForwardingHandler, ForwardingServer
from tests.cli.scripts import SCRIPT, VOICES
from tests.cli.terminal import shown_by
from tests.e2e.api_client import ApiClient
from tests.e2e.dialogues import HSIAO_YU, dialogue
from tests.large_subtitles import TEXT, make_subtitles_large

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.stack import LocalStack
    from tests.cli.castline import Castline

STDIN = SCRIPT.encode("utf-8")
TITLES: dict[str, Any] = {"title": "第一課–餐廳", "author": "林老師", "album": "Slow City Walks"}
OPTIONS = tuple(word for name, text in TITLES.items() for word in (f"--{name}", text))


def titles_of(job: Mapping[str, Any]) -> dict[str, str]:
    return {name: job[name] for name in TITLES if name in job}


def names_in(castline: Castline) -> list[str]:
    return sorted(each.name for each in castline.folder.iterdir())


def cancelled(client: ApiClient, stack: LocalStack, **titles: Any) -> dict[str, Any]:
    """Return a job that has ended without being spoken."""
    with stack.cloud.lambdas.pause("plan"):
        job_id = client.submit(dialogue(**titles))
        client.cancel(job_id)
    return client.job(job_id)


class TestSay:
    @pytest.mark.parametrize(
        "what", [("-", *VOICES), ("--text", "早安", "--voice", HSIAO_YU)], ids=["script", "text"]
    )
    @pytest.mark.usefixtures("unspoken")
    def test_submits_them(self, castline: Castline, client: ApiClient, what: tuple[str, ...]) -> None:
        castline.done("say", *what, "--no-wait", *OPTIONS, stdin=STDIN)

        [job_id] = client.list_ids()
        assert titles_of(client.job(job_id)) == TITLES

    def test_names_the_file_by_the_title_and_keeps_the_one_that_is_there(
        self, castline: Castline, client: ApiClient
    ) -> None:
        # Given
        title = ("--title", "AC/DC: live?")
        (castline.folder / "AC-DC- live.mp3").write_text("mine")

        # When
        outcome = castline("say", "-", *VOICES, *title, stdin=STDIN)

        # Then nothing is submitted
        assert outcome.exit_code == 1
        assert outcome.complaint == (
            "castline: AC-DC- live.mp3 already exists; use --force to overwrite it, or -o to name another file"
        )
        assert (castline.folder / "AC-DC- live.mp3").read_text() == "mine"
        assert client.list_ids() == []

        # And by force
        assert castline.done("say", "-", *VOICES, *title, "-o", ".", "--force", stdin=STDIN) == "AC-DC- live.mp3\n"
        assert (castline.folder / "AC-DC- live.mp3").read_bytes().startswith(b"ID3")

    def test_submits_where_no_file_is_meant(self, castline: Castline) -> None:
        (castline.folder / "x.mp3").write_text("mine")

        for options in (("--no-wait",), ("-o", "y.mp3"), ("-o", "-"), ("--format", "wav")):
            assert castline("say", "-", *VOICES, "--title", "x", *options, stdin=STDIN).exit_code == 0

        assert names_in(castline) == ["x.mp3", "x.wav", "y.mp3"]

    def test_tells_of_one_that_is_refused(self, castline: Castline, client: ApiClient) -> None:
        outcome = castline("say", "-", *VOICES, "--author", "\u200b", stdin=STDIN)

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

    def test_stays_in_the_folder_whatever_the_service_says(
        self, castline: Castline, client: ApiClient, stack: LocalStack
    ) -> None:
        # Given
        job_id = client.complete(dialogue())["id"]
        neighbours = [*castline.folder.parent.iterdir()]

        class Hostile(ForwardingHandler):
            def answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
                if self.path.endswith("/download"):
                    body = json.dumps(json.loads(body) | {"filename": "../.bash\u202erc.mp3"}).encode()
                super().answer(status, body, headers)

        class HostileServer(ForwardingServer):
            handler = Hostile

        with HostileServer(stack.url) as server:
            castline.environment["CASTLINE_API"] = server.url

            # When
            printed = castline.done("jobs", "download", job_id)

            # Then
            assert printed == "bashrc.mp3\n"
            assert names_in(castline) == ["bashrc.mp3"]
            assert [*castline.folder.parent.iterdir()] == neighbours
            assert "castline: bashrc.mp3 already exists" in castline("jobs", "download", job_id).err

    def test_of_subtitles_is_that_of_the_audio(self, castline: Castline, client: ApiClient) -> None:
        job_id = client.complete(dialogue(title="第一課; a=b"))["id"]
        assert castline.done("jobs", "subtitles", job_id, "-o", ".") == "第一課; a=b.vtt\n"

        # And of those that are too large for an answer
        make_subtitles_large(job_id)
        assert castline.done("jobs", "subtitles", job_id, "-o", ".", "--format", "srt") == "第一課; a=b.srt\n"
        assert names_in(castline) == ["第一課; a=b.srt", "第一課; a=b.vtt"]
        assert (castline.folder / "第一課; a=b.srt").read_text("utf-8").count("😀") == len(TEXT)


class TestList:
    @pytest.fixture(scope="class")
    @classmethod
    def user(cls, stack: LocalStack) -> str:
        """Return a user with jobs of several titles, and one without."""
        user = f"user-{uuid.uuid4()}"
        with ApiClient(stack.url, user_id=user) as client:
            cancelled(client, stack)
            for title in ("Lesson 1: Tea", "a\u202eb\n\u2066[/x]"):
                cancelled(client, stack, title=title)
            client.complete(dialogue(title="茶"))
            for title in ("很長的標題" * 40, "x" * 200):
                cancelled(client, stack, title=title)
        return user

    def test_has_a_column_of_titles_if_there_are_any(self, castline: Castline, client: ApiClient) -> None:
        rows = [line.split("\t") for line in castline.done("jobs", "list").splitlines()]
        [plain] = [line.split("\t") for line in castline.done("jobs", "list", "--offset", "5").splitlines()]

        assert [row[4] for row in rows[2:]] == ["茶", "ab [/x]", "Lesson 1: Tea", ""]
        assert len(plain) == 4

    def test_is_searched(self, castline: Castline, client: ApiClient) -> None:
        def found(*options: str) -> list[str]:
            return [line.split("\t")[-1] for line in castline.done("jobs", "list", *options).splitlines()]

        assert found("--search", "tea lesson") == ["Lesson 1: Tea"]
        assert found("--search", "茶", "--status", "completed") == ["茶"]
        assert found("--search", "茶", "--status", "failed") == []
        printed = castline.done("jobs", "list", "--json", "--search", "lesson")
        assert [job["title"] for job in json.loads(printed)["items"]] == ["Lesson 1: Tea"]

    def test_shortens_titles_on_a_terminal_and_keeps_what_disturbs_away(
        self, castline: Castline, client: ApiClient
    ) -> None:
        head, word, wide, tea, disturbing, *_, footer = shown_by(castline, "jobs", "list").splitlines()

        assert head.split() == ["job", "status", "submitted", "title"]
        for row, title in ((word, "x" * 200), (wide, "很長的標題" * 40)):
            assert row.rstrip().endswith("…")
            assert title.startswith(row[head.index("title") :].rstrip().rstrip("…").rstrip())
            assert sum(2 if each > "\u3000" else 1 for each in row.rstrip()) <= 80
        assert tea.rstrip().endswith("  茶")
        assert disturbing.rstrip().endswith("  ab [/x]")
        assert footer == "1 to 6 of 6"


class TestShow:
    @pytest.mark.usefixtures("unspoken")
    def test_tells_them(self, castline: Castline, client: ApiClient) -> None:
        client.submit(dialogue(**TITLES))

        lines = castline.done("jobs", "show", "last").splitlines()

        assert lines[1:4] == [f"{name}\t{text}" for name, text in TITLES.items()]

    @pytest.mark.usefixtures("unspoken")
    def test_tells_none_where_there_is_none(self, castline: Castline, client: ApiClient) -> None:
        client.submit(dialogue(album="Walks"))

        printed = castline.done("jobs", "show", "last")

        assert "album\tWalks\n" in printed
        assert "title\t" not in printed


class TestRename:
    def test_changes_what_is_said_and_nothing_else(
        self, castline: Castline, client: ApiClient, stack: LocalStack
    ) -> None:
        job_id = cancelled(client, stack, **TITLES)["id"]

        assert castline.done("jobs", "rename", "last", "--title", "Two", "--author", "") == f"{job_id}\n"

        assert titles_of(client.job(job_id)) == {"title": "Two", "album": TITLES["album"]}
        answer = json.loads(castline.done("jobs", "rename", job_id[-8:], "--json", "--album", "Walks"))
        assert (answer["id"], titles_of(answer)) == (job_id, {"title": "Two", "album": "Walks"})
        assert shown_by(castline, "jobs", "rename", "last", "--title", "x").strip() == f"renamed {job_id}"

    def test_must_say_to_what(self, castline: Castline) -> None:
        outcome = castline("jobs", "rename", "last")

        assert (outcome.exit_code, outcome.complaint) == (
            2,
            "castline: nothing to change: use --title, --author or --album; see `castline jobs rename --help`",
        )

    @pytest.mark.usefixtures("unspoken")
    def test_is_refused_as_the_service_says(self, castline: Castline, client: ApiClient) -> None:
        job_id = client.submit(dialogue(title="One"))

        outcome = castline("jobs", "rename", job_id, "--title", " \u200b")

        assert outcome.exit_code == 4
        assert outcome.err.splitlines()[1].startswith("  title: ")
        assert client.job(job_id)["title"] == "One"

    def test_of_no_job_there_is_none(self, castline: Castline) -> None:
        outcome = castline("jobs", "rename", "00000000-0000-7000-8000-000000000000", "--title", "x")

        assert (outcome.exit_code, outcome.complaint) == (6, "castline: There is no such job.")

    @pytest.mark.usefixtures("unspoken")
    def test_outlasts_a_connection_that_breaks(
        self, castline: Castline, client: ApiClient, stack: LocalStack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("castline_client.retries.PAUSES_SECONDS", (0.01, 0.01))
        job_id = client.submit(dialogue())
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

    def test_explains_jobs_by_their_titles(self, castline: Castline, client: ApiClient, stack: LocalStack) -> None:
        plain = cancelled(client, stack)
        titled = cancelled(client, stack, title="第一課–餐廳" + "長" * 100)

        _last, first, second = self.offered(castline, "fish").splitlines()

        assert first == f"{titled['id']}\tcancelled, {titled['created_at']}, 第一課–餐廳{'長' * 14}"
        assert second == f"{plain['id']}\tcancelled, {plain['created_at']}"

    @pytest.mark.parametrize("shell", ["fish", "zsh", "powershell"])
    def test_hands_no_commands_to_the_shell(
        self, castline: Castline, client: ApiClient, stack: LocalStack, shell: str
    ) -> None:
        cancelled(client, stack, title=self.HOSTILE)

        offered = self.offered(castline, shell)

        assert "cancelled, " in offered
        assert "ab c d e f ghij" in offered
