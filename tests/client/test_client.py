"""Both clients, against a service over connections that may break."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import castline_client
from castline_client import AsyncCastline, Castline, retries, transfers
from castline_client.operations import jobs as jobs_module
from castline_client.operations import waiting
from tests.cli.bad_road import BadRoad, Trouble
from tests.cli.clips import clip
from tests.cli.forwarding import ForwardingHandler, ForwardingServer
from tests.cli.site import Site
from tests.client.both import Awaited, Blocking
from tests.e2e.dialogues import YUN_JHE, dialogue
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient

NO_JOB = "00000000-0000-7000-8000-000000000000"


@pytest.fixture(autouse=True)
def no_long_pauses(monkeypatch: pytest.MonkeyPatch, downloads: BadRoad) -> None:
    """Shorten the pauses between attempts, but keep their number."""
    for module in (retries, transfers):
        monkeypatch.setattr(module, "PAUSES_SECONDS", tuple(0.01 for _ in module.PAUSES_SECONDS))
    monkeypatch.setattr(waiting, "POLL_SECONDS", 0.01)
    downloads.clear()


@pytest.fixture
def road(stack: LocalStack) -> Iterator[BadRoad]:
    with BadRoad(stack.url) as road:
        yield road


@pytest.fixture(params=[Blocking, Awaited])
def castline(request: pytest.FixtureRequest, road: BadRoad, user: str) -> Blocking:
    """Return one of the clients, over a road that a test can break."""
    kind: type[Blocking] = request.param
    return kind(road.url, user=user)


class TestAJob:
    def test_is_submitted_waited_for_and_downloaded(
        self, castline: Blocking, client: ApiClient, tmp_path: Path
    ) -> None:
        # Given
        parsed = castline.call(lambda c: c.parse("A: 早安。"))
        request = {
            "provider": "azure",
            "title": "第一課/餐廳",
            "turns": parsed["turns"],
            "voice_assignments": [{"speaker": "A", "voice_id": YUN_JHE}],
        }
        seen: list[str] = []

        # When
        submitted = castline.call(lambda c: c.create_job(request))
        job = castline.call(lambda c: c.wait(submitted["id"], on_change=lambda job: seen.append(job["status"])))
        path = castline.call(lambda c: c.download(job["id"], tmp_path))

        # Then
        assert (job["status"], seen[-1]) == ("completed", "completed")
        assert path == tmp_path / "第一課-餐廳.mp3"
        assert path.read_bytes() == client.download(job["id"]).content
        assert b"".join(castline.call(lambda c: c.audio_pieces(job["id"]))) == path.read_bytes()
        assert [each.name for each in tmp_path.iterdir()] == [path.name]
        with pytest.raises(FileExistsError):
            castline.call(lambda c: c.download(job["id"], tmp_path))
        assert castline.call(lambda c: c.download(job["id"], path, overwrite=True)) == path

    def test_is_made_once_however_often_it_is_tried(
        self, castline: Blocking, road: BadRoad, client: ApiClient
    ) -> None:
        road.troubles = [Trouble(method="POST", path="/jobs", times=2)]

        submitted = castline.call(lambda c: c.create_job(dialogue()))

        assert road.count("POST", "/jobs") == 3
        assert client.list_ids() == [submitted["id"]]

    def test_is_made_once_for_a_key(self, castline: Blocking, client: ApiClient) -> None:
        ids = {castline.call(lambda c: c.create_job(dialogue(), idempotency_key="12"))["id"] for _ in range(2)}

        assert [*ids] == client.list_ids()

    def test_can_be_renamed_resubmitted_rendered_and_read(self, castline: Blocking, client: ApiClient) -> None:
        job_id = client.complete(dialogue())["id"]

        assert castline.call(lambda c: c.rename_job(job_id, {"title": "One"}))["title"] == "One"
        again = castline.call(lambda c: c.resubmit_job(job_id))["id"]
        castline.call(lambda c: c.wait(again))
        other = castline.call(lambda c: c.render_job(job_id, {"output_format": "wav"}))["id"]
        assert castline.call(lambda c: c.wait(other))["rendition_of"] == job_id
        subtitles = castline.call(lambda c: c.subtitles(job_id, format="srt"))
        assert (subtitles.text.splitlines()[2], subtitles.filename) == ("A: 早安。", "One.srt")
        timings = castline.call(lambda c: c.timings(job_id, level="turn"))
        assert [each["speaker"] for each in timings["items"]] == ["A", "B"]

    def test_that_fails_says_how(self, castline: Blocking, client: ApiClient) -> None:
        job_id = client.submit(dialogue(voices=("zh-TW-NobodyNeural", YUN_JHE)))

        with pytest.raises(castline_client.JobFailed) as failure:
            castline.call(lambda c: c.wait(job_id))

        assert failure.value.job["error_code"] == "VOICE_NOT_FOUND"
        assert castline.call(lambda c: c.wait(job_id, check=False))["status"] == "failed"

    def test_that_was_cancelled_has_no_audio(self, castline: Blocking, client: ApiClient, stack: LocalStack) -> None:
        with stack.cloud.lambdas.pause("plan"):
            job_id = client.submit(dialogue())
            assert castline.call(lambda c: c.cancel_job(job_id))["status"] == "cancelled"

        with pytest.raises(castline_client.JobCancelled):
            castline.call(lambda c: c.wait(job_id))
        with pytest.raises(castline_client.NotAvailable):
            castline.call(lambda c: c.download(job_id))
        with pytest.raises(castline_client.Conflict):
            castline.call(lambda c: c.cancel_job(job_id))


class TestJobs:
    def test_are_given_page_by_page(
        self, castline: Blocking, road: BadRoad, client: ApiClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given
        for _ in range(3):
            client.complete(dialogue())
        monkeypatch.setattr(jobs_module, "_PAGE", 2)

        # When
        found = castline.call(lambda c: c.jobs(status="completed"))

        # Then
        assert [each["id"] for each in found] == client.list_ids()
        assert road.count("GET", "/jobs") == 2

    def test_are_asked_for_as_they_are_needed(
        self, road: BadRoad, user: str, client: ApiClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for _ in range(3):
            client.complete(dialogue())
        monkeypatch.setattr(jobs_module, "_PAGE", 1)

        with Castline(road.url, user=user) as castline:
            newest = next(castline.jobs())

        assert newest["id"] == client.list_ids()[0]
        assert road.count("GET", "/jobs") == 1


class TestWaiting:
    def test_asks_for_news_only(
        self, castline: Blocking, road: BadRoad, client: ApiClient, stack: LocalStack
    ) -> None:
        with stack.cloud.lambdas.pause("plan"):
            job_id = client.submit(dialogue())
            with pytest.raises(castline_client.WaitTimedOut):
                castline.call(lambda c: c.wait(job_id, timeout_seconds=6))

        assert road.statuses["GET", 200] == 1
        assert road.statuses["GET", 304] >= 1

    def test_outlasts_a_service_that_is_away(self, castline: Blocking, road: BadRoad, client: ApiClient) -> None:
        job_id = client.submit(dialogue())
        road.troubles = [Trouble(method="GET", path=job_id, times=9, status=503)]

        assert castline.call(lambda c: c.wait(job_id))["status"] == "completed"

    def test_gives_up_when_it_is_away_for_long(
        self, castline: Blocking, road: BadRoad, client: ApiClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(waiting, "PATIENCE_SECONDS", 0.0)
        job_id = client.submit(dialogue())
        road.troubles = [Trouble(method="GET", path=job_id, times=99)]

        with pytest.raises(castline_client.NothingAnswers, match="lost repeatedly"):
            castline.call(lambda c: c.wait(job_id))


class TestDownloading:
    def test_goes_on_where_it_broke(
        self, castline: Blocking, client: ApiClient, downloads: BadRoad, tmp_path: Path
    ) -> None:
        # Given
        job_id = client.complete(dialogue("很長的一句話。"))["id"]
        whole = client.download(job_id).content
        downloads.clear()
        downloads.troubles = [Trouble(method="GET", path=".mp3", times=2, after_bytes=3000)]

        # When
        path = castline.call(lambda c: c.download(job_id, tmp_path))

        # Then
        assert path.read_bytes() == whole
        assert downloads.ranges == ["", "bytes=3000-", "bytes=6000-"]

    def test_leaves_nothing_behind_when_it_cannot_be_mended(
        self, castline: Blocking, client: ApiClient, downloads: BadRoad, tmp_path: Path
    ) -> None:
        job_id = client.complete(dialogue())["id"]
        downloads.troubles = [Trouble(method="GET", path=".mp3", times=99, after_bytes=0)]

        with pytest.raises(castline_client.TransferFailed):
            castline.call(lambda c: c.download(job_id, tmp_path))

        assert list(tmp_path.iterdir()) == []


class TestSounds:
    def test_are_uploaded_and_downloaded(self, castline: Blocking, client: ApiClient, tmp_path: Path) -> None:
        jingle = clip(tmp_path / "jingle.wav")

        sound = castline.call(lambda c: c.upload_sound(jingle))
        path = castline.call(lambda c: c.download_sound(sound["id"], tmp_path))

        assert (sound["status"], sound["name"], path.name) == ("ready", "jingle.wav", "jingle.mp3")
        assert [each["id"] for each in castline.call(lambda c: c.sounds())] == [sound["id"]]
        castline.call(lambda c: c.delete_sound(sound["id"]))
        assert castline.call(lambda c: c.sounds()) == []

    def test_that_are_none_say_why(self, castline: Blocking, tmp_path: Path) -> None:
        written = tmp_path / "text.mp3"
        written.write_bytes(b"no audio at all" * 100)

        with pytest.raises(castline_client.SoundUnusable) as problem:
            castline.call(lambda c: c.upload_sound(written))

        assert problem.value.code == "not_audio"

    def test_have_names_that_say_what_they_are(self, castline: Blocking, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="extension of a sound"):
            castline.call(lambda c: c.upload_sound(tmp_path / "text.txt"))


class TestAnEstimate:
    def test_is_what_the_job_bills(self, castline: Blocking, client: ApiClient) -> None:
        estimate = castline.call(lambda c: c.estimate(dialogue("估計。")))

        assert client.list_ids() == []
        job = client.complete(dialogue("估計。"))
        assert estimate["billed_characters"] == job["result_metadata"]["billed_characters"]


class TestAPreview:
    def test_is_heard_and_free_for_the_job(self, castline: Blocking, client: ApiClient) -> None:
        spoken = dialogue("試聽。")
        request = {"voice_id": spoken["voice_assignments"][0]["voice_id"], "text": "試聽。"}

        preview = castline.call(lambda c: c.preview(request))

        assert preview["audio_url"].startswith("http")
        assert preview["billed_characters"] > 0
        assert client.complete(spoken)["result_metadata"]["billed_characters"] == 0


class TestWebhooks:
    def test_are_kept(self, castline: Blocking) -> None:
        # Given
        kept = castline.call(lambda c: c.create_webhook({"url": "https://example.com/hook"}))

        # When
        other = castline.call(lambda c: c.rotate_webhook_secret(kept["id"]))
        castline.call(lambda c: c.change_webhook(kept["id"], {"description": "mine"}))

        # Then
        assert other["secret"] != kept["secret"]
        [listed] = castline.call(lambda c: c.webhooks())
        assert (listed["id"], listed["description"]) == (kept["id"], "mine")
        assert castline.call(lambda c: c.deliveries(kept["id"])) == []
        castline.call(lambda c: c.delete_webhook(kept["id"]))
        assert castline.call(lambda c: c.webhooks()) == []


class TestPronunciations:
    def test_are_kept(self, castline: Blocking) -> None:
        entries: Any = [{"text": "AWS", "alias": "Amazon Web Services"}]

        castline.call(lambda c: c.put_pronunciation_set("brands", entries))

        with pytest.raises(castline_client.Conflict):
            castline.call(lambda c: c.put_pronunciation_set("brands", entries))
        castline.call(lambda c: c.put_pronunciation_set("brands", entries, overwrite=True))
        assert castline.call(lambda c: c.pronunciation_set("brands"))["entries"][0]["text"] == "AWS"
        assert [each["name"] for each in castline.call(lambda c: c.pronunciation_sets())] == ["brands"]
        castline.call(lambda c: c.delete_pronunciation_set("brands"))
        with pytest.raises(castline_client.NotFound):
            castline.call(lambda c: c.pronunciation_set("brands"))


class TestShows:
    def test_are_kept(self, castline: Blocking) -> None:
        show: Any = {"title": "Episode", "cast": [{"speaker": "A", "voice_id": "zh-TW-HsiaoYuNeural"}]}

        castline.call(lambda c: c.put_show("park", show))

        with pytest.raises(castline_client.Conflict):
            castline.call(lambda c: c.put_show("park", show))
        castline.call(lambda c: c.put_show("park", {"title": "Another"}, overwrite=True))
        assert castline.call(lambda c: c.show("park"))["title"] == "Another"
        assert [each["name"] for each in castline.call(lambda c: c.shows())] == ["park"]
        castline.call(lambda c: c.delete_show("park"))
        with pytest.raises(castline_client.NotFound):
            castline.call(lambda c: c.show("park"))


class TestErrors:
    def test_have_the_problems_of_fields(self, castline: Blocking) -> None:
        with pytest.raises(castline_client.InvalidRequest) as refusal:
            castline.call(lambda c: c.create_job(dialogue(gap_ms=-1)))

        [problem] = refusal.value.problems
        assert (problem["field"], refusal.value.status) == ("gap_ms", 400)

    @pytest.mark.parametrize("written", ["../sounds", "..%2Fsounds", "a/b", "?limit=1", "#"])
    def test_tell_of_an_id_that_is_none(self, castline: Blocking, written: str) -> None:
        with pytest.raises((castline_client.Refused, castline_client.NotCastline)):
            castline.call(lambda c: c.job(written))

    def test_are_in_the_language_that_is_wanted(self, road: BadRoad, user: str) -> None:
        with (
            Castline(road.url, user=user, language="zh-TW") as castline,
            pytest.raises(castline_client.NotFound) as refusal,
        ):
            castline.job(NO_JOB)

        assert not refusal.value.message.isascii()

    def test_tell_of_the_cap(self, castline: Blocking, client: ApiClient, stack: LocalStack) -> None:
        with stack.cloud.lambdas.pause("plan"):
            for _ in range(3):
                client.submit(dialogue())

            with pytest.raises(castline_client.JobLimitExceeded):
                castline.call(lambda c: c.create_job(dialogue()))

    def test_tell_of_a_service_out_of_order(self, castline: Blocking, road: BadRoad) -> None:
        road.troubles = [Trouble(method="GET", path="/health", times=9, status=502)]

        with pytest.raises(castline_client.OutOfOrder) as error:
            castline.call(lambda c: c.health())

        assert error.value.status == 502
        assert road.count("GET", "/health") == 4

    def test_tell_of_a_token_that_is_not_accepted(self, stack: LocalStack) -> None:
        with Site(stack.url) as site:
            site.access_tokens["good"] = time.time() + 60
            tokens = iter(["good", "bad"])
            with Castline(site.url, token=lambda: next(tokens)) as castline:
                assert list(castline.providers())
                with pytest.raises(castline_client.SignedOut):
                    castline.job(NO_JOB)

    def test_tell_at_once_that_nobody_is_there(self, stack: LocalStack) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]

        with Castline(f"127.0.0.1:{port}") as castline, pytest.raises(castline_client.NothingAnswers):
            castline.health()

    def test_tell_that_something_else_answers(self, stack: LocalStack) -> None:
        with Castline(f"{stack.url}/elsewhere") as castline, pytest.raises(castline_client.NotCastline):
            castline.health()


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("written", "seconds"),
        [("7", 7.0), ("", 2.5), ("soon", 2.5), ("-3", 2.5)],
    )
    def test_is_a_number_of_seconds(self, written: str, seconds: float) -> None:
        headers = httpx.Headers({"Retry-After": written})

        assert retries.retry_after_seconds(headers, default=2.5) == seconds

    def test_may_be_a_date(self) -> None:
        moment = datetime.now(UTC) + timedelta(seconds=100)
        headers = httpx.Headers({"Retry-After": format_datetime(moment, usegmt=True)})

        assert 30 < retries.retry_after_seconds(headers, default=2.5) <= 100


class TestConcurrency:
    def test_of_the_awaited_client_is_real(self, stack: LocalStack, user: str) -> None:
        # Given a service that answers ten requests when all have come
        class Together(ForwardingHandler):
            all_here = threading.Barrier(10)

            def handle_any(self) -> None:
                self.all_here.wait(PATIENCE_SECONDS)
                super().handle_any()

        class Server(ForwardingServer):
            handler = Together

        async def ask(url: str) -> list[Any]:
            async with AsyncCastline(url, user=user) as castline:
                return await asyncio.gather(*(castline.health() for _ in range(10)))

        # When
        with Server(stack.url) as server:
            answers = asyncio.run(ask(server.url))

        # Then
        assert len(answers) == 10

    def test_ends_an_iterator_that_is_left(self, client: ApiClient, stack: LocalStack, user: str) -> None:
        job_id = client.complete(dialogue("很長的一句話。"))["id"]

        async def first() -> bytes:
            async with AsyncCastline(stack.url, user=user) as castline:
                async for piece in castline.audio_pieces(job_id):
                    return piece
            raise AssertionError("no audio")

        assert asyncio.run(first())


def test_refusals_tell_which_quota_is_used_up_and_why_submissions_are_stopped() -> None:
    quota = {"quota": "user_characters_per_day", "used": 80, "limit": 1_000, "resets_at": "2026-11-30T00:00:00Z"}

    assert str(castline_client.QuotaExceeded("Too much.", details=quota)) == (
        "Too much. user_characters_per_day: 80 of 1,000 are used or reserved, until 2026-11-30T00:00:00+00:00."
    )
    assert str(castline_client.QuotaExceeded("Too much.")) == "Too much."
    stopped = castline_client.SubmissionsStopped("Not now.", details={"reason": "Unusual traffic"})
    assert (str(stopped), stopped.reason) == ("Not now. Reason: Unusual traffic", "Unusual traffic")
    assert str(castline_client.SubmissionsStopped("Not now.", details={"reason": None})) == "Not now."


def test_help_shows_operations_as_methods() -> None:
    assert (Castline.wait.__doc__ or "").startswith("Poll a job until it has ended")
    assert (AsyncCastline.jobs.__doc__ or "").startswith("Iterate over the user's jobs")


@pytest.mark.parametrize("module", ["castline_cli.app", "castline_client"])
def test_what_is_slow_to_import_is_imported_when_it_is_used(module: str) -> None:
    program = f"import {module}, sys; print([name for name in ('httpx', 'rich', 'pydantic') if name in sys.modules])"

    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)  # noqa: S603 (our own)

    assert ended.stdout == b"[]\n"
