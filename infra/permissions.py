"""Permissions of each function: exactly the AWS operations that its handler calls, on the resources that it uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from castline.table import DAY_JOBS, INDEXES, OPEN_JOBS, USER_JOBS, USER_STATUS_JOBS
from castline.webhooks.items import PARTITION_PREFIX
from infra import functions
from infra.acknowledgements import acknowledge_wildcard
from infra.speech_providers import NEEDS

if TYPE_CHECKING:
    from aws_cdk import aws_sqs as sqs
    from aws_cdk import aws_stepfunctions as sfn

    from infra.data_stack import DataStack
    from infra.environments import Environment
    from infra.functions import FunctionSpec
    from infra.speech_providers import ProviderNeeds


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Allowed actions on resources. ``_arns`` has the ARN of each resource's short name."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    prefix: str | None = None
    """The key prefix that ``s3:ListBucket`` is limited to; None for all keys."""
    partitions: str | None = None
    """The partitions of the table that items may be in, such as ``WEBHOOKS#*``; None for all."""

    @property
    def conditions(self) -> dict[str, dict[str, str]] | None:
        """The conditions of the statement."""
        if self.prefix is not None:
            return {"StringLike": {"s3:prefix": self.prefix}}
        if self.partitions is not None:
            # ForAllValues is also true for a request without keys. "Null" excludes such requests.
            keys = "dynamodb:LeadingKeys"
            return {"ForAllValues:StringLike": {keys: self.partitions}, "Null": {keys: "false"}}
        return None


TABLE = "table"
AUDIO = "audio"
SEGMENTS = "segments"
SOUNDS = "sounds"
PREVIEWS = "previews"
BUCKET = "bucket"
SECRET = "secret"  # noqa: S105 (a name)
EVENT_BUS = "event bus"
WEBHOOK_QUEUE = "webhook queue"
SYNTHESIS_QUEUE = "synthesis queue"
STATE_MACHINE = "state machine"
EXECUTIONS = "executions"
TASKS = "tasks"
"""Tasks of executions. AWS identifies a task only by its token, so the permission has to name all resources."""

WEBHOOKS = f"{PARTITION_PREFIX}*"
"""The partitions of the table with webhooks and their deliveries."""

