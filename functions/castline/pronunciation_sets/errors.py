"""Errors of pronunciation sets.

Exception
├── DocumentLimitExceeded
│   └── PronunciationSetLimitExceeded
├── DocumentNotFound
│   └── PronunciationSetNotFound
├── UnknownPhoneme
└── UnknownPronunciationSet
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.documents.errors import DocumentLimitExceeded, DocumentNotFound

if TYPE_CHECKING:
    from collections.abc import Sequence


class PronunciationSetLimitExceeded(DocumentLimitExceeded):
    """The user has the maximum number of sets."""


class PronunciationSetNotFound(DocumentNotFound):
    """The user has no such set."""


class UnknownPhoneme(Exception):
    """No enabled provider knows the phonemes of some entries.

    Attributes:
        positions: the positions of these entries in the set.
    """

    def __init__(self, positions: Sequence[int]) -> None:
        super().__init__(f"{len(positions)} entries")
        self.positions = tuple(positions)


class UnknownPronunciationSet(Exception):
    """A request names sets that the user does not have.

    Attributes:
        names: the names of these sets, by their positions in the request's list.
    """

    def __init__(self, names: dict[int, str]) -> None:
        super().__init__(f"{len(names)} sets")
        self.names = names
