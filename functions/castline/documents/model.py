"""Documents that users keep by name, and what a list of them shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from castline.documents.errors import DocumentLimitExceeded, DocumentNotFound

ContentT = TypeVar("ContentT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[ContentT]):
    """A kind of documents: where they are stored, and as what."""

    directory: str
    """The sort key of the item that lists a user's documents."""
    directory_attribute: str
    """The attribute of that item which has the list."""
    prefix: str
    """The beginning of the sort keys of documents, before the name."""
    content_attribute: str
    """The attribute of a document's item which has the content."""
    write: Callable[[ContentT], Any]
    """Returns a content as JSON. Its hash is the document's version."""
    read: Callable[[Any], ContentT]
    """Returns the content that ``write`` has written, without what a newer release has added."""
    note: Callable[[ContentT], Any]
    """Returns what lists show of a content, as JSON."""
    not_found: type[DocumentNotFound]
    limit_exceeded: type[DocumentLimitExceeded]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSummary:
    """Summary of a document, as lists show it."""

    name: str
    note: Any
    """The value that ``Kind.note`` returns."""
    version: str
    """A hash of the content: lower-case hexadecimal digits."""
    updated_at: datetime
    """Time of the last change of the content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Generic[ContentT]):
    """Something that a user keeps under a name."""

    name: str
    content: ContentT
    version: str
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """All documents of a user, of one kind."""

    revision: int = 0
    """The number of changes of any document; a change is written only if there has been no other one in between."""
    summaries: Mapping[str, DocumentSummary] = field(default_factory=dict)
    """By name."""
