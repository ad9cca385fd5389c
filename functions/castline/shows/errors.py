"""Errors of the shows: the reasons why a request is refused.

DocumentLimitExceeded
└── ShowLimitExceeded
DocumentNotFound
└── ShowNotFound
"""

from __future__ import annotations

from castline.documents.errors import DocumentLimitExceeded, DocumentNotFound


class ShowLimitExceeded(DocumentLimitExceeded):
    """The user has as many shows as a user may have."""


class ShowNotFound(DocumentNotFound):
    """The user has no such show."""
