"""Speed fixes of moto: the answers must stay the same."""

import json
import time
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar
from unittest.mock import MagicMock, patch

import pytest
from botocore.exceptions import ClientError
from moto.s3.responses import S3Response

from local.cloud import s3_speed
from local.cloud.clock import Clock
from local.cloud.cloud import LocalCloud
from tests.integration.local_cloud import clients
from tests.integration.local_cloud.state_machines import create, finish, invoke, start

Request = tuple[str, dict[str, Any]]


class ProviderThrottled(Exception):
    pass


@pytest.fixture
def client(cloud: LocalCloud) -> Any:
    """Create a table of songs by artist and year, with an index by genre and year, and return its client."""
    client: Any = clients.client("dynamodb")
    client.create_table(
        TableName="songs",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "artist", "KeyType": "HASH"}, {"AttributeName": "year", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "artist", "AttributeType": "S"},
            {"AttributeName": "genre", "AttributeType": "S"},
            {"AttributeName": "year", "AttributeType": "N"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "genres",
                "KeySchema": [
                    {"AttributeName": "genre", "KeyType": "HASH"},
                    {"AttributeName": "year", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    return client


def put(client: Any, artist: str, year: int, **attributes: Any) -> None:
    client.put_item(TableName="songs", Item={"artist": {"S": artist}, "year": {"N": str(year)}, **attributes})


def years(client: Any, **query: Any) -> list[int]:
    pages = client.get_paginator("query").paginate(TableName="songs", **query)
    return [int(item["year"]["N"]) for page in pages for item in page["Items"]]


def by_artist(artist: str) -> dict[str, Any]:
    return {"KeyConditionExpression": "artist = :artist", "ExpressionAttributeValues": {":artist": {"S": artist}}}


class TestQuery:
    def test_a_partition_is_read_in_order_and_in_pages(self, client: Any) -> None:
        # Given years whose order as text is another
        for year in (1999, 800, 2024, 12):
            put(client, "A", year)
            put(client, "B", year + 1)

        assert years(client, **by_artist("A")) == [12, 800, 1999, 2024]
        assert years(client, **by_artist("A"), ScanIndexForward=False) == [2024, 1999, 800, 12]
        assert years(client, **by_artist("A"), PaginationConfig={"PageSize": 1}) == [12, 800, 1999, 2024]

    def test_a_partition_that_is_not_there_is_empty_and_is_not_made(self, client: Any) -> None:
        put(client, "A", 1)

        assert years(client, **by_artist("nobody")) == []
        assert [item["artist"]["S"] for item in client.scan(TableName="songs")["Items"]] == ["A"]

    def test_an_index_is_read_across_partitions(self, client: Any) -> None:
        for artist, year in (("A", 3), ("B", 2), ("C", 1)):
            put(client, artist, year, genre={"S": "pop"})
        put(client, "D", 4, genre={"S": "rock"})

        pop = {"KeyConditionExpression": "genre = :genre", "ExpressionAttributeValues": {":genre": {"S": "pop"}}}
        assert years(client, IndexName="genres", **pop) == [1, 2, 3]

    def test_a_scan_reads_everything_in_pages(self, client: Any) -> None:
        for year in range(5):
            put(client, "AB"[year % 2], year)

        pages = client.get_paginator("scan").paginate(TableName="songs", PaginationConfig={"PageSize": 2})
        assert [int(item["year"]["N"]) for page in pages for item in page["Items"]] == [0, 2, 4, 1, 3]

    def test_values_of_every_type_come_back_as_they_were(self, client: Any) -> None:
        attributes: dict[str, Any] = {
            "text": {"S": ""},
            "number": {"N": "0"},
            "binary": {"B": b"\x00\xff"},
            "yes": {"BOOL": True},
            "no": {"BOOL": False},
            "nothing": {"NULL": True},
            "texts": {"SS": ["a", "b"]},
            "numbers": {"NS": ["1", "2"]},
            "binaries": {"BS": [b"\x00", b"\xff"]},
            "list": {"L": [{"S": "a"}, {"L": []}, {"B": b"\x01"}]},
            "map": {"M": {"S": {"N": "1"}, "empty": {"M": {}}, "binary": {"B": b"\x02"}}},
        }
        put(client, "A", 1, **attributes)

        [item] = client.query(TableName="songs", **by_artist("A"))["Items"]

        assert item == {"artist": {"S": "A"}, "year": {"N": "1"}, **attributes}


class TestObjects:
    """Objects are looked up, read and stored without moto's own handler, with the same answers."""

    BODY = bytes(range(256)) * 8
    PLAIN: ClassVar[dict[str, Request]] = {
        "a look-up of nothing": ("head_object", {"Key": "missing"}),
        "storing": ("put_object", {"Key": "a", "Body": BODY}),
        "storing with notes": (
            "put_object",
            {"Key": "b", "Body": BODY, "ContentType": "audio/mpeg", "Metadata": {"spoken-for": "x", "cues": "1 2"}},
        ),
        "storing nothing": ("put_object", {"Key": "empty", "Body": b""}),
        "storing what comes in several chunks": ("put_object", {"Key": "long", "Body": BODY * 1500}),
        "storing under a strange name": ("put_object", {"Key": "users/a%2Fb c/é+中", "Body": b"x"}),
        "storing over another": ("put_object", {"Key": "a", "Body": BODY[:100]}),
        "storing unless there is another": ("put_object", {"Key": "new", "Body": BODY, "IfNoneMatch": "*"}),
        "a look-up": ("head_object", {"Key": "a"}),
        "a look-up of notes": ("head_object", {"Key": "b"}),
        "a look-up of a strange name": ("head_object", {"Key": "users/a%2Fb c/é+中"}),
        "reading a part": ("get_object", {"Key": "b", "Range": "bytes=100-199"}),
        "reading up to the end": ("get_object", {"Key": "b", "Range": "bytes=2000-99999"}),
        "reading one byte": ("get_object", {"Key": "long", "Range": "bytes=1048576-1048576"}),
    }
    UNUSUAL: ClassVar[dict[str, Request]] = {
        "reading it all": ("get_object", {"Key": "b"}),
        "reading it all as a part": ("get_object", {"Key": "b", "Range": "bytes=0-2047"}),
        "reading the end": ("get_object", {"Key": "b", "Range": "bytes=-10"}),
        "reading from somewhere on": ("get_object", {"Key": "b", "Range": "bytes=2040-"}),
        "reading past the end": ("get_object", {"Key": "b", "Range": "bytes=2048-2050"}),
        "reading a part backwards": ("get_object", {"Key": "b", "Range": "bytes=20-10"}),
        "reading a part of nothing": ("get_object", {"Key": "missing", "Range": "bytes=0-1"}),
        "reading in another bucket": ("get_object", {"Bucket": "missing", "Key": "b", "Range": "bytes=0-1"}),
        "a look-up under a condition": ("head_object", {"Key": "b", "IfNoneMatch": "*"}),
        "not storing, as there is another": ("put_object", {"Key": "a", "Body": b"x", "IfNoneMatch": "*"}),
        "storing with a checksum": ("put_object", {"Key": "c", "Body": b"x", "ChecksumAlgorithm": "SHA256"}),
        "storing with tags": ("put_object", {"Key": "d", "Body": b"x", "Tagging": "a=b"}),
        "reading tags": ("get_object_tagging", {"Key": "d"}),
        "storing for a while": ("put_object", {"Key": "e", "Body": b"x", "CacheControl": "no-store"}),
        "deleting": ("delete_object", {"Key": "a"}),
    }

    @pytest.fixture(autouse=True)
    def client(self, cloud: LocalCloud) -> Any:
        client: Any = clients.client("s3")
        for bucket in ("quick", "slow"):
            client.create_bucket(Bucket=bucket)
        return client

    @pytest.fixture
    def moto(self) -> Iterator[MagicMock]:
        """Yield moto's own handler."""
        with patch.object(S3Response, "key_response", autospec=True, side_effect=S3Response.key_response) as handler:
            yield handler

    @staticmethod
    def ask(client: Any, bucket: str, requests: Iterable[Request]) -> list[Any]:
        """Return the answers to consecutive requests, without the parts that differ from time to time."""
        answers = []
        for operation, parameters in requests:
            try:
                answer = getattr(client, operation)(**{"Bucket": bucket, **parameters})
            except ClientError as error:
                answer = error.response
            answer["ResponseMetadata"] = answer["ResponseMetadata"]["HTTPStatusCode"]
            answer.pop("LastModified", None)
            if "Body" in answer:
                answer["Body"] = answer["Body"].read()
            answers.append(answer)
        return answers

    def stored(self, client: Any, bucket: str) -> dict[str, Any]:
        names = [item["Key"] for item in client.list_objects_v2(Bucket=bucket)["Contents"]]
        return dict(
            zip(names, self.ask(client, bucket, [("get_object", {"Key": name}) for name in names]), strict=True)
        )

    def test_requests_are_answered_alike_with_and_without_motos_handler(self, client: Any, moto: MagicMock) -> None:
        # Given plain requests, which do without moto's handler, and then unusual ones, which do not
        requests = [*self.PLAIN.values(), *self.UNUSUAL.values()]
        quick = self.ask(client, "quick", self.PLAIN.values())
        assert moto.call_count == 0
        quick += self.ask(client, "quick", self.UNUSUAL.values())

        # When moto answers all of them
        with patch.object(s3_speed, "_answer", return_value=None):
            slow = self.ask(client, "slow", requests)

            # Then the answers are the same, and what was stored is the same
            names = [*self.PLAIN, *self.UNUSUAL]
            assert dict(zip(names, quick, strict=True)) == dict(zip(names, slow, strict=True))
            assert self.stored(client, "quick") == self.stored(client, "slow")

    def test_a_bucket_with_a_policy_is_left_to_moto(self, client: Any) -> None:
        statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "*"}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        client.put_bucket_policy(Bucket="quick", Policy=json.dumps(policy))

        [answer] = self.ask(client, "quick", [self.PLAIN["storing"]])

        assert answer["ResponseMetadata"] == 403

    def test_a_bucket_with_versions_is_left_to_moto(self, client: Any) -> None:
        client.put_bucket_versioning(Bucket="quick", VersioningConfiguration={"Status": "Enabled"})

        first, second = self.ask(client, "quick", [self.PLAIN["storing"]] * 2)

        assert first["VersionId"] != second["VersionId"]


class TestParsing:
    def test_each_execution_of_a_definition_that_is_parsed_once_has_its_own_retries(self, cloud: LocalCloud) -> None:
        # Given a state machine that tries twice more
        echo = cloud.lambdas.register("echo", lambda event, _context: event, timeout_seconds=90)
        retry = {"ErrorEquals": ["ProviderThrottled"], "IntervalSeconds": 1, "BackoffRate": 2, "MaxAttempts": 2}
        machine = create(invoke(echo, Retry=[retry]))

        # When two executions in a row need both tries
        for _ in range(2):
            cloud.lambdas.fail_next("echo", ProviderThrottled("busy"), times=2)
            execution = finish(start(machine, {"n": 1}))

            # Then each has them
            assert (execution["status"], execution["output"]) == ("SUCCEEDED", {"n": 1})
            assert cloud.clock.retry_delays_seconds(execution["executionArn"]) == [1, 2]

    def test_the_next_cloud_scales_the_same_definition_by_its_own_clock(self) -> None:
        definition = {"Type": "Wait", "Seconds": 100, "End": True}
        for scale in (0.001, 0.002):
            with LocalCloud(clock=Clock(wait_scale=1, timeout_scale=scale)):
                started = time.monotonic()
                execution = finish(start(create(definition, TimeoutSeconds=100)))
                assert execution["status"] == "TIMED_OUT"
                assert 100 * scale <= time.monotonic() - started < 60
