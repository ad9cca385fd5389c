"""Tour of a deployed service: each of its features is used once and checked."""

from __future__ import annotations

import json
import re
import time
import wave
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import httpx
from standardwebhooks import Webhook

from local.demo import DemoFailed, run_demo
from local.emulated.observations import NotAsExpected, Observation, expect
from local.emulated.webhook_receiver import receiving
from local.quickstart import DIALOGUE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rich.console import Console

    from local.emulated.cloud import EmulatedCloud
    from local.emulated.deployment import Deployment
    from local.emulated.service import DeployedService

_PATIENCE_SECONDS: Final = 90.0
_POLL_SECONDS: Final = 0.1
_CLIP_MS: Final = 2_000
_ENDED: Final = {"completed", "failed", "cancelled"}


class Tour:
    """A tour of a running deployment.

    Attributes:
        job_id: the job of the quickstart, after it has run.
    """

    def __init__(
        self,
        cloud: EmulatedCloud,
        deployment: Deployment,
        service: DeployedService,
        *,
        token: str,
        operator_token: str,
        out: Path,
        console: Console,
    ) -> None:
        """Prepare the tour.

        Args:
            cloud: the cloud with the deployment.
            deployment: the deployed stacks.
            service: the running service.
            token: the token of a user without jobs.
            operator_token: the token of another user, who is in the group of operators.
            out: the folder for the audio.
            console: receives progress messages.
        """
        self.job_id = ""
        self._cloud = cloud
        self._deployment = deployment
        self._service = service
        self._authorization = {"Authorization": f"Bearer {token}"}
        self._operator = {"Authorization": f"Bearer {operator_token}"}
        self._console_host = {"Host": service.console_host}
        self._out = out
        self._console = console
        self._published: list[dict[str, Any]] = []
        self._open = httpx.Client(base_url=f"{service.url}/api/v1", timeout=30)
        self._signed_in = httpx.Client(base_url=f"{service.url}/api/v1", timeout=30, headers=self._authorization)

    def go(self) -> Iterator[Observation]:
        """Yield all observations, one after another.

        Raises:
            NotAsExpected: an expectation does not hold.
        """
        self._queue_url = self._watch_bus()
        with self._open, self._signed_in:
            yield self._health()
            yield self._no_token()
            yield self._no_route()
            yield self._quickstart()
            yield self._console_page()
            yield self._api_of_the_console()
            expired_job_id = self._submit_twice()
            yield Observation("Idempotency-Key", f"submitted twice, one job: {expired_job_id}")
            yield self._list(expired_job_id)
            yield self._download_needs_signature()
            yield self._interruption()
            yield self._events()
            yield self._webhook()
            yield self._sound()
            yield self._operators()
            yield self._schedule()
            yield self._expiry(expired_job_id)

    def _health(self) -> Observation:
        answer = self._open.get("/health")
        expect(answer.status_code == 200, "/health answers 200 without a token", _told(answer))
        return Observation("GET /health without a token", "200")

    def _no_token(self) -> Observation:
        header, payload, signature = self._authorization["Authorization"].split(".")
        forged = f"{header}.{payload}.{signature[:-8]}AAAAAAAA"
        for what, answer in {
            "no token": self._open.get("/jobs"),
            "a forged token": self._open.get("/jobs", headers={"Authorization": forged}),
        }.items():
            refused = answer.status_code == 401 and answer.json() == {"message": "Unauthorized"}
            expect(refused, f"/jobs refuses {what} with 401", _told(answer))
        return Observation("GET /jobs without a token, with a forged one", "401, 401")

    def _no_route(self) -> Observation:
        answer = self._signed_in.put("/jobs")
        expect(answer.json()["error"] == "METHOD_NOT_ALLOWED", "a method without a route is 405", _told(answer))
        answer = self._signed_in.get("/nowhere")
        expect(answer.json()["error"] == "NOT_FOUND", "an unknown path is 404", _told(answer))
        hidden = self._signed_in.get("/admin/breaker")
        is_hidden = (hidden.status_code, hidden.text) == (answer.status_code, answer.text)
        expect(is_hidden, "the operators' routes do not exist for others", _told(hidden))
        answer = self._open.get("/nowhere")
        expect(answer.status_code == 401, "without a token, an unknown path is 401", _told(answer))
        answer = httpx.get(f"{self._service.url}/nowhere")
        expect(answer.json() == {"message": "Not Found"}, "API Gateway answers outside the API", _told(answer))
        return Observation("PUT /jobs, GET /nowhere, GET /admin/breaker", "405, 404, 404")

    def _quickstart(self) -> Observation:
        try:
            path = run_demo(self._service.url, self._out, self._console, headers=self._authorization)
        except DemoFailed as error:
            raise NotAsExpected(f"the quickstart fails: {error}") from error
        completed = self._signed_in.get("/jobs", params={"status": "completed"}).json()["items"]
        expect(len(completed) == 1, "the quickstart's job is listed as completed", completed)
        self.job_id = completed[0]["id"]
        return Observation(
            "quickstart: submit, poll, download", f"{path.name}, {path.stat().st_size:,} bytes, checked"
        )

    def _console_page(self) -> Observation:
        """Load the console through the distribution, as a browser does."""
        with httpx.Client(base_url=self._cloud.url, timeout=30, headers=self._console_host) as browser:
            page = browser.get("/")
            is_page = page.status_code == 200 and page.headers["Content-Type"] == "text/html; charset=utf-8"
            expect(is_page, "the distribution returns the page", _told(page))
            policy = page.headers["Content-Security-Policy"]
            expect("script-src 'self'" in policy, "the page has its security policy", policy)
            expect(page.headers["Cache-Control"] == "no-cache", "the page is always revalidated", page.headers)
            files = re.findall(r'(?:src|href)="/(assets/[^"]+)"', page.text)
            expect(files, "the page loads files", page.text)
            for file in files:
                answer = browser.get(f"/{file}")
                expect(answer.status_code == 200, f"{file} exists", answer.status_code)
                expect("immutable" in answer.headers["Cache-Control"], f"{file} may be cached", answer.headers)
            configuration = browser.get("/config.json").json()
        client_id = configuration["sign_in"]["client_id"]
        audience = self._audience()
        expect(client_id in audience, "the API accepts tokens of the console's client", audience)
        direct = httpx.get(f"{self._cloud.url}/{self._deployment.console_bucket_name}/index.html")
        expect(direct.status_code == 403, "the bucket is readable only through the distribution", direct.status_code)
        return Observation("console by the distribution, and its bucket", f"200 with {len(files)} files, 403")

    def _audience(self) -> set[str]:
        """Return the token audiences that the API accepts."""
        client, api = self._cloud.client("apigatewayv2"), {"ApiId": self._deployment.api_id}
        ids = {each["AuthorizerId"] for each in client.get_routes(**api)["Items"] if "AuthorizerId" in each}
        authorizers = [client.get_authorizer(**api, AuthorizerId=each) for each in ids]
        return {audience for each in authorizers for audience in each["JwtConfiguration"]["Audience"]}

    def _api_of_the_console(self) -> Observation:
        """Call the API at the URL that the console uses."""
        url = f"{self._cloud.url}/api/v1/jobs"
        without, with_token = (
            httpx.get(url, headers=self._console_host | token) for token in ({}, self._authorization)
        )
        expect(without.status_code == 401, "the API requires a token", _told(without))
        is_ours = with_token.status_code == 200 and self.job_id in with_token.text
        expect(is_ours, "the distribution forwards the token", _told(with_token))
        return Observation("GET /api/v1/jobs by the distribution, without a token, with one", "401, 200")

    def _submit_twice(self) -> str:
        headers = {"Idempotency-Key": "the same again"}
        first, again = (self._signed_in.post("/jobs", json=DIALOGUE, headers=headers) for _ in range(2))
        expect(first.status_code == 201, "a job is submitted", _told(first))
        same = again.status_code in {200, 201} and again.json()["id"] == first.json()["id"]
        expect(same, "the same key and body give the same job", f"{_told(first)} {_told(again)}")
        job_id: str = first.json()["id"]
        job = self._wait_for_end(job_id)
        expect(job["status"] == "completed", "the job completes", job)
        return job_id

    def _list(self, newest_job_id: str) -> Observation:
        listed = [job["id"] for job in self._signed_in.get("/jobs").json()["items"]]
        expect(listed == [newest_job_id, self.job_id], "both jobs are listed, newest first", listed)
        return Observation("GET /jobs", "2 jobs, newest first")

    def _download_needs_signature(self) -> Observation:
        answer = self._signed_in.get(f"/jobs/{self.job_id}/download")
        location = answer.headers.get("Location", "")
        expect(answer.status_code == 302 and location, "a download redirects to S3", _told(answer))
        signed, unsigned = httpx.get(location), httpx.get(location.partition("?")[0])
        expect(signed.status_code == 200, "the presigned URL gives the audio", signed.status_code)
        expect(unsigned.status_code == 403, "the object is not public", unsigned.status_code)
        return Observation("presigned URL, and the same without its signature", "200, 403")

    def _interruption(self) -> Observation:
        """Stop an execution that waits for a retry, as an operator could."""
        turn = {**DIALOGUE["turns"][0], "text": "{fault throttled} 你好"}
        answer = self._signed_in.post("/jobs", json={**DIALOGUE, "turns": [turn, DIALOGUE["turns"][1]]})
        expect(answer.status_code == 201, "a job is submitted", _told(answer))
        job_id = answer.json()["id"]
        self._wait_for(job_id, {"processing"})
        execution = self._deployment.state_machine_arn.replace(":stateMachine:", ":execution:") + f":{job_id}"
        self._cloud.client("stepfunctions").stop_execution(executionArn=execution)
        job = self._wait_for_end(job_id)
        failed = (job["status"], job["error_code"]) == ("failed", "INTERRUPTED")
        expect(failed, "a job whose execution was stopped fails as interrupted", job)
        expect(self._has_run("ExecutionEnded"), "the deployed rule has called its function", self._cloud.cold_starts)
        return Observation("execution stopped: rule → execution-ended", "failed, INTERRUPTED")

    def _watch_bus(self) -> str:
        """Send all events of the deployed bus to a queue, and return the queue's URL."""
        queues, events = self._cloud.client("sqs"), self._cloud.client("events")
        url: str = queues.create_queue(QueueName="watched-events")["QueueUrl"]
        arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        allow = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        queues.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        rule = {"Rule": "watch", "EventBusName": self._deployment.event_bus_name}
        pattern = json.dumps({"account": [self._cloud.account]})
        events.put_rule(Name=rule["Rule"], EventBusName=rule["EventBusName"], EventPattern=pattern)
        events.put_targets(**rule, Targets=[{"Id": "queue", "Arn": arn}])
        return url

    def _receive_events(self) -> None:
        """Receive the events that have arrived in the queue since the last call."""
        queues = self._cloud.client("sqs")
        while messages := queues.receive_message(QueueUrl=self._queue_url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self._published.append(json.loads(message["Body"]))
                queues.delete_message(QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"])

    def _has_run(self, stem: str) -> bool:
        """Return whether a function whose name contains ``stem`` runs within ``_PATIENCE_SECONDS``."""
        return _eventually(lambda: any(stem in name for name in self._cloud.cold_starts))

    def _events(self) -> Observation:
        """Check the events of the quickstart's job, publish them again, and check that all of them are archived."""

        def told() -> list[dict[str, Any]]:
            self._receive_events()
            return [event for event in self._published if event["detail"]["data"]["job_id"] == self.job_id]

        expect(_eventually(lambda: len(told()) == 2), "the bus receives the job's start and end", told())
        answer = self._cloud.client("lambda").invoke(
            FunctionName=self._deployment.publish_events_function,
            Payload=json.dumps({"republish": {"job_ids": [self.job_id]}}),
        )
        report = json.loads(answer["Payload"].read())
        expect(report == {"published": 2, "missing": [], "next": None}, "the events are published again", report)
        expect(_eventually(lambda: len(told()) == 4), "the events arrive again", told())
        details = [event["detail"] for event in told()]
        expect(details[2:] == details[:2], "the events have the same ids", details)
        archive = self._cloud.client("events").describe_archive(ArchiveName=self._deployment.event_bus_name)
        is_kept = archive["EventCount"] >= len(self._published)
        expect(is_kept, "the archive of the bus keeps the events", archive["EventCount"])
        types = ", ".join(detail["type"] for detail in details[:2])
        return Observation("events: stream → filter → publish-events → bus, and again", types)

    def _sound(self) -> Observation:
        """Upload a clip to the deployed bucket, whose event invokes the function that reads the clip."""
        clip = _clip()
        body = {"name": "Clip", "size_bytes": len(clip), "content_type": "audio/wav"}
        created = self._signed_in.post("/sounds", json=body)
        expect(created.status_code == 201, "a sound is created", _told(created))
        sound_id, upload = created.json()["id"], created.json()["upload"]
        preflight = httpx.options(
            upload["url"], headers={"Origin": self._service.console_url, "Access-Control-Request-Method": "PUT"}
        )
        expect(preflight.status_code == 200, "the console may upload", _told(preflight))
        answers = [
            httpx.put(upload["url"], content=content, headers=upload["headers"]).status_code
            for content in (clip + b"more", clip, clip)
        ]
        expect(answers == [403, 200, 412], "only a file of the declared size is accepted, once", answers)
        sound: dict[str, Any] = {}

        def is_read() -> bool:
            sound.update(self._signed_in.get(f"/sounds/{sound_id}").json())
            return bool(sound["status"] != "waiting")

        expect(_eventually(is_read), "the deployed rule has called its function", sound)
        expect((sound["status"], sound["duration_ms"]) == ("ready", _CLIP_MS), "the sound is ready", sound)
        heard = httpx.get(sound["audio_url"])
        expect(heard.status_code == 200, "the sound can be played", heard.status_code)
        return Observation("sound uploaded: rule → sound-uploaded", f"ready, {sound['duration_ms']} ms")

    def _webhook(self) -> Observation:
        """Send a test to a webhook through the deployed queue, and verify its signature."""
        refused = self._signed_in.post("/webhooks", json={"url": "https://169.254.169.254/latest/meta-data"})
        expect(refused.status_code == 400, "an address that is not public is refused", _told(refused))
        with receiving() as receiver:
            created = self._signed_in.post("/webhooks", json={"url": receiver.url})
            expect(created.status_code == 201, "a webhook is created", _told(created))
            webhook_id, secret = created.json()["id"], created.json()["secret"]
            tested = self._signed_in.post(f"/webhooks/{webhook_id}/test")
            expect(tested.status_code == 202, "a test is accepted", _told(tested))
            log: dict[str, Any] = {}

            def is_delivered() -> bool:
                log.update(self._signed_in.get(f"/webhooks/{webhook_id}/deliveries").json()["items"][0])
                return bool(log["status"] == "delivered")

            expect(_eventually(is_delivered), "the deployed mapping has called its function", log)
            # An event of an earlier job may also arrive, because events are dispatched some time later.
            received = [Webhook(secret).verify(each.body, each.headers) for each in receiver.received]
            types = [event["type"] for event in received]
            expect(types.count("webhook.test") == 1, "the test has arrived, with a valid signature", types)
        deleted = self._signed_in.delete(f"/webhooks/{webhook_id}")
        expect(deleted.status_code == 204, "the webhook is deleted", _told(deleted))
        return Observation("webhook: API → queue → deliver-webhooks → receiver", "signed, delivered")

    def _operators(self) -> Observation:
        """As an operator, find a user's usage in that of all users, and set a limit for the user."""
        own = self._signed_in.get("/usage").json()["total"]
        answer = self._signed_in.get("/admin/usage", headers=self._operator)
        expect(answer.status_code == 200, "the group's claim opens the calls of operators", _told(answer))
        (user,) = (each for each in answer.json()["users"] if each["jobs"] == own["jobs"])
        is_sum = user["billed_characters"] == own["billed_characters"] > 0
        expect(is_sum, "operators see what users see of their usage", _told(answer))
        path = f"/admin/users/{user['user_id']}/limits"
        self._signed_in.put(path, headers=self._operator, json={"characters_per_day": 7})
        limits = self._signed_in.get("/usage").json()["limits"]
        expect(limits["characters_per_day"] == 7, "a limit takes effect at once", limits)
        self._signed_in.put(path, headers=self._operator, json={})
        return Observation("GET /admin/usage, PUT /admin/users/{user_id}/limits as an operator", "200, 200")

    def _schedule(self) -> Observation:
        expect(self._has_run("Reconcile"), "the schedule calls the reconciler", self._cloud.cold_starts)
        return Observation("schedule: rule → reconcile", "called within a minute")

    def _expiry(self, job_id: str) -> Observation:
        """Move the clock past a job's retention, and let DynamoDB delete the job."""
        dynamodb = self._cloud.client("dynamodb")
        table_name = self._deployment.table_name
        setting = dynamodb.describe_time_to_live(TableName=table_name)["TimeToLiveDescription"]
        expect(setting["TimeToLiveStatus"] == "ENABLED", "the table has a TTL", setting)
        expect(self.audio_of(job_id), "the job has audio", job_id)
        dynamodb.update_item(
            TableName=table_name,
            Key={"pk": {"S": f"JOB#{job_id}"}, "sk": {"S": "JOB"}},
            UpdateExpression="SET #expires_at = :past",
            ExpressionAttributeNames={"#expires_at": setting["AttributeName"]},
            ExpressionAttributeValues={":past": {"N": str(int(datetime.now(UTC).timestamp()) - 1)}},
        )
        is_gone = _eventually(lambda: not self.audio_of(job_id))
        expect(is_gone, "the audio of an expired job is removed", self.audio_of(job_id))
        expect(self.audio_of(self.job_id), "the audio of the other job stays", self.job_id)
        return Observation("TTL: stream → filter → expire", "item removed, its audio deleted")

    def audio_of(self, job_id: str) -> list[str]:
        """Return the keys of a job's audio in the deployed bucket."""
        found = self._cloud.client("s3").list_objects_v2(
            Bucket=self._deployment.bucket_name, Prefix=f"audio/{job_id}/"
        )
        return [each["Key"] for each in found.get("Contents", [])]

    def _wait_for_end(self, job_id: str) -> dict[str, Any]:
        return self._wait_for(job_id, _ENDED)

    def _wait_for(self, job_id: str, statuses: set[str]) -> dict[str, Any]:
        job: dict[str, Any] = {}

        def has_come_so_far() -> bool:
            job.update(self._signed_in.get(f"/jobs/{job_id}").json())
            return job.get("status") in statuses

        expect(_eventually(has_come_so_far), f"a job becomes {' or '.join(sorted(statuses))}", job)
        return job


def _clip() -> bytes:
    """Return a WAV file with a crackling sound."""
    written = BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(range(0, 250, 10)) * (16 * 2 * _CLIP_MS // 25))
    return written.getvalue()


def _eventually(holds: Callable[[], object]) -> bool:
    """Return whether a condition becomes true within ``_PATIENCE_SECONDS``."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(_POLL_SECONDS)
    return False


def _told(answer: httpx.Response) -> str:
    return f"{answer.status_code} {answer.text}"
