"""Behaviour of moto without the hooks of the local cloud; Step Functions are in `test_unpatched_state_machines.py`.

A test that fails says that moto has mended this, and that this part of the hook in the test's name can go.
"""

import ast
import gc
import importlib
import json
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import boto3
import pytest
from moto import settings
from moto.awslambda.models import LambdaBackend
from moto.dynamodb.models import UpdateExpressionValidator
from moto.moto_server.werkzeug_app import create_backend_app
from moto.s3 import models as s3_models
from moto.s3.utils import _VersionedKeyStore
from moto.sqs import models as sqs_models
from moto.sqs.models import Message, Queue
from werkzeug.test import Client

from tests.integration.local_cloud.unpatched import interrupted, mends

REPOSITORY = Path(__file__).parents[3]
MODULES_WITH_TESTS = ("test_unpatched_moto", "test_unpatched_state_machines")

NOT_MENDING = {
    "local/cloud/dynamodb_speed.py": "only faster",
    "local/cloud/interpreter_clients.py": "only faster",
    "local/cloud/request_overhead.py": "only faster",
    "local/cloud/s3_speed.py": "only faster",
    "local/cloud/state_machine_parsing.py": "only faster",
    "local/cloud/step_functions_quotas.py": "adds the quotas of an account, and counts calls and transitions",
}
"""The hooks that mend nothing, and why they exist."""


@pytest.fixture
def dynamodb() -> Any:
    client: Any = boto3.client("dynamodb")
    client.create_table(
        TableName="table",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    return client


@pytest.fixture
def s3() -> Any:
    client: Any = boto3.client("s3")
    client.create_bucket(Bucket="bucket")
    return client


@pytest.fixture
def sqs() -> Any:
    return boto3.client("sqs")


@pytest.fixture
def function_arn() -> str:
    role: Any = boto3.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument="{}")
    code = {"ZipFile": b""}
    options: Any = {"Runtime": "python3.13", "Handler": "module.handler", "Role": role["Role"]["Arn"], "Code": code}
    return str(boto3.client("lambda").create_function(FunctionName="function", **options)["FunctionArn"])


ADD_ONE = {
    "TableName": "table",
    "Key": {"pk": {"S": "counter"}},
    "UpdateExpression": "ADD amount :one",
    "ExpressionAttributeValues": {":one": {"N": "1"}},
}


def put(*keys: str, **condition: Any) -> list[dict[str, Any]]:
    return [{"Put": {"TableName": "table", "Item": {"pk": {"S": key}}, **condition}} for key in keys]


class StreamReader:
    """A reader of the table's stream, from its beginning."""

    def __init__(self, client: Any) -> None:
        self._streams: Any = boto3.client("dynamodbstreams")
        arn = client.describe_table(TableName="table")["Table"]["LatestStreamArn"]
        shard = self._streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
        reader = self._streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
        self._next = reader["ShardIterator"]

    def read(self) -> list[str]:
        """Return the keys of the items that were written."""
        answer = self._streams.get_records(ShardIterator=self._next)
        self._next = answer["NextShardIterator"]
        return [record["dynamodb"]["Keys"]["pk"]["S"] for record in answer["Records"]]


@mends("local/cloud/dynamodb.py")
class TestDynamodb:
    def test_an_update_is_lost(self, dynamodb: Any) -> None:
        # When another client adds one while a client adds one
        with interrupted(UpdateExpressionValidator, "validate", lambda: dynamodb.update_item(**ADD_ONE)):
            dynamodb.update_item(**ADD_ONE)
        # Then the sum is one
        item = dynamodb.get_item(TableName="table", Key={"pk": {"S": "counter"}})["Item"]
        assert item["amount"] == {"N": "1"}

    def test_a_condition_that_excludes_the_other_write_holds_for_both(self, dynamodb: Any) -> None:
        def add_first() -> Any:
            return dynamodb.update_item(**ADD_ONE, ConditionExpression="attribute_not_exists(pk)")

        with interrupted(UpdateExpressionValidator, "validate", add_first) as others:
            add_first()
        assert not isinstance(others[0], Exception)


