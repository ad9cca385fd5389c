"""Sounds that a submission names: they are the user's, ready and of the right kind, and are kept from then on."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from castline import composition
from castline.jobs.model import SoundTurn
from castline.sounds.model import AudioFacts, SoundKind, SoundStatus
from local.quickstart import DIALOGUE
from tests.integration.api.client import Answer, call
from tests.integration.api.completed_jobs import complete_job
from tests.integration.api.kept_sounds import is_kept_for_good, keep_sound
from tests.integration.examples import make_dialogue

pytestmark = pytest.mark.usefixtures("service")

MESSAGES = {
    "unknown_sound": ("you have no such sound", "沒有這個音效"),
    "sound_not_ready": (
        "this sound is not ready; wait until its status is ready",
        "這個音效尚未就緒，請等待處理完成",
    ),
    "sound_not_audio": ("this sound is an image; choose one with audio", "這個音效是圖片，請選擇聲音檔"),
    "sound_not_image": ("a cover must be an image", "封面必須是圖片"),
}


def submit(user: str, *sounds: dict[str, Any], language: str = "en", **changes: Any) -> Answer:
    """Submit the quickstart's dialogue with ``sounds`` before its turns, although they come after them by index."""
    body = copy.deepcopy(DIALOGUE) | changes
    body["turns"] = [*sounds, *body["turns"]]
    return call("POST", "/jobs", user=user, json=body, headers={"Accept-Language": language})


def problems_of(answer: Answer) -> dict[str, str]:
    assert answer.status == 400, answer.text
    assert answer.json()["error"] == "VALIDATION_ERROR"
    return {each["field"]: each["message"] for each in answer.json()["details"]["errors"]}


def test_usable_sounds_are_taken_and_kept_for_good(user: str) -> None:
    # Given
    intro, bed, gong, cover = keep_sound(user), keep_sound(user), keep_sound(user), keep_sound(user, SoundKind.IMAGE)
    unused = keep_sound(user)

    # When
    answer = submit(
        user,
        {"sound_id": gong, "index": 5},
        music={"intro": {"sound_id": intro}, "bed": {"sound_id": bed, "duck_db": 20}},
        cover_id=cover,
    )

    # Then the job shows them as they were submitted, and can be submitted again
    assert answer.status == 201, answer.text
    shown = call("GET", f"/jobs/{answer.json()['id']}", user=user).json()["input_params"]
    assert shown["turns"][-1] == {
        "sound_id": gong,
        "gain_db": 0.0,
        "fade_in_ms": 0,
        "fade_out_ms": 0,
        "index": 5,
        "under": False,
    }
    assert shown["music"]["intro"]["sound_id"] == intro
    assert shown["music"]["bed"]["duck_db"] == 20
    assert shown["cover_id"] == cover
    again = call("POST", "/jobs", user=user, json=shown)
    assert again.status == 201, again.text
    # And only what is used is kept for good
    assert [is_kept_for_good(user, each) for each in (intro, bed, gong, cover, unused)] == [True] * 4 + [False]


def test_a_single_text_takes_music_and_a_cover(user: str) -> None:
    bed, cover = keep_sound(user), keep_sound(user, SoundKind.IMAGE)
    body = {"provider": "azure", "text": "早安。", "voice_id": "zh-TW-HsiaoYuNeural"}

    fine = call("POST", "/jobs/tts", user=user, json=body | {"music": {"bed": {"sound_id": bed}}, "cover_id": cover})
    swapped = call(
        "POST", "/jobs/tts", user=user, json=body | {"music": {"bed": {"sound_id": cover}}, "cover_id": bed}
    )

    assert fine.status == 201
    shown = call("GET", f"/jobs/{fine.json()['id']}", user=user).json()["input_params"]
    assert (shown["music"]["bed"]["sound_id"], shown["cover_id"]) == (bed, cover)
    assert problems_of(swapped).keys() == {"music.bed.sound_id", "cover_id"}


@pytest.mark.parametrize("number", range(2), ids=["en", "zh-TW"])
def test_what_cannot_be_used_is_refused_where_it_was_sent(user: str, number: int) -> None:
    # Given sounds of all kinds that cannot be used
    picture, clip = keep_sound(user, SoundKind.IMAGE), keep_sound(user)
    waiting, failed = keep_sound(user, status=SoundStatus.WAITING), keep_sound(user, status=SoundStatus.FAILED)
    deleted, foreign = keep_sound(user), keep_sound("somebody else")
    composition.keep_sounds().delete(user, deleted)

    # When they are submitted, the sounds before the turns that they come after
    answer = submit(
        user,
        {"sound_id": picture, "index": 9},
        {"sound_id": clip, "index": 8},
        {"sound_id": deleted, "index": 7},
        {"sound_id": "nothing", "index": 6},
        language=("en", "zh-TW")[number],
        music={"intro": {"sound_id": waiting}, "outro": {"sound_id": failed}, "bed": {"sound_id": foreign}},
        cover_id=clip,
    )

    # Then each is named by its field
    assert problems_of(answer) == {
        field: MESSAGES[kind][number]
        for field, kind in {
            "music.intro.sound_id": "sound_not_ready",
            "music.outro.sound_id": "sound_not_ready",
            "music.bed.sound_id": "unknown_sound",
            "turns[0].sound_id": "sound_not_audio",
            "turns[2].sound_id": "unknown_sound",
            "turns[3].sound_id": "unknown_sound",
            "cover_id": "sound_not_image",
        }.items()
    }
    # And nothing has been used
    assert not is_kept_for_good(user, clip)


