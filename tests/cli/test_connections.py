"""Behaviour of the command line when connections break, or nothing answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from castline.api import jobs
from castline_cli.addresses import LOCAL
from castline_client import retries, transfers
from castline_client.operations import waiting
from tests.cli.bad_road import BadRoad, Trouble
from tests.cli.scripts import SCRIPT, VOICES
from tests.e2e.dialogues import dialogue
from tests.integration.local_cloud.eventually import eventually
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.stack import LocalStack
    from tests.cli.castline import Castline
    from tests.e2e.api_client import ApiClient

STDIN = SCRIPT.encode("utf-8")


@pytest.fixture
def road(stack: LocalStack, castline: Castline) -> Iterator[BadRoad]:
    """Yield the connection of the command line to the API."""
    with BadRoad(stack.url) as road:
        castline.environment["CASTLINE_API"] = road.url
        yield road


@pytest.fixture(autouse=True)
def no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the pauses between attempts, but keep their number."""
    for module in (retries, transfers):
        monkeypatch.setattr(module, "PAUSES_SECONDS", tuple(0.01 for _ in module.PAUSES_SECONDS))
    monkeypatch.setattr(waiting, "POLL_SECONDS", 0.01)


class TestSubmitting:
    def test_makes_one_job_however_often_it_is_tried(
        self, castline: Castline, road: BadRoad, client: ApiClient
    ) -> None:
        # Given a connection that breaks after the job was made
        road.troubles = [Trouble(method="POST", path="/jobs", times=2)]

        # When
        job_id = castline.done("say", "-", "--no-wait", *VOICES, stdin=STDIN).strip()

        # Then
        assert road.count("POST", "/jobs") == 3
        assert client.list_ids() == [job_id]

    def test_gives_up_in_the_end(self, castline: Castline, road: BadRoad) -> None:
        road.troubles = [Trouble(method="POST", path="/jobs", times=9)]

        outcome = castline("say", "-", *VOICES, stdin=STDIN)

        assert outcome.exit_code == 3
        complaint = f"castline: the connection to {road.url} was lost repeatedly; try again later"
        assert outcome.complaint == complaint

    def test_tells_of_a_service_that_stays_out_of_order(self, castline: Castline, road: BadRoad) -> None:
        road.troubles = [Trouble(method="POST", path="/jobs", times=9, status=502)]

        outcome = castline("say", "-", *VOICES, stdin=STDIN)

        assert outcome.exit_code == 3
        assert outcome.complaint == f"castline: the service at {road.url} failed (502)"


