"""AWS permissions that each function uses, observed while every scenario of the fault suite runs without a fault.

Two faults are added for calls that are made only after a failure: a creation is undone when its workflow cannot be
started, and a multipart upload is aborted when it fails.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
from botocore.client import BaseClient

from castline import composition
from castline.audio.storage import AudioStorage
from tests.faults.experiment import experiment
from tests.faults.faults import Call, Fault, Mode
from tests.faults.laboratory import Laboratory
from tests.faults.processes import current_process
from tests.faults.scenarios import SCENARIOS, Client
from tests.large_subtitles import make_subtitles_large

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = "AWS::DynamoDB::Table.Arn"
BUCKET = "AWS::S3::Bucket.Arn"
STATE_MACHINE = "AWS::StepFunctions::StateMachine"
EXECUTIONS = "arn:AWS::Partition:states:AWS::Region:AWS::AccountId:execution:AWS::StepFunctions::StateMachine.Name:*"
SECRET = "AWS::SecretsManager::Secret"

ONLY_WHEN_BROKEN = (
    ("completed", Fault(Call("submit", "StartExecution", 1), Mode.ERROR_BEFORE)),
    ("completed-in-parts", Fault(Call("assemble", "UploadPart", 1), Mode.ERROR_BEFORE)),
)

_API = {"submit", "submit-keyed", "cancel", "read"}
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
}


@dataclass(frozen=True, slots=True)
class Permission:
    """An action on a resource, named as ``Deployment.flat`` names it; ``prefix`` limits what may be listed."""

    action: str
    resource: str
    prefix: str | None = None


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
            experiment(laboratory, scenario, fault=None)
        for scenario, fault in ONLY_WHEN_BROKEN:
            experiment(laboratory, scenario, fault)
        _meet_damage(laboratory)
        _read(laboratory)
    return observed


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
            "/jobs",
            "/jobs?offset=1",
            "/jobs?status=completed",
            "/jobs?q=title",
            "/voices",
        ):
            answer = client.api.get(path)
            assert answer.status_code in {200, 302}, f"{path}: {answer.text}"


@contextmanager
def _recording(observed: Observed) -> Iterator[None]:
    make_api_call = BaseClient._make_api_call  # type: ignore[attr-defined]
    presign = AudioStorage.download_url

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

    with (
        patch.object(BaseClient, "_make_api_call", recorded_call),
        patch.object(AudioStorage, "download_url", recorded_presigning),
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
        case "BatchGetItem" | "DeleteItem" | "GetItem" | "PutItem" | "UpdateItem":
            yield Permission(f"dynamodb:{operation}", TABLE)
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
