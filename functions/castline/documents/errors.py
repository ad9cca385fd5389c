"""Errors of documents: the reasons why a request is refused.

DocumentError
├── DocumentLimitExceeded
├── DocumentNotFound
└── PreconditionFailed

Each kind of documents has classes of its own for the first two, by which the API tells them apart.
"""

from __future__ import annotations


class DocumentError(Exception):
    """The domain refuses, for a reason that its caller can act on."""


class DocumentLimitExceeded(DocumentError):
    """The user has as many documents of the kind as a user may have."""


class DocumentNotFound(DocumentError):
    """The user has no such document: unknown and somebody else's are the same."""


class PreconditionFailed(DocumentError):
    """The document is not in the state that the client expects."""
