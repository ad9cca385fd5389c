import threading
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.cloud.cloud import LocalCloud
from tests.integration.local_cloud import clients

THREADS = 20
LIMIT = 3


@pytest.fixture
def client(cloud: LocalCloud) -> Any:
    client: Any = clients.client("dynamodb")
    client.create_table(
        TableName="table",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    return client


def at_once(call: Callable[[int], object]) -> tuple[int, list[ClientError]]:
    """Call from many threads at once; return the number of successful calls, and the errors of the others."""
    barrier = threading.Barrier(THREADS)
    succeeded: list[int] = []
    errors: list[ClientError] = []

    def run(number: int) -> None:
        barrier.wait()
        try:
            call(number)
            succeeded.append(number)
        except ClientError as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(succeeded), errors


def submit(client: Any, user: str, job: str) -> None:
    """Take one of a user's slots and write the job, or neither."""
    client.transact_write_items(
        TransactItems=[
            {
                "Update": {
                    "TableName": "table",
                    "Key": {"pk": {"S": user}},
                    "UpdateExpression": "ADD job_ids :job",
                    "ConditionExpression": "attribute_not_exists(job_ids) OR size(job_ids) < :max",
                    "ExpressionAttributeValues": {":job": {"SS": [job]}, ":max": {"N": str(LIMIT)}},
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }
            },
            {
                "Put": {
                    "TableName": "table",
                    "Item": {"pk": {"S": job}},
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            },
        ]
    )


@pytest.mark.usefixtures("eager_thread_switches")
def test_a_limit_in_a_transaction_holds_exactly(client: Any) -> None:
    # Given a user without jobs
    # When many jobs are submitted at once
    accepted, errors = at_once(lambda number: submit(client, "user", f"job-{number}"))

    # Then exactly three are accepted, and exactly those are stored
    jobs = {item["pk"]["S"] for item in client.scan(TableName="table")["Items"]} - {"user"}
    active = client.get_item(TableName="table", Key={"pk": {"S": "user"}})["Item"]["job_ids"]["SS"]
    assert accepted == LIMIT
    assert set(active) == jobs
    assert len(jobs) == LIMIT

    # And the refused are told why, with the item as it was
    for error in errors:
        response: Any = error.response
        reasons = response["CancellationReasons"]
        assert [reason["Code"] for reason in reasons] == ["ConditionalCheckFailed", "None"]
        assert set(reasons[0]["Item"]["job_ids"]["SS"]) == jobs


def test_a_cancelled_transaction_leaves_nothing_in_the_stream(client: Any) -> None:
    # Given a reader of the stream, and a job that exists already
    streams: Any = clients.client("dynamodbstreams")
    arn = client.describe_table(TableName="table")["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    reader = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    client.put_item(TableName="table", Item={"pk": {"S": "job"}})

    # When a transaction updates another item first and then fails on the job
    with pytest.raises(client.exceptions.TransactionCanceledException):
        submit(client, "user", "job")

    # Then neither the table nor its stream has seen the update
    assert "Item" not in client.get_item(TableName="table", Key={"pk": {"S": "user"}})
    records = streams.get_records(ShardIterator=reader["ShardIterator"])["Records"]
    assert [record["dynamodb"]["Keys"] for record in records] == [{"pk": {"S": "job"}}]


def test_all_actions_of_a_transaction_are_written(client: Any) -> None:
    # Given two items
    client.put_item(TableName="table", Item={"pk": {"S": "old"}})
    client.put_item(TableName="table", Item={"pk": {"S": "guard"}})

    # When one transaction puts, deletes, updates and checks
    client.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": "table", "Item": {"pk": {"S": "new"}, "blob": {"B": b"\x00\xff"}}}},
            {"Delete": {"TableName": "table", "Key": {"pk": {"S": "old"}}}},
            {
                "Update": {
                    "TableName": "table",
                    "Key": {"pk": {"S": "counter"}},
                    "UpdateExpression": "ADD #count :one",
                    "ExpressionAttributeNames": {"#count": "count"},
                    "ExpressionAttributeValues": {":one": {"N": "1"}},
                }
            },
            {
                "ConditionCheck": {
                    "TableName": "table",
                    "Key": {"pk": {"S": "guard"}},
                    "ConditionExpression": "attribute_exists(pk)",
                }
            },
        ]
    )

    # Then all of it has happened
    items = {item["pk"]["S"]: item for item in client.scan(TableName="table")["Items"]}
    assert items.keys() == {"new", "counter", "guard"}
    assert items["new"]["blob"] == {"B": b"\x00\xff"}
    assert items["counter"]["count"] == {"N": "1"}


def test_one_item_twice_in_a_transaction_is_refused(client: Any) -> None:
    put = {"Put": {"TableName": "table", "Item": {"pk": {"S": "job"}}}}
    with pytest.raises(ClientError, match="multiple operations on one item"):
        client.transact_write_items(TransactItems=[put, put])
    assert client.scan(TableName="table")["Count"] == 0


@pytest.mark.usefixtures("eager_thread_switches")
def test_no_update_is_lost(client: Any) -> None:
    def add_one(_number: int) -> None:
        client.update_item(
            TableName="table",
            Key={"pk": {"S": "counter"}},
            UpdateExpression="ADD #count :one",
            ExpressionAttributeNames={"#count": "count"},
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    # When many threads add one
    at_once(add_one)

    # Then the sum is their number
    item = client.get_item(TableName="table", Key={"pk": {"S": "counter"}})["Item"]
    assert item["count"] == {"N": str(THREADS)}


def test_deleting_the_last_member_removes_the_set(client: Any) -> None:
    # Given a set of one
    submit(client, "user", "job")

    # When its member is deleted, and deleted again
    for _ in range(2):
        client.update_item(
            TableName="table",
            Key={"pk": {"S": "user"}},
            UpdateExpression="DELETE job_ids :job",
            ExpressionAttributeValues={":job": {"SS": ["job"]}},
        )

    # Then the attribute is gone, and there is room again
    assert client.get_item(TableName="table", Key={"pk": {"S": "user"}})["Item"] == {"pk": {"S": "user"}}
    submit(client, "user", "another")
