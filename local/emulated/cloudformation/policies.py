"""Policies of buckets, queues and topics."""

from __future__ import annotations

import json
from typing import Any

import boto3

from local.emulated.cloudformation.resource_type import Made, Properties, ResourceType

_TRANSPORT = {"aws:SecureTransport", "s3:TlsVersion"}


def _bucket_policy(name: str, properties: Properties) -> Made:
    """Set a bucket's policy without its conditions on the transport: moto checks none, and uses plain HTTP."""
    client: Any = boto3.client("s3")
    document = properties["PolicyDocument"]
    statements = [each for each in document["Statement"] if not _is_about_transport(each)]
    if statements:
        policy = json.dumps({**document, "Statement": statements})
        client.put_bucket_policy(Bucket=properties["Bucket"], Policy=policy)
    return Made(id=name, delete=lambda: client.delete_bucket_policy(Bucket=properties["Bucket"]))


def _is_about_transport(statement: dict[str, Any]) -> bool:
    tests = statement.get("Condition", {}).values()
    return statement["Effect"] == "Deny" and any(key in _TRANSPORT for test in tests for key in test)


def _queue_policy(name: str, properties: Properties) -> Made:
    client: Any = boto3.client("sqs")
    _set_all(client, properties, json.dumps(properties["PolicyDocument"]))
    return Made(id=name, delete=lambda: _set_all(client, properties, ""))


def _set_all(client: Any, properties: Properties, policy: str) -> None:
    for url in properties["Queues"]:
        client.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


def _topic_policy(name: str, properties: Properties) -> Made:
    client: Any = boto3.client("sns")
    policy = json.dumps(properties["PolicyDocument"])
    for arn in properties["Topics"]:
        client.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    return Made(id=name, delete=lambda: None)  # a topic is never without a policy


TYPES = (
    ResourceType("AWS::S3::BucketPolicy", _bucket_policy),
    ResourceType("AWS::SNS::TopicPolicy", _topic_policy),
    ResourceType("AWS::SQS::QueuePolicy", _queue_policy),
)
