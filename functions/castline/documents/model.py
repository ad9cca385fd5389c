"""Documents that users keep by name, and the summaries that lists show."""

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
    """A kind of documents: its keys, its attributes and its conversions."""

    directory: str
    """The sort key of the item that lists a user's documents."""
    directory_attribute: str
    """The attribute of that item that holds the list."""
    prefix: str
    """The prefix of the sort keys of documents, before the name."""
    content_attribute: str
    """The attribute of a document's item that holds the content."""
    write: Callable[[ContentT], Any]
    """Converts a content to JSON. The hash of the JSON is the document's version."""
    read: Callable[[Any], ContentT]
    """Converts the JSON of ``write`` back to a content. It ignores what a newer release has added."""
    note: Callable[[ContentT], Any]
    """Returns the part of a content that lists show, as JSON."""
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
    """A content that a user keeps under a name."""

    name: str
    content: ContentT
    version: str
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """All documents of a user, of one kind."""

    revision: int = 0
    """The number of changes so far. A change is written only if the revision is still the one that was read."""
    summaries: Mapping[str, DocumentSummary] = field(default_factory=dict)
    """The summaries of the documents, by name."""