def test_a_submission_that_was_interrupted_keeps_its_sounds_when_it_comes_again(user: str) -> None:
    # Given a job that was stored, but whose sound was not kept any more: the function was stopped in between
    clip = keep_sound(user)
    body = copy.deepcopy(DIALOGUE)
    body["turns"] = [*body["turns"], {"sound_id": clip, "index": 9}]
    headers = {"Idempotency-Key": "lesson-1"}
    first = call("POST", "/jobs", user=user, json=body, headers=headers)
    sound = composition.sound_repository().find(user, clip)
    assert sound is not None
    expires_at = (datetime.now(UTC) + timedelta(days=30)).replace(microsecond=0)
    composition.sound_repository().create(replace(sound, expires_at=expires_at), max_sounds=100)

    # When the client submits it again
    again = call("POST", "/jobs", user=user, json=body, headers=headers)

    # Then
    assert again.json()["id"] == first.json()["id"]
    assert is_kept_for_good(user, clip)


def test_a_submission_that_comes_again_after_its_sound_was_deleted_gives_the_same_job(user: str) -> None:
    # Given a job with a sound, which is deleted
    clip = keep_sound(user)
    body = copy.deepcopy(DIALOGUE) | {"music": {"intro": {"sound_id": clip}}}
    headers = {"Idempotency-Key": "lesson-1"}
    first = call("POST", "/jobs", user=user, json=body, headers=headers)
    composition.keep_sounds().delete(user, clip)

    # When the client submits it again, under its key, under another one, and changed under its key
    again = call("POST", "/jobs", user=user, json=body, headers=headers)
    anew = call(
        "POST", "/jobs", user=user, json=body, headers={"Idempotency-Key": "lesson-2", "Accept-Language": "en"}
    )
    changed = call(
        "POST", "/jobs", user=user, json=body | {"gap_ms": 17}, headers=headers | {"Accept-Language": "en"}
    )

    # Then only what was submitted before is answered with its job
    assert again.status == 201, again.text
    assert again.json()["id"] == first.json()["id"]
    assert problems_of(anew) == problems_of(changed) == {"music.intro.sound_id": "you have no such sound"}


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "the sounds among the turns last 75 minutes, which is more than 60"),
        ("zh-TW", "台詞之間的音效共 75 分鐘，不可超過 60 分鐘"),
    ],
)
def test_the_sounds_among_the_turns_last_an_hour_at_most(user: str, language: str, message: str) -> None:
    # Given a clip of 15 minutes
    facts = AudioFacts(
        duration_ms=900_000, channels=2, sample_rate_hz=48_000, loudness_lufs=-16.0, standard_lufs=-19.0
    )
    clip = keep_sound(user, facts=facts)
    turns = [{"sound_id": clip, "index": index} for index in range(5, 10)]

    # Then it may be heard four times besides the music, and no more
    assert submit(user, *turns[:4], music={"bed": {"sound_id": clip}}).status == 201
    assert problems_of(submit(user, *turns, language=language)) == {"turns": message}


def test_a_refused_submission_keeps_no_sound(user: str) -> None:
    clip = keep_sound(user)
    for _ in range(3):
        assert submit(user).status == 201

    assert submit(user, {"sound_id": clip, "index": 5}).status == 429

    assert not is_kept_for_good(user, clip)


def test_a_job_whose_sound_is_deleted_cannot_be_submitted_again(user: str) -> None:
    # Given an ended job with a sound
    clip = keep_sound(user)
    job_id = submit(user, {"sound_id": clip, "index": 5}).json()["id"]
    assert call("DELETE", f"/jobs/{job_id}", user=user).status == 200
    assert call("POST", f"/jobs/{job_id}/resubmit", user=user).status == 201

    # When the sound is deleted
    composition.keep_sounds().delete(user, clip)
    answer = call("POST", f"/jobs/{job_id}/resubmit", user=user, headers={"Accept-Language": "en"})

    # Then
    assert problems_of(answer) == {"turns[2].sound_id": "you have no such sound"}


class TestVersions:
    """Other versions of a completed job."""

    def test_music_and_cover_are_checked_and_kept(self) -> None:
        job = complete_job()
        clip, cover = keep_sound(job.user_id), keep_sound(job.user_id, SoundKind.IMAGE)
        path = f"/jobs/{job.id}/renditions"

        refused = call(
            "POST", path, user=job.user_id, json={"music": {"outro": {"sound_id": cover}}, "cover_id": clip}
        )
        taken = call("POST", path, user=job.user_id, json={"music": {"outro": {"sound_id": clip}}, "cover_id": cover})

        assert problems_of(refused).keys() == {"music.outro.sound_id", "cover_id"}
        assert taken.status == 201, taken.text
        assert is_kept_for_good(job.user_id, clip)
        assert is_kept_for_good(job.user_id, cover)

    def test_the_number_of_different_sounds_is_bounded(self) -> None:
        sounds = tuple(SoundTurn(sound_id=str(index), index=index) for index in range(1, 21))
        job = complete_job(dialogue=make_dialogue("好", sounds=sounds))

        answer = call(
            "POST",
            f"/jobs/{job.id}/renditions",
            user=job.user_id,
            json={"music": {"bed": {"sound_id": "another"}}},
            headers={"Accept-Language": "en"},
        )

        assert problems_of(answer) == {"music": "21 different sounds are used, which is more than 20"}
