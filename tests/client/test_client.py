"""Both clients, against a service over connections that may break."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
import time
import uuid
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
from tests.e2e.api_client import ApiClient
from tests.e2e.dialogues import YUN_JHE, dialogue
from tests.integration.local_cloud.eventually import eventually
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.stack import LocalStack

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


@pytest.fixture
def castline(road: BadRoad, user: str) -> Iterator[Castline]:
    """Yield a client, over a road that a test can break."""
    with Castline(road.url, user=user) as castline:
        yield castline


@pytest.fixture(params=[Blocking, Awaited])
def either(request: pytest.FixtureRequest, road: BadRoad, user: str) -> Blocking:
    """Return one of the two clients: they differ in how they send, wait, and give several results."""
    kind: type[Blocking] = request.param
    return kind(road.url, user=user)


class TestAJob:
    def test_is_submitted_waited_for_and_downloaded(
        self, either: Blocking, client: ApiClient, tmp_path: Path
    ) -> None:
        # Given
        parsed = either.call(lambda c: c.parse("A: 早安。"))
        request = {
            "provider": "azure",
            "title": "第一課/餐廳",
            "turns": parsed["turns"],
            "voice_assignments": [{"speaker": "A", "voice_id": YUN_JHE}],
        }
        seen: list[str] = []

        # When
        submitted = either.call(lambda c: c.create_job(request))
        job = either.call(lambda c: c.wait(submitted["id"], on_change=lambda job: seen.append(job["status"])))
        path = either.call(lambda c: c.download(job["id"], tmp_path))

        # Then
        assert (job["status"], seen[-1]) == ("completed", "completed")
        assert path == tmp_path / "第一課-餐廳.mp3"
        assert path.read_bytes() == client.download(job["id"]).content
        assert b"".join(either.call(lambda c: c.audio_pieces(job["id"]))) == path.read_bytes()
        assert [each.name for each in tmp_path.iterdir()] == [path.name]
        with pytest.raises(FileExistsError):
            either.call(lambda c: c.download(job["id"], tmp_path))
        assert either.call(lambda c: c.download(job["id"], path, overwrite=True)) == path

    def test_is_made_once_however_often_it_is_tried(self, either: Blocking, road: BadRoad, client: ApiClient) -> None:
        road.troubles = [Trouble(method="POST", path="/jobs", times=2)]

        submitted = either.call(lambda c: c.create_job(dialogue()))

        assert road.count("POST", "/jobs") == 3
        assert client.list_ids() == [submitted["id"]]

    def test_is_made_once_for_a_key(self, castline: Castline, client: ApiClient) -> None:
        ids = {castline.create_job(dialogue(), idempotency_key="12")["id"] for _ in range(2)}

        assert [*ids] == client.list_ids()

    def test_can_be_renamed_resubmitted_rendered_and_read(self, castline: Castline, client: ApiClient) -> None:
        job_id = client.complete(dialogue())["id"]

        assert castline.rename_job(job_id, {"title": "One"})["title"] == "One"
        again = castline.resubmit_job(job_id)["id"]
        castline.wait(again)
        other = castline.render_job(job_id, {"output_format": "wav"})["id"]
        assert castline.wait(other)["rendition_of"] == job_id
        subtitles = castline.subtitles(job_id, format="srt")
        assert (subtitles.text.splitlines()[2], subtitles.filename) == ("A: 早安。", "One.srt")
        timings = castline.timings(job_id, level="turn")
        assert [each["speaker"] for each in timings["items"]] == ["A", "B"]

    def test_that_fails_says_how(self, either: Blocking, client: ApiClient) -> None:
        job_id = client.submit(dialogue(voices=("zh-TW-NobodyNeural", YUN_JHE)))

        with pytest.raises(castline_client.JobFailed) as failure:
            either.call(lambda c: c.wait(job_id))

        assert failure.value.job["error_code"] == "VOICE_NOT_FOUND"
        assert either.call(lambda c: c.wait(job_id, check=False))["status"] == "failed"

    def test_that_was_cancelled_has_no_audio(self, castline: Castline, client: ApiClient, stack: LocalStack) -> None:
        with stack.cloud.lambdas.pause("plan"):
            job_id = client.submit(dialogue())
            assert castline.cancel_job(job_id)["status"] == "cancelled"

        with pytest.raises(castline_client.JobCancelled):
            castline.wait(job_id)
        with pytest.raises(castline_client.NotAvailable):
            castline.download(job_id)
        with pytest.raises(castline_client.Conflict):
            castline.cancel_job(job_id)


class TestJobs:
    @pytest.fixture(scope="class")
    @classmethod
    def user(cls, stack: LocalStack) -> str:
        """Return a user with three jobs."""
        user = f"user-{uuid.uuid4()}"
        with ApiClient(stack.url, user_id=user) as client:
            for _ in range(3):
                client.complete(dialogue())
        return user

    def test_are_given_page_by_page(
        self, either: Blocking, road: BadRoad, client: ApiClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given
        monkeypatch.setattr(jobs_module, "_PAGE", 2)

        # When
        found = either.call(lambda c: c.jobs(status="completed"))

        # Then
        assert [each["id"] for each in found] == client.list_ids()
        assert road.count("GET", "/jobs") == 2

    def test_are_asked_for_as_they_are_needed(
        self, castline: Castline, road: BadRoad, client: ApiClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(jobs_module, "_PAGE", 1)

        newest = next(castline.jobs())

        assert newest["id"] == client.list_ids()[0]
        assert road.count("GET", "/jobs") == 1


class TestWaiting:
    def test_asks_for_news_only(self, either: Blocking, road: BadRoad, client: ApiClient, stack: LocalStack) -> None:
        seen: list[str] = []
        with stack.cloud.lambdas.pause("plan") as pause:
            job_id = client.submit(dialogue())

            # Given a job that begins once it has been asked for twice
            def begin_later() -> None:
                eventually(lambda: road.statuses["GET", 304])
                pause.release()

            threading.Thread(target=begin_later, daemon=True).start()

            # When
            either.call(lambda c: c.wait(job_id, on_change=lambda job: seen.append(job["status"])))

        # Then it is told of changes only
        assert (seen[0], seen[-1]) == ("pending", "completed")
        assert road.statuses["GET", 200] == len(seen)

    def test_gives_up_after_the_time_that_is_given(
        self, castline: Castline, client: ApiClient, stack: LocalStack
    ) -> None:
        with stack.cloud.lambdas.pause("plan"):
            job_id = client.submit(dialogue())

            with pytest.raises(castline_client.WaitTimedOut):
                castline.wait(job_id, timeout_seconds=0)

    def test_outlasts_a_service_that_is_away(self, castline: Castline, road: BadRoad, client: ApiClient) -> None:
        job_id = client.submit(dialogue())
        road.troubles = [Trouble(method="GET", path=job_id, times=9, status=503)]

        assert castline.wait(job_id)["status"] == "completed"

    def test_gives_up_when_it_is_away_for_long(
        self, castline: Castline, road: BadRoad, client: ApiClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(waiting, "PATIENCE_SECONDS", 0.0)
        job_id = client.submit(dialogue())
        road.troubles = [Trouble(method="GET", path=job_id, times=99)]

        with pytest.raises(castline_client.NothingAnswers, match="lost repeatedly"):
            castline.wait(job_id)


class TestDownloading:
    @pytest.fixture(scope="class")
    @classmethod
    def user(cls, stack: LocalStack) -> str:
        """Return a user with one job."""
        user = f"user-{uuid.uuid4()}"
        with ApiClient(stack.url, user_id=user) as client:
            client.complete(dialogue("很長的一句話。"))
        return user

    def test_goes_on_where_it_broke(
        self, either: Blocking, client: ApiClient, downloads: BadRoad, tmp_path: Path
    ) -> None:
        # Given
        [job_id] = client.list_ids()
        whole = client.download(job_id).content
        downloads.clear()
        downloads.troubles = [Trouble(method="GET", path=".mp3", times=2, after_bytes=3000)]

        # When
        path = either.call(lambda c: c.download(job_id, tmp_path))

        # Then
        assert path.read_bytes() == whole
        assert downloads.ranges == ["", "bytes=3000-", "bytes=6000-"]

    def test_leaves_nothing_behind_when_it_cannot_be_mended(
        self, either: Blocking, client: ApiClient, downloads: BadRoad, tmp_path: Path
    ) -> None:
        [job_id] = client.list_ids()
        downloads.troubles = [Trouble(method="GET", path=".mp3", times=99, after_bytes=0)]

        with pytest.raises(castline_client.TransferFailed):
            either.call(lambda c: c.download(job_id, tmp_path))

        assert list(tmp_path.iterdir()) == []


class TestSounds:
    def test_are_uploaded_and_downloaded(self, either: Blocking, client: ApiClient, tmp_path: Path) -> None:
        jingle = clip(tmp_path / "jingle.wav")

        sound = either.call(lambda c: c.upload_sound(jingle))
        path = either.call(lambda c: c.download_sound(sound["id"], tmp_path))

        assert (sound["status"], sound["name"], path.name) == ("ready", "jingle.wav", "jingle.mp3")
        assert [each["id"] for each in either.call(lambda c: c.sounds())] == [sound["id"]]
        either.call(lambda c: c.delete_sound(sound["id"]))
        assert either.call(lambda c: c.sounds()) == []

    def test_that_are_none_say_why(self, castline: Castline, tmp_path: Path) -> None:
        written = tmp_path / "text.mp3"
        written.write_bytes(b"no audio at all" * 100)

        with pytest.raises(castline_client.SoundUnusable) as problem:
            castline.upload_sound(written)

        assert problem.value.code == "not_audio"

    def test_have_names_that_say_what_they_are(self, castline: Castline, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="extension of a sound"):
            castline.upload_sound(tmp_path / "text.txt")


def test_an_estimate_is_that_of_the_service(castline: Castline, client: ApiClient) -> None:
    estimate = castline.estimate(dialogue("估計。"))

    assert estimate == client.post("/jobs/estimate", json=dialogue("估計。")).json()
    assert client.list_ids() == []


def test_a_preview_is_heard(castline: Castline) -> None:
    preview = castline.preview({"voice_id": YUN_JHE, "text": "試聽。"})

    assert preview["audio_url"].startswith("http")
    assert preview["billed_characters"] > 0


class TestWebhooks:
    def test_are_kept(self, castline: Castline) -> None:
        # Given
        kept = castline.create_webhook({"url": "https://example.com/hook"})

        # When
        other = castline.rotate_webhook_secret(kept["id"])
        castline.change_webhook(kept["id"], {"description": "mine"})

        # Then
        assert other["secret"] != kept["secret"]
        [listed] = castline.webhooks()
        assert (listed["id"], listed["description"]) == (kept["id"], "mine")
        assert list(castline.deliveries(kept["id"])) == []
        castline.delete_webhook(kept["id"])
        assert castline.webhooks() == []


class TestPronunciations:
    def test_are_kept(self, castline: Castline) -> None:
        entries: Any = [{"text": "AWS", "alias": "Amazon Web Services"}]

        castline.put_pronunciation_set("brands", entries)

        with pytest.raises(castline_client.Conflict):
            castline.put_pronunciation_set("brands", entries)
        castline.put_pronunciation_set("brands", entries, overwrite=True)
        assert castline.pronunciation_set("brands")["entries"][0]["text"] == "AWS"
        assert [each["name"] for each in castline.pronunciation_sets()] == ["brands"]
        castline.delete_pronunciation_set("brands")
        with pytest.raises(castline_client.NotFound):
            castline.pronunciation_set("brands")


class TestShows:
    def test_are_kept(self, castline: Castline) -> None:
        show: Any = {"title": "Episode", "cast": [{"speaker": "A", "voice_id": "zh-TW-HsiaoYuNeural"}]}

        castline.put_show("park", show)

        with pytest.raises(castline_client.Conflict):
            castline.put_show("park", show)
        castline.put_show("park", {"title": "Another"}, overwrite=True)
        assert castline.show("park")["title"] == "Another"
        assert [each["name"] for each in castline.shows()] == ["park"]
        castline.delete_show("park")
        with pytest.raises(castline_client.NotFound):
            castline.show("park")


class TestErrors:
    def test_have_the_problems_of_fields(self, castline: Castline) -> None:
        with pytest.raises(castline_client.InvalidRequest) as refusal:
            castline.create_job(dialogue(gap_ms=-1))

        [problem] = refusal.value.problems
        assert (problem["field"], refusal.value.status) == ("gap_ms", 400)

    def test_tell_of_an_id_that_is_none(self, castline: Castline) -> None:
        with pytest.raises((castline_client.Refused, castline_client.NotCastline)):
            castline.job("../sounds")

    def test_are_in_the_language_that_is_wanted(self, road: BadRoad, user: str) -> None:
        with (
            Castline(road.url, user=user, language="zh-TW") as castline,
            pytest.raises(castline_client.NotFound) as refusal,
        ):
            castline.job(NO_JOB)

        assert not refusal.value.message.isascii()

    def test_tell_of_the_cap(self, castline: Castline, client: ApiClient, stack: LocalStack) -> None:
        with stack.cloud.lambdas.pause("plan"):
            for _ in range(3):
                client.submit(dialogue())

            with pytest.raises(castline_client.JobLimitExceeded):
                castline.create_job(dialogue())

    def test_tell_of_a_service_out_of_order(self, castline: Castline, road: BadRoad) -> None:
        road.troubles = [Trouble(method="GET", path="/health", times=9, status=502)]

        with pytest.raises(castline_client.OutOfOrder) as error:
            castline.health()

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
        job_ids = {client.submit(dialogue()) for _ in range(2)}

        async def first() -> str:
            async with AsyncCastline(stack.url, user=user) as castline:
                async for job in castline.jobs():
                    return job["id"]
            raise AssertionError("no jobs")

        assert asyncio.run(first()) in job_ids


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
