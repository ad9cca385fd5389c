"""AWS permissions that calls need, and the recording of those that functions use."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from castline.audio.storage import AudioStorage
from castline.sounds.keys import UPLOAD, sound_file_key
from castline.sounds.storage import SoundStorage
from castline.table import PARTITION_KEY
from castline.webhooks.items import PARTITION_PREFIX

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
class Use:
    """A permission that a function uses.

    Attributes:
        function: the function, named as in the fault suite.
        operation: the operation for which it needs the permission.
        permission: the permission.
    """

    function: str
    operation: str
    permission: Permission


def permissions_for(operation: str, parameters: dict[str, Any]) -> Iterator[Permission]:
    """Yield the permissions that a call needs."""
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


@contextmanager
def presigning_observed(note: Callable[[str, dict[str, Any]], None]) -> Iterator[None]:
    """Call ``note`` with the operation and the parameters of each URL that is signed while the context lasts.

    The user of a URL uses it with the permissions of the function that has signed it.
    """
    presign, presign_frames = AudioStorage.download_url, AudioStorage._frames_url
    presign_upload, presign_listening = SoundStorage.upload_url, SoundStorage.listen_url

    def noted_download(storage: AudioStorage, key: str, **options: Any) -> str:
        note("GetObject", {"Key": key})
        return presign(storage, key, **options)

    def noted_frames(storage: AudioStorage, key: str, expires_in_seconds: int) -> str:
        note("GetObject", {"Key": key})
        return presign_frames(storage, key, expires_in_seconds)

    def noted_upload(storage: SoundStorage, sound: Sound, **options: Any) -> Any:
        note("PutObject", {"Key": sound_file_key(sound.user_id, sound.id, UPLOAD)})
        return presign_upload(storage, sound, **options)

    def noted_listening(storage: SoundStorage, sound: Sound, **options: Any) -> Any:
        note("GetObject", {"Key": sound_file_key(sound.user_id, sound.id, UPLOAD)})
        return presign_listening(storage, sound, **options)

    with (
        patch.object(AudioStorage, "download_url", noted_download),
        patch.object(AudioStorage, "_frames_url", noted_frames),
        patch.object(SoundStorage, "upload_url", noted_upload),
        patch.object(SoundStorage, "listen_url", noted_listening),
    ):
        yield


def _folder(key: str) -> str:
    return key.partition("/")[0]