@mends("local/cloud/dynamodb_transactions.py")
class TestTransactions:
    def test_a_cancelled_transaction_leaves_records_in_the_stream(self, dynamodb: Any) -> None:
        # Given a reader of the stream
        reader = StreamReader(dynamodb)
        dynamodb.put_item(TableName="table", Item={"pk": {"S": "old"}})
        # When the second condition of a transaction fails
        writes = put("new") + put("old", ConditionExpression="attribute_not_exists(pk)")
        with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
            dynamodb.transact_write_items(TransactItems=writes)
        # Then the reader gets the first write, which was undone
        assert reader.read() == ["old", "new"]
        # And no later one
        dynamodb.put_item(TableName="table", Item={"pk": {"S": "later"}})
        assert reader.read() == []

    def test_a_read_in_a_transaction_sees_half_of_another_one(self, dynamodb: Any) -> None:
        def read() -> list[bool]:
            gets = [{"Get": {"TableName": "table", "Key": {"pk": {"S": key}}}} for key in ("a", "counter")]
            return ["Item" in each for each in dynamodb.transact_get_items(TransactItems=gets)["Responses"]]

        with interrupted(UpdateExpressionValidator, "validate", read) as seen:
            dynamodb.transact_write_items(TransactItems=[*put("a"), {"Update": ADD_ONE}])
        assert seen == [[True, False]]

    def test_a_cancelled_transaction_undoes_the_writes_of_others(self, dynamodb: Any) -> None:
        # Given a transaction whose second condition fails
        dynamodb.put_item(TableName="table", Item={"pk": {"S": "old"}})
        writes = [{"Update": ADD_ONE}, *put("old", ConditionExpression="attribute_not_exists(pk)")]

        # When another client writes another item meanwhile
        def write_other() -> None:
            dynamodb.put_item(TableName="table", Item={"pk": {"S": "other"}})

        with (
            interrupted(UpdateExpressionValidator, "validate", write_other),
            pytest.raises(dynamodb.exceptions.TransactionCanceledException),
        ):
            dynamodb.transact_write_items(TransactItems=writes)
        # Then that is lost
        assert [item["pk"]["S"] for item in dynamodb.scan(TableName="table")["Items"]] == ["old"]


@mends("local/cloud/dynamodb_memory.py")
class TestMemory:
    def test_the_items_of_an_answer_stay_in_memory(self, dynamodb: Any) -> None:
        def items() -> int:
            gc.collect()
            return sum(type(each).__name__ == "Item" for each in gc.get_objects())

        dynamodb.put_item(TableName="table", Item={"pk": {"S": "a"}, "title": {"S": "b"}})
        before = items()
        for _ in range(10):
            dynamodb.scan(TableName="table", ProjectionExpression="title")
        assert items() >= before + 10


@mends("local/cloud/ttl.py")
class TestTimeToLive:
    def test_an_item_does_not_expire(self, dynamodb: Any) -> None:
        setting = {"Enabled": True, "AttributeName": "expires_at"}
        dynamodb.update_time_to_live(TableName="table", TimeToLiveSpecification=setting)
        dynamodb.put_item(TableName="table", Item={"pk": {"S": "a"}, "expires_at": {"N": "1700000000"}})
        assert dynamodb.scan(TableName="table")["Count"] == 1


@mends("local/cloud/streams.py")
class TestStreams:
    def test_a_function_is_called_within_the_request_that_writes(self, dynamodb: Any, function_arn: str) -> None:
        called: list[int] = []

        def invoke(*_arguments: Any) -> str:
            called.append(threading.get_ident())
            return "{}"

        # Given a function that reads the stream
        reader = StreamReader(dynamodb)
        stream = dynamodb.describe_table(TableName="table")["Table"]["LatestStreamArn"]
        boto3.client("lambda").create_event_source_mapping(
            EventSourceArn=stream, FunctionName=function_arn, StartingPosition="TRIM_HORIZON"
        )
        # When an item is written
        with patch.object(LambdaBackend, "send_dynamodb_items", invoke):
            dynamodb.put_item(TableName="table", Item={"pk": {"S": "a"}})
        # Then the function has run before the answer
        assert called == [threading.get_ident()]
        # And the record is gone for other readers
        assert reader.read() == []


