"""DynamoDB items of documents: how they are written and read.

Items of one user share the partition ``USER#<user_id>`` with those that ``castline.jobs.items`` describes:

    <directory>       the directory of a kind: a summary of each document, compressed, and the number of changes
    <prefix><name>    a document: its content, compressed

``Kind`` defines the sort keys and attributes of each kind.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from castline.documents.model import Directory, Document, DocumentSummary
from castline.dynamodb import UNREADABLE, deserialize, encode_time, pack, to_json, unpack
from castline.jobs.errors import UnreadableItem
from castline.table import user_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from castline.documents.model import Kind

ContentT = TypeVar("ContentT")


def directory_key(kind: Kind[Any], user_id: str) -> dict[str, str]:
    """Return the key of the directory of a user's documents."""
    return {"pk": user_key(user_id), "sk": kind.directory}


def document_key(kind: Kind[Any], user_id: str, name: str) -> dict[str, str]:
    """Return the key of one of a user's documents."""
    return {"pk": user_key(user_id), "sk": f"{kind.prefix}{name}"}


def version_of(kind: Kind[ContentT], content: ContentT) -> str:
    """Return the version of a content: a hash of 32 hexadecimal digits."""
    return hashlib.sha256(to_json(kind.write(content))).hexdigest()[:32]


def directory_item(kind: Kind[Any], user_id: str, directory: Directory) -> dict[str, Any]:
    """Return the item of a directory."""
    rows = [
        [each.name, each.note, each.version, encode_time(each.updated_at)] for each in directory.summaries.values()
    ]
    return {**directory_key(kind, user_id), "revision": directory.revision, kind.directory_attribute: pack(rows)}


def document_item(kind: Kind[ContentT], user_id: str, document: Document[ContentT]) -> dict[str, Any]:
    """Return the item of a document."""
    return {
        **document_key(kind, user_id, document.name),
        kind.content_attribute: pack(kind.write(document.content)),
        "version": document.version,
        "updated_at": encode_time(document.updated_at),
    }


def read_directory(kind: Kind[Any], item: Mapping[str, Any]) -> Directory:
    """Return a directory from its item.

    Raises:
        UnreadableItem: this release cannot read the item.
    """
    try:
        values = deserialize(item)
        summaries = (
            DocumentSummary(name=name, note=note, version=version, updated_at=datetime.fromisoformat(updated_at))
            for name, note, version, updated_at, *_ in unpack(values[kind.directory_attribute])
        )
        return Directory(revision=int(values["revision"]), summaries={each.name: each for each in summaries})
    except UNREADABLE as error:
        raise UnreadableItem(f"{kind.directory}: {type(error).__name__}") from error


def read_document(kind: Kind[ContentT], item: Mapping[str, Any]) -> Document[ContentT]:
    """Return a document from its item.

    Raises:
        UnreadableItem: this release cannot read the item.
    """
    try:
        values = deserialize(item)
        return Document(
            name=values["sk"].removeprefix(kind.prefix),
            content=kind.read(unpack(values[kind.content_attribute])),
            version=values["version"],
            updated_at=datetime.fromisoformat(values["updated_at"]),
        )
    except UNREADABLE as error:
        raise UnreadableItem(f"{kind.prefix}: {type(error).__name__}") from error
