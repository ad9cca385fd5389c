"""The function that uploads the console's page, called as by CloudFormation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import WaiterError
from werkzeug.wrappers import Request, Response

from infra import console_page, console_upload
from local.emulated.http_server import ADDRESS, serving

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from local.emulated.cloud import EmulatedCloud

CONFIGURATION = '{"environment":"dev"}'


def ask(request_type: str, bucket: str) -> dict[str, Any]:
    """Call the function; return its answer."""
    answers: list[dict[str, Any]] = []

    def mailbox(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        assert (request.method, request.headers.get("Content-Type", "")) == ("PUT", "")
        answers.append(json.loads(request.get_data()))
        return Response()(environ, start_response)

    with serving(mailbox, name="mailbox") as port:
        event = {
            "RequestType": request_type,
            "ResponseURL": f"http://{ADDRESS}:{port}/?signed",
            "StackId": "stack",
            "RequestId": "request",
            "LogicalResourceId": "Page",
            "ResourceProperties": {"Bucket": bucket, "Configuration": CONFIGURATION},
        }
        console_upload.handler(event, None)
    (answer,) = answers
    return answer


@pytest.fixture
def bucket(aws: EmulatedCloud, request: pytest.FixtureRequest) -> str:
    name = request.node.name.replace("_", "-")[:60].strip("-")
    aws.client("s3").create_bucket(Bucket=name)
    return str(name)


def test_everything_is_uploaded_as_it_is_to_be_served(aws: EmulatedCloud, bucket: str) -> None:
    answer = ask("Create", bucket)

    assert answer == {
        "Status": "SUCCESS",
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Page",
        "PhysicalResourceId": "Page",
    }
    s3 = aws.client("s3")
    for path, file in console_page.files().items():
        found = s3.get_object(Bucket=bucket, Key=path)
        assert found["Body"].read() == file.read_bytes()
        assert found["ContentType"] == console_page.content_type(path)
        assert found["CacheControl"] == console_page.cache_control(path)
    configuration = s3.get_object(Bucket=bucket, Key="config.json")
    assert configuration["Body"].read().decode() == CONFIGURATION
    assert (configuration["ContentType"], configuration["CacheControl"]) == ("application/json", "no-cache")


def test_the_page_comes_last_so_that_what_it_loads_is_there() -> None:
    assert list(console_page.files())[-1] == "index.html"


def test_what_an_earlier_page_loads_stays(aws: EmulatedCloud, bucket: str) -> None:
    aws.client("s3").put_object(Bucket=bucket, Key="assets/index-earlier.js", Body=b"export {}")

    ask("Update", bucket)

    assert aws.client("s3").head_object(Bucket=bucket, Key="assets/index-earlier.js")


def test_a_bucket_is_emptied_to_be_deleted(aws: EmulatedCloud, bucket: str) -> None:
    ask("Create", bucket)

    answer = ask("Delete", bucket)

    assert answer["Status"] == "SUCCESS"
    assert "Contents" not in aws.client("s3").list_objects_v2(Bucket=bucket)
    aws.client("s3").delete_bucket(Bucket=bucket)


def test_a_failure_is_told_with_its_reason(aws: EmulatedCloud) -> None:
    answer = ask("Create", "no-such-bucket")

    assert answer["Status"] == "FAILED"
    assert "NoSuchBucket" in answer["Reason"]


def test_a_deployment_whose_upload_fails_fails_with_the_reason(aws: EmulatedCloud) -> None:
    code = """
import json, urllib.request
def handler(event, context):
    body = {"Status": "FAILED", "Reason": "the disk is full", "PhysicalResourceId": "Page"}
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], json.dumps(body).encode(), method="PUT"))
"""
    resources = {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": []}}},
        "Upload": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Code": {"ZipFile": code},
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Runtime": "python3.13",
                "Timeout": 30,
            },
        },
        "Page": {
            "Type": "Custom::ConsolePage",
            "Properties": {"ServiceToken": {"Fn::GetAtt": ["Upload", "Arn"]}, "Bucket": "page"},
        },
    }

    client = aws.client("cloudformation")
    template = json.dumps({"Resources": resources})
    client.create_stack(StackName="full", TemplateBody=template, Capabilities=["CAPABILITY_IAM"])
    with pytest.raises(WaiterError):
        client.get_waiter("stack_create_complete").wait(StackName="full", WaiterConfig={"Delay": 1})

    events = client.describe_stack_events(StackName="full")["StackEvents"]
    assert any("the disk is full" in event.get("ResourceStatusReason", "") for event in events)