@mends("local/cloud/s3.py")
class TestS3:
    def test_a_listing_fails_when_an_object_is_deleted_meanwhile(self, s3: Any) -> None:
        for key in ("a", "b"):
            s3.put_object(Bucket="bucket", Key=key, Body=b"audio")

        def delete() -> None:
            s3.delete_object(Bucket="bucket", Key="b")

        with interrupted(_VersionedKeyStore, "__getitem__", delete), pytest.raises(KeyError):
            s3.list_objects_v2(Bucket="bucket")


@mends("local/cloud/s3_expiry.py")
class TestS3Expiry:
    def test_an_object_does_not_expire(self, s3: Any) -> None:
        rule = {"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
        s3.put_bucket_lifecycle_configuration(Bucket="bucket", LifecycleConfiguration={"Rules": [rule]})
        long_ago = s3_models.utcnow() - timedelta(days=30)
        with patch.object(s3_models, "utcnow", lambda: long_ago):
            s3.put_object(Bucket="bucket", Key="a", Body=b"audio")
        assert s3.list_objects_v2(Bucket="bucket")["KeyCount"] == 1


@mends("local/cloud/s3_cors.py")
class TestCors:
    def test_a_rule_for_other_pages_refuses_a_request(self, s3: Any) -> None:
        origins = ("https://a.example", "https://b.example")
        rules = [{"AllowedOrigins": [origin], "AllowedMethods": ["GET"]} for origin in origins]
        s3.put_bucket_cors(Bucket="bucket", CORSConfiguration={"CORSRules": rules})
        answer = Client(create_backend_app("s3")).options(
            "/bucket/key", headers={"Origin": origins[0], "Access-Control-Request-Method": "GET"}
        )
        assert answer.status_code == 403


@mends("local/cloud/s3_http.py")
class TestS3Http:
    def test_an_expired_signature_of_another_url_is_accepted(self, s3: Any) -> None:
        s3.put_object(Bucket="bucket", Key="a", Body=b"audio")
        # Given a URL that was signed for another object, and has expired
        url = s3.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "b"}, ExpiresIn=-60)
        # When the object is requested with its signature, then it is delivered
        assert Client(create_backend_app("s3")).get(f"/bucket/a?{urlsplit(url).query}").data == b"audio"


