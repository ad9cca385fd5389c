"""Shows: what the jobs of one programme have in common, kept by name."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import boto3
import pytest

from castline import composition
from castline.documents import items
from castline.documents.limits import MAX_BODY_BYTES
from castline.dynamodb import pack, serialize
from castline.jobs import limits
from castline.shows.items import SHOWS
from castline.sounds.model import SoundKind, SoundStatus
from local import resources
from local.quickstart import DIALOGUE
from tests.integration.api.client import Answer, call
from tests.integration.api.kept_sounds import is_kept_for_good, keep_sound

pytestmark = pytest.mark.usefixtures("service")

VOICE = "zh-TW-HsiaoYuNeural"


def put(user: str, body: Any, name: str = "park", language: str = "en") -> Answer:
    return call("PUT", f"/shows/{name}", user=user, json=body, headers={"Accept-Language": language})


def get(user: str, name: str = "park") -> Any:
    answer = call("GET", f"/shows/{name}", user=user)
    assert answer.status == 200, answer.text
    return answer.json()


def problems(answer: Answer) -> dict[str, str]:
    assert answer.status == 400, answer.text
    return {each["field"]: each["message"] for each in answer.json()["details"]["errors"]}


def whole(user: str) -> dict[str, Any]:
    """Return a show that makes every choice that there is."""
    return {
        "title": "Episode",
        "author": "Maya",
        "album": "Park talk",
        "provider": "azure",
        "cast": [
            {"speaker": "A", "voice_id": VOICE, "voice_name": "曉雨"},
            {
                "speaker": "B",
                "voice_id": "en-US-JennyNeural",
                "speed": 1.1,
                "pitch": -5,
                "volume": 0.5,
                "style": "cheerful",
                "style_degree": 1.5,
                "language": "en-GB",
            },
        ],
        "pronunciations": [
            {"text": "SQL", "alias": "sequel", "language": "en"},
            {"text": "重慶", "phoneme": "chong 2 qing 4", "alphabet": "sapi"},
        ],
        "pronunciation_sets": ["brands", "places"],
        "output_format": "m4b",
        "quality": "studio",
        "loudness": "broadcast",
        "music": {
            "intro": {
                "sound_id": keep_sound(user),
                "gain_db": -3,
                "fade_in_ms": 10,
                "fade_out_ms": 20,
                "overlap_ms": 500,
            },
            "bed": {
                "sound_id": keep_sound(user),
                "gain_db": -20,
                "fade_in_ms": 0,
                "fade_out_ms": 0,
                "duck_db": 6,
            },
        },
        "cover_id": keep_sound(user, SoundKind.IMAGE),
        "gap_ms": 0,
        "crossfade_ms": 0,
    }


def test_a_show_is_read_as_it_was_written(user: str) -> None:
    show = whole(user)

    assert put(user, show).status == 201

    assert get(user) == {"name": "park", **show}
    assert call("GET", "/shows", user=user).json()["items"][0]["title"] == "Episode"


def test_what_a_show_leaves_out_stays_open(user: str) -> None:
    assert put(user, {"title": None, "music": None}).status == 201

    assert get(user) == {"name": "park", "cast": [], "pronunciations": [], "pronunciation_sets": []}
    assert "title" not in call("GET", "/shows", user=user).json()["items"][0]


def test_what_is_read_can_be_written_again(user: str) -> None:
    # Given a show as it is read, without its name
    first = put(user, whole(user))
    show = {name: value for name, value in get(user).items() if name != "name"}

    # When it is written
    again = put(user, show)

    # Then nothing has changed
    assert (again.status, again.json()) == (200, first.json())


def test_choices_that_would_be_the_defaults_stay_choices(user: str) -> None:
    defaults = {"output_format": "mp3", "quality": "standard", "loudness": "podcast", "gap_ms": 300}

    put(user, defaults)

    assert get(user).items() >= defaults.items()


def test_a_show_can_be_submitted_with_turns(user: str) -> None:
    # Given a show, and the set of pronunciations that it names
    assert call("PUT", "/pronunciations/brands", user=user, json={"entries": []}).status == 201
    assert put(user, whole(user) | {"pronunciation_sets": ["brands"]}).status == 201

    # When a client puts its choices into a request
    show = get(user)
    cast = [each for each in show["cast"] if each["speaker"] == "A"]
    choices = {name: value for name, value in show.items() if name not in {"name", "cast"}}
    turns = [{"speaker": "A", "text": "x", "index": 0}]
    answer = call("POST", "/jobs", user=user, json={**choices, "turns": turns, "voice_assignments": cast})

    # Then it is accepted as it is
    assert answer.status == 201
    params = call("GET", f"/jobs/{answer.json()['id']}", user=user).json()["input_params"]
    assert {name: params[name] for name in ("output_format", "quality", "loudness", "gap_ms", "music")} == {
        name: show[name] for name in ("output_format", "quality", "loudness", "gap_ms", "music")
    }


def test_the_fields_of_a_show_are_judged_as_those_of_a_job(user: str) -> None:
    # Given what is wrong in both
    wrong = {
        "title": " ",
        "provider": "",
        "pronunciations": [{"text": "a"}],
        "pronunciation_sets": [".x"],
        "output_format": "midi",
        "quality": "best",
        "loudness": "loud",
        "music": {"intro": {"sound_id": ""}},
        "cover_id": "",
        "gap_ms": limits.MAX_GAP_MS + 1,
        "crossfade_ms": -1,
    }
    voice = {"speaker": "A", "voice_id": "?", "speed": 9, "pitch": 1.5, "volume": -1, "style": "!", "language": "x"}

    # When both are sent
    of_show = problems(put(user, {**wrong, "cast": [voice]}))
    job = {**copy.deepcopy(DIALOGUE), **wrong, "voice_assignments": [voice]}
    job["turns"] = [{"speaker": "A", "text": "x", "index": 0}]
    of_job = problems(call("POST", "/jobs", user=user, json=job, headers={"Accept-Language": "en"}))

    # Then the same is said of both
    assert {field.replace("cast", "voice_assignments"): message for field, message in of_show.items()} == of_job
    assert len(of_show) > len(wrong)


@pytest.mark.parametrize(
    ("language", "message"), [("en", "speaker Maya already has a voice"), ("zh-TW", "講者「Maya」重複指定聲音")]
)
def test_a_speaker_has_one_voice(user: str, language: str, message: str) -> None:
    # Given names that are one for Castline, and one that is not
    cast = [{"speaker": each, "voice_id": VOICE} for each in ("Ｍaya", "MAYA", "Maya")]

    refused = put(user, {"cast": cast}, language=language)

    assert problems(refused) == {"cast[2].speaker": message}
    assert put(user, {"cast": cast[:2]}).status == 201


def test_an_unknown_field_is_refused(user: str) -> None:
    assert problems(put(user, {"turns": []})) == {"turns": "unknown field"}


class TestSounds:
    def test_are_kept_for_good(self, user: str) -> None:
        # Given sounds that no job has used
        show = whole(user)
        ids = [show["music"]["intro"]["sound_id"], show["music"]["bed"]["sound_id"], show["cover_id"]]
        unused = keep_sound(user)

        # When a show names them
        put(user, show)

        # Then they stay, also when the show is deleted
        call("DELETE", "/shows/park", user=user)
        assert all(is_kept_for_good(user, each) for each in ids)
        assert not is_kept_for_good(user, unused)

    def test_that_a_job_could_not_use_are_refused(self, user: str) -> None:
        # Given a sound that is fine, and others that are not
        fine, cover = keep_sound(user), keep_sound(user, SoundKind.IMAGE)
        waiting = keep_sound(user, status=SoundStatus.WAITING)
        music = {
            "intro": {"sound_id": waiting},
            "outro": {"sound_id": cover},
            "bed": {"sound_id": keep_sound("somebody else")},
        }

        # When a show names them
        refused = put(user, {"music": music, "cover_id": fine})

        # Then it is refused, and nothing has happened
        assert problems(refused) == {
            "music.intro.sound_id": "this sound is not ready; wait until its status is ready",
            "music.outro.sound_id": "this sound is an image; choose one with audio",
            "music.bed.sound_id": "you have no such sound",
            "cover_id": "a cover must be an image",
        }
        assert call("GET", "/shows", user=user).json() == {"items": [], "total": 0}
        assert not is_kept_for_good(user, fine)

    def test_that_are_deleted_do_not_keep_the_show_from_being_read(self, user: str) -> None:
        # Given a show whose sound has been deleted
        sound_id = keep_sound(user)
        put(user, {"music": {"outro": {"sound_id": sound_id}}})
        assert call("DELETE", f"/sounds/{sound_id}", user=user).status == 204

        # Then it is read as before; a job with it, and the show as it is, are refused
        show = get(user)
        assert show["music"]["outro"]["sound_id"] == sound_id
        job = copy.deepcopy(DIALOGUE) | {"music": show["music"]}
        for refused in (call("POST", "/jobs", user=user, json=job), put(user, {"music": show["music"]})):
            assert list(problems(refused)) == ["music.outro.sound_id"]


def test_provider_voices_and_sets_are_judged_at_submission(user: str) -> None:
    cast = [{"speaker": "A", "voice_id": "no-voice-of-anybody"}]

    assert put(user, {"provider": "nobody", "cast": cast, "pronunciation_sets": ["none"]}).status == 201


def test_the_largest_show_is_stored_even_if_it_cannot_be_compressed(user: str) -> None:
    # Given as many speakers as a job can have, and names that no compression makes smaller
    chance = random.Random(1)

    def text(characters: int) -> str:
        return "".join(chr(chance.randrange(0x20, 0x7F)) for _ in range(characters))

    voices = [
        {
            "speaker": f"{text(limits.MAX_SPEAKER_CHARACTERS - 4)}{number:04d}",
            "voice_id": VOICE,
            "voice_name": text(limits.MAX_VOICE_NAME_CHARACTERS),
        }
        for number in range(limits.MAX_TURNS)
    ]
    entries = [{"text": f"{text(90)}{number:04d}", "alias": text(10)} for number in range(limits.MAX_PRONUNCIATIONS)]
    show = {"cast": voices, "pronunciations": entries}
    body = json.dumps(show).ljust(MAX_BODY_BYTES)
    assert len(body) == MAX_BODY_BYTES

    # When it is written
    answer = call("PUT", "/shows/park", user=user, data=body, content_type="application/json")

    # Then it is read as it was
    assert answer.status == 201
    assert get(user).items() >= show.items()


def test_what_a_newer_release_has_added_is_ignored(user: str) -> None:
    # Given a show as a newer release has stored it
    show = {
        "title": "Episode",
        "cast": [{"speaker": "A", "voice_id": VOICE}],
        "music": {"bed": {"sound_id": keep_sound(user)}},
    }
    put(user, show)
    before = get(user)
    stored = SHOWS.write(composition.keep_shows().get(user, "park").content)
    stored["cast"][0]["mood"] = stored["music"]["bed"]["reverb"] = stored["titles"]["subtitle"] = stored["x"] = "new"
    boto3.client("dynamodb").update_item(
        TableName=resources.TABLE_NAME,
        Key=serialize(items.document_key(SHOWS, user, "park")),
        UpdateExpression="SET #show = :show",
        ExpressionAttributeNames={"#show": "show"},
        ExpressionAttributeValues=serialize({":show": pack(stored)}),
    )

    # Then this one reads what it knows
    assert get(user) == before
