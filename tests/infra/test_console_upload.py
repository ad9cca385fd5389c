"""The function that uploads the console's page, called as by CloudFormation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from werkzeug.wrappers import Request, Response

from infra import console_page, console_upload
from local.emulated.http_server import ADDRESS, serving

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIEnvironment

    from mypy_boto3_s3 import S3Client

BUCKET = "page"
CONFIGURATION = '{"environment":"dev"}'


def ask(request_type: str, bucket: str = BUCKET) -> dict[str, Any]:
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
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Client]:
    """Yield a client of a cloud that has the page's bucket."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        yield client


def test_everything_is_uploaded_as_it_is_to_be_served(s3: S3Client) -> None:
    answer = ask("Create")

    assert answer == {
        "Status": "SUCCESS",
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Page",
        "PhysicalResourceId": "Page",
    }
    for path, file in console_page.files().items():
        found = s3.get_object(Bucket=BUCKET, Key=path)
        assert found["Body"].read() == file.read_bytes()
        assert found["ContentType"] == console_page.content_type(path)
        assert found["CacheControl"] == console_page.cache_control(path)
    configuration = s3.get_object(Bucket=BUCKET, Key="config.json")
    assert configuration["Body"].read().decode() == CONFIGURATION
    assert (configuration["ContentType"], configuration["CacheControl"]) == ("application/json", "no-cache")


def test_the_page_comes_last_so_that_what_it_loads_is_there() -> None:
    assert list(console_page.files())[-1] == "index.html"


def test_what_an_earlier_page_loads_stays(s3: S3Client) -> None:
    s3.put_object(Bucket=BUCKET, Key="assets/index-earlier.js", Body=b"export {}")

    ask("Update")

    assert s3.head_object(Bucket=BUCKET, Key="assets/index-earlier.js")


def test_a_bucket_is_emptied_to_be_deleted(s3: S3Client) -> None:
    ask("Create")

    answer = ask("Delete")

    assert answer["Status"] == "SUCCESS"
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)


@pytest.mark.usefixtures("s3")
def test_a_failure_is_told_with_its_reason() -> None:
    answer = ask("Create", "no-such-bucket")

    assert answer["Status"] == "FAILED"
    assert "NoSuchBucket" in answer["Reason"]