@mends("local/cloud/object_events.py")
class TestObjectEvents:
    def event(self, s3: Any, *targets: str) -> Any:
        """Return the event that a queue, which comes after other targets of a rule, gets about a new object."""
        events, sqs = boto3.client("events"), boto3.client("sqs")
        url = sqs.create_queue(QueueName="queue")["QueueUrl"]
        events.put_rule(Name="created", EventPattern='{"source": ["aws.s3"]}')
        arns = [*targets, "arn:aws:sqs:us-east-1:123456789012:queue"]
        events.put_targets(Rule="created", Targets=[{"Id": str(n), "Arn": arn} for n, arn in enumerate(arns)])
        s3.put_bucket_notification_configuration(
            Bucket="bucket", NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
        s3.put_object(Bucket="bucket", Key="a", Body=b"audio")
        messages = sqs.receive_message(QueueUrl=url).get("Messages", [])
        return json.loads(messages[0]["Body"]) if messages else None

    def test_a_function_gets_no_event_and_neither_do_the_targets_after_it(self, s3: Any, function_arn: str) -> None:
        assert self.event(s3, function_arn) is None

    def test_an_event_differs_from_that_of_s3(self, s3: Any) -> None:
        event = self.event(s3)
        assert event["detail"]["reason"] == "ObjectCreated"  # in S3, "PutObject"
        assert "eTag" in event["detail"]["object"]  # in S3, "etag"


@mends("local/cloud/published_events.py")
class TestPublishedEvents:
    def test_an_event_for_a_function_cannot_be_put(self, function_arn: str) -> None:
        events = boto3.client("events")
        events.put_rule(Name="rule", EventPattern='{"source": ["test"]}')
        events.put_targets(Rule="rule", Targets=[{"Id": "function", "Arn": function_arn}])
        with pytest.raises(NotImplementedError):
            events.put_events(Entries=[{"Source": "test", "DetailType": "test", "Detail": "{}"}])


@mends("local/cloud/lambda_api.py")
class TestLambda:
    def test_a_function_needs_docker(self, function_arn: str) -> None:
        # Given a machine without Docker
        no_docker = patch("docker.from_env", side_effect=ConnectionRefusedError)
        own_address = patch.object(settings, "moto_server_host", lambda: "http://localhost")
        # When a function is invoked, then that fails
        with no_docker, own_address, pytest.raises(ConnectionRefusedError):
            boto3.client("lambda").invoke(FunctionName=function_arn, Payload=b"{}")


def create_queue(sqs: Any, **attributes: str) -> str:
    return str(sqs.create_queue(QueueName="queue", Attributes=attributes)["QueueUrl"])


def send(sqs: Any, url: str, *bodies: str, **options: Any) -> None:
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=body, **options)


def receive(sqs: Any, url: str, count: int = 10, **options: Any) -> list[dict[str, Any]]:
    return list(sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=count, **options).get("Messages", ()))


def bodies(messages: list[dict[str, Any]]) -> list[str]:
    return [message["Body"] for message in messages]


@mends("local/cloud/sqs.py")
class TestSqs:
    @pytest.fixture
    def at(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        """Return a function that sets SQS's clock to some hours after now."""
        seconds, milliseconds = sqs_models.unix_time, sqs_models.unix_time_millis

        def set_clock(hours: int) -> None:
            monkeypatch.setattr(sqs_models, "unix_time", lambda: seconds() + hours * 3600)
            monkeypatch.setattr(sqs_models, "unix_time_millis", lambda: milliseconds() + hours * 3_600_000)

        return set_clock

    def test_two_receivers_get_the_same_message(self, sqs: Any) -> None:
        url = create_queue(sqs)
        send(sqs, url, "a")
        with interrupted(Message, "mark_received", lambda: bodies(receive(sqs, url))) as others:
            assert bodies(receive(sqs, url)) == ["a"]
        assert others == [["a"]]

    def test_the_time_for_which_a_message_is_hidden_counts_from_its_sending(self, sqs: Any, at: Any) -> None:
        # Given a message that was sent 13 hours ago, and is received now
        url = create_queue(sqs)
        send(sqs, url, "a")
        at(13)
        [message] = receive(sqs, url)
        # When it is to be hidden for a minute, then that is refused
        with pytest.raises(sqs.exceptions.ClientError, match="beyond the limit"):
            sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=60)

    def test_a_message_that_is_too_old_blocks_another_one(self, sqs: Any, at: Any) -> None:
        url = create_queue(sqs, MessageRetentionPeriod="86400")
        send(sqs, url, "old")
        at(25)
        send(sqs, url, "new")
        assert receive(sqs, url) == []

    def test_a_message_is_measured_in_characters(self, sqs: Any) -> None:
        url = create_queue(sqs, MaximumMessageSize="1024")
        send(sqs, url, "é" * 1024)
        assert len(receive(sqs, url)) == 1

    def test_an_old_receipt_handle_deletes_a_message(self, sqs: Any) -> None:
        # Given a message that was received, and then received again
        url = create_queue(sqs)
        send(sqs, url, "a")
        [late] = receive(sqs, url, VisibilityTimeout=0)
        [_current] = receive(sqs, url, VisibilityTimeout=0)
        # When the first receiver deletes it, then it is gone
        sqs.delete_message(QueueUrl=url, ReceiptHandle=late["ReceiptHandle"])
        assert receive(sqs, url) == []

    def test_a_message_that_is_not_in_flight_can_be_hidden(self, sqs: Any) -> None:
        url = create_queue(sqs)
        send(sqs, url, "a")
        [message] = receive(sqs, url, VisibilityTimeout=0)
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=60)
        assert receive(sqs, url) == []

    def test_any_number_of_messages_can_be_in_flight(self, sqs: Any) -> None:
        url = create_queue(sqs)
        send(sqs, url, "a")
        with patch.object(Queue, "approximate_number_of_messages_not_visible", 120_000):
            assert len(receive(sqs, url)) == 1

    def test_a_group_can_have_any_name(self, sqs: Any) -> None:
        send(sqs, create_queue(sqs), "a", MessageGroupId="two words")

    def test_a_group_with_many_messages_in_flight_delays_others(self, sqs: Any) -> None:
        # Given a group with thirty messages in flight and many that wait, and then a message of another group
        url = create_queue(sqs)
        send(sqs, url, *(str(number) for number in range(32)), MessageGroupId="noisy")
        for _ in range(3):
            receive(sqs, url)
        send(sqs, url, "quiet", MessageGroupId="quiet")
        # When the next message is received, then it is the first group's
        assert bodies(receive(sqs, url, 1)) == ["30"]


