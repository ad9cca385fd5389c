"""Previews: heard at once, billed to the character, and free for the job that speaks the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
import httpx
import pytest

from castline import composition
from castline.previews.repository import PreviewRepository
from local import resources
from local.gateway import OPERATOR
from local.speech_emulators import EMULATORS
from tests.e2e.api_client import ApiClient
from tests.e2e.decoded_audio import decode
from tests.e2e.dialogues import HSIAO_YU, dialogue
from tests.e2e.metric_lines import total, written_metrics
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local.stack import LocalStack

JENNY, AVA_MULTILINGUAL = "en-US-JennyNeural", "en-US-AvaMultilingualNeural"
PER_MINUTE = 8
PER_DAY = 2_000
HELLO = {"voice_id": HSIAO_YU, "text": "你好，今天天氣真好！"}


@pytest.fixture(scope="module")
def stack(own_stack: Callable[..., LocalStack]) -> LocalStack:
    settings = {"PREVIEWS_PER_MINUTE": str(PER_MINUTE), "USER_CHARACTERS_PER_DAY": str(PER_DAY)}
    return own_stack(settings=settings, more_providers=tuple(EMULATORS))


def preview(client: ApiClient, request: dict[str, Any], status: int = 200) -> dict[str, Any]:
    answer = client.post("/previews", json=request)
    assert answer.status_code == status, answer.text
    content: dict[str, Any] = answer.json()
    return content


def today(client: ApiClient) -> dict[str, Any]:
    figures: dict[str, Any] = client.get("/usage").json()["today"]
    return figures


def test_a_preview_is_heard_at_once(client: ApiClient, log_file: Path) -> None:
    # When somebody wants to hear a voice
    heard = preview(client, HELLO)

    # Then its audio can be fetched without a token, and played from anywhere in it
    answer = httpx.get(heard["audio_url"], trust_env=False, timeout=PATIENCE_SECONDS)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "audio/mpeg"
    assert answer.headers["Content-Disposition"].startswith("inline")
    part = httpx.get(
        heard["audio_url"], headers={"Range": "bytes=100-199"}, trust_env=False, timeout=PATIENCE_SECONDS
    )
    assert (part.status_code, part.content) == (206, answer.content[100:200])
    assert decode(answer.content).duration_ms == pytest.approx(heard["duration_ms"], abs=1)
    until = datetime.fromisoformat(heard["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=14) < until <= timedelta(minutes=15)

    # And it is as loud as any other
    other = preview(client, HELLO | {"voice_id": JENNY, "text": "Hello", "volume": 1})
    levels = [
        decode(httpx.get(each["audio_url"], trust_env=False, timeout=PATIENCE_SECONDS).content).level_dbfs()
        for each in (heard, other)
    ]
    assert levels[0] == pytest.approx(levels[1], abs=3)

    # And it is billed, and told in the usage, which counts no job
    billed = heard["billed_characters"]
    assert not heard["reused"]
    assert billed > 0
    assert heard["cost"] == {"amount": billed * 16 / 1_000_000, "currency": "USD"}
    figures = today(client)
    assert figures["billed_characters"] == billed + other["billed_characters"]
    assert (figures["reserved_characters"], figures["jobs"]) == (0, 0)
    assert total(written_metrics(log_file), "Previews") >= 2

    # And hearing it once more costs nothing
    again = preview(client, HELLO)
    assert again["reused"]
    assert (again["billed_characters"], again["duration_ms"]) == (0, heard["duration_ms"])
    assert today(client) == figures


# By name: the options of the preview, and what the job has in the place of each: of the speaker, or of the dialogue.
ALIAS = {"text": "W3C", "alias": "World Wide Web Consortium"}
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "style, pronunciations and markup": (
        {
            "voice_id": JENNY,
            "text": "[pause 1s]The W3C & you <b>cheer</b> up!<break time='500ms'/>",
            "style": "cheerful",
            "style_degree": 1.5,
            "speed": 0.8,
            "pitch": 5,
            "volume": 0.5,
            "pronunciations": [ALIAS],
            "dialogue_language": "en-US",
        },
        {"style": "cheerful", "style_degree": 1.5, "speed": 0.8, "pitch": 5, "volume": 0.5},
        {"pronunciations": [ALIAS], "language": "en-US"},
    ),
    "language": (
        {"voice_id": AVA_MULTILINGUAL, "text": "Langsam, bitte.", "language": "de-DE", "dialogue_language": "en-US"},
        {"language": "de-DE"},
        {"language": "en-US"},
    ),
    "literal text in studio quality": (
        {"voice_id": HSIAO_YU, "text": "[pause 1s]早安。", "markup": "literal", "quality": "studio"},
        {},
        {"markup": "literal", "quality": "studio"},
    ),
    "a beat": ({"voice_id": HSIAO_YU, "text": "……"}, {}, {}),
    "OpenAI": (
        {"provider": "openai", "voice_id": "af_sky", "text": "One."},
        {},
        {"provider": "openai"},
    ),
    "Polly": ({"provider": "polly", "voice_id": "Joanna", "text": "One."}, {}, {"provider": "polly"}),
}


@pytest.mark.parametrize(("request_", "of_speaker", "of_dialogue"), KINDS.values(), ids=list(KINDS))
def test_the_job_that_follows_is_billed_nothing_for_it(
    client: ApiClient, request_: dict[str, Any], of_speaker: dict[str, Any], of_dialogue: dict[str, Any]
) -> None:
    # Given a preview of what a job will speak
    heard = preview(client, request_)
    billed = today(client)["billed_characters"]
    assert billed == heard["billed_characters"]

    # When the job speaks it
    job = dialogue(request_["text"], voices=(request_["voice_id"], HSIAO_YU), **of_dialogue)
    job["voice_assignments"][0] |= of_speaker
    result = client.complete(job)["result_metadata"]

    # Then it is not spoken again
    assert result["billed_characters"] == 0
    assert result["reused_segments"] > 0
    assert result["duration_ms"] == pytest.approx(heard["duration_ms"], abs=24)
    assert today(client)["billed_characters"] == billed
    # And the other way round
    again = preview(client, request_)
    assert (again["reused"], again["billed_characters"]) == (True, 0)


def test_another_take_is_spoken_anew(client: ApiClient) -> None:
    # When
    first, second = preview(client, HELLO), preview(client, HELLO | {"take": 2})

    # Then
    assert first["billed_characters"] == second["billed_characters"] > 0
    assert today(client)["billed_characters"] == 2 * first["billed_characters"]


def test_a_users_pronunciation_sets_are_used(client: ApiClient) -> None:
    # Given
    client.put("/pronunciations/web", json={"entries": [ALIAS]})
    request = {"voice_id": JENNY, "text": "The W3C!", "dialogue_language": "en-US"}

    # When
    with_set = preview(client, request | {"pronunciation_sets": ["web"]})
    refused = preview(client, request | {"pronunciation_sets": ["other"]}, 400)

    # Then
    assert with_set["billed_characters"] > len(request["text"])
    assert [each["field"] for each in refused["details"]["errors"]] == ["pronunciation_sets[0]"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": "長" * 201}, "text"),
        ({"text": " "}, "text"),
        ({"voice_id": "zh-TW-NobodyNeural"}, "voice_id"),
        ({"voice_id": "nova"}, "voice_id"),
        ({"provider": "elsewhere"}, "provider"),
        ({"style": "cheerful"}, "style"),
        ({"text": "{fault empty-audio}拒絕"}, "text"),
        ({"text": "{fault malformed-ssml}拒絕"}, "text"),
    ],
)
def test_what_cannot_be_spoken_is_refused_and_billed_nothing(
    client: ApiClient, changes: dict[str, Any], field: str
) -> None:
    refused = preview(client, HELLO | changes, 400)

    assert refused["error"] == "VALIDATION_ERROR"
    assert [each["field"] for each in refused["details"]["errors"]] == [field]
    figures = today(client)
    assert (figures["billed_characters"], figures["reserved_characters"]) == (0, 0)


def test_what_fails_for_the_moment_is_billed_nothing_and_can_be_tried_again(client: ApiClient) -> None:
    # Given a text with which the provider fails once
    request = HELLO | {"text": "{fault unavailable times=1}再試一次"}

    # When it is to be heard
    answer = client.post("/previews", json=request)

    # Then that is said, and nothing is billed
    assert (answer.status_code, answer.json()["error"]) == (503, "PROVIDER_UNAVAILABLE")
    assert int(answer.headers["Retry-After"]) > 0
    assert today(client)["billed_characters"] == today(client)["reserved_characters"] == 0
    # And the next attempt is heard
    assert preview(client, request)["billed_characters"] == today(client)["billed_characters"] > 0


def test_a_users_previews_are_limited_by_the_minute(new_client: Callable[[], ApiClient], log_file: Path) -> None:
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=20, microsecond=0)
    client = new_client()
    with composition.given(clock=lambda: lambda: noon):
        # Given a user who has heard as many as are allowed
        for _ in range(PER_MINUTE):
            preview(client, HELLO)

        # When the same user wants one more
        answer = client.post("/previews", json=HELLO)

        # Then it is refused until the minute is over, and others are not
        assert (answer.status_code, answer.json()["error"]) == (429, "RATE_LIMITED")
        assert answer.headers["Retry-After"] == "40"
        resets_at = noon + timedelta(seconds=40)
        assert answer.json()["details"] == {
            "max_previews": PER_MINUTE,
            "resets_at": f"{resets_at:%Y-%m-%dT%H:%M:%SZ}",
        }
        preview(new_client(), HELLO)
    with composition.given(clock=lambda: lambda: resets_at):
        preview(client, HELLO)
    assert total(written_metrics(log_file), "PreviewsRefused") >= 1


def test_quotas_and_the_breaker_hold_for_previews(stack: LocalStack, client: ApiClient) -> None:
    # Given a user who has little left
    with ApiClient(stack.url, user_id=OPERATOR) as operator:
        limit = {"characters_per_day": preview(client, HELLO)["billed_characters"] + 3}
        user = client.headers["X-User-Id"]
        assert operator.put(f"/admin/users/{user}/limits", json=limit).status_code == 200

        # When more is to be spoken
        refused = preview(client, HELLO | {"text": "太長了吧"}, 429)

        # Then it is refused, and what is stored is still heard
        assert (refused["error"], refused["details"]["quota"]) == ("QUOTA_EXCEEDED", "user_characters_per_day")
        assert preview(client, HELLO)["reused"]
        assert today(client)["reserved_characters"] == 0

        # And an operator can stop it all
        assert operator.put("/admin/breaker", json={"state": "open", "reason": "Traffic."}).status_code == 200
        stopped = preview(client, HELLO | {"text": "好"}, 503)
        assert operator.put("/admin/breaker", json={"state": "closed"}).status_code == 200
    assert (stopped["error"], stopped["details"]) == ("SUBMISSIONS_STOPPED", {"reason": "Traffic."})


def test_what_a_dying_function_has_billed_is_settled_exactly(stack: LocalStack, client: ApiClient) -> None:
    # Given a function that dies when the provider has spoken, and one that dies before
    with patch.object(PreviewRepository, "settle", side_effect=RuntimeError("dies")):
        assert client.post("/previews", json=HELLO).status_code == 500
    with patch("castline.usecases.speak_preview.Synthesizer.speak", side_effect=RuntimeError("dies")):
        assert client.post("/previews", json=HELLO | {"text": "沒說出口"}).status_code == 500
    figures = today(client)
    assert figures["billed_characters"] == 0
    assert figures["reserved_characters"] > 0

    # When the reconciler comes before both can be over, nothing changes
    stack.reconcile()
    assert today(client) == figures

    # When it comes later
    later = datetime.now(UTC) + timedelta(seconds=61)
    with composition.given(clock=lambda: lambda: later):
        stack.reconcile()
        stack.reconcile()

    # Then what was spoken is billed, and nothing is reserved any more
    figures = today(client)
    heard = preview(client, HELLO)
    assert heard["reused"]
    with_take = preview(client, HELLO | {"take": 1})
    assert figures["billed_characters"] == with_take["billed_characters"]
    assert figures["reserved_characters"] == 0
    assert figures["cost"]["amount"] == with_take["cost"]["amount"]


def test_a_broken_segment_is_spoken_anew(client: ApiClient) -> None:
    # Given a preview whose stored segment is damaged
    first = preview(client, HELLO)
    s3, bucket = boto3.client("s3"), resources.BUCKET_NAME
    prefix = f"segments/{client.headers['X-User-Id']}/"
    for found in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]:
        stored = s3.get_object(Bucket=bucket, Key=found["Key"])
        garbage = bytes(len(stored["Body"].read()))
        s3.put_object(Bucket=bucket, Key=found["Key"], Body=garbage, Metadata=stored["Metadata"])

    # When it is to be heard again, and once more
    preview(client, HELLO, 503)
    again = preview(client, HELLO)

    # Then it has been spoken anew
    assert again["billed_characters"] == first["billed_characters"]
    assert not again["reused"]


def test_previews_belong_to_their_user(new_client: Callable[[], ApiClient]) -> None:
    one, other = new_client(), new_client()

    assert preview(one, HELLO)["billed_characters"] == preview(other, HELLO)["billed_characters"] > 0


def test_their_audio_is_deleted_after_a_day(stack: LocalStack, client: ApiClient) -> None:
    # Given
    heard = preview(client, HELLO)

    # When
    stack.cloud.clock.advance(timedelta(days=2))
    stack.cloud.tick()

    # Then
    assert httpx.get(heard["audio_url"], trust_env=False, timeout=PATIENCE_SECONDS).status_code in {403, 404}
