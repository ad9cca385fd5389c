from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.emulated.deployment import read_stack

if TYPE_CHECKING:
    from local.emulated.cloud import EmulatedCloud

TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
    },
}
SECRET = {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": "hush"}}
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {}}


def create(aws: EmulatedCloud, name: str, resources: dict[str, Any], **more: Any) -> None:
    options = {"Outputs": more.pop("Outputs")} if "Outputs" in more else {}
    body = json.dumps({"Resources": resources, **options})
    aws.client("cloudformation").create_stack(StackName=name, TemplateBody=body, **more)


def test_a_type_that_is_not_emulated_is_refused(aws: EmulatedCloud) -> None:
    with pytest.raises(ClientError, match="does not know AWS::AppSync::GraphQLApi"):
        create(aws, "unknown", {"Api": {"Type": "AWS::AppSync::GraphQLApi", "Properties": {}}})


def test_a_property_that_the_service_does_not_know_is_refused(aws: EmulatedCloud) -> None:
    with pytest.raises(ClientError, match="Unknown parameter"):
        create(aws, "odd", {"Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Nmae": "typo"}}})


def test_a_tables_ttl_is_deployed(aws: EmulatedCloud) -> None:
    create(aws, "table", {"Table": TABLE})
    stack = read_stack(aws, "table")
    assert stack is not None
    ((_, name),) = stack.resources
    setting = aws.client("dynamodb").describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert setting == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


def test_a_protected_stack_stays_until_its_protection_is_lifted(aws: EmulatedCloud) -> None:
    client = aws.client("cloudformation")
    create(aws, "protected", {"Secret": SECRET}, EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="TerminationProtection"):
        client.delete_stack(StackName="protected")
    client.update_termination_protection(StackName="protected", EnableTerminationProtection=False)
    client.delete_stack(StackName="protected")
    assert read_stack(aws, "protected") is None


def test_a_stack_that_another_one_imports_from_stays(aws: EmulatedCloud) -> None:
    client = aws.client("cloudformation")
    outputs = {"Arn": {"Value": {"Ref": "Topic"}, "Export": {"Name": "topic"}}}
    create(aws, "exporting", {"Topic": TOPIC}, Outputs=outputs)
    secret = {**SECRET, "Properties": {"SecretString": {"Fn::ImportValue": "topic"}}}
    create(aws, "importing", {"Secret": secret})
    with pytest.raises(ClientError, match="topic cannot be deleted: importing imports it"):
        client.delete_stack(StackName="exporting")
    client.delete_stack(StackName="importing")
    client.delete_stack(StackName="exporting")
    assert read_stack(aws, "exporting") is None


def test_what_is_to_be_retained_outlives_its_stack(aws: EmulatedCloud) -> None:
    create(aws, "retaining", {"Secret": {**SECRET, "DeletionPolicy": "Retain"}, "Topic": TOPIC})
    stack = read_stack(aws, "retaining")
    assert stack is not None
    secret_arn = dict(stack.resources)["AWS::SecretsManager::Secret"]
    aws.client("cloudformation").delete_stack(StackName="retaining")
    assert aws.client("secretsmanager").get_secret_value(SecretId=secret_arn)["SecretString"] == "hush"