_WRITE = ("dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
_DELETE_AUDIO = (
    Grant(actions=("s3:ListBucket",), resources=(BUCKET,), prefix="audio/*"),
    Grant(actions=("s3:DeleteObject",), resources=(AUDIO,)),
)
_DELETE_SOUNDS = (
    Grant(actions=("s3:ListBucket",), resources=(BUCKET,), prefix="sounds/*"),
    Grant(actions=("s3:DeleteObject",), resources=(SOUNDS,)),
)
# Without this permission, S3 answers 403 instead of 404 for a missing segment. A request for an object has no prefix,
# so the permission cannot be limited to one.
_LEARN_WHAT_IS_MISSING = Grant(actions=("s3:ListBucket",), resources=(BUCKET,))
_FAIL_JOB = (
    Grant(actions=("dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"), resources=(TABLE,)),
    *_DELETE_AUDIO,
)

GRANTS: dict[FunctionSpec, tuple[Grant, ...]] = {
    functions.API: (
        Grant(actions=("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query", *_WRITE), resources=(TABLE,)),
        Grant(actions=("dynamodb:Query",), resources=(USER_JOBS.name, USER_STATUS_JOBS.name)),
        # For operators: the users of a month, and the jobs of a day.
        Grant(actions=("dynamodb:Query",), resources=(OPEN_JOBS.name, DAY_JOBS.name)),
        Grant(actions=("states:StartExecution",), resources=(STATE_MACHINE,)),
        Grant(actions=("states:StopExecution",), resources=(EXECUTIONS,)),
        # For tests and redeliveries of webhooks.
        Grant(actions=("sqs:SendMessage",), resources=(WEBHOOK_QUEUE,)),
        # Get: a presigned URL has the permissions of its signer. Put: subtitles that are too large for an answer are
        # stored beside the audio. Delete: when a user deletes a job, its files are deleted.
        Grant(actions=("s3:DeleteObject", "s3:GetObject", "s3:PutObject"), resources=(AUDIO,)),
        Grant(actions=("s3:GetObject", "s3:PutObject"), resources=(SOUNDS,)),
        # An estimate looks for stored segments.
        Grant(actions=("s3:GetObject",), resources=(SEGMENTS,)),
        _LEARN_WHAT_IS_MISSING,
        # The request for the provider's voice list needs its key.
        Grant(actions=("secretsmanager:GetSecretValue",), resources=(SECRET,)),
    ),
    functions.PREVIEW: (
        # For the quotas, the pronunciations, the provider's pace and the reservation of a preview.
        Grant(actions=("dynamodb:BatchGetItem", "dynamodb:GetItem", *_WRITE), resources=(TABLE,)),
        # An unreadable segment is deleted, so that it is synthesized again.
        Grant(actions=("s3:DeleteObject", "s3:GetObject", "s3:PutObject"), resources=(SEGMENTS,)),
        # A presigned URL has the permissions of its signer.
        Grant(actions=("s3:GetObject", "s3:PutObject"), resources=(PREVIEWS,)),
        _LEARN_WHAT_IS_MISSING,
        Grant(actions=("secretsmanager:GetSecretValue",), resources=(SECRET,)),
    ),
    functions.PLAN: (Grant(actions=("dynamodb:Query", "dynamodb:UpdateItem"), resources=(TABLE,)),),
    functions.QUEUE_BATCH: (
        Grant(actions=("dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"), resources=(TABLE,)),
        Grant(actions=("sqs:SendMessage",), resources=(SYNTHESIS_QUEUE,)),
    ),
    functions.SYNTHESIZE: (
        Grant(actions=("dynamodb:GetItem", "dynamodb:Query", *_WRITE), resources=(TABLE,)),
        Grant(actions=("sqs:ChangeMessageVisibility", "sqs:SendMessage"), resources=(SYNTHESIS_QUEUE,)),
        Grant(actions=("states:SendTaskFailure", "states:SendTaskSuccess"), resources=(TASKS,)),
        Grant(actions=("s3:GetObject", "s3:PutObject"), resources=(SEGMENTS,)),
        _LEARN_WHAT_IS_MISSING,
        Grant(actions=("secretsmanager:GetSecretValue",), resources=(SECRET,)),
    ),
    functions.ASSEMBLE: (
        # GetItem: the job's sounds are separate items.
        Grant(
            actions=("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"),
            resources=(TABLE,),
        ),
        # An unreadable segment is deleted, so that it is synthesized again.
        Grant(actions=("s3:DeleteObject", "s3:GetObject"), resources=(SEGMENTS,)),
        Grant(actions=("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"), resources=(AUDIO,)),
        Grant(actions=("s3:GetObject",), resources=(SOUNDS,)),
        _LEARN_WHAT_IS_MISSING,
    ),
    functions.RECORD_FAILURE: _FAIL_JOB,
    functions.EXECUTION_ENDED: _FAIL_JOB,
    functions.EXPIRE: (*_DELETE_AUDIO, *_DELETE_SOUNDS),
    functions.SOUND_UPLOADED: (
        Grant(actions=("dynamodb:GetItem", "dynamodb:UpdateItem"), resources=(TABLE,)),
        Grant(actions=("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"), resources=(SOUNDS,)),
        *_DELETE_SOUNDS,
    ),
    functions.PUBLISH_EVENTS: (
        Grant(actions=("dynamodb:GetItem", "dynamodb:Query"), resources=(TABLE,)),
        Grant(actions=("dynamodb:Query",), resources=(DAY_JOBS.name,)),
        Grant(actions=("events:PutEvents",), resources=(EVENT_BUS,)),
    ),
    functions.DISPATCH_WEBHOOKS: (
        Grant(actions=("dynamodb:GetItem", "dynamodb:Query"), resources=(TABLE,)),
        Grant(actions=("dynamodb:PutItem",), resources=(TABLE,), partitions=WEBHOOKS),
        Grant(actions=("sqs:SendMessage",), resources=(WEBHOOK_QUEUE,)),
    ),
    # It connects to users' servers, so it must not be able to read jobs.
    functions.DELIVER_WEBHOOKS: (
        Grant(actions=("dynamodb:GetItem", "dynamodb:UpdateItem"), resources=(TABLE,), partitions=WEBHOOKS),
        Grant(actions=("sqs:SendMessage",), resources=(WEBHOOK_QUEUE,)),
    ),
    functions.RECONCILE: (
        # DeleteItem: a settled preview is deleted.
        Grant(actions=("dynamodb:GetItem", "dynamodb:Query", *_WRITE), resources=(TABLE,)),
        Grant(actions=("s3:DeleteObject",), resources=(AUDIO,)),
        # The segments of a preview record its billed characters.
        Grant(actions=("s3:GetObject",), resources=(SEGMENTS,)),
        # It also lists the audio of a failed job, to delete it.
        _LEARN_WHAT_IS_MISSING,
        Grant(actions=("dynamodb:Query",), resources=(OPEN_JOBS.name,)),
        Grant(actions=("states:StartExecution",), resources=(STATE_MACHINE,)),
        Grant(actions=("states:DescribeExecution", "states:StopExecution"), resources=(EXECUTIONS,)),
        Grant(actions=("sqs:GetQueueAttributes", "sqs:SendMessage"), resources=(SYNTHESIS_QUEUE,)),
    ),
}


WILDCARDS = {
    AUDIO: "Keys contain the id of the job, which is not known when the policy is created.",
    SEGMENTS: "Keys contain the id of the user and a cache key, which are not known when the policy is created.",
    SOUNDS: "Keys contain the ids of the user and the sound, which are not known when the policy is created.",
    PREVIEWS: "Keys contain the ids of the user and the preview, which are not known when the policy is created.",
    EXECUTIONS: "An execution is named by the id of its job, which is not known when the policy is created.",
}
"""The reasons why some resource names end with a wildcard."""


def grant(
    role: iam.Role,
    spec: FunctionSpec,
    *,
    environment: Environment,
    data: DataStack,
    synthesis_queue: sqs.Queue,
    state_machine: sfn.StateMachine | None,
) -> None:
    """Give a function's role the permissions that its handler needs.

    Args:
        role: the role.
        spec: the function.
        environment: the environment with the speech providers.
        data: the stack with the table, bucket and secrets.
        synthesis_queue: the queue of the tickets for waiting batches.
        state_machine: the workflow; None for the workflow's own functions, which start no executions.
    """
    arns = _arns(data, synthesis_queue, state_machine)
    for each in GRANTS[spec]:
        resources = [arns[resource] for resource in each.resources if resource != SECRET]
        if SECRET in each.resources:
            resources += [secret.secret_arn for secret in data.secrets.values()]
        if resources:
            role.add_to_policy(
                iam.PolicyStatement(
                    actions=list(each.actions),
                    resources=resources,
                    conditions=each.conditions,
                )
            )
    speech_actions = sorted(
        action for provider in environment.speech_providers for action in _speech_actions(spec, NEEDS[provider.id])
    )
    if speech_actions:
        role.add_to_policy(iam.PolicyStatement(actions=speech_actions, resources=["*"]))
    for resource in sorted({resource for each in GRANTS[spec] for resource in each.resources} & WILDCARDS.keys()):
        acknowledge_wildcard(role, arns[resource], WILDCARDS[resource])


def _speech_actions(spec: FunctionSpec, needs: ProviderNeeds) -> tuple[str, ...]:
    return {
        functions.API: needs.listing,
        functions.PREVIEW: (*needs.listing, *needs.speaking),
        functions.SYNTHESIZE: needs.speaking,
    }.get(spec, ())


def _arns(data: DataStack, synthesis_queue: sqs.Queue, state_machine: sfn.StateMachine | None) -> dict[str, str]:
    # The export is explicit because cdk-nag names a finding about the bucket by the import in the template.
    bucket_arn = data.export_value(data.bucket.bucket_arn)
    arns = {
        TABLE: data.table.table_arn,
        **{index.name: f"{data.table.table_arn}/index/{index.name}" for index in INDEXES},
        BUCKET: bucket_arn,
        AUDIO: f"{bucket_arn}/audio/*",
        SEGMENTS: f"{bucket_arn}/segments/*",
        SOUNDS: f"{bucket_arn}/sounds/*",
        PREVIEWS: f"{bucket_arn}/previews/*",
        EVENT_BUS: data.event_bus.event_bus_arn,
        WEBHOOK_QUEUE: data.webhook_queue.queue.queue_arn,
        SYNTHESIS_QUEUE: synthesis_queue.queue_arn,
        TASKS: "*",
    }
    if state_machine is not None:
        arns[STATE_MACHINE] = state_machine.state_machine_arn
        arns[EXECUTIONS] = cdk.Stack.of(state_machine).format_arn(
            service="states",
            resource="execution",
            resource_name=f"{state_machine.state_machine_name}:*",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
    return arns
