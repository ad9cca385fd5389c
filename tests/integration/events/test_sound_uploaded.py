"""Uploaded files: received once, however often and however late they are told; removed when their sound expires."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
import pytest

from castline import composition
from castline.audio.profile import Quality
from castline.aws_errors import ServiceUnavailable
from castline.dynamodb import serialize
from castline.sounds import items
from castline.sounds.errors import SoundNotFound
from castline.sounds.keys import UPLOAD, sound_file_key
from castline.sounds.model import SoundKind, SoundStatus
from castline.usecases.use_sounds import mismatch
from infra import functions
from local import resources
from local.cloud.lambda_errors import FunctionError
from tests.integration.local_cloud import clients
from tests.unit.audio import uploads
from tests.unit.audio.test_image_header import picture

if TYPE_CHECKING:
    from pathlib import Path

    from castline.sounds.model import Sound
    from local.cloud.cloud import LocalCloud
    from local.cloud.streams import StreamMapping

FORMS = {"listen.mp3", "standard.pcm", "studio.pcm", "upload"}


@pytest.fixture(scope="module")
def cloud(functions_environment: LocalCloud) -> LocalCloud:
    return functions_environment


@pytest.fixture(scope="module")
def removals(cloud: LocalCloud) -> StreamMapping:
    return resources.map_ttl_removals(cloud)


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return uploads.tone(tmp_path_factory.mktemp("audio") / "tone.flac").read_bytes()


@pytest.fixture
def user() -> str:
    return f"auth0|{uuid4()}"


def waiting(user: str, content: bytes, content_type: str = "audio/flac") -> Sound:
    """Create a sound, and upload its file."""
    sound, _ = composition.keep_sounds().create(user, name="Tone", size_bytes=len(content), content_type=content_type)
    put(sound, content)
    return sound


def put(sound: Sound, content: bytes) -> None:
    key = sound_file_key(sound.user_id, sound.id, UPLOAD)
    clients.client("s3").put_object(Bucket=resources.BUCKET_NAME, Key=key, Body=content)


def event(sound: Sound) -> dict[str, Any]:
    return {
        "detail-type": "Object Created",
        "source": "aws.s3",
        "detail": {"object": {"key": sound_file_key(sound.user_id, sound.id, UPLOAD)}},
    }


def tell(cloud: LocalCloud, sound: Sound) -> None:
    cloud.lambdas.invoke(functions.SOUND_UPLOADED.name, event(sound))


def now_of(sound: Sound) -> Sound | None:
    return composition.sound_repository().find(sound.user_id, sound.id)


def files(sound: Sound) -> set[str]:
    prefix = sound_file_key(sound.user_id, sound.id, "")
    found = clients.client("s3").list_objects_v2(Bucket=resources.BUCKET_NAME, Prefix=prefix)
    return {each["Key"].removeprefix(prefix) for each in found.get("Contents", ())}


def expire(sound: Sound) -> None:
    clients.client("dynamodb").update_item(
        TableName=resources.TABLE_NAME,
        Key=serialize(items.sound_key(sound.user_id, sound.id)),
        UpdateExpression="SET expires_at = :past",
        ExpressionAttributeValues=serialize({":past": 1}),
    )


def test_a_file_is_brought_to_pcm_for_jobs(cloud: LocalCloud, user: str, tone: bytes, tmp_path: Path) -> None:
    sound = waiting(user, tone)

    tell(cloud, sound)

    ready = composition.use_sounds().resolve(user, [sound.id, str(uuid4())])
    assert ready.keys() == {sound.id}
    assert mismatch(ready[sound.id], SoundKind.AUDIO) is None
    assert files(sound) == FORMS
    storage = composition.sound_storage()
    for quality, samples in ((Quality.STANDARD, 48_000), (Quality.STUDIO, 192_000)):
        storage.fetch_pcm(user, sound.id, quality, tmp_path / quality)
        assert np.fromfile(tmp_path / quality, "<i2").size == samples


def test_sounds_are_told_apart_by_what_they_are_wanted_for(cloud: LocalCloud, user: str, tone: bytes) -> None:
    clip, image = waiting(user, tone), waiting(user, picture("PNG"), "image/png")

    assert mismatch(now_of(clip), SoundKind.AUDIO) == "sound_not_ready"
    assert mismatch(now_of(clip), SoundKind.IMAGE) == "sound_not_image"
    assert mismatch(now_of(image), SoundKind.AUDIO) == "sound_not_audio"
    assert mismatch(None, SoundKind.AUDIO) == "unknown_sound"


def test_an_event_that_is_told_again_changes_nothing(cloud: LocalCloud, user: str, tone: bytes) -> None:
    # Given a sound that is ready, and used by a job
    sound = waiting(user, tone)
    tell(cloud, sound)
    assert composition.use_sounds().touch(user, [sound.id]) == frozenset()
    ready = now_of(sound)

    # When the event comes again, and even the file is another one
    put(sound, b"not audio any more")
    tell(cloud, sound)

    # Then it stays ready, and kept
    assert now_of(sound) == ready
    assert ready is not None
    assert ready.expires_at is None
    assert files(sound) == FORMS


def test_an_event_that_is_told_twice_at_once_makes_one_sound(cloud: LocalCloud, user: str, tone: bytes) -> None:
    sound = waiting(user, tone)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: tell(cloud, sound), range(2)))

    received = now_of(sound)
    assert received is not None
    assert received.status is SoundStatus.READY


def test_a_sound_that_was_deleted_meanwhile_stays_deleted(cloud: LocalCloud, user: str, tone: bytes) -> None:
    sound = waiting(user, tone)
    composition.keep_sounds().delete(user, sound.id)

    tell(cloud, sound)

    deleted = now_of(sound)
    assert deleted is not None
    assert (deleted.is_deleted, deleted.status) == (True, SoundStatus.WAITING)
    assert composition.use_sounds().resolve(user, [sound.id]) == {}


def test_the_file_of_a_sound_that_is_gone_is_deleted(cloud: LocalCloud, user: str, tone: bytes) -> None:
    sound = waiting(user, tone)
    key: Any = serialize(items.sound_key(user, sound.id))
    clients.client("dynamodb").delete_item(TableName=resources.TABLE_NAME, Key=key)

    tell(cloud, sound)

    assert files(sound) == set()


def test_an_event_without_its_file_is_passed_over(cloud: LocalCloud, user: str, tone: bytes) -> None:
    sound = waiting(user, tone)
    clients.client("s3").delete_object(Bucket=resources.BUCKET_NAME, Key=sound_file_key(user, sound.id, UPLOAD))

    before = now_of(sound)

    tell(cloud, sound)

    assert now_of(sound) == before


@pytest.mark.parametrize("key", ["audio/x/y.mp3", "sounds/a/b/studio.pcm", "sounds/a|b/c/upload", "sounds/upload"])
def test_other_objects_are_passed_over(cloud: LocalCloud, key: str) -> None:
    cloud.lambdas.invoke(functions.SOUND_UPLOADED.name, {"detail": {"object": {"key": key}}})


def test_an_event_is_told_again_when_aws_is_unavailable(
    cloud: LocalCloud, user: str, tone: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given S3 that takes no file
    sound = waiting(user, tone)

    def refuse(*_arguments: object) -> None:
        raise ServiceUnavailable("S3")

    with monkeypatch.context() as broken:
        broken.setattr(composition.sound_storage(), "put_file", refuse)

        # When the event is told, it fails, so that it is told again
        with pytest.raises(FunctionError):
            tell(cloud, sound)
    tell(cloud, sound)

    received = now_of(sound)
    assert received is not None
    assert received.status is SoundStatus.READY


def test_unused_sounds_expire_and_used_ones_do_not(
    cloud: LocalCloud, removals: StreamMapping, user: str, tone: bytes
) -> None:
    # Given four sounds: one never uploaded, one never used, one deleted, and one in a job
    never_uploaded, unused, deleted, used = (waiting(user, tone) for _ in range(4))
    for sound in (unused, deleted, used):
        tell(cloud, sound)
    composition.use_sounds().touch(user, [used.id])
    composition.keep_sounds().delete(user, deleted.id)
    kept_until = {
        sound.id: found.expires_at - datetime.now(UTC) if (found := now_of(sound)) and found.expires_at else None
        for sound in (never_uploaded, unused, deleted, used)
    }
    for sound, expected in ((never_uploaded, 1), (unused, 30), (deleted, 2)):
        assert kept_until[sound.id] == pytest.approx(timedelta(days=expected), abs=timedelta(minutes=2))
    assert kept_until[used.id] is None

    # When their time is over
    for sound in (never_uploaded, unused, deleted):
        expire(sound)
    cloud.tick()

    # Then they are removed with their files
    assert [now_of(sound) for sound in (never_uploaded, unused, deleted)] == [None] * 3
    assert [files(sound) for sound in (never_uploaded, unused, deleted)] == [set()] * 3
    assert files(used) == FORMS
    assert removals.dead_letters == []


def test_files_that_are_gone_are_not_found(user: str, tmp_path: Path) -> None:
    storage = composition.sound_storage()

    with pytest.raises(SoundNotFound):
        storage.fetch_pcm(user, str(uuid4()), Quality.STUDIO, tmp_path / "pcm")
    with pytest.raises(SoundNotFound):
        storage.fetch_image(user, str(uuid4()))


def test_an_object_that_is_created_is_told_as_eventbridge_tells_it(cloud: LocalCloud, user: str) -> None:
    """The local cloud's own event: a canary for its hook in moto."""
    told: list[dict[str, Any]] = []
    cloud.on_object_created(told.append)
    sound = waiting(user, b"content")

    deadline = datetime.now(UTC) + timedelta(seconds=10)
    while not any(each["detail"]["object"]["key"].endswith(f"{sound.id}/upload") for each in told):
        assert datetime.now(UTC) < deadline

    (only,) = (each for each in told if sound.id in json.dumps(each))
    assert (only["source"], only["detail-type"]) == ("aws.s3", "Object Created")
    assert only["detail"]["bucket"] == {"name": resources.BUCKET_NAME}
    assert only["detail"]["object"]["size"] == 7
    assert only["detail"]["reason"] == "PutObject"
