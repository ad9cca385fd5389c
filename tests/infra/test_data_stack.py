"""Data stack: table, bucket and secret match the code, and are retained where they must be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from castline import table
from castline.audio import retention
from castline.audio.keys import segment_key
from castline.jobs.model import JobStatus
from castline.jobs.transitions import retention as job_retention

if TYPE_CHECKING:
    from tests.infra.synthesis import Deployment

JOB_DAYS = job_retention(JobStatus.COMPLETED).days


def jobs_table(deployment: Deployment) -> dict[str, Any]:
    properties: dict[str, Any] = deployment.data.the("AWS::DynamoDB::Table")["Properties"]
    return properties


def keys(schema: list[dict[str, str]]) -> dict[str, str]:
    return {key["KeyType"]: key["AttributeName"] for key in schema}


def test_the_table_has_the_keys_that_the_code_writes(deployment: Deployment) -> None:
    jobs = jobs_table(deployment)

    assert keys(jobs["KeySchema"]) == {"HASH": table.PARTITION_KEY, "RANGE": table.SORT_KEY}
    assert {each["AttributeType"] for each in jobs["AttributeDefinitions"]} == {"S"}
    assert jobs["BillingMode"] == "PAY_PER_REQUEST"


def test_the_table_has_the_indexes_that_the_code_reads(deployment: Deployment) -> None:
    indexes = {index["IndexName"]: index for index in jobs_table(deployment)["GlobalSecondaryIndexes"]}

    assert set(indexes) == {"user_jobs", "user_status_jobs", "open_jobs", "day_jobs"}
    for index in table.INDEXES:
        made = indexes[index.name]
        assert keys(made["KeySchema"]) == {"HASH": index.partition_key, "RANGE": index.sort_key}
        assert made["Projection"]["ProjectionType"] == "INCLUDE"
        held = {*table.SUMMARY_ATTRIBUTES, *index.further_attributes}
        assert set(made["Projection"]["NonKeyAttributes"]) == held - {index.sort_key}


def test_items_expire_by_the_attribute_that_the_code_writes_and_the_stream_names_them(deployment: Deployment) -> None:
    jobs = jobs_table(deployment)

    assert jobs["TimeToLiveSpecification"] == {"AttributeName": table.TTL_ATTRIBUTE, "Enabled": True}
    assert jobs["StreamSpecification"] == {"StreamViewType": "KEYS_ONLY"}


@pytest.mark.parametrize(
    "kind",
    [
        "AWS::DynamoDB::Table",
        "AWS::S3::Bucket",
        "AWS::SecretsManager::Secret",
        "AWS::Cognito::UserPool",
    ],
)
def test_data_survives_its_stack_but_in_dev(prod: Deployment, dev: Deployment, kind: str) -> None:
    kept, given_away = prod.data.the(kind), dev.data.the(kind)

    assert (kept["DeletionPolicy"], kept["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert (given_away["DeletionPolicy"], given_away["UpdateReplacePolicy"]) == ("Delete", "Delete")


def test_data_cannot_be_deleted_by_mistake_but_in_dev(prod: Deployment, dev: Deployment) -> None:
    assert jobs_table(prod)["DeletionProtectionEnabled"] is True
    assert jobs_table(prod)["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert prod.data.the("AWS::Cognito::UserPool")["Properties"]["DeletionProtection"] == "ACTIVE"
    assert not jobs_table(dev).get("DeletionProtectionEnabled")
    assert jobs_table(dev)["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": False}


def test_the_bucket_is_encrypted_and_nobodys_but_ours(deployment: Deployment) -> None:
    bucket = deployment.data.the("AWS::S3::Bucket")["Properties"]

    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert bucket["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


def test_the_bucket_takes_requests_over_tls_only(deployment: Deployment) -> None:
    policy = deployment.data.the("AWS::S3::BucketPolicy")["Properties"]["PolicyDocument"]

    denied = [
        (statement["Condition"], statement["Action"], statement["Principal"])
        for statement in policy["Statement"]
        if statement["Effect"] == "Deny"
    ]
    assert ({"Bool": {"aws:SecureTransport": "false"}}, "s3:*", {"AWS": "*"}) in denied
    assert ({"NumericLessThan": {"s3:TlsVersion": 1.2}}, "s3:*", {"AWS": "*"}) in denied
    assert not [statement for statement in policy["Statement"] if statement["Effect"] == "Allow"]


def test_segments_go_before_the_jobs_that_they_were_spoken_for_and_audio_does_not(deployment: Deployment) -> None:
    rules = {
        rule["Prefix"]: rule
        for rule in deployment.data.the("AWS::S3::Bucket")["Properties"]["LifecycleConfiguration"]["Rules"]
    }

    assert set(rules) == {"segments/", "audio/", "sounds/", "previews/"}
    assert rules["previews/"]["ExpirationInDays"] == 1
    # A sound that a job has used is kept, however old it is.
    assert "ExpirationInDays" not in rules["sounds/"]
    assert {rule["Status"] for rule in rules.values()} == {"Enabled"}
    assert segment_key("user", "0" * 64).startswith("segments/")
    assert rules["segments/"]["ExpirationInDays"] == retention.SEGMENT_LIFETIME_DAYS < JOB_DAYS
    # A job may end on the day after its file was made, and is kept to the end of the last day of its retention.
    assert rules["audio/"]["ExpirationInDays"] == retention.AUDIO_LIFETIME_DAYS >= JOB_DAYS + 2
    for rule in rules.values():
        assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": retention.INCOMPLETE_UPLOAD_DAYS}
        # No validator minds a transition after the expiry.
        assert "Transitions" not in rule


def cors_rules(deployment: Deployment) -> dict[tuple[str, ...], list[str]]:
    """Return the allowed origins, by methods."""
    rules = deployment.data.the("AWS::S3::Bucket")["Properties"]["CorsConfiguration"]["CorsRules"]
    return {tuple(rule["AllowedMethods"]): rule["AllowedOrigins"] for rule in rules}


def test_any_page_may_read_by_a_presigned_url(deployment: Deployment) -> None:
    assert cors_rules(deployment)["GET", "HEAD"] == ["*"]


def test_any_page_may_upload_to_a_presigned_url(deployment: Deployment) -> None:
    assert cors_rules(deployment)[("PUT",)] == ["*"]


def test_the_secret_holds_no_key_of_anybodys(deployment: Deployment) -> None:
    secret = deployment.data.the("AWS::SecretsManager::Secret")["Properties"]

    assert "SecretString" not in secret
    assert secret["GenerateSecretString"]["GenerateStringKey"] == "key"


def test_alarms_and_budgets_of_the_own_account_are_heard(deployment: Deployment) -> None:
    policy = deployment.data.the("AWS::SNS::TopicPolicy")["Properties"]["PolicyDocument"]

    (allowed,) = [statement for statement in policy["Statement"] if statement["Effect"] == "Allow"]
    (denied,) = [statement for statement in policy["Statement"] if statement["Effect"] == "Deny"]
    assert set(allowed["Principal"]["Service"]) == {"cloudwatch.amazonaws.com", "budgets.amazonaws.com"}
    assert allowed["Action"] == "sns:Publish"
    assert allowed["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_somebody_is_told_where_an_address_is_configured(everything: Deployment, prod: Deployment) -> None:
    subscription = everything.data.the("AWS::SNS::Subscription")["Properties"]

    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "operators@example.com")
    assert not prod.data.of_type("AWS::SNS::Subscription")
