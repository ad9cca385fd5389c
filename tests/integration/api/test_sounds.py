"""Sounds: created, uploaded to a presigned URL, listed, listened to and deleted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import pytest
from uuid6 import uuid7
from werkzeug.test import Client

from castline import composition
from castline.audio.upload_limits import MAX_AUDIO_BYTES, MAX_IMAGE_BYTES
from castline.dynamodb import serialize
from castline.events import sound_uploaded
from castline.sounds import items
from castline.sounds.errors import SoundLimitExceeded
from castline.sounds.keys import UPLOAD, sound_file_key
from castline.sounds.limits import CONTENT_TYPES, MAX_NAME_CHARACTERS
from castline.usecases import keep_sounds
from infra import functions
from local import resources
from tests.integration.api.client import Answer, call
from tests.unit.audio import uploads
from tests.unit.audio.test_image_header import picture

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from werkzeug.test import TestResponse

    from local.cloud.cloud import LocalCloud

ORIGIN = "http://127.0.0.1:8080"
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture(autouse=True, scope="module")
def downloads_here(service: LocalCloud) -> Iterator[None]:
    """Have files uploaded and downloaded here, and register the function that receives them."""
    spec = functions.SOUND_UPLOADED
    service.lambdas.register(spec.name, sound_uploaded.handler, timeout_seconds=spec.timeout_seconds)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOWNLOAD_ENDPOINT_URL", ORIGIN)
        composition.reset()
        yield
    composition.reset()


@pytest.fixture(scope="module")
def s3(service: LocalCloud) -> Client:
    return Client(service.s3_wsgi_app())


@pytest.fixture(scope="module")
def mp3(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return uploads.tone(tmp_path_factory.mktemp("audio") / "tone.mp3").read_bytes()


def create(user: str, **changes: Any) -> Answer:
    body = {"name": "片頭 Jingle", "size_bytes": 1_000, "content_type": "audio/mpeg"} | changes
    return call("POST", "/sounds", user=user, json=body, headers=ENGLISH)


def get(user: str, sound_id: str) -> Answer:
    return call("GET", f"/sounds/{sound_id}", user=user, headers=ENGLISH)


def send(s3: Client, method: str, url: str, **request: Any) -> TestResponse:
    parts = urlsplit(url)
    return s3.open(f"{parts.path}?{parts.query}", base_url=ORIGIN, method=method, **request)


def upload(s3: Client, created: dict[str, Any], content: bytes, **headers: str) -> TestResponse:
    request = created["upload"]
    changed = {name.replace("_", "-"): value for name, value in headers.items()}
    return send(s3, request["method"], request["url"], data=content, headers=request["headers"] | changed)


def receive(cloud: LocalCloud, user: str, sound_id: str) -> None:
    """Tell the function that the file has arrived."""
    key = sound_file_key(user, sound_id, UPLOAD)
    cloud.lambdas.invoke(functions.SOUND_UPLOADED.name, {"detail": {"object": {"key": key}}})


def problems(answer: Answer) -> dict[str, str]:
    assert answer.status == 400
    return {each["field"]: each["message"] for each in answer.json()["details"]["errors"]}


def test_a_clip_is_created_uploaded_listened_to_and_deleted(
    service: LocalCloud, s3: Client, user: str, mp3: bytes
) -> None:
    # When it is created
    answer = create(user, size_bytes=len(mp3))

    # Then it waits for its file for a day, and the URL holds for an hour
    created = answer.json()
    assert (answer.status, created["status"], created["kind"]) == (201, "waiting", "audio")
    assert answer.headers["Cache-Control"] == "no-store"
    created_at = datetime.fromisoformat(created["created_at"])
    assert datetime.fromisoformat(created["expires_at"]) - created_at == timedelta(days=1)
    assert datetime.fromisoformat(created["upload"]["expires_at"]) - created_at == timedelta(hours=1)
    assert get(user, created["id"]).json()["audio_url"] is None

    # When its file is uploaded and received
    assert upload(s3, created, mp3).status_code == 200
    receive(service, user, created["id"])

    # Then it is ready, and kept for 30 days
    ready = get(user, created["id"]).json()
    assert (ready["status"], ready["duration_ms"], ready["channels"]) == ("ready", 2_000, 1)
    assert (ready["sample_rate_hz"], ready["error"]) == (44_100, None)
    assert ready["loudness_lufs"] == pytest.approx(-19.0, abs=0.5)
    assert datetime.fromisoformat(ready["expires_at"]) - created_at == timedelta(days=30)
    heard = send(s3, "GET", ready["audio_url"])
    assert (heard.status_code, heard.headers["Content-Type"]) == (200, "audio/mpeg")
    listed = call("GET", "/sounds", user=user).json()
    assert listed["total"] == 1
    assert listed["items"] == [
        {name: value for name, value in ready.items() if name not in {"audio_url", "image_url"}}
    ]

    # When it is deleted
    assert call("DELETE", f"/sounds/{created['id']}", user=user).status == 204

    # Then it does not exist any more, and its files are still there for jobs
    assert get(user, created["id"]).json()["error"] == "SOUND_NOT_FOUND"
    assert call("DELETE", f"/sounds/{created['id']}", user=user).status == 404
    assert call("GET", "/sounds", user=user).json() == {"items": [], "total": 0}
    assert send(s3, "GET", ready["audio_url"]).status_code == 200


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_an_image_is_shown_as_it_is(service: LocalCloud, s3: Client, user: str, kind: str) -> None:
    # Given an image with another media type than it is said to have
    image = picture(kind)
    created = create(user, name="Cover", size_bytes=len(image), content_type="image/png").json()
    assert upload(s3, created, image).status_code == 200
    receive(service, user, created["id"])

    ready = get(user, created["id"]).json()

    assert (ready["kind"], ready["status"], ready["audio_url"]) == ("image", "ready", None)
    assert ready["content_type"] == f"image/{kind.lower()}"
    shown = send(s3, "GET", ready["image_url"])
    assert (shown.data, shown.headers["Content-Type"]) == (image, ready["content_type"])
    assert composition.sound_storage().fetch_image(user, created["id"]) == (ready["content_type"], image)


def test_a_file_that_cannot_be_used_is_explained(service: LocalCloud, s3: Client, user: str, tmp_path: Path) -> None:
    # Given a file with a moving picture
    video = tmp_path / "video.mp4"
    uploads.ffmpeg("-f", "lavfi", "-i", uploads.SINE, "-f", "lavfi", "-i", uploads.PICTURE, "-shortest", video)
    content = video.read_bytes()
    created = create(user, size_bytes=len(content), content_type="audio/mp4").json()
    upload(s3, created, content)

    # When it is received
    receive(service, user, created["id"])

    # Then its user is told what is wrong, and it is kept for a day
    for language, message in (
        ("en", "The file contains video. Please upload only its audio."),
        ("zh-TW", "這個檔案含有影片，請只上傳聲音"),
    ):
        failed = call("GET", f"/sounds/{created['id']}", user=user, headers={"Accept-Language": language}).json()
        assert (failed["status"], failed["audio_url"]) == ("failed", None)
        assert failed["error"] == {"code": "has_video", "message": message}
    expires_in = datetime.fromisoformat(failed["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=23) < expires_in <= timedelta(days=1)


@pytest.mark.parametrize(
    ("size", "headers", "status"),
    [
        (999, {}, 403),
        (1_001, {}, 403),
        (1_000, {"Content_Type": "text/html"}, 403),
        (1_000, {"If_None_Match": "x"}, 403),
        (1_000, {}, 200),
    ],
)
def test_s3_takes_a_file_only_of_the_size_and_type_that_were_said(
    s3: Client, user: str, size: int, headers: dict[str, str], status: int
) -> None:
    created = create(user).json()

    assert upload(s3, created, bytes(size), **headers).status_code == status


def test_a_file_is_uploaded_once(service: LocalCloud, s3: Client, user: str) -> None:
    # Given an image that is ready
    first = picture("PNG")
    second = first.replace(b"IDAT", b"iDAT")
    created = create(user, size_bytes=len(first), content_type="image/png").json()
    upload(s3, created, first)
    receive(service, user, created["id"])

    # When another one is uploaded while the URL is valid
    again = upload(s3, created, second)

    # Then it is refused
    assert again.status_code == 412
    assert composition.sound_storage().fetch_image(user, created["id"])[1] == first


def test_a_page_of_any_origin_may_upload(s3: Client, user: str) -> None:
    created = create(user).json()

    preflight = send(
        s3,
        "OPTIONS",
        created["upload"]["url"],
        headers={
            "Origin": "https://console.example.com",
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "content-type,if-none-match",
        },
    )

    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Origin"] in {"*", "https://console.example.com"}
    allowed = {each.strip().lower() for each in preflight.headers["Access-Control-Allow-Headers"].split(",")}
    assert {each.lower() for each in created["upload"]["headers"]} <= allowed


def test_what_is_wrong_is_said_at_its_field(user: str) -> None:
    assert problems(create(user, name=" ")) == {"name": "must not be blank"}
    assert problems(create(user, name="x" * (MAX_NAME_CHARACTERS + 1))).keys() == {"name"}
    assert problems(create(user, size_bytes=0)) == {"size_bytes": "must be at least 1"}
    assert problems(create(user, size_bytes=MAX_AUDIO_BYTES + 1)).keys() == {"size_bytes"}
    too_large = create(user, size_bytes=MAX_IMAGE_BYTES + 1, content_type="image/png")
    assert problems(too_large) == {"size_bytes": "the file must not be larger than 5 MB"}
    assert problems(create(user, content_type="video/mp4")) == {
        "content_type": f"must be one of {', '.join(CONTENT_TYPES)}"
    }
    assert call("GET", "/sounds", user=user).json()["total"] == 0


def test_a_user_has_a_limited_number_of_sounds_also_when_many_are_created_at_once(
    user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given room for three more
    monkeypatch.setattr(keep_sounds, "MAX_SOUNDS", 5)
    for _ in range(2):
        assert create(user).status == 201

    # When more are created at once
    sounds = composition.keep_sounds()

    def create_one(_number: int) -> bool:
        try:
            sounds.create(user, name="x", size_bytes=1, content_type="audio/mpeg")
        except SoundLimitExceeded:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        created = list(pool.map(create_one, range(6)))

    # Then three of them are
    assert created.count(True) == 3
    refused = create(user)
    assert (refused.status, refused.json()["error"]) == (429, "SOUND_LIMIT_EXCEEDED")
    assert refused.json()["details"] == {"max_sounds": 5}
    # And a deletion makes room at once
    newest = call("GET", "/sounds", user=user).json()["items"][0]
    assert call("DELETE", f"/sounds/{newest['id']}", user=user).status == 204
    assert create(user).status == 201


def test_expired_sounds_do_not_exist_before_dynamodb_removes_them(user: str) -> None:
    created = create(user).json()
    boto3.client("dynamodb").update_item(
        TableName=resources.TABLE_NAME,
        Key=serialize(items.sound_key(user, created["id"])),
        UpdateExpression="SET expires_at = :past",
        ExpressionAttributeValues=serialize({":past": 1}),
    )

    assert get(user, created["id"]).status == 404
    assert call("GET", "/sounds", user=user).json()["total"] == 0
    assert call("DELETE", f"/sounds/{created['id']}", user=user).status == 404
    assert composition.use_sounds().resolve(user, [created["id"]]) == {}
    assert composition.use_sounds().touch(user, [created["id"]]) == {created["id"]}


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_the_sound_of_another_user_does_not_exist(user: str, method: str) -> None:
    foreign = create("somebody else").json()["id"]

    answers = [call(method, f"/sounds/{each}", user=user) for each in (foreign, str(uuid7()), "no-id")]

    assert {(answer.status, answer.text) for answer in answers} == {(404, answers[0].text)}
    assert get("somebody else", foreign).status == 200
