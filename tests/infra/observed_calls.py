"""AWS permissions that each function uses, observed while every scenario of the fault suite runs without a fault.

Faults are added for calls that are made only after a failure: a creation is undone when its workflow cannot be
started, and a multipart upload is aborted when it fails. Sounds are kept beside that.
"""

from __future__ import annotations

import wave
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
from botocore.client import BaseClient
from PIL import Image

from castline import composition
from castline.audio.storage import AudioStorage
from castline.dynamodb import serialize
from castline.jobs.items import job_key
from castline.sounds.items import sound_key
from castline.sounds.keys import UPLOAD, sound_file_key
from castline.sounds.storage import SoundStorage
from castline.table import PARTITION_KEY
from castline.webhooks.items import PARTITION_PREFIX
from infra.functions import PUBLISH_EVENTS
from local.gateway import OPERATOR
from tests.e2e.api_client import ApiClient
from tests.e2e.dialogues import HSIAO_YU, dialogue
from tests.faults.experiment import experiment, undisturbed
from tests.faults.faults import Call, Fault, Mode
from tests.faults.laboratory import Laboratory
from tests.faults.processes import current_process
from tests.faults.scenarios import SCENARIOS, Client
from tests.integration.local_cloud.eventually import eventually
from tests.integration.webhooks.receiver import Receiver
from tests.large_subtitles import make_subtitles_large

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from castline.sounds.model import Sound

TABLE = "AWS::DynamoDB::Table.Arn"
BUCKET = "AWS::S3::Bucket.Arn"
STATE_MACHINE = "AWS::StepFunctions::StateMachine"
EXECUTIONS = "arn:AWS::Partition:states:AWS::Region:AWS::AccountId:execution:AWS::StepFunctions::StateMachine.Name:*"
SECRET = "AWS::SecretsManager::Secret"
EVENT_BUS = "AWS::Events::EventBus.Arn"
QUEUE = "AWS::SQS::Queue.Arn"
WEBHOOKS = "WEBHOOKS#*"

ONLY_WHEN_BROKEN = (
    ("completed", Fault(Call("submit", "StartExecution", 1), Mode.ERROR_BEFORE)),
    ("completed-in-parts", Fault(Call("assemble", "UploadPart", 1), Mode.ERROR_BEFORE)),
)

_KEEPER = "user-with-sounds"
_PAST = {":past": {"N": "1"}}
_API = {"submit", "submit-keyed", "cancel", "stop", "read"}
_OBJECTS = {
    "AbortMultipartUpload": "s3:AbortMultipartUpload",
    "CompleteMultipartUpload": "s3:PutObject",
    "CreateMultipartUpload": "s3:PutObject",
    "DeleteObject": "s3:DeleteObject",
    "GetObject": "s3:GetObject",
    "HeadObject": "s3:GetObject",
    "PutObject": "s3:PutObject",
    "UploadPart": "s3:PutObject",
}
_ELSEWHERE = {
    "DescribeExecution": ("states:DescribeExecution", EXECUTIONS),
    "GetSecretValue": ("secretsmanager:GetSecretValue", SECRET),
    "StartExecution": ("states:StartExecution", STATE_MACHINE),
    "StopExecution": ("states:StopExecution", EXECUTIONS),
    "PutEvents": ("events:PutEvents", EVENT_BUS),
    "ChangeMessageVisibility": ("sqs:ChangeMessageVisibility", QUEUE),
    "GetQueueAttributes": ("sqs:GetQueueAttributes", QUEUE),
    "SendMessage": ("sqs:SendMessage", QUEUE),
    "SendTaskFailure": ("states:SendTaskFailure", "*"),
    "SendTaskSuccess": ("states:SendTaskSuccess", "*"),
}


@dataclass(frozen=True, slots=True)
class Permission:
    """An action on a resource, named as ``Deployment.flat`` names it.

    ``prefix`` limits what may be listed, and ``partitions`` which items of the table.
    """

    action: str
    resource: str
    prefix: str | None = None
    partitions: str | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """The observed calls, by function.

    Attributes:
        operations: the operations, named as in the fault suite.
        permissions: the permissions that they need, by the functions' names.
    """

    operations: set[tuple[str, str]]
    permissions: dict[str, set[Permission]]


