"""Repository of sounds: all reads and writes of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from castline.dynamodb import create_within_limit, encode_expiry, get_item, query_items, serialize, update_item_if
from castline.sounds import items
from castline.sounds.errors import SoundLimitExceeded
from castline.sounds.model import AudioFacts, Sound, SoundStatus
from castline.table import TTL_ATTRIBUTE, user_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from castline.audio.upload_limits import UploadProblem

_IS_VISIBLE = (
    f"attribute_exists(pk) AND attribute_not_exists(is_deleted) "
    f"AND (attribute_not_exists({TTL_ATTRIBUTE}) OR {TTL_ATTRIBUTE} > :now)"
)


class SoundRepository:
    """Repository of sounds in the table of the jobs.

    All methods raise ServiceUnavailable if DynamoDB is temporarily unavailable.
    """

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        """Use the table with the name ``table_name``."""
        self._client = client
        self._table = table_name

    def create(self, sound: Sound, *, max_sounds: int) -> None:
        """Store a new sound.

        Raises:
            SoundLimitExceeded: the user already has ``max_sounds`` sounds.
        """

        def demand_room() -> None:
            if len(self.visible(sound.user_id, sound.created_at)) >= max_sounds:
                raise SoundLimitExceeded(max_sounds)

        create_within_limit(
            self._client,
            self._table,
            items.sound_item(sound),
            counter_key=items.counter_key(sound.user_id),
            demand_room=demand_room,
        )

    def visible(self, user_id: str, now: datetime) -> list[Sound]:
        """Return the sounds that exist for a user, newest first."""
        found = query_items(
            self._client,
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues=serialize({":pk": user_key(user_id), ":prefix": items.SOUND_PREFIX}),
            ScanIndexForward=False,
            ConsistentRead=True,
        )
        return [sound for sound in map(items.read_sound, found) if sound.is_visible(now)]

    def find(self, user_id: str, sound_id: str) -> Sound | None:
        """Return a sound, even if it is deleted or expired; None if it has no item."""
        item = get_item(self._client, self._table, items.sound_key(user_id, sound_id))
        return items.read_sound(item) if item is not None else None

    def find_several(self, user_id: str, sound_ids: frozenset[str]) -> Mapping[str, Sound]:
        """Return several sounds by id, as ``find`` does, without those that have no item."""
        found = {sound_id: self.find(user_id, sound_id) for sound_id in sorted(sound_ids)}
        return {sound_id: sound for sound_id, sound in found.items() if sound is not None}

    def complete(
        self, sound: Sound, *, content_type: str, facts: AudioFacts | None, expires_at: datetime, now: datetime
    ) -> bool:
        """Mark a waiting sound as ready. Return False if it is no longer waiting or does not exist."""
        values: dict[str, Any] = {":type": content_type, ":ready": SoundStatus.READY.value}
        sets = ["#status = :ready", "content_type = :type"]
        for name, value in (items.facts_values(facts) if facts is not None else {}).items():
            sets.append(f"{name} = :{name}")
            values[f":{name}"] = value
        return self._end_waiting(sound, sets, values, expires_at=expires_at, now=now)

    def fail(self, sound: Sound, problem: UploadProblem, *, expires_at: datetime, now: datetime) -> bool:
        """Mark a waiting sound as failed. Return False if it is no longer waiting or does not exist."""
        values = {":problem": problem.value, ":failed": SoundStatus.FAILED.value}
        return self._end_waiting(
            sound, ["#status = :failed", "problem = :problem"], values, expires_at=expires_at, now=now
        )

    def keep(self, user_id: str, sound_id: str, *, now: datetime) -> bool:
        """Remove the expiry of a ready sound. Return False if there is no such sound any more."""
        return self._update(
            user_id,
            sound_id,
            f"REMOVE {TTL_ATTRIBUTE}",
            f"{_IS_VISIBLE} AND #status = :ready",
            {":now": encode_expiry(now), ":ready": SoundStatus.READY.value},
        )

    def delete(self, user_id: str, sound_id: str, *, expires_at: datetime, now: datetime) -> bool:
        """Mark a sound as deleted, and set the time of its removal. Return False if there is no such sound."""
        return self._update(
            user_id,
            sound_id,
            f"SET is_deleted = :yes, {TTL_ATTRIBUTE} = :expiry",
            _IS_VISIBLE,
            {":now": encode_expiry(now), ":yes": True, ":expiry": encode_expiry(expires_at)},
        )

    def _end_waiting(
        self, sound: Sound, sets: list[str], values: dict[str, Any], *, expires_at: datetime, now: datetime
    ) -> bool:
        return self._update(
            sound.user_id,
            sound.id,
            f"SET {', '.join([*sets, f'{TTL_ATTRIBUTE} = :expiry'])}",
            f"{_IS_VISIBLE} AND #status = :waiting",
            {
                **values,
                ":now": encode_expiry(now),
                ":waiting": SoundStatus.WAITING.value,
                ":expiry": encode_expiry(expires_at),
            },
        )

    def _update(self, user_id: str, sound_id: str, update: str, condition: str, values: dict[str, Any]) -> bool:
        names: Any = {"ExpressionAttributeNames": {"#status": "status"}} if "#status" in update + condition else {}
        changed = update_item_if(
            self._client,
            TableName=self._table,
            Key=serialize(items.sound_key(user_id, sound_id)),
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeValues=serialize(values),
            **names,
        )
        return changed is not None
