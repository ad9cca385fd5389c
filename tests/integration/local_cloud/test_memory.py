"""Memory of the local cloud: it holds stored data, but not past requests."""

import gc
import tracemalloc
from typing import Any

import boto3
import pytest

ITEMS = 300
LISTS = 200
BOUND_BYTES = 5_000_000
"""moto by itself would keep 75 MB."""


@pytest.mark.usefixtures("cloud")
def test_listing_again_and_again_takes_no_more_memory() -> None:
    # Given a partition of 300 items
    client: Any = boto3.client("dynamodb")
    client.create_table(
        TableName="table",
        KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("PK", "SK")],
        BillingMode="PAY_PER_REQUEST",
    )
    for number in range(ITEMS):
        client.put_item(
            TableName="table", Item={"PK": {"S": "user"}, "SK": {"S": str(number)}, "title": {"S": "x" * 200}}
        )

    def list_items() -> int:
        answer = client.query(
            TableName="table",
            KeyConditionExpression="PK = :user",
            ExpressionAttributeValues={":user": {"S": "user"}},
            ProjectionExpression="SK, title",
        )
        return int(answer["Count"])

    assert list_items() == ITEMS
    # When it is listed 200 times
    held_before = held_objects()
    tracemalloc.start()
    try:
        for _ in range(LISTS):
            list_items()
        gc.collect()
        grown_bytes, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Then next to nothing of that is still held
    assert grown_bytes < BOUND_BYTES
    assert held_objects() - held_before < ITEMS


def held_objects() -> int:
    """Return the number of moto's items."""
    gc.collect()
    return sum(type(each).__name__ == "Item" for each in gc.get_objects())
