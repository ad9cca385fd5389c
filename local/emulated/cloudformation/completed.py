"""Properties that moto's own CloudFormation accepts and forgets, set through the services' APIs."""

from __future__ import annotations

from typing import Any

import boto3
from moto.awslambda.models import EventSourceMapping, LambdaFunction
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.logs.models import LogGroup
from moto.s3.models import FakeBucket
from moto.sqs.models import sqs_backends

from local.emulated.cloudformation.resource_type import CompletedType, Properties


def _table(table: Any, properties: Properties) -> None:
    client = boto3.client("dynamodb")
    if time_to_live := properties.get("TimeToLiveSpecification"):
        client.update_time_to_live(TableName=table.name, TimeToLiveSpecification=time_to_live)
    if (recovery := properties.get("PointInTimeRecoverySpecification")) is not None:
        client.update_continuous_backups(TableName=table.name, PointInTimeRecoverySpecification=recovery)


def _bucket(bucket: Any, properties: Properties) -> None:
    client: Any = boto3.client("s3")
    if lifecycle := properties.get("LifecycleConfiguration"):
        client.put_bucket_lifecycle_configuration(
            Bucket=bucket.name,
            LifecycleConfiguration={"Rules": [_lifecycle_rule(rule) for rule in lifecycle["Rules"]]},
        )
    if "EventBridgeConfiguration" in properties.get("NotificationConfiguration", {}):
        client.put_bucket_notification_configuration(
            Bucket=bucket.name, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
    if block := properties.get("PublicAccessBlockConfiguration"):
        client.put_public_access_block(Bucket=bucket.name, PublicAccessBlockConfiguration=block)
    if cors := properties.get("CorsConfiguration"):
        rules = [
            {_CORS_NAMES[name]: value for name, value in rule.items() if name in _CORS_NAMES}
            for rule in cors["CorsRules"]
        ]
        client.put_bucket_cors(Bucket=bucket.name, CORSConfiguration={"CORSRules": rules})


_CORS_NAMES = {
    "AllowedHeaders": "AllowedHeaders",
    "AllowedMethods": "AllowedMethods",
    "AllowedOrigins": "AllowedOrigins",
    "ExposedHeaders": "ExposeHeaders",
    "MaxAge": "MaxAgeSeconds",
}


def _lifecycle_rule(rule: Properties) -> dict[str, Any]:
    request: dict[str, Any] = {
        "ID": rule["Id"],
        "Status": rule["Status"],
        "Filter": {"Prefix": rule.get("Prefix", "")},
    }
    if "ExpirationInDays" in rule:
        request["Expiration"] = {"Days": rule["ExpirationInDays"]}
    if abort := rule.get("AbortIncompleteMultipartUpload"):
        request["AbortIncompleteMultipartUpload"] = abort
    return request


def _function(function: Any, properties: Properties) -> None:
    # moto resolves a Ref to a layer to its own object.
    layers = [getattr(layer, "arn", layer) for layer in properties.get("Layers", [])]
    function.architectures = properties.get("Architectures", ["x86_64"])
    function.tracing_config = properties.get("TracingConfig", {"Mode": "PassThrough"})
    if layers:
        boto3.client("lambda").update_function_configuration(FunctionName=function.function_name, Layers=layers)


def _event_source_mapping(mapping: Any, _properties: Properties) -> None:
    """Detach a mapping from its source; moto would call the function inside the request that writes to it."""
    tables = dynamodb_backends[mapping.account_id][mapping.region].tables
    queues = sqs_backends[mapping.account_id][mapping.region].queues
    for source in (*tables.values(), *queues.values()):
        source.lambda_event_source_mappings.pop(mapping.function_arn, None)


def _log_group(group: Any, properties: Properties) -> None:
    if days := properties.get("RetentionInDays"):
        client: Any = boto3.client("logs")
        client.put_retention_policy(logGroupName=group.name, retentionInDays=days)


TYPES = {
    "AWS::DynamoDB::Table": CompletedType(Table, _table),
    "AWS::Lambda::EventSourceMapping": CompletedType(EventSourceMapping, _event_source_mapping),
    "AWS::Lambda::Function": CompletedType(LambdaFunction, _function),
    "AWS::Logs::LogGroup": CompletedType(LogGroup, _log_group),
    "AWS::S3::Bucket": CompletedType(FakeBucket, _bucket),
}
