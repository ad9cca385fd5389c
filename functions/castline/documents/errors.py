"""Errors of documents: the reasons why a request is refused.

DocumentError
├── DocumentLimitExceeded
├── DocumentNotFound
└── PreconditionFailed

Each kind of documents has subclasses of the first two, by which the API distinguishes the kinds.
"""

from __future__ import annotations


class DocumentError(Exception):
    """Refusal of a request, for a reason that the caller can act on."""


class DocumentLimitExceeded(DocumentError):
    """The user has the maximum number of documents of the kind."""


class DocumentNotFound(DocumentError):
    """The user has no such document. Unknown documents and other users' documents are not distinguished."""


class PreconditionFailed(DocumentError):
    """The document is not in the state that the client's precondition demands."""
