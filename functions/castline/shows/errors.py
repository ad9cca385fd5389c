"""Errors of shows.

DocumentLimitExceeded
└── ShowLimitExceeded
DocumentNotFound
└── ShowNotFound
"""

from __future__ import annotations

from castline.documents.errors import DocumentLimitExceeded, DocumentNotFound


class ShowLimitExceeded(DocumentLimitExceeded):
    """The user has the maximum number of shows."""


class ShowNotFound(DocumentNotFound):
    """The user has no such show."""
