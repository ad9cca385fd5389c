"""Logs never hold users' texts or secrets, whatever happens."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from castline import composition
from castline.synthesis import synthesizer, utterances
from local.cloud.lambda_errors import FunctionError
from tests.e2e.dialogues import HSIAO_YU, dialogue
from tests.e2e.executions import ended_status
from tests.integration.examples import make_dialogue, make_job
from tests.integration.local_cloud.eventually import eventually
from tests.integration.webhooks.receiver import Receiver

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local.azure_speech.server import AzureSpeechEmulator
    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient

MARKER = "Geheimnis"
"""Latin letters: no escaping hides it, and a voice id may hold it too."""

OF_THE_TEST_ITSELF = {"httpx"}


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Capture the logs of all libraries too: on Lambda they are in the function's log."""
    caplog.set_level(logging.INFO)


@pytest.fixture
def logged(log_file: Path, caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """Return all that has been logged since the test began."""
    before = len(log_file.read_text("utf-8"))

    def read() -> str:
        by_libraries = [each.getMessage() for each in caplog.records if each.name not in OF_THE_TEST_ITSELF]
        return "\n".join([log_file.read_text("utf-8")[before:], *by_libraries])

    return read


def telling_dialogue(voice_id: str = HSIAO_YU, text: str = "") -> dict[str, Any]:
    """Return a dialogue with the marker in every field that takes any text, and in what its text is warned of."""
    speaker = f"{MARKER} 甲"
    written = f"# {MARKER}\n[{MARKER} tag] ({MARKER} smiles) {MARKER} {uuid4()} {text}"
    return dialogue(
        turns=[{"speaker": speaker, "text": written, "index": 0, "chapter": f"{MARKER} 丙"}],
        voice_assignments=[{"speaker": speaker, "voice_id": voice_id, "voice_name": f"{MARKER} 乙"}],
        pronunciations=[{"text": MARKER, "alias": f"{MARKER} 丁"}],
    )


def telling_entries() -> dict[str, Any]:
    """Return the entries of a pronunciation set with the marker in every field that takes any text."""
    return {"entries": [{"text": MARKER, "alias": f"{MARKER} 戊"}]}


def broken(quoted: str) -> Callable[..., Any]:
    """Return a function with a bug, whose error quotes its arguments."""

    def fail(*_args: Any, **_kwargs: Any) -> Any:
        raise ValueError(f"cannot work with {quoted!r}")

    return fail


def assert_tells_nothing(log: str, *secrets: str) -> None:
    assert log
    assert [secret for secret in (MARKER, *secrets) if secret in log] == []


def test_of_a_job_that_is_completed_and_downloaded(
    client: ApiClient, speech: AzureSpeechEmulator, logged: Callable[[], str]
) -> None:
    job = client.complete(telling_dialogue())
    url = client.get(f"/jobs/{job['id']}/download").headers["Location"]
    client.list_ids()
    ended_status(job["id"])

    assert job["id"] in logged()
    assert_tells_nothing(logged(), speech.key, url, "X-Amz-Signature")


def test_of_a_job_that_no_voice_can_speak(client: ApiClient, logged: Callable[[], str]) -> None:
    job_id = client.submit(telling_dialogue(voice_id=f"zh-TW-{MARKER}Neural"))
    job = client.wait_for(job_id, "failed")
    ended_status(job_id)

    assert job["error_code"] == "VOICE_NOT_FOUND"
    assert_tells_nothing(logged())


def test_of_a_job_whose_provider_fails_for_a_while(client: ApiClient, logged: Callable[[], str]) -> None:
    job = client.complete(telling_dialogue(text="{fault unavailable times=2}"))
    ended_status(job["id"])

    assert "ProviderUnavailable" in logged()
    assert_tells_nothing(logged())


def test_of_a_job_that_meets_a_bug_in_a_task(
    client: ApiClient, logged: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a bug that quotes the text
    monkeypatch.setattr(synthesizer, "shape", broken(MARKER))

    # When
    job_id = client.submit(telling_dialogue())
    job = client.wait_for(job_id, "failed")
    ended_status(job_id)

    # Then its class and its place are told, and no more
    assert job["error_code"] == "INTERNAL_ERROR"
    assert '"error":"ValueError"' in logged()
    assert "synthesizer.py" in logged()
    assert_tells_nothing(logged())


def test_of_what_lambda_is_told_of_a_bug(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given
    job = make_job()
    composition.job_repository().create(job, make_dialogue(f"{MARKER} {uuid4()}"), max_active=3)
    monkeypatch.setattr(utterances, "split_text", broken(MARKER))

    # When
    with pytest.raises(FunctionError) as failure:
        stack.cloud.lambdas.invoke("plan", {"job_id": job.id})

    # Then Lambda logs, and Step Functions keeps, an error that says nothing
    assert failure.value.error_type == "UnexpectedError"
    assert MARKER not in str(failure.value)


def test_of_a_request_that_meets_a_bug(
    client: ApiClient, logged: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composition, "submit_job", broken(MARKER))

    answer = client.post("/jobs", json=telling_dialogue())

    assert answer.status_code == 500
    assert '"error":"ValueError"' in logged()
    assert_tells_nothing(logged(), "Traceback")


def test_of_requests_that_are_refused(client: ApiClient, logged: Callable[[], str]) -> None:
    answers = [
        client.post("/jobs", json=telling_dialogue() | {MARKER: MARKER, "provider": MARKER}),
        client.post("/jobs", content=f'{{"{MARKER}', headers={"Content-Type": "application/json"}),
        client.get(f"/jobs/{MARKER}"),
        client.get("/jobs", params={"cursor": MARKER}),
        client.delete(f"/jobs/{MARKER}"),
    ]

    assert [answer.status_code for answer in answers] == [400, 400, 404, 400, 404]
    assert MARKER not in logged()


def test_of_pronunciation_sets(client: ApiClient, logged: Callable[[], str]) -> None:
    # When a set is written, read, listed, spoken with, refused and deleted
    path = f"/pronunciations/{MARKER}"
    answers = [
        client.put(path, json=telling_entries()),
        client.get(path),
        client.get("/pronunciations"),
        client.put(path, json={"entries": [{"text": MARKER, "phoneme": MARKER}]}),
        client.put(f"/pronunciations/{MARKER}%20{MARKER}", json=telling_entries()),
        client.put(path, json=telling_entries(), headers={"If-Match": f'"{MARKER}"'}),
        client.post("/jobs", json=telling_dialogue() | {"pronunciation_sets": [f"{MARKER}-2"]}),
    ]
    job = client.complete(telling_dialogue() | {"pronunciation_sets": [MARKER]})
    answers += [client.delete(path), client.delete(path)]
    ended_status(job["id"])

    # Then neither its name nor its entries are logged
    assert [answer.status_code for answer in answers] == [201, 200, 200, 400, 400, 412, 400, 204, 404]
    assert_tells_nothing(logged())


def test_of_a_set_that_meets_a_bug(
    client: ApiClient, logged: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composition, "keep_pronunciations", broken(MARKER))

    answer = client.put(f"/pronunciations/{MARKER}", json=telling_entries())

    assert answer.status_code == 500
    assert_tells_nothing(logged(), "Traceback")


def test_of_webhooks_that_are_called_and_that_cannot_be(client: ApiClient, logged: Callable[[], str]) -> None:
    # Given webhooks whose URLs tell something: one that answers, one whose host is unknown, and a job's own
    with Receiver() as receiver:
        url = receiver.url(f"/200?{MARKER}")
        secrets = [client.post("/webhooks/job/rotate").json()["secret"]]
        for each in (url, f"https://{MARKER}.example/{MARKER}"):
            created = client.post("/webhooks", json={"url": each, "description": MARKER}).json()
            secrets.append(created["secret"])
        refused = client.post("/webhooks", json={"url": f"http://{MARKER}.example/", "description": MARKER})
        assert refused.status_code == 400

        # When something happens to a job
        client.complete(telling_dialogue() | {"webhook_url": receiver.url(f"/500?{MARKER}")})
        eventually(lambda: len(receiver.requests) >= 4)
        eventually(lambda: '"error":"dns_failed"' in logged())

    # Then the logs tell of the attempts, and nothing of the URLs and the secrets
    assert "webhook attempted" in logged()
    assert '"error":"bad_status"' in logged()
    assert MARKER.lower() not in logged()
    assert_tells_nothing(logged(), *(secret.removeprefix("whsec_") for secret in secrets))


def test_of_scripts(client: ApiClient, logged: Callable[[], str]) -> None:
    answers = [
        client.post("/dialogues/parse", json={"script": script})
        for script in (
            f"# {MARKER}\n{MARKER}: [{MARKER}] ({MARKER} smiles) {MARKER}",
            f'[{{"{MARKER}": "{MARKER}"}}]',
            f"{MARKER}:",
        )
    ]

    assert [answer.status_code for answer in answers] == [200, 400, 400]
    assert MARKER not in logged()


def test_but_every_line_of_a_job_names_the_job_its_user_and_the_function(client: ApiClient, log_file: Path) -> None:
    # When
    job = client.complete(telling_dialogue())
    ended_status(job["id"])

    # Then
    lines = [json.loads(line) for line in log_file.read_text("utf-8").splitlines() if job["id"] in line]
    assert {line["function_name"] for line in lines} >= {"api", "plan", "synthesize", "assemble"}
    for line in lines:
        assert line["job_id"] == job["id"]
        assert line["user_id"] == client.headers["X-User-Id"]
        assert line["function_request_id"]
        assert ("request_id" in line) == (line["function_name"] == "api")