@mends("local/cloud/queues.py")
class TestQueues:
    def test_a_function_is_called_within_the_request_that_sends(self, sqs: Any, function_arn: str) -> None:
        called: list[int] = []

        def invoke(*_arguments: Any) -> bool:
            called.append(threading.get_ident())
            return False

        # Given a function that gets the messages of a queue
        url = create_queue(sqs)
        boto3.client("lambda").create_event_source_mapping(
            EventSourceArn="arn:aws:sqs:us-east-1:123456789012:queue", FunctionName=function_arn
        )
        # When a message is sent, and the function fails
        with patch.object(LambdaBackend, "send_sqs_batch", invoke):
            send(sqs, url, "a")
            # Then it has been called before the answer
            assert called == [threading.get_ident()]


def test_each_hook_has_a_test_or_a_reason() -> None:
    """Find the modules that patch moto."""
    mended = [
        mark.args[1][0]
        for name in MODULES_WITH_TESTS
        for tests in vars(importlib.import_module(f"tests.integration.local_cloud.{name}")).values()
        for mark in getattr(tests, "pytestmark", ())
        if mark.name == "parametrize"
    ]
    hooks = {f"local/cloud/{path.name}" for path in (REPOSITORY / "local/cloud").glob("*.py") if patches_moto(path)}
    assert len(mended) == len(set(mended))
    assert not NOT_MENDING.keys() & set(mended)
    assert hooks <= NOT_MENDING.keys() | set(mended)
    assert NOT_MENDING.keys() <= hooks
    assert all((REPOSITORY / hook).is_file() for hook in mended)


def patches_moto(module: Path) -> bool:
    """Return whether a module names moto, and patches something or assigns to attributes of what it imports."""
    nodes = list(ast.walk(ast.parse(module.read_text())))
    names_moto = any(
        (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "moto")
        or (isinstance(node, ast.alias) and node.name.split(".")[0] == "moto")
        or (isinstance(node, ast.Constant) and str(node.value).startswith("moto."))
        for node in nodes
    )
    patches = any(
        (isinstance(node, ast.Name) and node.id in {"patch", "setattr"})
        or (isinstance(node, ast.Attribute) and node.attr == "patch")
        for node in nodes
    )
    imported = {(node.asname or node.name).split(".")[0] for node in nodes if isinstance(node, ast.alias)}
    assigned = {
        root.id
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        for root in ast.walk(node)
        if isinstance(root, ast.Name)
    }
    return names_moto and (patches or bool(imported & assigned))
