"""Resources of the deployment, created in the local cloud: table, bucket, secret, functions, workflow."""

from __future__ import annotations

import importlib
import json
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from castline import table
from infra import functions
from infra.event_patterns import NEW_JOB_EVENTS, TTL_REMOVALS
from infra.lifecycle_rules import LIFECYCLE_RULES, LifecycleRule
from infra.queue_settings import SYNTHESIS, WEBHOOKS, QueueSettings
from local.cloud.right_of_way import GivingWay, RightOfWay
from local.emulated.event_pattern import matches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_dynamodb.type_defs import GlobalSecondaryIndexTypeDef
    from mypy_boto3_s3.type_defs import LifecycleRuleTypeDef

    from local.cloud.cloud import LocalCloud
    from local.cloud.queues import QueueMapping
    from local.cloud.streams import StreamMapping

WORKFLOW_FILE = Path(__file__).parent.parent / "infra" / "workflow.asl.json"

TABLE_NAME = "castline"
BUCKET_NAME = "castline-audio"
SECRET_ID = "castline/azure-speech"  # noqa: S105 (a name)
SPEECH_PROVIDERS = json.dumps({"azure": {"secret_id": SECRET_ID}})
"""The setting ``SPEECH_PROVIDERS`` for the Azure Speech emulator."""
STATE_MACHINE_NAME = "castline"
WEBHOOK_QUEUE_NAME = "castline-webhooks"
SYNTHESIS_QUEUE_NAME = "castline-synthesis"
SYNTHESIZE_CONCURRENCY = 2
"""The maximum number of batches that are synthesized at once. More would only compete for the cores of a laptop."""
_ANSWERING = (functions.API, functions.PREVIEW)
_GIVING_WAY = (
    functions.PLAN,
    functions.QUEUE_BATCH,
    functions.EXECUTION_ENDED,
    functions.PUBLISH_EVENTS,
    functions.DISPATCH_WEBHOOKS,
)
"""Short functions that come in bursts, when many jobs begin or end at once."""
WEBHOOK_CONCURRENCY = 5
"""The maximum number of attempts to deliver webhooks at once."""
EVENT_BUS_NAME = "castline-local"
EVENT_DEAD_LETTERS_NAME = "castline-publish-events"


