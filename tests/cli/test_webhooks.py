"""``castline webhooks`` and ``castline listen``: endpoints are kept, and what is sent to them is seen."""

from __future__ import annotations

import json
import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from standardwebhooks import Webhook

from castline_cli.errors import ExitCode
from tests.cli.terminal import on_terminal
from tests.cli.test_completion import offered
from tests.e2e.dialogues import HSIAO_YU, dialogue
from tests.integration.local_cloud.eventually import eventually
from tests.integration.webhooks.receiver import Receiver
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from tests.cli.castline import Castline
    from tests.e2e.api_client import ApiClient


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def rows(printed: str) -> list[list[str]]:
    return [line.split("\t") for line in printed.splitlines()]


def add(castline: Castline, url: str, *options: str) -> dict[str, Any]:
    added: dict[str, Any] = json.loads(castline.done("webhooks", "add", url, "--json", *options))
    return added


def webhooks_of(client: ApiClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get("/webhooks").json()["items"]
    return items


class TestKeeping:
    def test_a_webhook_is_added_with_its_secret_and_listed_without(
        self, castline: Castline, client: ApiClient
    ) -> None:
        printed = dict(
            rows(castline.done("webhooks", "add", "https://example.com/a", "-e", "job.failed", "-d", "My note"))
        )

        [webhook] = webhooks_of(client)
        assert printed["webhook"] == webhook["id"]
        assert printed["secret"].startswith("whsec_")
        assert (printed["events"], printed["description"], printed["status"]) == ("job.failed", "My note", "enabled")
        assert rows(castline.done("webhooks", "list")) == [[webhook["id"], "enabled", "https://example.com/a"]]
        assert json.loads(castline.done("webhooks", "list", "--json")) == {"items": [webhook], "total": 1}
        shown = castline.done("webhooks", "show", webhook["id"][-6:])
        assert "whsec_" not in shown
        assert dict(rows(shown)) == {name: value for name, value in printed.items() if name != "secret"}

    def test_a_webhook_is_changed_and_removed(self, castline: Castline, client: ApiClient) -> None:
        webhook_id = add(castline, "https://example.com/a", "-d", "x")["id"]

        castline.done("webhooks", "update", webhook_id, "--url", "https://example.com/b", "-d", "", "--disable")

        [changed] = webhooks_of(client)
        assert (changed["url"], changed["description"]) == ("https://example.com/b", None)
        assert (changed["status"], changed["disabled_reason"]) == ("disabled", "user")
        assert rows(castline.done("webhooks", "list"))[0][1] == "disabled (user)"
        castline.done("webhooks", "update", "https://example.com/b", "--enable", "-e", "job.started")
        [enabled] = webhooks_of(client)
        assert (enabled["status"], enabled["events"]) == ("enabled", ["job.started"])
        nothing = castline("webhooks", "update", webhook_id)
        assert (nothing.exit_code, "nothing to change" in nothing.complaint) == (ExitCode.USAGE, True)

        assert castline.done("webhooks", "remove", webhook_id[:8]) == f"{webhook_id}\n"
        assert webhooks_of(client) == []

    def test_a_secret_is_rotated_also_the_one_of_jobs(self, castline: Castline) -> None:
        added = add(castline, "https://example.com/a")

        rotated = json.loads(castline.done("webhooks", "rotate", added["id"], "--json"))
        of_jobs = dict(rows(castline.done("webhooks", "rotate", "job")))

        assert rotated["secret"] != added["secret"]
        assert rotated["previous_secret_expires_at"] is not None
        assert of_jobs["url"] == "webhook_url of single jobs"
        assert of_jobs["secret"].startswith("whsec_")

    @pytest.mark.parametrize(
        ("url", "problem"),
        [
            ("http://example.com/", "url: must begin with https://"),
            ("https://10.0.0.1/", "url: must be a host on the public Internet"),
        ],
    )
    def test_a_url_that_is_not_allowed_is_refused(self, castline: Castline, url: str, problem: str) -> None:
        refused = castline("webhooks", "add", url)

        assert (refused.exit_code, problem in refused.err) == (ExitCode.REFUSED, True)

    def test_what_is_not_there_is_said(self, castline: Castline, client: ApiClient) -> None:
        for name in ("nothing", "https://example.com/x", "0123abcd", "job"):
            missing = castline("webhooks", "show", name)
            assert missing.exit_code == ExitCode.NOT_FOUND
        for _ in range(2):
            add(castline, "https://example.com/same")
        ambiguous = castline("webhooks", "remove", "https://example.com/same")
        assert (ambiguous.exit_code, len(webhooks_of(client))) == (ExitCode.USAGE, 2)

    def test_tab_offers_webhooks(self, castline: Castline) -> None:
        webhook_id = add(castline, "https://example.com/a")["id"]

        assert set(offered(castline, "castline", "webhooks", "show", "")) == {"job", webhook_id}


class TestSending:
    def test_a_test_shows_what_came_of_it(self, castline: Castline, receiver: Receiver) -> None:
        added = add(castline, receiver.url("/200"))

        [[delivery_id, status, outcome]] = rows(castline.done("webhooks", "test", added["id"]))

        assert (status, outcome.startswith("200 in ")) == ("delivered", True)
        [request] = receiver.requests
        assert Webhook(added["secret"]).verify(request.body, request.headers)["type"] == "webhook.test"
        [listed] = rows(castline.done("webhooks", "deliveries", added["id"]))
        assert (listed[0], listed[1], listed[3]) == (delivery_id, "webhook.test", "delivered")

    def test_a_url_of_a_job_is_told_of_its_events(self, castline: Castline, receiver: Receiver) -> None:
        secret = dict(rows(castline.done("webhooks", "rotate", "job")))["secret"]

        say = ("say", "--text", "早安", "--voice", HSIAO_YU, "--webhook-url", receiver.url("/200"), "--no-wait")
        job_id = castline.done(*say).strip()

        eventually(lambda: len(receiver.requests) == 2, PATIENCE_SECONDS)
        events = [Webhook(secret).verify(request.body, request.headers) for request in receiver.requests]
        assert {(event["type"], event["data"]["job_id"]) for event in events} == {
            ("job.started", job_id),
            ("job.completed", job_id),
        }

    def test_a_failed_test_ends_with_an_exit_code_of_its_own(self, castline: Castline, receiver: Receiver) -> None:
        added = add(castline, receiver.url("/500"))

        failed = castline("webhooks", "test", added["id"], "--json")

        assert failed.exit_code == ExitCode.REFUSED
        assert json.loads(failed.out)["attempts"][0]["error"] == "bad_status"

    def test_an_event_is_sent_once_more(self, castline: Castline, receiver: Receiver) -> None:
        added = add(castline, receiver.url("/200"))
        castline.done("webhooks", "test", added["id"])

        [[delivery_id, status, _]] = rows(castline.done("webhooks", "redeliver", added["id"], "last"))

        assert status == "delivered"
        first, second = receiver.requests
        assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
        as_json = castline.done("webhooks", "deliveries", added["id"], "-n", "1", "--json")
        assert json.loads(as_json)["id"] == delivery_id
        assert castline("webhooks", "redeliver", added["id"], "nothing").exit_code == ExitCode.NOT_FOUND


class TestListening:
    @contextmanager
    def listening(
        self, castline: Castline, client: ApiClient, *options: str
    ) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, Any]]]:
        """Run ``castline listen`` until its webhook is there, and yield both."""
        with castline.started("listen", *options) as process:
            eventually(lambda: len(webhooks_of(client)) == 1, PATIENCE_SECONDS)
            yield process, webhooks_of(client)[0]

    def read_event(self, process: subprocess.Popen[bytes]) -> dict[str, Any]:
        assert process.stdout is not None
        event: dict[str, Any] = json.loads(process.stdout.readline())
        return event

    def test_a_job_is_followed_by_its_events_until_ctrl_c(self, castline: Castline, client: ApiClient) -> None:
        # Given
        with self.listening(castline, client) as (process, webhook):
            assert webhook["url"].startswith("http://127.0.0.1:")

            # When a job is submitted
            job_id = client.submit(dialogue())

            # Then its events are printed, a line each
            events = {event["type"]: event for event in (self.read_event(process), self.read_event(process))}
            assert events.keys() == {"job.started", "job.completed"}
            assert {event["data"]["job_id"] for event in events.values()} == {job_id}
            assert events["job.completed"]["data"]["duration_ms"] > 0

            # When Ctrl-C is pressed
            process.send_signal(signal.SIGINT)

            # Then the webhook is removed, and all is well
            assert process.wait(timeout=PATIENCE_SECONDS) == 0
            assert webhooks_of(client) == []
            assert process.stderr is not None
            assert b"Traceback" not in process.stderr.read()

    def test_a_request_without_a_signature_is_refused(self, castline: Castline, client: ApiClient) -> None:
        with self.listening(castline, client) as (process, webhook):
            answer = httpx.post(webhook["url"], json={"type": "job.completed"}, timeout=PATIENCE_SECONDS)

            assert answer.status_code == 401
            assert process.stderr is not None
            assert any(b"refused a request without a valid signature" in line for line in process.stderr)
            process.terminate()
            process.communicate(timeout=PATIENCE_SECONDS)
            assert (process.returncode, webhooks_of(client)) == (0, [])

    @pytest.mark.parametrize("path", ["/200", "/500"])
    def test_events_are_passed_on_with_their_signature(
        self, castline: Castline, client: ApiClient, receiver: Receiver, path: str
    ) -> None:
        with self.listening(castline, client, "--forward", receiver.url(path), "-e", "job.started") as (
            process,
            webhook,
        ):
            client.submit(dialogue())
            event = self.read_event(process)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=PATIENCE_SECONDS)

        request = receiver.requests[0]
        secret = next(word for word in err.decode().split() if word.startswith("whsec_"))
        assert Webhook(secret).verify(request.body, request.headers) == event
        assert webhook["events"] == ["job.started"]

    def test_a_server_that_does_not_answer_is_told_of(self, castline: Castline, client: ApiClient, port: int) -> None:
        with self.listening(castline, client, "--forward", f"http://127.0.0.1:{port}/") as (process, _webhook):
            client.submit(dialogue())
            assert process.stderr is not None
            assert any(b"cannot be forwarded: ConnectError" in line for line in process.stderr)

    def test_people_see_a_line_for_each_event(self, castline: Castline, client: ApiClient) -> None:
        with on_terminal(castline, "listen") as (process, terminal):
            terminal.read_until("listening on")
            job_id = client.submit(dialogue())
            terminal.read_until(rf"job.completed  {job_id}")
            os.kill(process.pid, signal.SIGINT)
            terminal.read_until("stopped")

    @pytest.mark.parametrize("address", ["notaurl", "localhost:3000", "ftp://localhost/", "http://", "http://a:b/"])
    def test_passes_events_on_to_a_url_only(self, castline: Castline, address: str) -> None:
        refused = castline("listen", "--forward", address)

        assert refused.exit_code == ExitCode.USAGE
        assert "such as http://localhost:3000/hooks" in refused.complaint

    def test_a_deployed_service_does_not_reach_this_machine(self, castline: Castline) -> None:
        refused = castline("listen", "--api", "https://castline.example.com")

        assert (refused.exit_code, "only a local stack can reach this machine" in refused.complaint) == (
            ExitCode.USAGE,
            True,
        )

    def test_a_port_in_use_is_told_of(self, castline: Castline, receiver: Receiver) -> None:
        taken = castline("listen", "--port", str(receiver.port))

        assert (taken.exit_code, "cannot listen" in taken.complaint) == (ExitCode.FILE, True)
