"""No answer exceeds what Lambda lets through, 6 MB with the body escaped as JSON: each endpoint's largest one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import boto3
import pytest
from uuid6 import uuid7
from werkzeug.test import Client

from castline import composition
from castline.api import jobs, requests
from castline.api.contract import PREFIX
from castline.api.operations import OPERATIONS
from castline.api.operators import MAX_USERS
from castline.api.validation import MAX_PROBLEMS
from castline.audio.keys import audio_key
from castline.audio.subtitles import SubtitleCue
from castline.audio.upload_limits import UploadProblem
from castline.audio.word_timing import WordTiming
from castline.documents.limits import MAX_DOCUMENTS, MAX_NAME_CHARACTERS
from castline.jobs import limits
from castline.jobs.model import Batch, JobStatus, SpokenSegment, Titles
from castline.previews.limits import MAX_TEXT_CHARACTERS
from castline.sounds import limits as sound_limits
from castline.speech.language_tags import MAX_LANGUAGE_TAG_LENGTH
from castline.speech.pronunciation import MAX_PRONUNCIATIONS
from castline.speech.providers.base import MAX_VOICE_ID_LENGTH
from castline.speech.voice_list import Gender, Voice
from castline.usage.model import Figures, MonthOfUsage
from castline.usage.repository import UsageRepository
from castline.usecases.view_timings import TimingLevel
from castline.webhooks import limits as webhook_limits
from castline.webhooks.model import Attempt, AttemptError, Delivery
from castline.webhooks.schedule import RETRY_DELAYS
from local import resources
from local.cloud.lambda_runtime import _RESPONSE_LIMIT_BYTES
from local.gateway import OPERATOR
from local.quickstart import DIALOGUE
from tests.ended_jobs import end_job
from tests.integration.api.client import answer_of, call, make_event
from tests.integration.api.completed_jobs import complete_job
from tests.integration.examples import make_dialogue, make_job
from tests.unit.audio.subtitle_files import read_srt, read_vtt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from castline.jobs.model import Job
    from local.cloud.cloud import LocalCloud

pytestmark = pytest.mark.usefixtures("service")

WIDEST: Final = "😀"  # 12 bytes where all but ASCII is escaped, which is more than any other character takes
LETTER: Final = "\N{CJK UNIFIED IDEOGRAPH-20000}"  # as wide
ORIGIN: Final = "http://127.0.0.1:8080"
LONGEST: Final = WIDEST * limits.MAX_TITLE_CHARACTERS
MAX_VOICES: Final = 2_000
"""Three times as many as Azure has."""


def name(number: int) -> str:
    """Return a name that no other number has."""
    return f"{number:03d}".rjust(limits.MAX_SPEAKER_CHARACTERS, WIDEST)


def dialogue(**changes: Any) -> dict[str, Any]:
    speakers = [name(number) for number in range(limits.MAX_TURNS)]
    text = WIDEST * (limits.MAX_DIALOGUE_CHARACTERS // limits.MAX_TURNS)
    return {
        "provider": "azure",
        "turns": [
            {
                "speaker": speaker,
                "text": text,
                "index": limits.MAX_TURN_INDEX - number,
                "chapter": "\N{GRINNING FACE}" * 4,
                "speed": 0.55,
                "pause_after_ms": limits.MAX_PAUSE_AFTER_MS,
            }
            for number, speaker in enumerate(speakers)
        ],
        "voice_assignments": [
            {
                "speaker": speaker,
                "voice_id": f"zh-TW-{'x' * (MAX_VOICE_ID_LENGTH - 12)}Neural",
                "voice_name": WIDEST * limits.MAX_VOICE_NAME_CHARACTERS,
            }
            for speaker in speakers
        ],
    } | changes


def grown(one: int, two: int, *, count: int) -> int:
    """Return the size of a list of ``count`` like items, from the sizes of lists with one and with two of them."""
    return one + (count - 1) * (two - one)


def ask(method: str, path: str, user: str, **request: Any) -> tuple[dict[str, Any], int]:
    """Return an answer, and its bytes as Lambda counts them at most: with all but ASCII escaped."""
    headers = {"X-User-Id": user, **request.pop("headers", {})}
    answer = answer_of(make_event(method, f"{PREFIX}{path}", headers=headers, **request))
    return answer, len(json.dumps(answer))


@pytest.fixture(scope="module")
def maximal_job(service: LocalCloud) -> Job:
    """Store a job of the largest dialogue, whose subtitles and words are too large for an answer."""
    text = WIDEST * 500_000
    job = complete_job(
        [SubtitleCue(0, 900, "A", text)], requests.CreateJobRequest.model_validate(dialogue()).to_dialogue()
    )
    word = WordTiming(start_ms=0, end_ms=900, turn_index=limits.MAX_TURN_INDEX, speaker="A", text=text)
    composition.audio_storage().put_words(job.id, str(job.audio_file_id), [word])
    return job


def largest_answers(job: Job, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[int]]]:
    """For each route the bytes of what it answers at most: fine, and to what is broken everywhere."""
    user, unknown = job.user_id, WIDEST * 200
    broken = {"turns": [{**turn, "text": "x", unknown: 1} for turn in dialogue()["turns"]]}
    repeated = dialogue(voice_assignments=[dialogue()["voice_assignments"][0]] * limits.MAX_TURNS)

    yield "GET /jobs/{job_id}", [ask("GET", f"/jobs/{job.id}", user)[1]]
    yield "GET /jobs/{job_id}/download", [ask("GET", f"/jobs/{job.id}/download", user)[1]]
    yield "GET /jobs/{job_id}/subtitles", [ask("GET", f"/jobs/{job.id}/subtitles?format=vtt", user)[1]]
    yield (
        "GET /jobs/{job_id}/timings",
        [ask("GET", f"/jobs/{job.id}/timings?level={each}", user)[1] for each in TimingLevel],
    )
    refused = [ask("POST", "/jobs", user, json=each) for each in (broken, repeated)]
    assert {len(json.loads(answer["body"])["details"]["errors"]) for answer, _ in refused} == {MAX_PROBLEMS}
    submitted, size = ask("POST", "/jobs", user, json=dialogue())
    assert submitted["statusCode"] == 201
    yield "POST /jobs", [size, *(size for _, size in refused)]
    pending = json.loads(submitted["body"])["id"]
    longest = dict.fromkeys(("title", "author", "album"), LONGEST)
    yield "PATCH /jobs/{job_id}", [ask("PATCH", f"/jobs/{pending}", user, json=longest)[1]]
    yield "DELETE /jobs/{job_id}", [ask("DELETE", f"/jobs/{pending}", user)[1]]
    submitted, _ = ask("POST", "/jobs", user, json=dialogue())
    stopped, size = ask("POST", f"/jobs/{json.loads(submitted['body'])['id']}/stop", user)
    assert stopped["statusCode"] == 200
    yield "POST /jobs/{job_id}/stop", [size]
    yield "POST /jobs/{job_id}/delete", [ask("POST", f"/jobs/{pending}/delete", user)[1]]
    yield "GET /jobs/{job_id}/playlist.m3u8", [_largest_playlist()]
    yield "POST /jobs/{job_id}/resubmit", [ask("POST", f"/jobs/{job.id}/resubmit", user)[1]]
    rendered, size = ask("POST", f"/jobs/{job.id}/renditions", user, json={})
    assert rendered["statusCode"] == 201
    nonsense: dict[str, Any] = {unknown: 1, unknown[1:]: 1}
    nonsense["music"] = {"intro": dict(nonsense)}
    yield "POST /jobs/{job_id}/renditions", [size, ask("POST", f"/jobs/{job.id}/renditions", user, json=nonsense)[1]]
    for path in ("/jobs/tts", "/jobs/tts/estimate"):
        yield f"POST {path}", [ask("POST", path, user, json={unknown: 1, unknown[1:]: 1})[1]]
    estimated = [ask("POST", "/jobs/estimate", user, json=each) for each in (dialogue(), broken, repeated)]
    assert [answer["statusCode"] for answer, _ in estimated] == [200, 400, 400]
    yield "POST /jobs/estimate", [*(size for _, size in estimated), _most_warnings_of_an_estimate(user)]
    tags = {"voice_id": "zh-TW-HsiaoYuNeural", "text": f"[{LETTER * (MAX_TEXT_CHARACTERS - 4)}] x"}
    previewed, size = ask("POST", "/previews", user, json=tags)
    assert len(json.loads(previewed["body"])["warnings"]) == 1
    yield "POST /previews", [size, ask("POST", "/previews", user, json=nonsense)[1]]
    yield "GET /jobs", [_largest_page()]
    yield (
        "POST /dialogues/parse",
        [_largest_script(user), _most_problems(user), _most_warnings(user), _most_questions(user)],
    )
    yield "POST /dialogues/cast", [_largest_cast(user), _most_problems_of_a_cast(user)]
    yield "GET /voices", [_all_voices(user, monkeypatch)]
    yield from _largest_pronunciations(user)
    yield from _largest_shows(user)
    yield from _largest_sounds(user)
    yield from _largest_webhooks(user)
    yield from _largest_usage(user, monkeypatch)
    for path in ("/providers", "/health"):
        yield f"GET {path}", [ask("GET", path, user)[1]]


def _largest_page() -> int:
    user, sizes = f"user-{uuid4()}", []
    for count in (1, 2):
        job = make_job(user_id=user, titles=Titles(title=LONGEST, author=LONGEST, album=LONGEST))
        composition.job_repository().create(job, make_dialogue(), max_active=2)
        answer, size = ask("GET", "/jobs?limit=100", user)
        assert len(json.loads(answer["body"])["items"]) == count
        sizes.append(size)
    return grown(*sizes, count=100)


def _largest_playlist() -> int:
    repository, job = composition.job_repository(), make_job()
    repository.create(job, make_dialogue(*["x"] * limits.MAX_TURNS), max_active=1)
    repository.start(job, total_segments=limits.MAX_TURNS, now=job.created_at)
    segments = tuple(
        SpokenSegment(number=number, fingerprint=f"{number:064x}", samples=5 * 24_000)
        for number in range(limits.MAX_TURNS)
    )
    repository.record_batch(job.id, Batch(number=0, segments=segments), now=job.created_at)
    end_job(repository, job, JobStatus.COMPLETED, now=job.created_at)
    answer, size = ask("GET", f"/jobs/{job.id}/playlist.m3u8", job.user_id)
    assert answer["body"].count("#EXTINF") == 2 * limits.MAX_TURNS - 1
    return size


def _largest_script(user: str) -> int:
    line_length = requests.MAX_SCRIPT_CHARACTERS // limits.MAX_TURNS
    lines = (f"[{name(number)}]".ljust(line_length - 1, WIDEST) for number in range(limits.MAX_TURNS))
    script = "\n".join(lines)
    answer, size = ask("POST", "/dialogues/parse", user, json={"script": script})
    assert len(json.loads(answer["body"])["turns"]) == limits.MAX_TURNS
    return size


def _most_questions(user: str) -> int:
    """Return the size of an answer about names of wide letters that differ only in case."""
    small, capital = "\U00010428", "\U00010400"
    length = 34
    names = (
        "".join(capital if number >> bit & 1 else small for bit in range(10)) + small * (length - 10)
        for number in range(limits.MAX_TURNS)
    )
    script = "".join(f"[{each}]:x\n" for each in names)
    answer, size = ask("POST", "/dialogues/parse", user, json={"script": script})
    assert len(json.loads(answer["body"])["questions"]) == limits.MAX_TURNS - 1
    return size


def _largest_cast(user: str) -> int:
    speakers = [{"speaker": name(number), "language": "zh-TW"} for number in range(limits.MAX_TURNS)]
    answer, size = ask("POST", "/dialogues/cast", user, json={"speakers": speakers})
    assert len(json.loads(answer["body"])["speakers"]) == limits.MAX_TURNS
    return size


def _most_problems_of_a_cast(user: str) -> int:
    wrong = {"speaker": "", "language": "?", "voice_id": "?", "a": 1, "b": 1}
    return ask("POST", "/dialogues/cast", user, json={"speakers": [wrong] * limits.MAX_TURNS})[1]


def _most_warnings_of_an_estimate(user: str) -> int:
    tag = f"[{LETTER * 90}] x"
    turns = [{**turn, "speaker": "A", "text": tag} for turn in dialogue()["turns"]]
    voices = [{"speaker": "A", "voice_id": "zh-TW-HsiaoYuNeural"}]
    request = dialogue(turns=turns, voice_assignments=voices)
    answer, size = ask("POST", "/jobs/estimate", user, json=request)
    assert len(json.loads(answer["body"])["warnings"]) == MAX_PROBLEMS
    return size


def _most_problems(user: str) -> int:
    script = f"[{WIDEST * (limits.MAX_SPEAKER_CHARACTERS + 1)}]x\n" * 2_000
    return ask("POST", "/dialogues/parse", user, json={"script": script})[1]


def _most_warnings(user: str) -> int:
    line_length = requests.MAX_SCRIPT_CHARACTERS // limits.MAX_TURNS
    length = line_length - len(f"[{name(0)}]():x\n")
    lines = (f"[{name(number)}]({WIDEST * length}):x\n" for number in range(limits.MAX_TURNS))
    answer, size = ask("POST", "/dialogues/parse", user, json={"script": "".join(lines)})
    assert len(json.loads(answer["body"])["warnings"]) == MAX_PROBLEMS
    return size


def _largest_pronunciations(user: str) -> Iterator[tuple[str, list[int]]]:
    entries = [{"text": f"{WIDEST * 70}{number}", "alias": WIDEST * 15} for number in range(MAX_PRONUNCIATIONS)]
    names = [f"{number:0{MAX_NAME_CHARACTERS}}" for number in range(2)]
    body = json.dumps({"entries": entries}, ensure_ascii=False).encode("utf-8")
    answer, put = ask("PUT", f"/pronunciations/{names[0]}", user, data=body, content_type="application/json")
    assert answer["statusCode"] == 201
    one = ask("GET", "/pronunciations", user)[1]
    ask("PUT", f"/pronunciations/{names[1]}", user, json={"entries": []})
    answer, two = ask("GET", "/pronunciations", user)
    assert json.loads(answer["body"])["total"] == len(names)
    yield "GET /pronunciations", [grown(one, two, count=MAX_DOCUMENTS)]
    answer, size = ask("GET", f"/pronunciations/{names[0]}", user)
    assert len(json.loads(answer["body"])["entries"]) == MAX_PRONUNCIATIONS
    yield "GET /pronunciations/{name}", [size]
    _, refused = ask("PUT", "/pronunciations/x", user, json={"entries": [{"text": ""}] * MAX_PRONUNCIATIONS})
    yield "PUT /pronunciations/{name}", [put, refused]
    yield "DELETE /pronunciations/{name}", [ask("DELETE", f"/pronunciations/{names[0]}", user)[1]]


def _largest_shows(user: str) -> Iterator[tuple[str, list[int]]]:
    voices = dialogue()["voice_assignments"]
    show = {"title": LONGEST, "cast": [{**each, "voice_name": WIDEST * 15} for each in voices]}
    names = [f"{number:0{MAX_NAME_CHARACTERS}}" for number in range(2)]
    body = json.dumps(show, ensure_ascii=False).encode("utf-8")
    answer, put = ask("PUT", f"/shows/{names[0]}", user, data=body, content_type="application/json")
    assert answer["statusCode"] == 201
    one = ask("GET", "/shows", user)[1]
    ask("PUT", f"/shows/{names[1]}", user, json={"title": LONGEST})
    answer, two = ask("GET", "/shows", user)
    assert json.loads(answer["body"])["total"] == len(names)
    yield "GET /shows", [grown(one, two, count=MAX_DOCUMENTS)]
    answer, size = ask("GET", f"/shows/{names[0]}", user)
    assert len(json.loads(answer["body"])["cast"]) == limits.MAX_TURNS
    yield "GET /shows/{name}", [size]
    _, refused = ask("PUT", "/shows/x", user, json={"cast": [{"speaker": ""}] * limits.MAX_TURNS})
    yield "PUT /shows/{name}", [put, refused]
    yield "DELETE /shows/{name}", [ask("DELETE", f"/shows/{names[0]}", user)[1]]


def _largest_webhooks(user: str) -> Iterator[tuple[str, list[int]]]:
    path = "a" * (webhook_limits.MAX_URL_CHARACTERS - 20)
    most = {
        "url": f"https://example.com/{path}",
        "description": WIDEST * webhook_limits.MAX_DESCRIPTION_CHARACTERS,
    }
    broken = {"url": "", "events": ["x"], WIDEST * 50: 1, WIDEST * 51: 1}
    created = [ask("POST", "/webhooks", user, json=most) for _ in range(webhook_limits.MAX_WEBHOOKS)]
    assert {answer["statusCode"] for answer, _ in created} == {201}
    yield "POST /webhooks", [created[0][1], ask("POST", "/webhooks", user, json=broken)[1]]
    answer, size = ask("GET", "/webhooks", user)
    assert json.loads(answer["body"])["total"] == webhook_limits.MAX_WEBHOOKS
    yield "GET /webhooks", [size]
    webhook_id = json.loads(created[0][0]["body"])["id"]
    of_one, route = f"/webhooks/{webhook_id}", "/webhooks/{webhook_id}"
    yield f"GET {route}", [ask("GET", of_one, user)[1]]
    yield f"PATCH {route}", [ask("PATCH", of_one, user, json=each)[1] for each in (most, broken)]
    yield f"POST {route}/rotate", [ask("POST", f"{of_one}/rotate", user)[1]]
    answer, size = ask("POST", f"{of_one}/test", user)
    assert answer["statusCode"] == 202
    yield f"POST {route}/test", [size]
    delivery_id = json.loads(answer["body"])["id"]
    redelivered = ask("POST", f"{of_one}/deliveries/{delivery_id}/redeliver", user)
    assert redelivered[0]["statusCode"] == 202
    yield f"POST {route}/deliveries/{{delivery_id}}/redeliver", [redelivered[1]]
    another_id = json.loads(created[1][0]["body"])["id"]
    yield f"GET {route}/deliveries", [_largest_log(user, another_id, url=most["url"])]
    yield f"DELETE {route}", [ask("DELETE", of_one, user)[1]]


def _largest_log(user: str, webhook_id: str, *, url: str) -> int:
    attempt = Attempt(
        at=datetime.now(UTC),
        status_code=500,
        error=AttemptError.BAD_STATUS,
        duration_ms=15_000,
        response_excerpt="\x00" * webhook_limits.MAX_EXCERPT_BYTES,
    )
    sizes = []
    for count in (1, 2):
        delivery = Delivery(
            id=str(uuid7()),
            user_id=user,
            webhook_id=webhook_id,
            event_id=str(uuid4()),
            event_type="job.cancelled",
            job_id=str(uuid4()),
            url=url,
            body="{}",
            attempts=(attempt,) * (len(RETRY_DELAYS) + 1),
            next_attempt_at=attempt.at,
            created_at=attempt.at,
            redelivery_of=str(uuid4()),
        )
        composition.webhook_repository().put_delivery(delivery)
        answer, size = ask("GET", f"/webhooks/{webhook_id}/deliveries?limit=100", user)
        assert len(json.loads(answer["body"])["items"]) == count
        sizes.append(size)
    return grown(*sizes, count=100)


def _largest_sounds(user: str) -> Iterator[tuple[str, list[int]]]:
    name = WIDEST * sound_limits.MAX_NAME_CHARACTERS
    body = {"name": name, "size_bytes": 1, "content_type": "audio/vnd.wave"}
    created = [ask("POST", "/sounds", user, json=body) for _ in range(2)]
    assert {answer["statusCode"] for answer, _ in created} == {201}
    broken = {"name": "", "size_bytes": 0, "content_type": "x", WIDEST * 50: 1}
    yield "POST /sounds", [*(size for _, size in created), ask("POST", "/sounds", user, json=broken)[1]]
    sound_id = json.loads(created[0][0]["body"])["id"]
    for sound in composition.keep_sounds().list(user):
        now = datetime.now(UTC)
        composition.sound_repository().fail(
            sound, UploadProblem.NOT_AUDIO, expires_at=now + timedelta(days=1), now=now
        )
    two = ask("GET", "/sounds", user)[1]
    yield "GET /sounds/{sound_id}", [ask("GET", f"/sounds/{sound_id}", user)[1]]
    yield "DELETE /sounds/{sound_id}", [ask("DELETE", f"/sounds/{sound_id}", user)[1]]
    one = ask("GET", "/sounds", user)[1]
    yield "GET /sounds", [grown(one, two, count=sound_limits.MAX_SOUNDS)]


def _largest_usage(user: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[int]]]:
    month = "2029-12"
    figures = Figures(
        billed_characters=10**11, committed_characters=10**12, jobs=10**6, audio_ms=10**11, cost_micros=10**15 + 1
    )
    usage = MonthOfUsage(month=month, total=figures, days={f"{month}-{day:02d}": figures for day in range(1, 32)})
    # As long as an id may be: what S3 takes of it, percent-encoded.
    ids = [f"{number:03d}".ljust(899, "x") for number in range(MAX_USERS)]
    monkeypatch.setattr(UsageRepository, "month", lambda *_: usage)
    monkeypatch.setattr(UsageRepository, "deployment_month", lambda *_: usage)
    monkeypatch.setattr(UsageRepository, "user_ids_of", lambda *_: iter(ids))
    monkeypatch.setattr(UsageRepository, "months_of", lambda _, users, *__: ((each, usage) for each in users))
    yield "GET /usage", [ask("GET", f"/usage?month={month}", user)[1]]
    answer, size = ask("GET", f"/admin/usage?month={month}", OPERATOR)
    assert len(json.loads(answer["body"])["users"]) == MAX_USERS
    assert len(json.loads(answer["body"])["users"][0]["days"]) == 31
    answer, size_as_csv = ask("GET", f"/admin/usage?month={month}", OPERATOR, headers={"Accept": "text/csv"})
    assert answer["body"].count("\n") < MAX_USERS * 31
    assert "cursor=" in answer["headers"]["Link"]
    yield "GET /admin/usage", [size, size_as_csv]
    for path, body in (
        (f"/admin/users/{ids[0]}/limits", {"characters_per_day": 10**12, "characters_per_month": 10**12}),
        ("/admin/limits", {"characters_per_day": 10**12}),
        ("/admin/breaker", {"state": "closed", "reason": "\N{GRINNING FACE}" * 500}),
    ):
        put = [ask("PUT", path, OPERATOR, json=each)[1] for each in (body, {WIDEST * 50: 1, WIDEST * 51: 1})]
        route = path.replace(ids[0], "{user_id}")
        yield f"PUT {route}", put
        yield f"GET {route}", [ask("GET", path, OPERATOR)[1]]
    yield "GET /admin/jobs", [grown(*(ask("GET", f"/admin/jobs?limit={n}", OPERATOR)[1] for n in (1, 2)), count=100)]
    job_id = json.loads(ask("POST", "/jobs", "stopped", json=DIALOGUE)[0]["body"])["id"]
    yield "POST /admin/jobs/{job_id}/fail", [ask("POST", f"/admin/jobs/{job_id}/fail", OPERATOR, json={})[1]]


def _all_voices(user: str, monkeypatch: pytest.MonkeyPatch) -> int:
    voice = Voice(
        voice_id="x" * MAX_VOICE_ID_LENGTH,
        name=WIDEST * 40,
        language="x" * MAX_LANGUAGE_TAG_LENGTH,
        language_name="x" * 60,
        gender=Gender.NEUTRAL,
        styles=("x" * 25,) * 30,
        latin_name="x",
    )
    monkeypatch.setattr(composition.voice_list("azure"), "voices", lambda: (voice,) * MAX_VOICES)
    answer, size = ask("GET", "/voices", user)
    assert json.loads(answer["body"])["total"] == MAX_VOICES
    return size


def test_no_answer_is_larger_than_lambda_lets_through(maximal_job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    largest = dict(largest_answers(maximal_job, monkeypatch))

    assert set(largest) == {f"{route.method} {route.path.removeprefix(PREFIX)}" for route in OPERATIONS}
    assert {route: sizes for route, sizes in largest.items() if max(sizes) > _RESPONSE_LIMIT_BYTES} == {}


@pytest.mark.parametrize(("subtitle_format", "read"), [("vtt", read_vtt), ("srt", read_srt)])
def test_subtitles_too_large_for_an_answer_are_fetched_from_the_bucket(
    service: LocalCloud, subtitle_format: str, read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given subtitles that are larger than an answer may be
    monkeypatch.setattr(jobs, "MAX_BODY_BYTES", 100)
    said = [SubtitleCue(0, 999, "A", WIDEST * 10), SubtitleCue(1_000, 1_999, "B", WIDEST * 10)]
    job = complete_job(said)
    path = f"/jobs/{job.id}/subtitles?format={subtitle_format}"
    monkeypatch.setenv("DOWNLOAD_ENDPOINT_URL", ORIGIN)
    composition.reset()
    s3 = Client(service.s3_wsgi_app())

    # When
    redirects = {method: call(method, path, user=job.user_id) for method in ("GET", "HEAD")}
    as_json = call("GET", path, user=job.user_id, headers={"Accept": "application/json"}).json()

    # Then a client is sent to them, or told where they are, whichever it prefers
    assert {redirect.status for redirect in redirects.values()} == {302}
    assert {redirect.headers["Cache-Control"] for redirect in redirects.values()} == {"no-store"}
    get, head = (
        s3.open(redirect.headers["Location"].removeprefix(ORIGIN), base_url=ORIGIN, method=method)
        for method, redirect in redirects.items()
    )
    assert (get.status_code, head.status_code) == (200, 200)
    assert len(read(get.text)) == len(said)
    assert get.headers["Content-Type"] == as_json["content_type"]
    assert f'attachment; filename="{as_json["filename"]}"' in get.headers["Content-Disposition"]
    assert as_json["filename"].endswith(f".{subtitle_format}")
    assert as_json["size_bytes"] == len(get.data) == int(head.headers["Content-Length"])

    # And they are deleted with the audio
    prefix = audio_key(job.id, str(job.audio_file_id), subtitle_format)
    for count in (1, 0):
        found = boto3.client("s3").list_objects_v2(Bucket=resources.BUCKET_NAME, Prefix=prefix)
        assert found["KeyCount"] == count
        composition.audio_storage().delete_audio(job.id)
