"""AWS permissions that each function uses, observed while every scenario of the fault suite runs without a fault.

Faults are added for calls that are made only after a failure: a creation is undone when its workflow cannot be
started, and a multipart upload is aborted when it fails. Sounds are kept beside that.
"""

from __future__ import annotations

import wave
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

import boto3
from PIL import Image

from castline import composition
from castline.dynamodb import serialize
from castline.jobs.items import job_key
from castline.sounds.items import sound_key
from castline.sounds.keys import sound_file_key
from infra.functions import PUBLISH_EVENTS
from local.gateway import OPERATOR
from tests.e2e.api_client import ApiClient
from tests.e2e.dialogues import HSIAO_YU, dialogue
from tests.faults.experiment import experiment, undisturbed
from tests.faults.faults import Call, Fault, Mode
from tests.faults.scenarios import SCENARIOS, Client
from tests.integration.local_cloud.eventually import eventually
from tests.integration.webhooks.receiver import Receiver
from tests.large_subtitles import make_subtitles_large

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.laboratory import Laboratory
    from tests.faults.permissions import Permission, Use

ONLY_WHEN_BROKEN = (
    ("completed", Fault(Call("submit", "StartExecution", 1), Mode.ERROR_BEFORE)),
    ("completed-in-parts", Fault(Call("assemble", "UploadPart", 1), Mode.ERROR_BEFORE)),
)

_KEEPER = "user-with-sounds"
_PAST = {":past": {"N": "1"}}
_API = {"submit", "submit-keyed", "cancel", "stop", "read"}


@dataclass(frozen=True, slots=True)
class Observed:
    """The observed calls, by function.

    Attributes:
        operations: the operations, named as in the fault suite.
        permissions: the permissions that they need, by the functions' names.
    """

    operations: set[tuple[str, str]]
    permissions: dict[str, set[Permission]]


def observe(laboratory: Laboratory) -> Observed:
    """Run every scenario, unless another process has done so, and return the observed calls."""
    uses: set[Use] = set()
    for scenario in SCENARIOS:
        uses |= undisturbed(laboratory, scenario).uses
    for scenario, fault in ONLY_WHEN_BROKEN:
        uses |= experiment(laboratory, scenario, fault).uses
    laboratory.calls.uses.clear()
    _meet_damage(laboratory)
    _preview(laboratory)
    _read(laboratory)
    _operate(laboratory)
    _keep_sounds(laboratory)
    _deliver_webhooks(laboratory)
    _publish_again(laboratory)
    uses |= laboratory.calls.uses

    permissions: dict[str, set[Permission]] = defaultdict(set)
    for use in uses:
        permissions["api" if use.function in _API else use.function].add(use.permission)
    return Observed({(use.function, use.operation) for use in uses}, dict(permissions))


def _meet_damage(laboratory: Laboratory) -> None:
    """Run a job that meets damaged stored segments."""
    laboratory.calls.begin(None, {})
    s3, bucket = boto3.client("s3"), composition.settings().bucket_name
    with Client(laboratory) as client:
        client.submit()
        laboratory.settle()
        for found in s3.list_objects_v2(Bucket=bucket, Prefix="segments/")["Contents"]:
            stored = s3.get_object(Bucket=bucket, Key=found["Key"])
            garbage = bytes(len(stored["Body"].read()))
            s3.put_object(Bucket=bucket, Key=found["Key"], Body=garbage, Metadata=stored["Metadata"])
        client.submit()
        laboratory.settle()


