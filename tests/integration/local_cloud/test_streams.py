import time
from datetime import timedelta
from typing import Any

import pytest

from local.cloud.clock import Clock
from local.cloud.cloud import LocalCloud
from tests.integration.local_cloud import clients
from tests.integration.local_cloud.eventually import eventually


def create_table() -> Any:
    client: Any = clients.client("dynamodb")
    client.create_table(
        TableName="table",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    client.update_time_to_live(
        TableName="table", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"}
    )
    return client


def put(client: Any, *keys: str) -> None:
    for key in keys:
        client.put_item(TableName="table", Item={"pk": {"S": key}})


class Consumer:
    """A function that records the keys of each batch and fails on demand."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.called_at: list[float] = []
        self.records: list[dict[str, Any]] = []
        self.poison: str | None = None
        self.names_failures = False

    def __call__(self, event: Any, _context: Any) -> Any:
        records = event["Records"]
        self.called_at.append(time.monotonic())
        self.records.extend(records)
        self.batches.append([record["dynamodb"]["Keys"]["pk"]["S"] for record in records])
        poisoned = [r for r in records if r["dynamodb"]["Keys"]["pk"]["S"] == self.poison]
        if poisoned and not self.names_failures:
            raise ValueError(self.poison)
        return {"batchItemFailures": [{"itemIdentifier": r["dynamodb"]["SequenceNumber"]} for r in poisoned]}


@pytest.fixture
def consumer(cloud: LocalCloud) -> Consumer:
    consumer = Consumer()
    cloud.lambdas.register("consumer", consumer, timeout_seconds=90)
    return consumer


class TestStream:
    def test_changes_are_delivered_in_order_and_in_batches(self, cloud: LocalCloud, consumer: Consumer) -> None:
        # Given a mapping made when the table held an item already
        client = create_table()
        put(client, "before")
        cloud.map_stream("table", "consumer", batch_size=2)

        # When items are written
        put(client, "a", "b", "c")
        cloud.tick()
        cloud.tick()

        # Then each is delivered once
        assert consumer.batches == [["a", "b"], ["c"]]

    def test_a_record_is_as_lambda_gives_it(self, cloud: LocalCloud, consumer: Consumer) -> None:
        client = create_table()
        cloud.map_stream("table", "consumer")
        client.put_item(TableName="table", Item={"pk": {"S": "a"}, "input": {"B": b"\x00\xff"}})
        cloud.tick()
        (record,) = consumer.records
        assert (record["eventName"], record["eventSource"]) == ("INSERT", "aws:dynamodb")
        assert record["eventSourceARN"].startswith("arn:aws:dynamodb:us-east-1:123456789012:table/table/stream/")
        assert record["dynamodb"]["NewImage"] == {"pk": {"S": "a"}, "input": {"B": "AP8="}}
        assert abs(record["dynamodb"]["ApproximateCreationDateTime"] - time.time()) < 60

    def test_only_matching_records_are_delivered(self, cloud: LocalCloud, consumer: Consumer) -> None:
        client = create_table()
        cloud.map_stream("table", "consumer", matches=lambda record: record["eventName"] == "REMOVE")
        put(client, "a")
        client.delete_item(TableName="table", Key={"pk": {"S": "a"}})
        cloud.tick()
        assert [record["eventName"] for record in consumer.records] == ["REMOVE"]

    def test_a_failing_batch_is_retried_and_then_skipped(self, cloud: LocalCloud, consumer: Consumer) -> None:
        # Given a function that fails on one item
        client = create_table()
        mapping = cloud.map_stream("table", "consumer", batch_size=2, max_retries=2)
        consumer.poison = "b"
        put(client, "a", "b", "c")

        # When the stream is delivered as often as the batch may be tried
        for _ in range(3):
            cloud.tick()

        # Then nothing overtakes the batch until it is given up
        assert consumer.batches == [["a", "b"]] * 3 + [["c"]]
        assert [letter["dynamodb"]["Keys"]["pk"]["S"] for letter in mapping.dead_letters] == ["a", "b"]

    def test_only_what_a_function_failed_is_retried(self, cloud: LocalCloud, consumer: Consumer) -> None:
        # Given a function that names the records it fails
        client = create_table()
        mapping = cloud.map_stream("table", "consumer")
        consumer.poison, consumer.names_failures = "b", True
        put(client, "a", "b", "c")
        cloud.tick()

        # When it can handle them on the next try
        consumer.poison = None
        cloud.tick()

        # Then the first record is not delivered again
        assert consumer.batches == [["a", "b", "c"], ["b", "c"]]
        assert mapping.dead_letters == []


class TestTimeToLive:
    def test_expired_items_are_deleted_by_the_service(
        self, cloud: LocalCloud, consumer: Consumer, clock: Clock
    ) -> None:
        # Given items that expire in a day, in a month and never, and one that a user deletes
        client = create_table()
        cloud.map_stream("table", "consumer", matches=lambda record: record["eventName"] == "REMOVE")
        for key, days in (("day", 1), ("month", 30)):
            expires_at = str(int(time.time()) + days * 86_400)
            client.put_item(TableName="table", Item={"pk": {"S": key}, "expires_at": {"N": expires_at}})
        put(client, "never", "by hand")
        client.delete_item(TableName="table", Key={"pk": {"S": "by hand"}})
        cloud.tick()

        # When two days pass
        clock.advance(timedelta(days=2))
        cloud.tick()

        # Then the first is gone
        left = {item["pk"]["S"] for item in client.scan(TableName="table")["Items"]}
        assert left == {"month", "never"}

        # And the stream tells its deletion from the user's
        by_hand, by_service = consumer.records
        assert "userIdentity" not in by_hand
        assert by_service["dynamodb"]["OldImage"]["pk"] == {"S": "day"}
        assert by_service["userIdentity"] == {"type": "Service", "principalId": "dynamodb.amazonaws.com"}

    def test_the_latest_expiry_of_an_item_counts(self, cloud: LocalCloud, clock: Clock) -> None:
        # Given items that were to expire in a day: one that is to live longer, one for ever, one in a transaction
        client = create_table()
        now = int(time.time())

        def expiring(key: str, days: int) -> dict[str, Any]:
            return {"pk": {"S": key}, "expires_at": {"N": str(now + days * 86_400)}}

        for key in ("longer", "for ever", "replaced"):
            client.put_item(TableName="table", Item=expiring(key, 1))
        client.update_item(
            TableName="table",
            Key={"pk": {"S": "longer"}},
            UpdateExpression="SET expires_at = :expiry",
            ExpressionAttributeValues={":expiry": expiring("longer", 5)["expires_at"]},
        )
        client.update_item(TableName="table", Key={"pk": {"S": "for ever"}}, UpdateExpression="REMOVE expires_at")
        client.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": "table", "Item": expiring("in a transaction", 1)}},
                {"Put": {"TableName": "table", "Item": {"pk": {"S": "replaced"}}}},
            ]
        )

        def left_after(days: int) -> set[str]:
            clock.advance(timedelta(days=days))
            cloud.tick()
            return {item["pk"]["S"] for item in client.scan(TableName="table")["Items"]}

        # When days pass
        # Then each goes at its time
        assert left_after(2) == {"longer", "for ever", "replaced"}
        assert left_after(4) == {"for ever", "replaced"}

    def test_what_was_written_before_the_setting_expires_too(self, cloud: LocalCloud) -> None:
        client = create_table()
        client.update_time_to_live(
            TableName="table", TimeToLiveSpecification={"Enabled": False, "AttributeName": "expires_at"}
        )
        client.put_item(TableName="table", Item={"pk": {"S": "a"}, "expires_at": {"N": "1700000000"}})
        cloud.tick()
        assert client.scan(TableName="table")["Count"] == 1

        client.update_time_to_live(
            TableName="table", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"}
        )
        cloud.tick()

        assert client.scan(TableName="table")["Count"] == 0


def test_a_stream_wakes_its_reader(clock: Clock) -> None:
    # Given a cloud that would read a stream every hour if it polled
    with LocalCloud(clock=clock, poll_interval_seconds=3600) as cloud:
        consumer = Consumer()
        cloud.lambdas.register("consumer", consumer, timeout_seconds=90)
        client = create_table()
        cloud.map_stream("table", "consumer")

        # When an item is written, and another one after the first has been delivered
        for key in ("a", "b"):
            put(client, key)

            # Then the function hears of it
            eventually(lambda: key in {each for batch in consumer.batches for each in batch})  # noqa: B023


def test_a_failing_batch_is_retried_in_the_background_with_pauses(clock: Clock) -> None:
    # Given a function that fails on an item
    with LocalCloud(clock=clock, poll_interval_seconds=0.5) as cloud:
        consumer = Consumer()
        consumer.poison = "a"
        cloud.lambdas.register("consumer", consumer, timeout_seconds=90)
        client = create_table()
        cloud.map_stream("table", "consumer", batch_size=1, max_retries=None)
        put(client, "a")
        eventually(lambda: consumer.batches)

        # When more is written at once
        put(client, "b", "c")

        # Then that is no reason to try the batch again sooner
        eventually(lambda: len(consumer.batches) > 1)
        assert consumer.called_at[1] - consumer.called_at[0] > 0.3

        # And it is delivered when the function can handle it
        consumer.poison = None
        eventually(lambda: consumer.batches[-3:] == [["a"], ["b"], ["c"]])


def test_it_all_happens_in_the_background(clock: Clock) -> None:
    # Given a cloud left to itself
    with LocalCloud(clock=clock, poll_interval_seconds=0.01, expiry_interval_seconds=0.01) as cloud:
        consumer = Consumer()
        cloud.lambdas.register("consumer", consumer, timeout_seconds=90)
        client = create_table()
        cloud.map_stream("table", "consumer")

        # When an item is written that has expired
        client.put_item(TableName="table", Item={"pk": {"S": "a"}, "expires_at": {"N": "1700000000"}})

        # Then the function hears of its creation and of its deletion
        eventually(lambda: [record["eventName"] for record in consumer.records] == ["INSERT", "REMOVE"])