def create_table(table_name: str = TABLE_NAME) -> None:
    """Create the jobs table with its indexes, its stream and TTL."""
    keys = {table.PARTITION_KEY, table.SORT_KEY}
    indexes: list[GlobalSecondaryIndexTypeDef] = []
    for index in table.INDEXES:
        keys |= {index.partition_key, index.sort_key}
        indexes.append(
            {
                "IndexName": index.name,
                "KeySchema": [
                    {"AttributeName": index.partition_key, "KeyType": "HASH"},
                    {"AttributeName": index.sort_key, "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(index.non_key_attributes)},
            }
        )
    client = boto3.client("dynamodb")
    client.create_table(
        TableName=table_name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in sorted(keys)],
        KeySchema=[
            {"AttributeName": table.PARTITION_KEY, "KeyType": "HASH"},
            {"AttributeName": table.SORT_KEY, "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=indexes,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )
    client.update_time_to_live(
        TableName=table_name,
        TimeToLiveSpecification={"Enabled": True, "AttributeName": table.TTL_ATTRIBUTE},
    )


def create_bucket(bucket_name: str = BUCKET_NAME) -> None:
    """Create the audio bucket with its lifecycle rules, its events, and CORS rules for its presigned URLs."""
    client = boto3.client("s3")
    client.create_bucket(Bucket=bucket_name)
    client.put_bucket_lifecycle_configuration(
        Bucket=bucket_name,
        LifecycleConfiguration={"Rules": [_lifecycle_rule(rule) for rule in LIFECYCLE_RULES]},
    )
    client.put_bucket_notification_configuration(
        Bucket=bucket_name, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    client.put_bucket_cors(
        Bucket=bucket_name,
        CORSConfiguration={
            "CORSRules": [
                {
                    "AllowedMethods": ["PUT"],
                    "AllowedOrigins": ["*"],
                    "AllowedHeaders": ["content-type", "if-none-match"],
                    "MaxAgeSeconds": 3600,
                },
                {
                    "AllowedMethods": ["GET", "HEAD"],
                    "AllowedOrigins": ["*"],
                    "AllowedHeaders": ["range"],
                    "ExposeHeaders": ["Accept-Ranges", "Content-Length", "Content-Range"],
                    "MaxAgeSeconds": 3600,
                },
            ]
        },
    )


def _lifecycle_rule(rule: LifecycleRule) -> LifecycleRuleTypeDef:
    request: LifecycleRuleTypeDef = {
        "ID": rule.name,
        "Status": "Enabled",
        "Filter": {"Prefix": rule.prefix},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": rule.incomplete_upload_days},
    }
    if rule.expiration_days is not None:
        request["Expiration"] = {"Days": rule.expiration_days}
    return request


def create_speech_secret(secret: Mapping[str, Any], *, name: str = SECRET_ID) -> None:
    """Create the secret with a speech provider's key; by default Azure's."""
    client: Any = boto3.client("secretsmanager")
    client.create_secret(Name=name, SecretString=json.dumps(secret))


def create_event_bus() -> dict[str, str]:
    """Create the bus of the jobs' events, and the queue of unpublishable events; return the functions' settings."""
    boto3.client("events").create_event_bus(Name=EVENT_BUS_NAME)
    queue = boto3.client("sqs").create_queue(QueueName=EVENT_DEAD_LETTERS_NAME)
    return {"EVENT_BUS_NAME": EVENT_BUS_NAME, "EVENT_DEAD_LETTERS_URL": queue["QueueUrl"]}


def create_queues() -> dict[str, str]:
    """Create the queues that invoke functions, with their dead-letter queues; return the functions' settings."""
    return {
        "WEBHOOK_QUEUE_URL": _create_queue(WEBHOOK_QUEUE_NAME, WEBHOOKS),
        "SYNTHESIS_QUEUE_URL": _create_queue(SYNTHESIS_QUEUE_NAME, SYNTHESIS),
    }


def _create_queue(name: str, settings: QueueSettings) -> str:
    client: Any = boto3.client("sqs")
    retention = {"MessageRetentionPeriod": str(settings.retention_days * 86_400)}
    dead_letters = client.create_queue(QueueName=dead_letters_name(name), Attributes=retention)["QueueUrl"]
    attributes = client.get_queue_attributes(QueueUrl=dead_letters, AttributeNames=["QueueArn"])["Attributes"]
    redrive = {"deadLetterTargetArn": attributes["QueueArn"], "maxReceiveCount": settings.max_receives}
    queue = client.create_queue(
        QueueName=name,
        Attributes={
            **retention,
            "VisibilityTimeout": str(settings.visibility_seconds),
            "RedrivePolicy": json.dumps(redrive),
        },
    )
    return str(queue["QueueUrl"])


def dead_letters_name(queue_name: str) -> str:
    """Return the name of the dead-letter queue of a queue."""
    return f"{queue_name}-dead-letters"


def map_webhook_queue(cloud: LocalCloud) -> QueueMapping:
    """Invoke the function that delivers webhooks with the messages of its queue."""
    return cloud.map_queue(
        WEBHOOK_QUEUE_NAME, WEBHOOKS.reader.name, batch_size=1, max_concurrency=WEBHOOK_CONCURRENCY
    )


def map_synthesis_queue(cloud: LocalCloud, *, max_concurrency: int = SYNTHESIZE_CONCURRENCY) -> QueueMapping:
    """Invoke the function that synthesizes batches with the tickets for waiting batches."""
    return cloud.map_queue(SYNTHESIS_QUEUE_NAME, SYNTHESIS.reader.name, batch_size=1, max_concurrency=max_concurrency)


def map_ttl_removals(cloud: LocalCloud) -> StreamMapping:
    """Invoke the function that deletes files with the stream records of items that TTL has removed."""
    return cloud.map_stream(TABLE_NAME, functions.EXPIRE.name, matches=partial(matches, TTL_REMOVALS))


def map_job_events(cloud: LocalCloud) -> StreamMapping:
    """Invoke the function that publishes events with the stream records of new events of jobs."""
    return cloud.map_stream(
        TABLE_NAME, functions.PUBLISH_EVENTS.name, max_retries=None, matches=partial(matches, NEW_JOB_EVENTS)
    )


def register_functions(cloud: LocalCloud) -> dict[str, str]:
    """Register every function in this process, and return their ARNs by name."""
    arns: dict[str, str] = {}
    # Powertools keeps the present request in a class variable. So one request is answered at a time, as in an
    # execution environment of Lambda.
    requests = RightOfWay()
    for spec in functions.ALL:
        module, _, attribute = spec.handler.rpartition(".")
        arns[spec.name] = cloud.lambdas.register(
            spec.name,
            getattr(importlib.import_module(module), attribute),
            timeout_seconds=spec.timeout_seconds,
            memory_mb=spec.memory_mb,
            turn=requests if spec in _ANSWERING else GivingWay() if spec in _GIVING_WAY else None,
        )
    return arns


def create_state_machine(function_arns: dict[str, str]) -> str:
    """Create the workflow from the file that is deployed, and return its ARN."""
    definition = re.sub(
        r"\$\{(\w+)\}",
        lambda placeholder: function_arns[functions.WORKFLOW_SUBSTITUTIONS[placeholder[1]].name],
        WORKFLOW_FILE.read_text("utf-8"),
    )
    answer = boto3.client("stepfunctions").create_state_machine(
        name=STATE_MACHINE_NAME, definition=definition, roleArn="arn:aws:iam::123456789012:role/local-workflow"
    )
    return answer["stateMachineArn"]
