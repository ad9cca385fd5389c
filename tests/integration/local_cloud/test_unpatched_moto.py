"""Behaviour of moto without the hooks of the local cloud; Step Functions are in `test_unpatched_state_machines.py`.

A test that fails says that moto has mended this: look whether the hook in the test's name can go.
"""

import gc
import threading
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from moto import settings
from moto.awslambda.models import LambdaBackend
from moto.dynamodb.models import UpdateExpressionValidator
from moto.moto_server.werkzeug_app import create_backend_app
from moto.s3 import models as s3_models
from moto.s3.utils import _VersionedKeyStore
from moto.sqs.models import Message
from werkzeug.test import Client

from tests.integration.local_cloud import clients
from tests.integration.local_cloud.unpatched import interrupted, mends


@pytest.fixture
def dynamodb() -> Any:
    client: Any = clients.client("dynamodb")
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
    client: Any = clients.client("s3")
    client.create_bucket(Bucket="bucket")
    return client


@pytest.fixture
def sqs() -> Any:
    return clients.client("sqs")


@pytest.fixture
def function_arn() -> str:
    role: Any = clients.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument="{}")
    code = {"ZipFile": b""}
    options: Any = {"Runtime": "python3.13", "Handler": "module.handler", "Role": role["Role"]["Arn"], "Code": code}
    return str(clients.client("lambda").create_function(FunctionName="function", **options)["FunctionArn"])


def create_queue(sqs: Any) -> str:
    return str(sqs.create_queue(QueueName="queue")["QueueUrl"])


def receive(sqs: Any, url: str) -> list[str]:
    return [message["Body"] for message in sqs.receive_message(QueueUrl=url).get("Messages", ())]


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
        self._streams: Any = clients.client("dynamodbstreams")
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
def test_an_update_is_lost(dynamodb: Any) -> None:
    # When another client adds one while a client adds one
    with interrupted(UpdateExpressionValidator, "validate", lambda: dynamodb.update_item(**ADD_ONE)):
        dynamodb.update_item(**ADD_ONE)

    # Then the sum is one
    item = dynamodb.get_item(TableName="table", Key={"pk": {"S": "counter"}})["Item"]
    assert item["amount"] == {"N": "1"}


@mends("local/cloud/dynamodb_transactions.py")
def test_a_cancelled_transaction_leaves_records_in_the_stream(dynamodb: Any) -> None:
    # Given a reader of the stream
    reader = StreamReader(dynamodb)
    dynamodb.put_item(TableName="table", Item={"pk": {"S": "old"}})

    # When the second condition of a transaction fails
    writes = put("new") + put("old", ConditionExpression="attribute_not_exists(pk)")
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(TransactItems=writes)

    # Then the reader gets the first write, which was undone
    assert reader.read() == ["old", "new"]


@mends("local/cloud/dynamodb_memory.py")
def test_the_items_of_an_answer_stay_in_memory(dynamodb: Any) -> None:
    def items() -> int:
        gc.collect()
        return sum(type(each).__name__ == "Item" for each in gc.get_objects())

    dynamodb.put_item(TableName="table", Item={"pk": {"S": "a"}, "title": {"S": "b"}})
    before = items()
    for _ in range(10):
        dynamodb.scan(TableName="table", ProjectionExpression="title")
    assert items() >= before + 10


@mends("local/cloud/ttl.py")
def test_an_item_does_not_expire(dynamodb: Any) -> None:
    setting = {"Enabled": True, "AttributeName": "expires_at"}
    dynamodb.update_time_to_live(TableName="table", TimeToLiveSpecification=setting)
    dynamodb.put_item(TableName="table", Item={"pk": {"S": "a"}, "expires_at": {"N": "1700000000"}})
    assert dynamodb.scan(TableName="table")["Count"] == 1


