"""Layout of pronunciation sets as DynamoDB items: how they are written, and read back.

Items of one user share the partition ``USER#<user_id>`` with those that ``castline.jobs.items`` describes:

    PRONUNCIATIONS          the directory: what lists show of each set, compressed, and the number of changes
    PRONUNCIATION#<name>    a set: its entries, compressed
"""

from __future__ import annotations

import hashlib
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from castline.dynamodb import UNREADABLE, deserialize, encode_time, pack, to_json, unpack
from castline.jobs.errors import UnreadableItem
from castline.jobs.items import read_pronunciation
from castline.pronunciation_sets.model import PronunciationSet, SetDirectory, SetSummary
from castline.table import user_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from castline.speech.pronunciation import Pronunciation

DIRECTORY = "PRONUNCIATIONS"
SET_PREFIX = "PRONUNCIATION#"


def directory_key(user_id: str) -> dict[str, str]:
    """Return the key of the directory of a user's sets."""
    return {"pk": user_key(user_id), "sk": DIRECTORY}


def set_key(user_id: str, name: str) -> dict[str, str]:
    """Return the key of one of a user's sets."""
    return {"pk": user_key(user_id), "sk": f"{SET_PREFIX}{name}"}


def version_of(entries: tuple[Pronunciation, ...]) -> str:
    """Return a hash of ``entries``: 32 hexadecimal digits."""
    return hashlib.sha256(to_json(_plain(entries))).hexdigest()[:32]


def directory_item(user_id: str, directory: SetDirectory) -> dict[str, Any]:
    """Return the item of a directory."""
    rows = [
        [each.name, each.entry_count, each.version, encode_time(each.updated_at)]
        for each in directory.summaries.values()
    ]
    return {**directory_key(user_id), "revision": directory.revision, "sets": pack(rows)}


def set_item(user_id: str, each: PronunciationSet) -> dict[str, Any]:
    """Return the item of a set."""
    return {
        **set_key(user_id, each.name),
        "entries": pack(_plain(each.entries)),
        "version": each.version,
        "updated_at": encode_time(each.updated_at),
    }


def read_directory(item: Mapping[str, Any]) -> SetDirectory:
    """Return a directory from its item.

    Raises:
        UnreadableItem: this release cannot read it.
    """
    try:
        values = deserialize(item)
        summaries = (
            SetSummary(name=name, entry_count=count, version=version, updated_at=datetime.fromisoformat(updated_at))
            for name, count, version, updated_at, *_ in unpack(values["sets"])
        )
        return SetDirectory(revision=int(values["revision"]), summaries={each.name: each for each in summaries})
    except UNREADABLE as error:
        raise UnreadableItem(f"{DIRECTORY}: {type(error).__name__}") from error


def read_set(item: Mapping[str, Any]) -> PronunciationSet:
    """Return a set from its item. Fields that a newer release has added to entries are ignored.

    Raises:
        UnreadableItem: this release cannot read it.
    """
    try:
        values = deserialize(item)
        return PronunciationSet(
            name=values["sk"].removeprefix(SET_PREFIX),
            entries=tuple(map(read_pronunciation, unpack(values["entries"]))),
            version=values["version"],
            updated_at=datetime.fromisoformat(values["updated_at"]),
        )
    except UNREADABLE as error:
        raise UnreadableItem(f"{SET_PREFIX}: {type(error).__name__}") from error


def _plain(entries: tuple[Pronunciation, ...]) -> list[dict[str, str]]:
    return [
        {each.name: value for each in fields(entry) if (value := getattr(entry, each.name)) is not None}
        for entry in entries
    ]
