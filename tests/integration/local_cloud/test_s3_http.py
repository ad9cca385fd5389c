from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from werkzeug.test import Client, TestResponse

from local.cloud.clock import Clock
from local.cloud.cloud import LocalCloud
from tests.integration.local_cloud import clients

ORIGIN = "http://127.0.0.1:8080"
AUDIO = bytes(range(256)) * 8


@pytest.fixture
def http(cloud: LocalCloud) -> Client:
    """Return an HTTP client of the S3 application, whose bucket has an audio file."""
    client: Any = clients.client("s3")
    client.create_bucket(Bucket="bucket")
    client.put_object(Bucket="bucket", Key="audio/job/file.mp3", Body=AUDIO, ContentType="audio/mpeg")
    return Client(cloud.s3_wsgi_app())


def presigned_path(operation: str = "get_object", **parameters: str) -> str:
    config = Config(signature_version="s3v4", s3={"addressing_style": "path"})
    url = boto3.client("s3", endpoint_url=ORIGIN, config=config).generate_presigned_url(
        operation, Params={"Bucket": "bucket", "Key": "audio/job/file.mp3", **parameters}, ExpiresIn=900
    )
    assert url.startswith(ORIGIN)
    return url.removeprefix(ORIGIN)


def get(http: Client, path: str, **headers: str) -> TestResponse:
    return http.get(path, base_url=ORIGIN, headers=headers)


def test_a_presigned_url_delivers_the_object(http: Client) -> None:
    response = get(http, presigned_path())
    assert (response.status_code, response.data) == (200, AUDIO)
    assert response.headers["Content-Type"] == "audio/mpeg"


def test_it_sets_the_headers_it_was_signed_with(http: Client) -> None:
    disposition = "attachment; filename*=UTF-8''%E5%B0%8D%E8%A9%B1.mp3"
    path = presigned_path(ResponseContentDisposition=disposition, ResponseContentType="audio/mp3")
    response = get(http, path)
    assert response.headers["Content-Disposition"] == disposition
    assert response.headers["Content-Type"] == "audio/mp3"


def test_a_range_is_delivered_in_part(http: Client) -> None:
    response = get(http, presigned_path(), Range="bytes=10-19")
    assert (response.status_code, response.data) == (206, AUDIO[10:20])
    assert response.headers["Content-Range"] == f"bytes 10-19/{len(AUDIO)}"


def test_an_expired_url_is_refused(http: Client, clock: Clock) -> None:
    path = presigned_path()
    # Given a URL good for 15 minutes
    clock.advance(timedelta(minutes=14))
    assert get(http, path).status_code == 200

    # When they have passed
    clock.advance(timedelta(minutes=2))

    # Then it is refused, and tells nothing of the object
    response = get(http, path)
    assert response.status_code == 403
    assert response.headers["Content-Type"].startswith("application/xml")
    assert b"<Message>Request has expired</Message>" in response.data


def test_an_anonymous_request_is_refused(http: Client) -> None:
    response = get(http, "/bucket/audio/job/file.mp3")
    assert response.status_code == 403
    assert b"<Code>AccessDenied</Code>" in response.data


def test_a_url_without_its_date_is_refused(http: Client) -> None:
    path = presigned_path().replace("X-Amz-Date=", "X-Amz-Other=")
    assert get(http, path).status_code == 400


@pytest.mark.parametrize(
    ("operation", "method"), [("get_object", "GET"), ("head_object", "HEAD"), ("put_object", "PUT")]
)
def test_a_url_is_good_for_the_method_it_was_signed_for(http: Client, operation: str, method: str) -> None:
    path = presigned_path(operation)

    # When it is used with any other method, then it is refused and changes nothing
    for other in {"GET", "HEAD", "PUT", "DELETE", "POST"} - {method}:
        assert http.open(path, method=other, base_url=ORIGIN, data=b"foreign").status_code == 403
    assert clients.client("s3").get_object(Bucket="bucket", Key="audio/job/file.mp3")["Body"].read() == AUDIO

    # And with its own, it works
    assert http.open(path, method=method, base_url=ORIGIN).status_code == 200


@pytest.mark.parametrize(
    ("part", "forged"),
    [
        ("file.mp3", "other.mp3"),
        ("X-Amz-Expires=900", "X-Amz-Expires=604800"),
        ("X-Amz-Signature=", "X-Amz-Signature=0"),
        ("X-Amz-Credential=", "X-Amz-Credential=other"),
        ("X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders="),
        ("?", "?response-content-type=text%2Fhtml&"),
    ],
)
def test_a_forged_url_is_refused(http: Client, part: str, forged: str) -> None:
    response = get(http, presigned_path().replace(part, forged, 1))
    assert response.status_code == 403
    assert b"<Code>SignatureDoesNotMatch</Code>" in response.data


def test_a_page_is_judged_by_the_cors_rule_that_is_for_it(http: Client) -> None:
    # Given a bucket to which every page may upload, and from which one may download
    uploads: Any = {"AllowedMethods": ["PUT"], "AllowedOrigins": ["*"], "AllowedHeaders": ["content-type"]}
    downloads: Any = {"AllowedMethods": ["GET"], "AllowedOrigins": ["http://localhost:5173"]}
    clients.client("s3").put_bucket_cors(Bucket="bucket", CORSConfiguration={"CORSRules": [uploads, downloads]})

    def ask(origin: str, method: str) -> int:
        headers = {"Origin": origin, "Access-Control-Request-Method": method}
        return http.options(presigned_path(), base_url=ORIGIN, headers=headers).status_code

    # When pages ask beforehand, then each is answered by the rule that is for it
    assert ask("http://127.0.0.1:9000", "PUT") == 200
    assert ask("http://localhost:5173", "GET") == 200
    assert ask("http://127.0.0.1:9000", "GET") == 403