@mends("local/cloud/streams.py")
def test_a_function_is_called_within_the_request_that_writes(dynamodb: Any, function_arn: str) -> None:
    called: list[int] = []

    def invoke(*_arguments: Any) -> str:
        called.append(threading.get_ident())
        return "{}"

    # Given a function that reads the stream
    reader = StreamReader(dynamodb)
    stream = dynamodb.describe_table(TableName="table")["Table"]["LatestStreamArn"]
    clients.client("lambda").create_event_source_mapping(
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
def test_a_listing_fails_when_an_object_is_deleted_meanwhile(s3: Any) -> None:
    for key in ("a", "b"):
        s3.put_object(Bucket="bucket", Key=key, Body=b"audio")

    def delete() -> None:
        s3.delete_object(Bucket="bucket", Key="b")

    with interrupted(_VersionedKeyStore, "__getitem__", delete), pytest.raises(KeyError):
        s3.list_objects_v2(Bucket="bucket")


@mends("local/cloud/s3_expiry.py")
def test_an_object_does_not_expire(s3: Any) -> None:
    rule = {"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
    s3.put_bucket_lifecycle_configuration(Bucket="bucket", LifecycleConfiguration={"Rules": [rule]})
    long_ago = s3_models.utcnow() - timedelta(days=30)
    with patch.object(s3_models, "utcnow", lambda: long_ago):
        s3.put_object(Bucket="bucket", Key="a", Body=b"audio")
    assert s3.list_objects_v2(Bucket="bucket")["KeyCount"] == 1


@mends("local/cloud/s3_cors.py")
def test_a_rule_for_other_pages_refuses_a_request(s3: Any) -> None:
    origins = ("https://a.example", "https://b.example")
    rules = [{"AllowedOrigins": [origin], "AllowedMethods": ["GET"]} for origin in origins]
    s3.put_bucket_cors(Bucket="bucket", CORSConfiguration={"CORSRules": rules})
    answer = Client(create_backend_app("s3")).options(
        "/bucket/key", headers={"Origin": origins[0], "Access-Control-Request-Method": "GET"}
    )
    assert answer.status_code == 403


@mends("local/cloud/s3_http.py")
def test_an_expired_signature_of_another_url_is_accepted(s3: Any) -> None:
    s3.put_object(Bucket="bucket", Key="a", Body=b"audio")
    # Given a URL that was signed for another object, and has expired
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "b"}, ExpiresIn=-60)

    # When the object is requested with its signature, then it is delivered
    assert Client(create_backend_app("s3")).get(f"/bucket/a?{urlsplit(url).query}").data == b"audio"


@mends("local/cloud/object_events.py")
def test_a_new_object_is_told_to_no_function_and_not_to_the_targets_after_it(
    s3: Any, sqs: Any, function_arn: str
) -> None:
    # Given a rule for new objects, which calls a function and then sends to a queue
    url = create_queue(sqs)
    targets = [function_arn, "arn:aws:sqs:us-east-1:123456789012:queue"]
    events = clients.client("events")
    events.put_rule(Name="created", EventPattern='{"source": ["aws.s3"]}')
    events.put_targets(Rule="created", Targets=[{"Id": str(n), "Arn": arn} for n, arn in enumerate(targets)])
    s3.put_bucket_notification_configuration(
        Bucket="bucket", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )

    # When an object is stored
    s3.put_object(Bucket="bucket", Key="a", Body=b"audio")

    # Then the queue has no event
    assert receive(sqs, url) == []


@mends("local/cloud/published_events.py")
def test_an_event_for_a_function_cannot_be_put(function_arn: str) -> None:
    events = clients.client("events")
    events.put_rule(Name="rule", EventPattern='{"source": ["test"]}')
    events.put_targets(Rule="rule", Targets=[{"Id": "function", "Arn": function_arn}])
    with pytest.raises(NotImplementedError):
        events.put_events(Entries=[{"Source": "test", "DetailType": "test", "Detail": "{}"}])


@mends("local/cloud/lambda_api.py")
def test_a_function_needs_docker(function_arn: str) -> None:
    # Given a machine without Docker
    no_docker = patch("docker.from_env", side_effect=ConnectionRefusedError)
    own_address = patch.object(settings, "moto_server_host", lambda: "http://localhost")

    # When a function is invoked, then that fails
    with no_docker, own_address, pytest.raises(ConnectionRefusedError):
        clients.client("lambda").invoke(FunctionName=function_arn, Payload=b"{}")


@mends("local/cloud/sqs.py")
def test_two_receivers_get_the_same_message(sqs: Any) -> None:
    url = create_queue(sqs)
    sqs.send_message(QueueUrl=url, MessageBody="a")
    with interrupted(Message, "mark_received", lambda: receive(sqs, url)) as others:
        assert receive(sqs, url) == ["a"]
    assert others == [["a"]]


@mends("local/cloud/queues.py")
def test_a_function_is_called_within_the_request_that_sends(sqs: Any, function_arn: str) -> None:
    called: list[int] = []

    def invoke(*_arguments: Any) -> bool:
        called.append(threading.get_ident())
        return False

    # Given a function that gets the messages of a queue
    url = create_queue(sqs)
    clients.client("lambda").create_event_source_mapping(
        EventSourceArn="arn:aws:sqs:us-east-1:123456789012:queue", FunctionName=function_arn
    )

    # When a message is sent, and the function fails
    with patch.object(LambdaBackend, "send_sqs_batch", invoke):
        sqs.send_message(QueueUrl=url, MessageBody="a")

        # Then it has been called before the answer
        assert called == [threading.get_ident()]
