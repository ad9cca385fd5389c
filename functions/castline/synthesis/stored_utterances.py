"""Look-up of utterances that are stored already and need not be spoken again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from castline.synthesis.segment_notes import SegmentNotes
from castline.synthesis.segments import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from castline.audio.profile import Quality
    from castline.audio.storage import AudioStorage, SegmentEntry
    from castline.speech.providers.base import SpeechProvider
    from castline.speech.utterances import Utterance

FoundT = TypeVar("FoundT")

LOOK_UPS: Final = 16
"""The number of look-ups at the same time."""


class StoredEntry(NamedTuple):
    """The layout and the notes of an utterance's stored segment, known without reading its content."""

    entry: SegmentEntry
    notes: SegmentNotes


def find_entry(storage: AudioStorage, user_id: str, key: str) -> StoredEntry | None:
    """Return a user's segment with the cache key ``key``; None if it must be spoken.

    Raises:
        ServiceUnavailable: S3 is temporarily unavailable.
    """
    entry = storage.find_segment(user_id, key)
    notes = None if entry is None else SegmentNotes.from_metadata(entry.notes)
    return None if entry is None or notes is None else StoredEntry(entry, notes)


def look_up(keys: Iterable[str], find: Callable[[str], FoundT | None]) -> dict[str, FoundT]:
    """Call ``find`` for several keys at the same time, and return its results by key, without None.

    Args:
        keys: the keys. Each distinct key is looked up once.
        find: a function that looks up one key. An error that it raises ends all look-ups.
    """
    distinct = tuple(dict.fromkeys(keys))
    with ThreadPoolExecutor(LOOK_UPS, thread_name_prefix="look-up") as pool:
        futures = [pool.submit(copy_context().run, find, key) for key in distinct]
        try:
            found = [future.result() for future in futures]
        finally:
            for future in futures:
                future.cancel()
    return {key: each for key, each in zip(distinct, found, strict=True) if each is not None}


def find_lengths(
    utterances: Sequence[Utterance],
    provider: SpeechProvider,
    quality: Quality,
    *,
    storage: AudioStorage,
    user_id: str,
) -> dict[int, int]:
    """Return the length in ticks of each of ``utterances`` that is stored, by its position.

    Raises:
        ProviderRejectedInput: the service cannot take a text.
        ServiceUnavailable: S3 is temporarily unavailable.
    """
    keys = [fingerprint(provider, utterance, quality) for utterance in utterances]
    found = look_up(keys, lambda key: find_entry(storage, user_id, key))
    return {position: found[key].entry.samples for position, key in enumerate(keys) if key in found}
