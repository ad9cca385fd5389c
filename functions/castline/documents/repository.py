"""Repository of documents: every read and write of their items."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic

from castline.aws_errors import ServiceUnavailable
from castline.documents import items
from castline.documents.model import ContentT, Directory, Document, DocumentSummary
from castline.dynamodb import LONGEST_PAUSE, get_item, pause_before, serialize, transact

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from castline.documents.model import Kind

_CHANGE_ATTEMPTS = 10


class DocumentRepository(Generic[ContentT]):
    """Documents of one kind in the jobs table.

    A user's directory and the document that changes are written in one transaction, on condition that the directory
    has not changed since it was read. Decisions that depend on the directory, such as the limit of documents, are
    therefore exact, and the directory always lists the existing documents.

    All methods raise ServiceUnavailable if DynamoDB is temporarily unavailable.
    """

    def __init__(self, client: DynamoDBClient, table_name: str, kind: Kind[ContentT]) -> None:
        """Use a table.

        Attributes:
            kind: the kind of the documents.
        """
        self._client = client
        self._table = table_name
        self.kind = kind

    def directory(self, user_id: str) -> Directory:
        """Return the summaries of all documents of a user."""
        item = get_item(self._client, self._table, items.directory_key(self.kind, user_id))
        return items.read_directory(self.kind, item) if item is not None else Directory()

    def get(self, user_id: str, name: str) -> Document[ContentT] | None:
        """Return the user's document with a name; None if there is none."""
        item = get_item(self._client, self._table, items.document_key(self.kind, user_id, name))
        return items.read_document(self.kind, item) if item is not None else None

    def write(self, user_id: str, decide: Callable[[Directory], Document[ContentT] | None]) -> None:
        """Create or replace a document.

        Args:
            user_id: the document's user.
            decide: takes the user's directory, and returns the document to write, or None to change nothing. It may
                raise. It is called again if the directory changes in between.
        """

        def change(directory: Directory) -> tuple[Directory, TransactWriteItemTypeDef] | None:
            new = decide(directory)
            if new is None:
                return None
            changed = replace(directory, summaries={**directory.summaries, new.name: self.summary(new)})
            item = serialize(items.document_item(self.kind, user_id, new))
            return changed, {"Put": {"TableName": self._table, "Item": item}}

        self._change(user_id, change)

    def delete(self, user_id: str, name: str, demand: Callable[[Directory], None]) -> None:
        """Delete a document.

        Args:
            user_id: the document's user.
            name: the document's name.
            demand: takes the user's directory, and raises if the document may not be deleted.
        """

        def change(directory: Directory) -> tuple[Directory, TransactWriteItemTypeDef]:
            demand(directory)
            remaining = {key: each for key, each in directory.summaries.items() if key != name}
            key = serialize(items.document_key(self.kind, user_id, name))
            return replace(directory, summaries=remaining), {"Delete": {"TableName": self._table, "Key": key}}

        self._change(user_id, change)

    def summary(self, document: Document[ContentT]) -> DocumentSummary:
        """Return the summary of a document."""
        return DocumentSummary(
            name=document.name,
            note=self.kind.note(document.content),
            version=document.version,
            updated_at=document.updated_at,
        )

    def _change(
        self, user_id: str, change: Callable[[Directory], tuple[Directory, TransactWriteItemTypeDef] | None]
    ) -> None:
        for attempt in range(_CHANGE_ATTEMPTS):
            pause_before(min(attempt, LONGEST_PAUSE))
            before = self.directory(user_id)
            outcome = change(before)
            if outcome is None:
                return
            after, write = outcome
            directory = items.directory_item(self.kind, user_id, replace(after, revision=before.revision + 1))
            put: Any = {
                "TableName": self._table,
                "Item": serialize(directory),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
            if before.revision:
                put["ConditionExpression"] = "revision = :revision"
                put["ExpressionAttributeValues"] = serialize({":revision": before.revision})
            if transact(self._client, {"Put": put}, write) is None:
                return
        raise ServiceUnavailable(f"a user's {self.kind.directory} keep changing")
