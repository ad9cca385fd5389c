"""Keep the pronunciation sets of a user: list, read, write and delete them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from castline.pronunciation_sets.errors import (
    PreconditionFailed,
    PronunciationSetLimitExceeded,
    PronunciationSetNotFound,
    UnknownPhoneme,
)
from castline.pronunciation_sets.items import version_of
from castline.pronunciation_sets.limits import MAX_SETS
from castline.pronunciation_sets.model import PronunciationSet, SetDirectory, SetSummary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from castline.pronunciation_sets.repository import PronunciationSetRepository
    from castline.speech.pronunciation import Pronunciation
    from castline.speech.providers.registry import EnabledProvider

Precondition = Callable[[str | None], bool]
"""Returns whether a set may be changed, given its version; None when there is no such set."""

_SOME_LANGUAGE = ""


class KeepPronunciations:
    """The pronunciation sets of users. Another user's set does not exist.

    All methods raise ServiceUnavailable when AWS cannot serve us just now.
    """

    def __init__(
        self,
        repository: PronunciationSetRepository,
        *,
        providers: Callable[[], Mapping[str, EnabledProvider]],
        now: Callable[[], datetime],
    ) -> None:
        """Prepare.

        Args:
            repository: the sets.
            providers: gives the enabled speech providers by id.
            now: the clock.
        """
        self._repository = repository
        self._providers = providers
        self._now = now

    def list(self, user_id: str) -> tuple[SetSummary, ...]:
        """Return the user's sets by name."""
        summaries = self._repository.directory(user_id).summaries
        return tuple(summaries[name] for name in sorted(summaries))

    def get(self, user_id: str, name: str) -> PronunciationSet:
        """Return a set.

        Raises:
            PronunciationSetNotFound: the user has no such set.
        """
        found = self._repository.get(user_id, name)
        if found is None:
            raise PronunciationSetNotFound
        return found

    def put(
        self, user_id: str, name: str, entries: tuple[Pronunciation, ...], *, precondition: Precondition
    ) -> tuple[SetSummary, bool]:
        """Create or replace a set. One that has these entries already stays as it is.

        Returns:
            The set, and whether it is new.

        Raises:
            UnknownPhoneme: no enabled provider knows the phonemes of some entries.
            PronunciationSetLimitExceeded: the set would be new, and the user has as many as allowed.
            PreconditionFailed: ``precondition`` does not hold.
        """
        unknown = tuple(self._unknown_phonemes(entries))
        if unknown:
            raise UnknownPhoneme(unknown)
        new = PronunciationSet(name=name, entries=entries, version=version_of(entries), updated_at=self._now())
        outcome = new.summary(), True

        def decide(directory: SetDirectory) -> PronunciationSet | None:
            nonlocal outcome
            current = directory.summaries.get(name)
            if current is None and len(directory.summaries) >= MAX_SETS:
                raise PronunciationSetLimitExceeded(MAX_SETS)
            if not precondition(current.version if current else None):
                raise PreconditionFailed
            if current is not None and current.version == new.version:
                outcome = current, False
                return None
            outcome = new.summary(), current is None
            return new

        self._repository.write(user_id, decide)
        return outcome

    def delete(self, user_id: str, name: str, *, precondition: Precondition) -> None:
        """Delete a set. Jobs that were submitted with it keep its entries.

        Raises:
            PronunciationSetNotFound: the user has no such set.
            PreconditionFailed: ``precondition`` does not hold.
        """

        def demand(directory: SetDirectory) -> None:
            if name not in directory.summaries:
                raise PronunciationSetNotFound
            if not precondition(directory.summaries[name].version):
                raise PreconditionFailed

        self._repository.delete(user_id, name, demand)

    def _unknown_phonemes(self, entries: tuple[Pronunciation, ...]) -> Iterator[int]:
        providers = [each.provider for each in self._providers().values()]
        for position, entry in enumerate(entries):
            if entry.phoneme is None or entry.alphabet is None:
                continue
            language = entry.language or _SOME_LANGUAGE
            if not any(
                each.is_phoneme(entry.phoneme, alphabet=entry.alphabet, language=language) for each in providers
            ):
                yield position
