"""Transactions that are in progress for a while: other writes meet them, and reads see half of them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.cloud.cloud import LocalCloud
from local.cloud.dynamodb_transactions import OverlappingTransactions
from local.cloud.limits import Limits
from tests.integration.local_cloud import clients
from tests.integration.local_cloud.eventually import eventually
from tests.patience import PATIENCE_SECONDS

KEYS = ("a", "b", "c")


@pytest.fixture
def cloud() -> Iterator[LocalCloud]:
    limits = Limits(transactions=OverlappingTransactions(prepared_ms=40, half_written_ms=40))
    with LocalCloud(poll_interval_seconds=None, expiry_interval_seconds=None, limits=limits) as cloud:
        yield cloud


@pytest.fixture
def client(cloud: LocalCloud) -> Any:
    client: Any = clients.impatient_client("dynamodb")
    client.create_table(
        TableName="table",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    )
    write(client, 0)
    return client


def key(sort_key: str) -> dict[str, Any]:
    return {"pk": {"S": "job"}, "sk": {"S": sort_key}}


def write(client: Any, number: int, **condition: Any) -> None:
    client.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": "table", "Item": key(each) | {"number": {"N": str(number)}}, **condition}}
            for each in KEYS
        ]
    )


@contextmanager
def writing(client: Any, *, pause_seconds: float = 0) -> Iterator[None]:
    """Write all items in one transaction after the other while the context lasts, with a pause after each."""
    stopping = threading.Event()

    def write_on() -> None:
        number = 0
        while not stopping.is_set():
            number += 1
            try:
                write(client, number)
            except client.exceptions.TransactionCanceledException:
                continue
            stopping.wait(pause_seconds)

    thread = threading.Thread(target=write_on)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def refusals(call: Callable[[], object]) -> list[ClientError]:
    """Call until the call is refused; return the refusal."""
    errors: list[ClientError] = []

    def is_refused() -> bool:
        try:
            call()
        except ClientError as error:
            errors.append(error)
        return bool(errors)

    eventually(is_refused, PATIENCE_SECONDS)
    return errors


@pytest.mark.parametrize("operation", ["put_item", "update_item", "delete_item"])
def test_a_write_of_an_item_in_a_transaction_is_refused(client: Any, cloud: LocalCloud, operation: str) -> None:
    # Given transactions in progress
    # When one of their items is written by itself
    arguments: dict[str, dict[str, Any]] = {
        "put_item": {"Item": key("b")},
        "update_item": {"Key": key("b"), "UpdateExpression": "REMOVE title"},
        "delete_item": {"Key": key("b")},
    }
    with writing(client):
        [error] = refusals(lambda: getattr(client, operation)(TableName="table", **arguments[operation]))

    # Then it is refused as DynamoDB refuses it
    assert error.response["Error"]["Code"] == "TransactionConflictException"
    assert isinstance(error, client.exceptions.TransactionConflictException)
    assert cloud.usage.transaction_conflicts.total() == 1


def test_a_write_of_another_item_is_not_refused(client: Any, cloud: LocalCloud) -> None:
    with writing(client):
        for _ in range(20):
            client.put_item(TableName="table", Item=key("d"))
    assert cloud.usage.transaction_conflicts.total() == 0


def test_a_transaction_that_meets_another_one_is_cancelled(client: Any) -> None:
    # Given transactions in progress on three items
    # When another one writes one of them and a fourth
    operations = [{"Put": {"TableName": "table", "Item": key(each)}} for each in ("d", "a")]
    with writing(client):
        [error] = refusals(lambda: client.transact_write_items(TransactItems=operations))

    # Then it is cancelled for that item
    reasons: Any = error.response
    assert [reason["Code"] for reason in reasons["CancellationReasons"]] == ["None", "TransactionConflict"]
    assert reasons["Error"]["Code"] == "TransactionCanceledException"


def test_a_reading_transaction_that_meets_a_writing_one_is_cancelled(client: Any) -> None:
    with writing(client):
        gets = [{"Get": {"TableName": "table", "Key": key(each)}} for each in ("d", "c")]
        [error] = refusals(lambda: client.transact_get_items(TransactItems=gets))
    reasons: Any = error.response
    assert [reason["Code"] for reason in reasons["CancellationReasons"]] == ["None", "TransactionConflict"]


def queried(client: Any) -> list[dict[str, Any]]:
    found = client.query(
        TableName="table",
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "job"}},
        ConsistentRead=True,
    )
    return list(found["Items"])


def got_together(client: Any) -> list[dict[str, Any]]:
    request: Any = {"table": {"Keys": [key(each) for each in KEYS], "ConsistentRead": True}}
    return list(client.batch_get_item(RequestItems=request)["Responses"]["table"])


@pytest.mark.parametrize("read", [queried, got_together])
def test_a_read_of_several_items_may_see_half_of_a_transaction(
    client: Any, read: Callable[[Any], list[dict[str, Any]]]
) -> None:
    with writing(client):
        eventually(lambda: len({item["number"]["N"] for item in read(client)}) > 1, PATIENCE_SECONDS)


def test_a_transactional_read_never_sees_half_of_one(client: Any) -> None:
    seen: list[set[str]] = []

    def read() -> bool:
        gets = [{"Get": {"TableName": "table", "Key": key(each)}} for each in KEYS]
        try:
            answer = client.transact_get_items(TransactItems=gets)
        except client.exceptions.TransactionCanceledException:
            return False
        seen.append({each["Item"]["number"]["N"] for each in answer["Responses"]})
        return len(seen) > 10

    with writing(client, pause_seconds=0.05):
        eventually(read, PATIENCE_SECONDS)
    assert {len(numbers) for numbers in seen} == {1}


def test_a_condition_that_does_not_hold_leaves_nothing_in_progress(client: Any) -> None:
    # Given a transaction whose condition does not hold
    with pytest.raises(client.exceptions.TransactionCanceledException):
        write(client, 1, ConditionExpression="attribute_not_exists(pk)")

    # When its items are written by themselves
    # Then nothing stands in the way, and nothing has been written before
    assert {item["number"]["N"] for item in queried(client)} == {"0"}
    client.put_item(TableName="table", Item=key("a"))


def test_no_transaction_meets_another_request_unless_that_is_wanted() -> None:
    with LocalCloud(poll_interval_seconds=None, expiry_interval_seconds=None) as cloud:
        client: Any = clients.impatient_client("dynamodb")
        client.create_table(
            TableName="table",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        )
        write(client, 0)
        with writing(client):
            for _ in range(20):
                assert len({item["number"]["N"] for item in queried(client)}) == 1
                client.update_item(TableName="table", Key=key("a"), UpdateExpression="REMOVE title")
        assert cloud.usage.transaction_conflicts.total() == 0