def observe() -> Observed:
    """Run every scenario, and return the observed calls."""
    observed = Observed(operations=set(), permissions={})
    with _recording(observed), Laboratory.opened() as laboratory:
        for scenario in SCENARIOS:
            undisturbed(laboratory, scenario)
        for scenario, fault in ONLY_WHEN_BROKEN:
            experiment(laboratory, scenario, fault)
        _lose_ticket(laboratory)
        _meet_damage(laboratory)
        _preview(laboratory)
        _read(laboratory)
        _operate(laboratory)
        _keep_sounds(laboratory)
        _deliver_webhooks(laboratory)
        _publish_again(laboratory)
    return observed


def _lose_ticket(laboratory: Laboratory) -> None:
    """Have the reconciler send a ticket for a batch with which a task has died."""
    experiment(laboratory, "completed", Fault(Call("synthesize", "Speak", 1), Mode.CRASH_BEFORE))


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


@contextmanager
def _recording(observed: Observed) -> Iterator[None]:
    make_api_call = BaseClient._make_api_call  # type: ignore[attr-defined]
    presign, presign_frames = AudioStorage.download_url, AudioStorage._frames_url
    presign_upload, presign_listening = SoundStorage.upload_url, SoundStorage.listen_url

    def note(operation: str, parameters: dict[str, Any]) -> None:
        process = current_process()
        if process is not None:
            observed.operations.add((process.function, operation))
            function = "api" if process.function in _API else process.function
            observed.permissions.setdefault(function, set()).update(_needed(operation, parameters))

    def recorded_call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        note(operation, parameters)
        return make_api_call(client, operation, parameters)

    def recorded_presigning(storage: AudioStorage, key: str, **options: Any) -> str:
        # Whoever uses the URL does so with the permissions of the function that has signed it.
        note("GetObject", {"Key": key})
        return presign(storage, key, **options)

    def recorded_frames(storage: AudioStorage, key: str, expires_in_seconds: int) -> str:
        note("GetObject", {"Key": key})
        return presign_frames(storage, key, expires_in_seconds)

    def recorded_upload(storage: SoundStorage, sound: Sound, **options: Any) -> Any:
        note("PutObject", {"Key": sound_file_key(sound.user_id, sound.id, UPLOAD)})
        return presign_upload(storage, sound, **options)

    def recorded_listening(storage: SoundStorage, sound: Sound, **options: Any) -> Any:
        note("GetObject", {"Key": sound_file_key(sound.user_id, sound.id, UPLOAD)})
        return presign_listening(storage, sound, **options)

    with (
        patch.object(BaseClient, "_make_api_call", recorded_call),
        patch.object(AudioStorage, "download_url", recorded_presigning),
        patch.object(AudioStorage, "_frames_url", recorded_frames),
        patch.object(SoundStorage, "upload_url", recorded_upload),
        patch.object(SoundStorage, "listen_url", recorded_listening),
    ):
        yield


def _needed(operation: str, parameters: dict[str, Any]) -> Iterator[Permission]:
    match operation:
        case "TransactWriteItems":
            for item in parameters["TransactItems"]:
                (kind,) = item
                yield Permission(
                    "dynamodb:ConditionCheckItem" if kind == "ConditionCheck" else f"dynamodb:{kind}Item", TABLE
                )
        case "TransactGetItems":
            yield Permission("dynamodb:GetItem", TABLE)
        case "BatchGetItem" | "DeleteItem" | "GetItem" | "PutItem" | "UpdateItem":
            item = parameters.get("Key") or parameters.get("Item") or {}
            within = item.get(PARTITION_KEY, {}).get("S", "").startswith(PARTITION_PREFIX)
            yield Permission(f"dynamodb:{operation}", TABLE, partitions=WEBHOOKS if within else None)
        case "Query":
            index = parameters.get("IndexName")
            yield Permission("dynamodb:Query", f"{TABLE}/index/{index}" if index else TABLE)
        case "ListObjectsV2":
            yield Permission("s3:ListBucket", BUCKET, prefix=f"{_folder(parameters['Prefix'])}/*")
        case _ if operation in _ELSEWHERE:
            yield Permission(*_ELSEWHERE[operation])
        case _:
            folder = _folder(parameters["Key"])
            yield Permission(_OBJECTS[operation], f"{BUCKET}/{folder}/*")
            if folder == "segments" and operation in {"GetObject", "HeadObject"}:
                # To be told that it is missing, and not that it is forbidden. Such a request names no prefix.
                yield Permission("s3:ListBucket", BUCKET)


def _folder(key: str) -> str:
    return key.partition("/")[0]
