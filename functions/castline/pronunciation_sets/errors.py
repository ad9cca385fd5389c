"""Errors of the pronunciation sets: the reasons why a request is refused.

PronunciationSetError
├── PreconditionFailed
├── PronunciationSetLimitExceeded
├── PronunciationSetNotFound
├── UnknownPhoneme
└── UnknownPronunciationSet
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class PronunciationSetError(Exception):
    """The domain refuses, for a reason that its caller can act on."""


class PreconditionFailed(PronunciationSetError):
    """The set is not in the state that the client expects."""


class PronunciationSetLimitExceeded(PronunciationSetError):
    """The user has as many sets as a user may have."""

    def __init__(self, max_sets: int) -> None:
        super().__init__(f"more than {max_sets} sets")
        self.max_sets = max_sets


class PronunciationSetNotFound(PronunciationSetError):
    """The user has no such set: unknown and somebody else's are the same."""


class UnknownPhoneme(PronunciationSetError):
    """No enabled provider knows the phonemes of some entries.

    Attributes:
        positions: of these entries in the set.
    """

    def __init__(self, positions: Sequence[int]) -> None:
        super().__init__(f"{len(positions)} entries")
        self.positions = tuple(positions)


class UnknownPronunciationSet(PronunciationSetError):
    """A request names sets that the user does not have.

    Attributes:
        names: the names, each by its position in the request's list.
    """

    def __init__(self, names: dict[int, str]) -> None:
        super().__init__(f"{len(names)} sets")
        self.names = names
