"""Single writes that meet a transaction on the same item: DynamoDB refuses them, and they are retried."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from castline import composition
from castline.aws_errors import ServiceUnavailable
from castline.dynamodb import CONFLICT_ATTEMPTS, delete_item, deserialize, get_item, put_item, serialize
from castline.jobs import items
from castline.jobs.model import JobStatus
from tests.integration.lifecycle.world import DIALOGUE, SETTLED, World, new_user

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _an_empty_world(world: World) -> None:
    world.forget_everything()


@contextmanager
def conflicts(times: int, *, of: str | None = None, operation: str = "UpdateItem") -> Iterator[list[str]]:
    """Refuse the next ``times`` calls of an operation as DynamoDB does while a transaction writes the same item.

    Args:
        times: how many calls.
        of: the sort key of the items that transactions write; None for any.
        operation: UpdateItem, PutItem or DeleteItem.
    """
    refused: list[str] = []
    make_api_call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def conflicting(client: Any, called: str, parameters: dict[str, Any]) -> Any:
        if called == operation and len(refused) < times:
            sort_key = (parameters.get("Key") or parameters["Item"])["sk"]["S"]
            if of in {None, sort_key}:
                refused.append(sort_key)
                error = {"Code": "TransactionConflictException", "Message": "Transaction is ongoing for the item"}
                raise ClientError({"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}}, operation)  # type: ignore[typeddict-item]
        return make_api_call(client, called, parameters)

    with patch.object(BaseClient, "_make_api_call", conflicting), patch("castline.dynamodb.time.sleep"):
        yield refused


def test_a_few_conflicts_are_not_noticed(world: World) -> None:
    # Given a job, and conflicts at every write of one item on its way
    job = world.submit(new_user(), DIALOGUE)

    # When its workflow runs
    world.plan(job.id)
    with conflicts(3) as amid_speaking:
        world.synthesize(job.id)
    world.assemble(job.id)

    # Then it completes
    assert len(amid_speaking) == 3
    assert world.status_of(job.id) is JobStatus.COMPLETED


def test_a_submission_that_is_repeated_meets_a_conflict(world: World) -> None:
    user = new_user()
    job = world.submit(user, DIALOGUE, idempotency_key="key")

    with conflicts(2) as refused:
        again = world.submit(user, DIALOGUE, idempotency_key="key")

    assert refused == ["JOB", "JOB"]
    assert again.id == job.id


def test_endless_conflicts_are_for_later_and_stop_no_other_rescue(world: World) -> None:
    # Given two users with a slot that nobody holds
    users = [new_user(), new_user()]
    for user in users:
        world.leak_slot(user, "00000000-0000-7000-8000-000000000000")
    world.clock.advance(SETTLED + timedelta(seconds=1))

    # When every try for the first of them conflicts
    with conflicts(CONFLICT_ATTEMPTS, of=items.ACTIVE) as refused:
        report = world.reconcile()

    # Then the other one is served, and the next run serves the first
    assert len(refused) == CONFLICT_ATTEMPTS
    assert (report["unavailable"], report["slots_freed"]) == (1, 1)
    world.clock.advance(SETTLED)
    assert world.reconcile()["slots_freed"] == 1


@pytest.mark.parametrize("operation", ["PutItem", "DeleteItem"])
def test_items_are_stored_and_deleted_in_spite_of_conflicts(world: World, operation: str) -> None:
    item = serialize({"pk": "DEPLOYMENT", "sk": "CONFLICTING"})
    client, table = boto3.client("dynamodb"), composition.settings().table_name

    with conflicts(2, operation=operation) as refused:
        put_item(client, TableName=table, Item=item)
        stored = get_item(client, table, deserialize(item))
        delete_item(client, TableName=table, Key=item)

    assert refused == ["CONFLICTING", "CONFLICTING"]
    assert (stored, get_item(client, table, deserialize(item))) == (item, None)


def test_it_is_unavailable_in_the_end(world: World) -> None:
    job = world.submit(new_user(), DIALOGUE)

    with conflicts(1_000), pytest.raises(ServiceUnavailable, match="TransactionConflict"):
        world.repository.acknowledge(job.id)
