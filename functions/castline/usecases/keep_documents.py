"""Keep the documents of a user: list, read, write and delete them by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic

from castline.documents.errors import PreconditionFailed
from castline.documents.items import version_of
from castline.documents.limits import MAX_DOCUMENTS
from castline.documents.model import ContentT, Directory, Document, DocumentSummary

if TYPE_CHECKING:
    from datetime import datetime

    from castline.documents.repository import DocumentRepository

Precondition = Callable[[str | None], bool]
"""Returns whether a document with this version may be changed. The version is None if the document does not exist."""


class KeepDocuments(Generic[ContentT]):
    """Keeps the users' documents of one kind. Another user's document counts as unknown.

    All methods raise ServiceUnavailable if AWS is temporarily unavailable.
    """

    def __init__(
        self,
        repository: DocumentRepository[ContentT],
        *,
        demand_usable: Callable[[str, ContentT], None],
        now: Callable[[], datetime],
    ) -> None:
        """Store the collaborators.

        Args:
            repository: the document repository.
            demand_usable: raises if the user with an id cannot keep a content.
            now: the clock.
        """
        self._repository = repository
        self._kind = repository.kind
        self._demand_usable = demand_usable
        self._now = now

    def list(self, user_id: str) -> tuple[DocumentSummary, ...]:
        """Return the user's documents, sorted by name."""
        summaries = self._repository.directory(user_id).summaries
        return tuple(summaries[name] for name in sorted(summaries))

    def get(self, user_id: str, name: str) -> Document[ContentT]:
        """Return a document.

        Raises:
            DocumentNotFound: the user has no such document.
        """
        found = self._repository.get(user_id, name)
        if found is None:
            raise self._kind.not_found
        return found

    def put(
        self, user_id: str, name: str, content: ContentT, *, precondition: Precondition
    ) -> tuple[DocumentSummary, bool]:
        """Create or replace a document. A document that already has this content is not changed.

        Returns:
            The document, and whether it is new.

        Raises:
            Exception: any error of ``demand_usable``.
            DocumentLimitExceeded: the document would be new, and the user has the maximum number of documents.
            PreconditionFailed: ``precondition`` does not hold.
        """
        self._demand_usable(user_id, content)
        version = version_of(self._kind, content)
        new = Document(name=name, content=content, version=version, updated_at=self._now())
        outcome = self._repository.summary(new), True

        def decide(directory: Directory) -> Document[ContentT] | None:
            nonlocal outcome
            current = directory.summaries.get(name)
            if current is None and len(directory.summaries) >= MAX_DOCUMENTS:
                raise self._kind.limit_exceeded
            if not precondition(current.version if current else None):
                raise PreconditionFailed
            if current is not None and current.version == new.version:
                outcome = current, False
                return None
            outcome = self._repository.summary(new), current is None
            return new

        self._repository.write(user_id, decide)
        return outcome

    def delete(self, user_id: str, name: str, *, precondition: Precondition) -> None:
        """Delete a document.

        Raises:
            DocumentNotFound: the user has no such document.
            PreconditionFailed: ``precondition`` does not hold.
        """

        def demand(directory: Directory) -> None:
            if name not in directory.summaries:
                raise self._kind.not_found
            if not precondition(directory.summaries[name].version):
                raise PreconditionFailed

        self._repository.delete(user_id, name, demand)
