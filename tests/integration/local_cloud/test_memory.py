"""Memory of the local cloud: it holds stored data, but not past requests."""

import gc
from typing import Any

import pytest

from tests.integration.local_cloud import clients

ITEMS = 30
LISTS = 10


@pytest.mark.usefixtures("cloud")
def test_listing_again_and_again_takes_no_more_memory() -> None:
    # Given a partition of items, which has been listed
    client: Any = clients.client("dynamodb")
    client.create_table(
        TableName="table",
        KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("PK", "SK")],
        BillingMode="PAY_PER_REQUEST",
    )
    for number in range(ITEMS):
        client.put_item(TableName="table", Item={"PK": {"S": "user"}, "SK": {"S": str(number)}})

    def list_items() -> int:
        answer = client.query(
            TableName="table",
            KeyConditionExpression="PK = :user",
            ExpressionAttributeValues={":user": {"S": "user"}},
            ProjectionExpression="SK",
        )
        return int(answer["Count"])

    assert list_items() == ITEMS
    held_before = held_items()

    # When it is listed again and again
    for _ in range(LISTS):
        list_items()

    # Then the items of those answers are not held
    assert held_items() - held_before < ITEMS


def held_items() -> int:
    gc.collect()
    return sum(type(each).__name__ == "Item" for each in gc.get_objects())
