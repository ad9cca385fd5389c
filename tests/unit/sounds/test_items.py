"""Stored form of uploaded sounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from castline.audio.upload_limits import UploadProblem
from castline.dynamodb import serialize
from castline.jobs.errors import UnreadableItem
from castline.sounds.items import read_sound, sound_item
from castline.sounds.model import AudioFacts, Sound, SoundKind, SoundStatus

NEW = Sound(
    id="01900000-0000-7000-8000-000000000000",
    user_id="ann",
    name="bed.wav",
    kind=SoundKind.AUDIO,
    status=SoundStatus.WAITING,
    content_type="audio/wav",
    size_bytes=1_000,
    created_at=datetime(2026, 1, 20, 10, 30, tzinfo=UTC),
)
MEASURED = AudioFacts(duration_ms=2_000, channels=1, sample_rate_hz=24_000, loudness_lufs=-18.5, standard_lufs=None)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"expires_at": datetime(2026, 1, 21, tzinfo=UTC), "is_deleted": True},
        {"status": SoundStatus.READY, "facts": MEASURED},
        {"status": SoundStatus.FAILED, "problem": next(iter(UploadProblem))},
    ],
)
def test_a_sound_is_read_as_it_was_stored(changes: dict[str, Any]) -> None:
    sound = replace(NEW, **changes)

    assert read_sound(serialize(sound_item(sound))) == sound


def test_what_this_release_does_not_know_is_unreadable() -> None:
    item = sound_item(NEW) | {"kind": "smell"}

    with pytest.raises(UnreadableItem):
        read_sound(serialize(item))
