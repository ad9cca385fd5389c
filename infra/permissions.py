"""What each function may do: the AWS operations that its handler makes, on what it makes them on, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from castline.jobs.table import INDEXES, OPEN_JOBS, USER_JOBS, USER_STATUS_JOBS
from infra import functions

if TYPE_CHECKING:
    from aws_cdk import aws_stepfunctions as sfn

    from infra.data_stack import DataStack
    from infra.functions import FunctionSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Actions on resources that are named here in short and by ``statements`` in full."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    prefix: str | None = None
    """For ``s3:ListBucket``: the keys that may be listed."""


TABLE = "table"
AUDIO = "audio"
SEGMENTS = "segments"
BUCKET = "bucket"
SECRET = "secret"  # noqa: S105 (a name)
STATE_MACHINE = "state machine"
EXECUTIONS = "executions"

_WRITE = ("dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
_DELETE_AUDIO = (
    Grant(actions=("s3:ListBucket",), resources=(BUCKET,), prefix="audio/*"),
    Grant(actions=("s3:DeleteObject",), resources=(AUDIO,)),
)
_FAIL_JOB = (
    Grant(actions=("dynamodb:Query", "dynamodb:UpdateItem"), resources=(TABLE,)),
    *_DELETE_AUDIO,
)

GRANTS: dict[FunctionSpec, tuple[Grant, ...]] = {
    functions.API: (
        Grant(actions=("dynamodb:GetItem", "dynamodb:Query", *_WRITE), resources=(TABLE,)),
        Grant(actions=("dynamodb:Query",), resources=(USER_JOBS.name, USER_STATUS_JOBS.name)),
        Grant(actions=("states:StartExecution",), resources=(STATE_MACHINE,)),
        Grant(actions=("states:StopExecution",), resources=(EXECUTIONS,)),
        # A presigned URL can do what its signer can.
        Grant(actions=("s3:GetObject",), resources=(AUDIO,)),
        # The provider's list of voices is asked for with its key.
        Grant(actions=("secretsmanager:GetSecretValue",), resources=(SECRET,)),
    ),
    functions.PLAN: (Grant(actions=("dynamodb:Query", "dynamodb:UpdateItem"), resources=(TABLE,)),),
    functions.SYNTHESIZE: (
        Grant(actions=("dynamodb:Query", "dynamodb:UpdateItem"), resources=(TABLE,)),
        Grant(actions=("s3:GetObject", "s3:PutObject"), resources=(SEGMENTS,)),
        # Without it S3 answers 403, not 404, for a segment that is not there.
        Grant(actions=("s3:ListBucket",), resources=(BUCKET,), prefix="segments/*"),
        Grant(actions=("secretsmanager:GetSecretValue",), resources=(SECRET,)),
    ),
    functions.ASSEMBLE: (
        Grant(actions=("dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"), resources=(TABLE,)),
        Grant(actions=("s3:GetObject",), resources=(SEGMENTS,)),
        Grant(actions=("s3:AbortMultipartUpload", "s3:PutObject"), resources=(AUDIO,)),
        *_DELETE_AUDIO,
        Grant(actions=("s3:ListBucket",), resources=(BUCKET,), prefix="segments/*"),
    ),
    functions.RECORD_FAILURE: _FAIL_JOB,
    functions.EXECUTION_ENDED: _FAIL_JOB,
    functions.EXPIRE: _DELETE_AUDIO,
    functions.RECONCILE: (
        *_FAIL_JOB,
        Grant(actions=("dynamodb:GetItem",), resources=(TABLE,)),
        Grant(actions=("dynamodb:Query",), resources=(OPEN_JOBS.name,)),
        Grant(actions=("states:StartExecution",), resources=(STATE_MACHINE,)),
        Grant(actions=("states:DescribeExecution",), resources=(EXECUTIONS,)),
    ),
}


def statements(
    spec: FunctionSpec, data: DataStack, state_machine: sfn.StateMachine | None
) -> list[iam.PolicyStatement]:
    """The policy of one function.

    Args:
        spec: the function.
        data: whose table, bucket and secret.
        state_machine: the workflow; None for the functions that it consists of, which do not start any.
    """
    arns = {
        TABLE: data.table.table_arn,
        **{index.name: f"{data.table.table_arn}/index/{index.name}" for index in INDEXES},
        BUCKET: data.bucket.bucket_arn,
        AUDIO: data.bucket.arn_for_objects("audio/*"),
        SEGMENTS: data.bucket.arn_for_objects("segments/*"),
        SECRET: data.secret.secret_arn,
    }
    if state_machine is not None:
        arns[STATE_MACHINE] = state_machine.state_machine_arn
        arns[EXECUTIONS] = cdk.Stack.of(state_machine).format_arn(
            service="states",
            resource="execution",
            resource_name=f"{state_machine.state_machine_name}:*",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
    return [
        iam.PolicyStatement(
            actions=list(grant.actions),
            resources=[arns[resource] for resource in grant.resources],
            conditions={"StringLike": {"s3:prefix": grant.prefix}} if grant.prefix else None,
        )
        for grant in GRANTS[spec]
    ]
