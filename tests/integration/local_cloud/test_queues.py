import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.cloud.clock import Clock
from local.cloud.cloud import LocalCloud
from local.cloud.sqs import LONGEST_HIDDEN_SECONDS
from tests.integration.local_cloud import clients
from tests.integration.local_cloud.eventually import eventually
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

TWELVE_HOURS = timedelta(hours=12)


@pytest.fixture
def sqs(cloud: LocalCloud) -> Any:
    return clients.client("sqs")


def create_queue(sqs: Any, name: str = "work", **attributes: str) -> str:
    return str(sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "60", **attributes})["QueueUrl"])


def receive(sqs: Any, url: str, count: int = 10, **options: Any) -> list[dict[str, Any]]:
    answer = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=count, MessageSystemAttributeNames=["All"], **options
    )
    return list(answer.get("Messages", ()))


def bodies(messages: list[dict[str, Any]]) -> list[str]:
    return [message["Body"] for message in messages]


class Consumer:
    """A function that records its messages, and handles each as its body says."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.records: list[dict[str, Any]] = []
        self.fails: set[str] = set()
        self.raises = False
        self.on_record: Callable[[dict[str, Any]], object] = lambda _record: None
        self.running = self.most_running = 0
        self.hold = threading.Event()
        self.hold.set()
        self._lock = threading.Lock()

    def __call__(self, event: Any, _context: Any) -> Any:
        records = event["Records"]
        with self._lock:
            self.calls.append([record["body"] for record in records])
            self.records.extend(records)
            self.running += 1
            self.most_running = max(self.most_running, self.running)
        try:
            self.hold.wait(PATIENCE_SECONDS)
            for record in records:
                self.on_record(record)
            if self.raises:
                raise ValueError("poison")
        finally:
            with self._lock:
                self.running -= 1
        failed = [record["messageId"] for record in records if record["body"] in self.fails]
        return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}


@pytest.fixture
def consumer(cloud: LocalCloud) -> Consumer:
    consumer = Consumer()
    cloud.lambdas.register("consumer", consumer, timeout_seconds=60)
    return consumer


class TestQueue:
    def test_a_message_that_is_not_deleted_comes_back_when_its_time_is_over(self, sqs: Any, clock: Clock) -> None:
        # Given a message that has been received
        url = create_queue(sqs)
        sqs.send_message(QueueUrl=url, MessageBody="a")
        assert bodies(receive(sqs, url)) == ["a"]

        # When a part of a minute passes, and then the rest of it
        clock.advance(timedelta(seconds=10))
        assert receive(sqs, url) == []
        clock.advance(timedelta(seconds=51))

        # Then it can be received again, and says how often it was
        (again,) = receive(sqs, url)
        assert again["Attributes"]["ApproximateReceiveCount"] == "2"

    def test_its_times_are_those_of_the_clock(self, sqs: Any, clock: Clock) -> None:
        url = create_queue(sqs)
        clock.advance(timedelta(days=400))
        sqs.send_message(QueueUrl=url, MessageBody="a")
        (message,) = receive(sqs, url)
        now_ms = clock.now().timestamp() * 1000
        assert abs(int(message["Attributes"]["SentTimestamp"]) - now_ms) < 60_000
        assert abs(int(message["Attributes"]["ApproximateFirstReceiveTimestamp"]) - now_ms) < 60_000

    def test_a_delayed_message_is_not_received_before_its_time(self, sqs: Any, clock: Clock) -> None:
        url = create_queue(sqs)
        sqs.send_message(QueueUrl=url, MessageBody="a", DelaySeconds=900)
        clock.advance(timedelta(seconds=800))
        assert receive(sqs, url) == []
        clock.advance(timedelta(seconds=101))
        assert bodies(receive(sqs, url)) == ["a"]

    def test_visibility_is_changed_from_now_on(self, sqs: Any, clock: Clock) -> None:
        url = create_queue(sqs)
        sqs.send_message(QueueUrl=url, MessageBody="a")
        (message,) = receive(sqs, url)
        clock.advance(timedelta(seconds=50))
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=7200)
        clock.advance(timedelta(seconds=7100))
        assert receive(sqs, url) == []
        clock.advance(timedelta(seconds=101))
        assert bodies(receive(sqs, url)) == ["a"]

    def test_a_message_can_be_given_back_at_once(self, sqs: Any) -> None:
        url = create_queue(sqs)
        sqs.send_message(QueueUrl=url, MessageBody="a")
        (message,) = receive(sqs, url)
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
        assert bodies(receive(sqs, url)) == ["a"]

    def test_a_message_is_hidden_for_twelve_hours_from_its_receipt_at_most(self, sqs: Any, clock: Clock) -> None:
        # Given a message that was sent long ago, and received an hour ago
        url = create_queue(sqs, VisibilityTimeout="7200")
        sqs.send_message(QueueUrl=url, MessageBody="a")
        clock.advance(timedelta(days=2))
        (message,) = receive(sqs, url)
        clock.advance(timedelta(hours=1))
        change = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}

        # When it is to be hidden for more than the eleven hours that are left
        with pytest.raises(ClientError) as refusal:
            sqs.change_message_visibility(**change, VisibilityTimeout=LONGEST_HIDDEN_SECONDS - 3590)

        # Then that is refused
        assert refusal.value.response["Error"]["Code"] == "InvalidParameterValue"

        # And after the next receipt there are twelve hours again
        sqs.change_message_visibility(**change, VisibilityTimeout=LONGEST_HIDDEN_SECONDS - 3660)
        clock.advance(TWELVE_HOURS)
        (again,) = receive(sqs, url)
        sqs.change_message_visibility(
            QueueUrl=url, ReceiptHandle=again["ReceiptHandle"], VisibilityTimeout=LONGEST_HIDDEN_SECONDS - 60
        )

    def test_a_message_that_is_not_in_flight_cannot_be_hidden(self, sqs: Any, clock: Clock) -> None:
        url = create_queue(sqs)
        sqs.send_message(QueueUrl=url, MessageBody="a")
        (message,) = receive(sqs, url)
        clock.advance(timedelta(seconds=61))
        with pytest.raises(ClientError) as refusal:
            sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=10)
        assert refusal.value.response["Error"]["Code"].endswith("MessageNotInflight")

    def test_a_message_that_was_received_again_is_not_deleted_by_its_first_receiver(
        self, sqs: Any, clock: Clock
    ) -> None:
        # Given a message whose first receiver took too long
        url = create_queue(sqs)
        sqs.send_message(QueueUrl=url, MessageBody="a")
        (late,) = receive(sqs, url)
        clock.advance(timedelta(seconds=61))
        receive(sqs, url)

        # When that one deletes it at last
        sqs.delete_message(QueueUrl=url, ReceiptHandle=late["ReceiptHandle"])

        # Then the second one is still responsible for it
        clock.advance(timedelta(seconds=61))
        assert bodies(receive(sqs, url)) == ["a"]

    def test_a_message_is_dropped_after_the_retention_of_its_queue(self, sqs: Any, clock: Clock) -> None:
        # Given a message in a queue that keeps messages for a day, and another one twelve hours later
        url = create_queue(sqs, MessageRetentionPeriod="86400")
        sqs.send_message(QueueUrl=url, MessageBody="old")
        clock.advance(TWELVE_HOURS)
        sqs.send_message(QueueUrl=url, MessageBody="new")

        # When another thirteen hours have passed
        clock.advance(timedelta(hours=13))

        # Then the first is gone, and does not stand in the way of the second
        assert bodies(receive(sqs, url)) == ["new"]

    def test_a_message_has_a_mebibyte_at_most(self, sqs: Any) -> None:
        # Given texts of two bytes a character
        url = create_queue(sqs)
        sqs.send_message(QueueUrl=url, MessageBody="é" * (1 << 19))
        with pytest.raises(ClientError) as refusal:
            sqs.send_message(QueueUrl=url, MessageBody="é" * (1 << 19) + "e")
        assert refusal.value.response["Error"]["Code"] == "InvalidParameterValue"

    def test_a_group_has_a_name_of_letters_digits_and_punctuation(self, sqs: Any) -> None:
        url = create_queue(sqs)
        sqs.send_message(QueueUrl=url, MessageBody="a", MessageGroupId="!user|1@x~" + "a" * 118)
        for group in ("two words", "安娜", "a" * 129):
            with pytest.raises(ClientError):
                sqs.send_message(QueueUrl=url, MessageBody="a", MessageGroupId=group)

    def test_a_group_with_many_messages_in_flight_does_not_delay_others(self, sqs: Any) -> None:
        # Given a group with thirty messages in flight and many that wait, and then a message of another group
        url = create_queue(sqs)
        for number in range(33):
            sqs.send_message(QueueUrl=url, MessageBody=f"noisy {number}", MessageGroupId="noisy")
        for _ in range(3):
            receive(sqs, url)
        sqs.send_message(QueueUrl=url, MessageBody="quiet", MessageGroupId="quiet")

        # When the next messages are received, that of the other group comes first; and groups are not waited for
        assert bodies(receive(sqs, url, 2)) == ["quiet", "noisy 30"]

    def test_a_group_that_takes_much_time_does_not_delay_others(self, sqs: Any, clock: Clock) -> None:
        # Given a group whose messages have taken most of the time
        url = create_queue(sqs)
        for group, seconds in (("slow", 20), ("quick", 1)):
            sqs.send_message(QueueUrl=url, MessageBody="done", MessageGroupId=group)
            [message] = receive(sqs, url)
            clock.advance(timedelta(seconds=seconds))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

        # When it has a message that waits, and so has the other
        for group in ("slow", "quick"):
            sqs.send_message(QueueUrl=url, MessageBody=group, MessageGroupId=group)

        # Then that of the other is first
        assert bodies(receive(sqs, url)) == ["quick", "slow"]

        # And after a while, it does not count any more
        clock.advance(timedelta(minutes=10))
        assert bodies(receive(sqs, url)) == ["slow", "quick"]

    def test_a_receiver_may_wait_while_others_send(self, sqs: Any) -> None:
        url = create_queue(sqs)
        timer = threading.Timer(0.1, lambda: sqs.send_message(QueueUrl=url, MessageBody="a"))
        timer.start()
        begun = time.monotonic()
        assert bodies(receive(sqs, url, WaitTimeSeconds=20)) == ["a"]
        assert time.monotonic() - begun < 15
        timer.join()

    @pytest.mark.usefixtures("eager_thread_switches")
    def test_receivers_at_once_never_share_a_message(self, sqs: Any) -> None:
        # Given many messages
        url = create_queue(sqs)
        for number in range(60):
            sqs.send_message(QueueUrl=url, MessageBody=str(number))
        received: list[str] = []

        def drain() -> None:
            while messages := receive(sqs, url):
                received.extend(bodies(messages))

        # When eight receivers take them
        threads = [threading.Thread(target=drain) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        # Then each is received once
        assert sorted(received, key=int) == [str(number) for number in range(60)]


class TestMapping:
    def test_messages_are_delivered_in_batches_and_deleted(
        self, cloud: LocalCloud, sqs: Any, consumer: Consumer, clock: Clock
    ) -> None:
        url = create_queue(sqs)
        cloud.map_queue("work", "consumer", batch_size=2, max_concurrency=2)
        for body in "abc":
            sqs.send_message(QueueUrl=url, MessageBody=body)
        cloud.tick()
        assert sorted(body for call in consumer.calls for body in call) == ["a", "b", "c"]
        assert max(map(len, consumer.calls)) == 2
        clock.advance(timedelta(hours=1))
        assert receive(sqs, url) == []

    def test_a_record_is_as_lambda_gives_it(self, cloud: LocalCloud, sqs: Any, consumer: Consumer) -> None:
        url = create_queue(sqs)
        cloud.map_queue("work", "consumer", batch_size=1)
        sent = sqs.send_message(
            QueueUrl=url,
            MessageBody="é",
            MessageGroupId="anna",
            MessageAttributes={"token": {"DataType": "String", "StringValue": "t"}},
        )
        cloud.tick()
        (record,) = consumer.records
        assert record["messageId"] == sent["MessageId"]
        assert record["md5OfBody"] == sent["MD5OfMessageBody"]
        assert (record["body"], record["eventSource"], record["awsRegion"]) == ("é", "aws:sqs", "us-east-1")
        assert record["eventSourceARN"] == "arn:aws:sqs:us-east-1:123456789012:work"
        assert record["attributes"]["ApproximateReceiveCount"] == "1"
        assert record["attributes"]["MessageGroupId"] == "anna"
        assert {"SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp"} <= record["attributes"].keys()
        assert record["messageAttributes"] == {
            "token": {"stringValue": "t", "stringListValues": [], "binaryListValues": [], "dataType": "String"}
        }
        assert record["receiptHandle"]

    def test_what_a_function_names_comes_back_and_the_rest_is_deleted(
        self, cloud: LocalCloud, sqs: Any, consumer: Consumer, clock: Clock
    ) -> None:
        # Given a function that names one of two messages as failed
        url = create_queue(sqs)
        cloud.map_queue("work", "consumer", batch_size=2)
        consumer.fails = {"b"}
        for body in "ab":
            sqs.send_message(QueueUrl=url, MessageBody=body)
        cloud.tick()

        # When the visibility time-out is not over yet, and when it is
        cloud.tick()
        assert consumer.calls == [["a", "b"]]
        consumer.fails = set()
        clock.advance(timedelta(seconds=61))
        cloud.tick()

        # Then that one alone is delivered again
        assert consumer.calls == [["a", "b"], ["b"]]

    @pytest.mark.parametrize("identifier", ["", None, "unknown"])
    def test_a_failure_without_a_known_name_fails_the_batch(
        self, cloud: LocalCloud, sqs: Any, clock: Clock, identifier: str | None
    ) -> None:
        url = create_queue(sqs)
        calls: list[int] = []

        def consumer(event: Any, _context: Any) -> Any:
            calls.append(len(event["Records"]))
            return {"batchItemFailures": [{"itemIdentifier": identifier}]}

        cloud.lambdas.register("odd", consumer, timeout_seconds=60)
        cloud.map_queue("work", "odd")
        for body in "ab":
            sqs.send_message(QueueUrl=url, MessageBody=body)
        cloud.tick()
        clock.advance(timedelta(seconds=61))
        cloud.tick()
        assert sum(calls) == 4

    def test_a_function_can_say_when_a_message_comes_back(
        self, cloud: LocalCloud, sqs: Any, consumer: Consumer, clock: Clock
    ) -> None:
        # Given a function that hides a message for two hours and reports that it failed
        url = create_queue(sqs)
        cloud.map_queue("work", "consumer", batch_size=1)
        consumer.fails = {"a"}
        consumer.on_record = lambda record: sqs.change_message_visibility(
            QueueUrl=url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=7200
        )
        sqs.send_message(QueueUrl=url, MessageBody="a")
        cloud.tick()

        # When 119 minutes pass, and then two more
        clock.advance(timedelta(minutes=119))
        cloud.tick()
        assert len(consumer.calls) == 1
        clock.advance(timedelta(minutes=2))
        cloud.tick()

        # Then it comes back after the second of them
        assert len(consumer.calls) == 2

    def test_a_message_that_fails_too_often_goes_to_the_dead_letter_queue(
        self, cloud: LocalCloud, sqs: Any, consumer: Consumer, clock: Clock
    ) -> None:
        # Given a queue with a redrive policy, and a function that raises
        dead = create_queue(sqs, "dead")
        url = create_queue(
            sqs,
            RedrivePolicy='{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:dead", "maxReceiveCount": 3}',
        )
        cloud.map_queue("work", "consumer")
        consumer.raises = True
        sqs.send_message(QueueUrl=url, MessageBody="poison")

        # When it has been received three times
        for _ in range(5):
            cloud.tick()
            clock.advance(timedelta(seconds=61))

        # Then it waits in the other queue
        assert consumer.calls == [["poison"]] * 3
        assert bodies(receive(sqs, dead)) == ["poison"]

    def test_no_more_calls_run_at_once_than_allowed(self, cloud: LocalCloud, sqs: Any, consumer: Consumer) -> None:
        # Given a function that is held, and more messages than may be in work
        url = create_queue(sqs)
        mapping = cloud.map_queue("work", "consumer", batch_size=1, max_concurrency=3)
        consumer.hold.clear()
        for number in range(7):
            sqs.send_message(QueueUrl=url, MessageBody=str(number))
        mapping.poll()
        eventually(lambda: consumer.running == 3)
        mapping.poll()

        # Then the others wait in the queue, unreceived
        (waiting,) = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])[
            "Attributes"
        ].values()
        assert waiting == "4"
        consumer.hold.set()
        mapping.deliver()
        assert (len(consumer.calls), consumer.most_running) == (7, 3)

    def test_a_throttled_function_gets_its_messages_later(self, cloud: LocalCloud, sqs: Any, clock: Clock) -> None:
        consumer = Consumer()
        cloud.lambdas.register("limited", consumer, timeout_seconds=60, reserved_concurrency=1)
        url = create_queue(sqs)
        mapping = cloud.map_queue("work", "limited", batch_size=1, max_concurrency=2)
        consumer.hold.clear()
        for body in "ab":
            sqs.send_message(QueueUrl=url, MessageBody=body)
        mapping.poll()
        eventually(lambda: any(each.outcome == "throttled" for each in cloud.lambdas.invocations))
        consumer.hold.set()
        mapping.deliver()
        clock.advance(timedelta(seconds=61))
        cloud.tick()
        assert sorted(body for call in consumer.calls for body in call) == ["a", "b"]

    def test_what_lambda_would_refuse_is_refused(self, cloud: LocalCloud, sqs: Any, consumer: Consumer) -> None:
        create_queue(sqs)
        create_queue(sqs, "short", VisibilityTimeout="9")
        refused: tuple[tuple[str, dict[str, Any]], ...] = (
            ("work", {"batch_size": 11}),
            ("work", {"max_concurrency": 1}),
            ("work", {"max_concurrency": 1001}),
            ("short", {}),
        )
        for queue, options in refused:
            with pytest.raises(ValueError, match=r"BatchSize|MaximumConcurrency|visibility timeout"):
                cloud.map_queue(queue, "consumer", **options)
        assert consumer.calls == []


def test_queues_are_read_in_the_background_at_once_and_when_a_delay_is_over(clock: Clock) -> None:
    with LocalCloud(clock=clock, poll_interval_seconds=0.01, expiry_interval_seconds=None) as cloud:
        consumer = Consumer()
        cloud.lambdas.register("consumer", consumer, timeout_seconds=60)
        sqs: Any = clients.client("sqs")
        url = create_queue(sqs)
        cloud.map_queue("work", "consumer")
        sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=1)
        sqs.send_message(QueueUrl=url, MessageBody="now")
        eventually(lambda: consumer.calls == [["now"], ["later"]])


def test_a_cloud_stops_while_a_call_runs(clock: Clock) -> None:
    consumer = Consumer()
    consumer.hold.clear()
    with LocalCloud(clock=clock, poll_interval_seconds=0.01) as cloud:
        cloud.lambdas.register("consumer", consumer, timeout_seconds=60)
        sqs: Any = clients.client("sqs")
        url = create_queue(sqs)
        cloud.map_queue("work", "consumer")
        sqs.send_message(QueueUrl=url, MessageBody="a")
        eventually(lambda: consumer.running == 1)
    consumer.hold.set()