def _preview(laboratory: Laboratory) -> None:
    """Hear a text by a set of pronunciations, then once more when its segment is damaged."""
    laboratory.calls.begin(None, {})
    s3, bucket = boto3.client("s3"), composition.settings().bucket_name
    body = {"voice_id": HSIAO_YU, "text": "試聽。", "pronunciation_sets": ["own"]}
    with Client(laboratory) as client:
        assert client.api.put("/pronunciations/own", json={"entries": []}).status_code == 201
        assert client.api.post("/previews", json=body).status_code == 200
        for found in s3.list_objects_v2(Bucket=bucket, Prefix=f"segments/{client.user_id}/")["Contents"]:
            stored = s3.get_object(Bucket=bucket, Key=found["Key"])
            garbage = bytes(len(stored["Body"].read()))
            s3.put_object(Bucket=bucket, Key=found["Key"], Body=garbage, Metadata=stored["Metadata"])
        assert client.api.post("/previews", json=body).status_code == 503
        assert client.api.post("/previews", json=body).status_code == 200


def _read(laboratory: Laboratory) -> None:
    """Read everything that the API offers."""
    laboratory.calls.begin(None, {})
    with Client(laboratory) as client:
        job_id = client.submit()
        laboratory.settle()
        assert job_id is not None
        make_subtitles_large(job_id)
        composition.reset()  # the API does not find warm what the workflow has read
        for path in (
            f"/jobs/{job_id}",
            f"/jobs/{job_id}/download",
            f"/jobs/{job_id}/subtitles",
            f"/jobs/{job_id}/timings?level=word",
            f"/jobs/{job_id}/playlist.m3u8",
            "/jobs",
            "/jobs?offset=1",
            "/jobs?status=completed",
            "/jobs?q=title",
            "/voices",
        ):
            answer = client.api.get(path)
            assert answer.status_code in {200, 302}, f"{path}: {answer.text}"
        assert client.api.post("/jobs/estimate", json=dialogue()).status_code == 200
        assert client.api.post(f"/jobs/{job_id}/delete").status_code == 204


def _operate(laboratory: Laboratory) -> None:
    """See and set everything that operators can."""
    laboratory.calls.begin(None, {})
    with Client(laboratory) as client, ApiClient(laboratory.stack.url, user_id=OPERATOR) as operator:
        assert client.api.get("/usage").status_code == 200
        for path in ("/admin/usage", "/admin/users/anna/limits", "/admin/limits", "/admin/breaker", "/admin/jobs"):
            assert operator.get(path).status_code == 200, path
        for path, body in (
            ("/admin/users/anna/limits", {"characters_per_day": 1}),
            ("/admin/limits", {}),
            ("/admin/breaker", {"state": "closed"}),
        ):
            assert operator.put(path, json=body).status_code == 200, path
        with laboratory.stack.cloud.lambdas.pause("plan"):
            job_id = client.submit()
            assert operator.post(f"/admin/jobs/{job_id}/fail", json={}).status_code == 200
        laboratory.settle()


def _keep_sounds(laboratory: Laboratory) -> None:
    """Upload sounds, of which one is gone by then; read and delete one, and have it expire."""
    with ApiClient(laboratory.stack.url, user_id=_KEEPER) as api:
        # A first attempt to store a clip fails, in parts: it has to be taken back.
        laboratory.calls.begin(Fault(Call("sound-uploaded", "UploadPart", 1), Mode.ERROR_BEFORE), {})
        clip = _upload(api, "audio/wav", _long_wav())
        eventually(lambda: _status(api, clip) == "ready")
        laboratory.calls.begin(None, {})
        image = _upload(api, "image/png", _png())
        eventually(lambda: _status(api, image) == "ready")
        gone = _upload(api, "image/png", _png(), before=_remove)
        laboratory.settle()
        eventually(lambda: not _files(gone))
        assert api.get("/sounds").json()["total"] == 2
        music = {"intro": {"sound_id": clip}}
        job_id = api.submit(dialogue("第一句。", music=music, cover_id=image))
        laboratory.settle()
        assert api.job(job_id)["status"] == "completed"
        assert api.delete(f"/sounds/{clip}").status_code == 204
    _change(clip, "update_item", UpdateExpression="SET expires_at = :past", ExpressionAttributeValues=_PAST)
    laboratory.stack.cloud.tick()
    assert not _files(clip)


