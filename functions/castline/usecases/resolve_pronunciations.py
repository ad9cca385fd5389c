"""Resolve the pronunciations of a submission: its own, and those of its pronunciation sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.pronunciation_sets.errors import UnknownPronunciationSet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from castline.documents.repository import DocumentRepository
    from castline.pronunciation_sets.items import Entries
    from castline.speech.pronunciation import Pronunciation


class ResolvePronunciations:
    """Combines the pronunciations of a submission with those of the sets that it names."""

    def __init__(self, repository: DocumentRepository[Entries]) -> None:
        """Store the repository of pronunciation sets."""
        self._repository = repository

    def __call__(self, user_id: str, own: Sequence[Pronunciation], names: Sequence[str]) -> Entries:
        """Return the pronunciations in force: the first entry for each text and language.

        Args:
            user_id: the user who owns the sets.
            own: the entries of the submission, which take precedence over those of sets.
            names: the names of the sets, in order of precedence.

        Raises:
            UnknownPronunciationSet: the user has no set with one of these names.
            ServiceUnavailable: the sets temporarily cannot be read.
        """
        sets = {name: self._repository.get(user_id, name) for name in dict.fromkeys(names)}
        unknown = {position: name for position, name in enumerate(names) if sets[name] is None}
        if unknown:
            raise UnknownPronunciationSet(unknown)
        in_force: dict[tuple[str, str], Pronunciation] = {}
        for entries in (own, *(each.content for each in sets.values() if each is not None)):
            for entry in entries:
                in_force.setdefault(entry.key, entry)
        return tuple(in_force.values())