class TestWaiting:
    def test_survives_a_service_that_is_away_for_a_while(self, castline: Castline, road: BadRoad) -> None:
        # Given a job that is known
        job_id = castline.done("say", "-", "--no-wait", *VOICES, stdin=STDIN).strip()
        road.troubles = [Trouble(method="GET", path=f"/jobs/{job_id}", times=5)]

        # When, then
        assert castline.done("jobs", "download", job_id, "-o", "out.mp3") == "out.mp3\n"

    def test_ends_with_how_to_come_back(
        self, castline: Castline, road: BadRoad, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(waiting, "PATIENCE_SECONDS", 0.0)
        job_id = castline.done("say", "-", "--no-wait", *VOICES, stdin=STDIN).strip()
        road.troubles = [Trouble(method="GET", path=f"/jobs/{job_id}", times=99)]

        outcome = castline("jobs", "download", job_id)

        assert outcome.exit_code == 3
        assert outcome.err.splitlines()[1] == (
            f"  the job is not lost: use `castline jobs download {job_id}` to download it"
        )

    def test_asks_as_seldom_as_the_service_wants_and_for_news_only(
        self,
        castline: Castline,
        road: BadRoad,
        client: ApiClient,
        stack: LocalStack,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        # Given a service that wants a second between polls
        monkeypatch.setattr(jobs, "POLL_AFTER_SECONDS", 1)
        with stack.cloud.lambdas.pause("plan") as pause:
            job_id = client.submit(dialogue())
            with castline.started("jobs", "download", job_id) as process:
                # When it looks twice
                first, second = (time_of_look(road, job_id, number) for number in (1, 2))
                pause.release()
                process.communicate(timeout=PATIENCE_SECONDS)

        # Then
        assert process.returncode == 0
        assert second - first > 0.9
        assert road.statuses["GET", 304] >= 1


def time_of_look(road: BadRoad, job_id: str, number: int) -> float:
    """Return the time in seconds at which the ``number``-th request for a job came."""

    def times() -> list[float]:
        return [at for at, method, path in road.came_at if method == "GET" and path.endswith(f"/jobs/{job_id}")]

    eventually(lambda: len(times()) >= number)
    return times()[number - 1]


class TestDownloading:
    def test_goes_on_where_it_broke(self, castline: Castline, client: ApiClient, downloads: BadRoad) -> None:
        # Given
        job_id = client.complete(dialogue("很長的一句話。"))["id"]
        whole = client.download(job_id).content
        downloads.clear()
        downloads.troubles = [Trouble(method="GET", path=".mp3", times=2, after_bytes=3000)]

        # When
        outcome = castline("jobs", "download", job_id, "-o", "-")

        # Then
        assert (outcome.exit_code, outcome.err, outcome.out_bytes) == (0, "", whole)
        assert downloads.ranges == ["", "bytes=3000-", "bytes=6000-"]

    def test_leaves_nothing_behind_when_it_cannot_be_mended(
        self, castline: Castline, client: ApiClient, downloads: BadRoad
    ) -> None:
        job_id = client.complete(dialogue())["id"]
        downloads.troubles = [Trouble(method="GET", path=".mp3", times=99, after_bytes=0)]

        outcome = castline("jobs", "download", job_id, "-o", "out.mp3")

        assert outcome.exit_code == 3
        assert outcome.err.splitlines() == [
            "castline: the download failed repeatedly; try again later",
            f"  the job is not lost: use `castline jobs download {job_id}` to download it",
        ]
        assert list(castline.folder.iterdir()) == []
        assert downloads.count("GET", ".mp3") == len(transfers.PAUSES_SECONDS)

    def test_starts_again_where_parts_are_not_to_be_had(
        self, castline: Castline, client: ApiClient, downloads: BadRoad
    ) -> None:
        job_id = client.complete(dialogue("很長的一句話。"))["id"]
        whole = client.download(job_id).content
        downloads.clear()
        downloads.serves_parts = False
        downloads.troubles = [Trouble(method="GET", path=".mp3", after_bytes=3000)]

        outcome = castline("jobs", "download", job_id, "-o", "-")

        assert (outcome.exit_code, outcome.out_bytes) == (0, whole)


class TestNothingThere:
    def test_is_told_at_once_with_what_to_do(self, castline: Castline, port: int) -> None:
        castline.environment["CASTLINE_API"] = f"127.0.0.1:{port}"

        outcome = castline("jobs", "list")

        assert outcome.exit_code == 3
        complaint = f"castline: nothing answers at http://127.0.0.1:{port}; is it running, and the address right?"
        assert outcome.complaint == complaint

    def test_at_the_usual_address_names_the_command_that_starts_it(
        self, castline: Castline, port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given that address, where somebody may run a stack just now: it leads elsewhere
        monkeypatch.setattr("castline_cli.api.LOCAL", f"http://127.0.0.1:{port}")
        castline.environment["CASTLINE_API"] = f"127.0.0.1:{port}"

        outcome = castline("jobs", "list")

        advice = "start it with `make dev`, or name another with --api"
        assert outcome.complaint == f"castline: nothing answers at http://127.0.0.1:{port}; {advice}"
        assert LOCAL == "http://127.0.0.1:8000"

    @pytest.mark.parametrize("path", ["/docs", "/elsewhere"])
    def test_but_something_else_is_told(self, castline: Castline, stack: LocalStack, path: str) -> None:
        outcome = castline("health", "--api", f"{stack.url}{path}")

        assert outcome.exit_code == 3
        assert outcome.complaint.endswith("is not Castline's API; is the address right?")
