"""Layout of sounds as DynamoDB items: writes sounds as items, and reads them back.

Items of one user share the partition ``USER#<user_id>`` with those that ``castline.jobs.items`` describes:

    SOUNDS         the number of sounds ever created, by which two concurrent creations cannot both pass the limit
    SOUND#<id>     a sound; DynamoDB's TTL removes it, and an event of the table's stream then deletes its files
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from castline.audio.upload_limits import UploadProblem
from castline.dynamodb import UNREADABLE, deserialize, encode_expiry, encode_time
from castline.jobs.errors import UnreadableItem
from castline.sounds.model import AudioFacts, Sound, SoundKind, SoundStatus
from castline.table import TTL_ATTRIBUTE, user_key

if TYPE_CHECKING:
    from collections.abc import Mapping

COUNTER = "SOUNDS"
SOUND_PREFIX = "SOUND#"
_USER_PREFIX = user_key("")


def counter_key(user_id: str) -> dict[str, str]:
    """Return the key of the counter of the sounds that a user has created."""
    return {"pk": user_key(user_id), "sk": COUNTER}


def sound_key(user_id: str, sound_id: str) -> dict[str, str]:
    """Return the key of one of a user's sounds."""
    return {"pk": user_key(user_id), "sk": f"{SOUND_PREFIX}{sound_id}"}


def read_sound_key(key: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the user's id and the sound's id from an item's key; None if the item is not a sound."""
    if not (key["pk"].startswith(_USER_PREFIX) and key["sk"].startswith(SOUND_PREFIX)):
        return None
    return key["pk"].removeprefix(_USER_PREFIX), key["sk"].removeprefix(SOUND_PREFIX)


def sound_item(sound: Sound) -> dict[str, Any]:
    """Return the item of a sound."""
    item: dict[str, Any] = {
        **sound_key(sound.user_id, sound.id),
        "name": sound.name,
        "kind": sound.kind.value,
        "status": sound.status.value,
        "content_type": sound.content_type,
        "size_bytes": sound.size_bytes,
        "created_at": encode_time(sound.created_at),
    }
    if sound.expires_at is not None:
        item[TTL_ATTRIBUTE] = encode_expiry(sound.expires_at)
    if sound.is_deleted:
        item["is_deleted"] = True
    if sound.facts is not None:
        item.update(facts_values(sound.facts))
    if sound.problem is not None:
        item["problem"] = sound.problem.value
    return item


def facts_values(facts: AudioFacts) -> dict[str, Any]:
    """Return the item's attributes for measurements."""
    values: dict[str, Any] = {
        "duration_ms": facts.duration_ms,
        "channels": facts.channels,
        "sample_rate_hz": facts.sample_rate_hz,
    }
    for name in ("loudness_lufs", "standard_lufs"):
        if (lufs := getattr(facts, name)) is not None:
            values[name] = Decimal(str(lufs))
    return values


def read_sound(item: Mapping[str, Any]) -> Sound:
    """Return a sound from its item.

    Raises:
        UnreadableItem: this release cannot read it.
    """
    try:
        return _read_sound(deserialize(item))
    except UNREADABLE as error:
        raise UnreadableItem(f"{SOUND_PREFIX}: {type(error).__name__}") from error


def _read_sound(values: Mapping[str, Any]) -> Sound:
    user_id, sound_id = values["pk"].removeprefix(_USER_PREFIX), values["sk"].removeprefix(SOUND_PREFIX)
    expiry, problem = values.get(TTL_ATTRIBUTE), values.get("problem")
    return Sound(
        id=sound_id,
        user_id=user_id,
        name=values["name"],
        kind=SoundKind(values["kind"]),
        status=SoundStatus(values["status"]),
        content_type=values["content_type"],
        size_bytes=int(values["size_bytes"]),
        created_at=datetime.fromisoformat(values["created_at"]),
        expires_at=None if expiry is None else datetime.fromtimestamp(int(expiry), UTC),
        is_deleted=bool(values.get("is_deleted", False)),
        facts=AudioFacts(
            duration_ms=int(values["duration_ms"]),
            channels=int(values["channels"]),
            sample_rate_hz=int(values["sample_rate_hz"]),
            loudness_lufs=_read_lufs(values.get("loudness_lufs")),
            standard_lufs=_read_lufs(values.get("standard_lufs")),
        )
        if "duration_ms" in values
        else None,
        problem=None if problem is None else UploadProblem(problem),
    )


def _read_lufs(value: Any) -> float | None:
    return None if value is None else float(value)
