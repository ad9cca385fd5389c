"""Look-up of utterances that are stored already and need not be spoken again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TYPE_CHECKING, Final, NamedTuple

from castline.synthesis.segment_notes import SegmentNotes
from castline.synthesis.segments import fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from castline.audio.profile import Quality
    from castline.audio.storage import AudioStorage, SegmentEntry
    from castline.speech.providers.base import SpeechProvider
    from castline.speech.utterances import Utterance

LOOK_UPS: Final = 16
"""Look-ups at the same time."""


class StoredEntry(NamedTuple):
    """An utterance's segment in the bucket, known without reading its content."""

    entry: SegmentEntry
    notes: SegmentNotes


def find_entry(storage: AudioStorage, user_id: str, key: str) -> StoredEntry | None:
    """Return a user's segment of the cache key ``key``; None if it must be spoken.

    Raises:
        ServiceUnavailable: S3 cannot answer just now.
    """
    entry = storage.find_segment(user_id, key)
    notes = None if entry is None else SegmentNotes.from_metadata(entry.notes)
    return None if entry is None or notes is None else StoredEntry(entry, notes)


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
        ServiceUnavailable: S3 cannot answer just now.
    """

    def find(utterance: Utterance) -> StoredEntry | None:
        return find_entry(storage, user_id, fingerprint(provider, utterance, quality))

    with ThreadPoolExecutor(LOOK_UPS, thread_name_prefix="look-up") as pool:
        futures = [pool.submit(copy_context().run, find, each) for each in utterances]
        try:
            found = [future.result() for future in futures]
        finally:
            for future in futures:
                future.cancel()
    return {position: each.entry.samples for position, each in enumerate(found) if each is not None}