def _deliver_webhooks(laboratory: Laboratory) -> None:
    """Keep a webhook, have a test and the events of a job sent to it, and have it fail, recover and be gone."""
    laboratory.calls.begin(None, {})
    with ApiClient(laboratory.stack.url, user_id="user-with-webhooks") as api, Receiver() as receiver:
        webhook = f"/webhooks/{api.post('/webhooks', json={'url': receiver.url('/500')}).json()['id']}"
        assert api.post(f"{webhook}/test").status_code == 202
        eventually(lambda: receiver.requests)
        for path in ("/webhooks", webhook, f"{webhook}/deliveries"):
            assert api.get(path).status_code == 200
        assert api.post(f"{webhook}/rotate").status_code == 200
        assert api.post("/webhooks/job/rotate").status_code == 200
        assert api.patch(webhook, json={"url": receiver.url("/200")}).status_code == 200
        api.submit(dialogue("第一句。") | {"webhook_url": receiver.url("/200?job")})
        laboratory.settle()
        # The test comes again after five seconds, and the job has two events for two URLs.
        eventually(lambda: len(receiver.requests) == 6)
        (delivery,) = (
            each for each in api.get(f"{webhook}/deliveries").json()["items"] if each["event_type"] == "webhook.test"
        )
        assert api.patch(webhook, json={"url": receiver.url("/410")}).status_code == 200
        assert api.post(f"{webhook}/deliveries/{delivery['id']}/redeliver").status_code == 202
        eventually(lambda: api.get(webhook).json()["disabled_reason"] == "gone")
        assert api.delete(webhook).status_code == 204


def _publish_again(laboratory: Laboratory) -> None:
    """Have events published again, by job and by time, of which one cannot be published."""
    laboratory.calls.begin(None, {})
    with Client(laboratory) as client:
        job_id = client.submit()
        laboratory.settle()
    assert job_id is not None
    publish = partial(laboratory.stack.cloud.lambdas.invoke, PUBLISH_EVENTS.name)
    assert publish({"republish": {"job_ids": [job_id]}})["published"] == 2
    an_hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    assert publish({"republish": {"from": an_hour_ago}})["next"] is None
    boto3.client("dynamodb").put_item(
        TableName=composition.settings().table_name, Item=serialize(job_key(job_id, "EVENT#job.paused"))
    )
    laboratory.settle()


def _upload(
    api: ApiClient, content_type: str, content: bytes, *, before: Callable[[str], None] = lambda _sound_id: None
) -> str:
    """Create a sound, upload its file, and return its id; ``before`` is called in between."""
    body = {"name": "Sound", "content_type": content_type, "size_bytes": len(content)}
    created = api.post("/sounds", json=body).json()
    before(created["id"])
    request = created["upload"]
    assert api.put(request["url"], content=content, headers=request["headers"]).status_code == 200
    return str(created["id"])


def _status(api: ApiClient, sound_id: str) -> str:
    return str(api.get(f"/sounds/{sound_id}").json()["status"])


def _remove(sound_id: str) -> None:
    _change(sound_id, "delete_item")


def _change(sound_id: str, operation: str, **parameters: Any) -> None:
    client = boto3.client("dynamodb")
    key = serialize(sound_key(_KEEPER, sound_id))
    getattr(client, operation)(TableName=composition.settings().table_name, Key=key, **parameters)


def _files(sound_id: str) -> list[Any]:
    prefix = sound_file_key(_KEEPER, sound_id, "")
    found = boto3.client("s3").list_objects_v2(Bucket=composition.settings().bucket_name, Prefix=prefix)
    return list(found.get("Contents", ()))


def _long_wav() -> bytes:
    """Return a minute of silence, whose studio form is stored in parts."""
    written = BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8_000)
        file.writeframes(b"\x80" * 8_000 * 60)
    return written.getvalue()


def _png() -> bytes:
    written = BytesIO()
    Image.new("RGB", (1, 1)).save(written, "PNG")
    return written.getvalue()
