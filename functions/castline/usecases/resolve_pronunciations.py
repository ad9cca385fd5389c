"""Resolve the pronunciations of a submission: its own, and those of the sets that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.pronunciation_sets.errors import UnknownPronunciationSet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from castline.documents.repository import DocumentRepository
    from castline.pronunciation_sets.items import Entries
    from castline.speech.pronunciation import Pronunciation


class ResolvePronunciations:
    """Looks up the sets that a submission names."""

    def __init__(self, repository: DocumentRepository[Entries]) -> None:
        """Prepare, with the sets."""
        self._repository = repository

    def __call__(self, user_id: str, own: Sequence[Pronunciation], names: Sequence[str]) -> Entries:
        """Return the pronunciations in force: the first entry for each text and language.

        Args:
            user_id: whose sets.
            own: the entries of the submission, which go before those of sets.
            names: of the sets, in order of precedence.

        Raises:
            UnknownPronunciationSet: the user has no set of some of these names.
            ServiceUnavailable: the sets cannot be read just now.
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
