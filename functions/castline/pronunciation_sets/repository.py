"""Repository of the pronunciation sets: every read and write of the table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from castline.aws_errors import ServiceUnavailable
from castline.dynamodb import LONGEST_PAUSE, get_item, pause_before, serialize, transact
from castline.pronunciation_sets import items
from castline.pronunciation_sets.model import PronunciationSet, SetDirectory

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    Decision = Callable[[SetDirectory], PronunciationSet | None]
    """Given a user's sets as they are, returns the set to write, or None to leave everything as it is."""

_CHANGE_ATTEMPTS = 10


class PronunciationSetRepository:
    """Pronunciation sets in the table of the jobs.

    A user's directory and the set that changes are written in one transaction, on condition that the directory is
    the one that was read. So what is decided by the directory, such as whether there is room for one more set, holds
    exactly, and the directory always lists what there is.

    All methods raise ServiceUnavailable when DynamoDB cannot serve them just now.
    """

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        """Use a table by a client."""
        self._client = client
        self._table = table_name

    def directory(self, user_id: str) -> SetDirectory:
        """Return all sets of a user as lists show them."""
        item = get_item(self._client, self._table, items.directory_key(user_id))
        return items.read_directory(item) if item is not None else SetDirectory()

    def get(self, user_id: str, name: str) -> PronunciationSet | None:
        """Return one of a user's sets; None when there is none of that name."""
        item = get_item(self._client, self._table, items.set_key(user_id, name))
        return items.read_set(item) if item is not None else None

    def write(self, user_id: str, decide: Decision) -> None:
        """Create or replace a set.

        Args:
            user_id: whose set.
            decide: returns the set to write. It is called again when the user's sets have changed in between, and may
                raise.
        """

        def change(directory: SetDirectory) -> tuple[SetDirectory, TransactWriteItemTypeDef] | None:
            new = decide(directory)
            if new is None:
                return None
            changed = replace(directory, summaries={**directory.summaries, new.name: new.summary()})
            item = serialize(items.set_item(user_id, new))
            return changed, {"Put": {"TableName": self._table, "Item": item}}

        self._change(user_id, change)

    def delete(self, user_id: str, name: str, demand: Callable[[SetDirectory], None]) -> None:
        """Delete a set.

        Args:
            user_id: whose set.
            name: of the set.
            demand: raises if the set may not be deleted, given the user's sets as they are.
        """

        def change(directory: SetDirectory) -> tuple[SetDirectory, TransactWriteItemTypeDef]:
            demand(directory)
            remaining = {key: each for key, each in directory.summaries.items() if key != name}
            key = serialize(items.set_key(user_id, name))
            return replace(directory, summaries=remaining), {"Delete": {"TableName": self._table, "Key": key}}

        self._change(user_id, change)

    def _change(
        self, user_id: str, change: Callable[[SetDirectory], tuple[SetDirectory, TransactWriteItemTypeDef] | None]
    ) -> None:
        for attempt in range(_CHANGE_ATTEMPTS):
            pause_before(min(attempt, LONGEST_PAUSE))
            before = self.directory(user_id)
            outcome = change(before)
            if outcome is None:
                return
            after, write = outcome
            put: Any = {
                "TableName": self._table,
                "Item": serialize(items.directory_item(user_id, replace(after, revision=before.revision + 1))),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
            if before.revision:
                put["ConditionExpression"] = "revision = :revision"
                put["ExpressionAttributeValues"] = serialize({":revision": before.revision})
            if transact(self._client, {"Put": put}, write) is None:
                return
        raise ServiceUnavailable("a user's pronunciation sets keep changing")
