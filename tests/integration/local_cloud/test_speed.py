"""Speed fixes of moto: the answers must stay the same."""

import time
from typing import Any

import pytest

from local.cloud.clock import Clock
from local.cloud.cloud import LocalCloud
from tests.integration.local_cloud import clients
from tests.integration.local_cloud.state_machines import create, finish, invoke, start


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
