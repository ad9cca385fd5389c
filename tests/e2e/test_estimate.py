"""Estimates of jobs, compared with what the jobs then bill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.cloud.clock import Clock
from local.speech_emulators import EMULATORS
from local.stack import LocalStack
from tests.e2e.api_client import MAX_ACTIVE_JOBS
from tests.e2e.dialogues import HSIAO_YU, YUN_JHE, dialogue
from tests.e2e.sounds import chord, upload, wav
from tests.e2e.test_native import AVA_HD
from tests.e2e.test_native import TEXTS as MANY
from tests.e2e.test_providers import VOICES
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from local.azure_speech.server import AzureSpeechEmulator
    from tests.e2e.api_client import ApiClient

JENNY, AVA_MULTILINGUAL = "en-US-JennyNeural", "en-US-AvaMultilingualNeural"
LONG = "這是一段很長的獨白，說了一句又一句。" * 80
MARKED_UP = (
    "# 第一章\n早安。<break time='500ms'/>你好嗎？",
    "[pause 1s]我 & 你 <b>很好</b>。……",
    "……",
    "（嘆氣）好吧。<break time='2s'/>",
)
ALIASES = [
    {"text": "W3C", "alias": "World Wide Web Consortium"},
    {"text": "tomato", "phoneme": "təˈmeɪtoʊ", "language": "en"},
]


def delivered() -> dict[str, Any]:
    """Return a dialogue in which speakers and turns have deliveries of their own, all of which Azure bills."""
    request = dialogue("Cheer up & go!", "Langsam, bitte.", voices=(JENNY, AVA_MULTILINGUAL), language="en-US")
    request["voice_assignments"][0] |= {"style": "cheerful", "style_degree": 1.5, "speed": 1.25}
    request["turns"][1] |= {"language": "de-DE", "pitch": -5, "volume": 0.5, "pause_after_ms": 700}
    return request


def single(**changes: Any) -> dict[str, Any]:
    return {"provider": "azure", "voice_id": HSIAO_YU, "text": "一個人說的話。", **changes}


def of_provider(provider: str, *texts: str) -> dict[str, Any]:
    return dialogue(*texts, voices=VOICES[provider], provider=provider, language="en-US")


EDITED = [*MANY[:40], *(f"改過的{text}" for text in MANY[40:60]), *MANY[60:]]
SENTENCES = ("One sentence. And another one. " * 4, "An answer.")

# By name: the jobs before, and the job that is estimated.
KINDS: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "nothing stored": ([], dialogue()),
    "all stored": ([dialogue("甲。", "乙。")], dialogue("甲。", "乙。", output_format="wav", gap_ms=0)),
    "partly stored": ([dialogue("甲。", "乙。")], dialogue("甲。", "乙！", "甲。", "丙。")),
    "turns that sound the same": ([], dialogue("同一句", "不同的", "同一句", "不同的", "同一句")),
    "one voice": ([], single(speed=0.9, pitch=3)),
    "another take": ([single()], single(take=2)),
    "long turns": ([], dialogue(LONG, "短。", LONG[1:])),
    "markup": ([], dialogue(*MARKED_UP)),
    "literal markup": ([], dialogue(*MARKED_UP, markup="literal")),
    "deliveries": ([], delivered()),
    "pronunciations": (
        [],
        dialogue("The W3C eats a tomato.", "The W3C!", voices=(JENNY, AVA_HD), pronunciations=ALIASES),
    ),
    "beats and marks": ([], dialogue("……", "。", "？！", "好", "100%", "<&>")),
    "studio quality": ([dialogue("錄音。", "好。")], dialogue("錄音。", "好。", quality="studio")),
    "a batched job": ([], dialogue(*MANY)),
    "an edited batched job": ([dialogue(*MANY)], dialogue(*EDITED)),
    "a batched job in studio quality": ([], dialogue(*(f"錄音{text}" for text in MANY), quality="studio")),
    "a batched job with a voice that is not batched": (
        [],
        dialogue(*(f"高解析{text}" for text in MANY), voices=(HSIAO_YU, AVA_HD)),
    ),
    "OpenAI": ([], of_provider("openai", *SENTENCES, "……")),
    "OpenAI, partly stored": ([of_provider("openai", "Stored.")], of_provider("openai", "Stored.", "New.")),
    "Polly": ([], of_provider("polly", *SENTENCES, "……")),
    "Polly, partly stored": ([of_provider("polly", *SENTENCES)], of_provider("polly", *SENTENCES, "New.")),
}


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock(wait_scale=0.001)


@pytest.fixture(scope="module")
def stack(clock: Clock, speech: AzureSpeechEmulator, log_file: Path) -> Iterator[LocalStack]:
    with LocalStack(clock=clock, speech=speech, log_file=log_file, more_providers=tuple(EMULATORS)) as stack:
        yield stack


def path_for(request: Mapping[str, Any]) -> str:
    return "/jobs/tts" if "text" in request else "/jobs"


def estimate(client: ApiClient, request: Mapping[str, Any]) -> dict[str, Any]:
    answer = client.post(f"{path_for(request)}/estimate", json=request)
    assert answer.status_code == 200, answer.text
    estimated: dict[str, Any] = answer.json()
    return estimated


def complete(client: ApiClient, request: Mapping[str, Any]) -> dict[str, Any]:
    """Submit a request; return its job once it is completed, with the warnings that came with it."""
    submitted = client.post(path_for(request), json=request)
    assert submitted.status_code == 201, submitted.text
    job = client.wait_for(submitted.json()["id"], "completed", timeout_seconds=2 * PATIENCE_SECONDS)
    return {**job, "warnings": submitted.json().get("warnings", [])}


@pytest.mark.parametrize(("before", "request_"), KINDS.values(), ids=list(KINDS))
def test_a_job_bills_what_was_estimated(
    client: ApiClient, before: list[dict[str, Any]], request_: dict[str, Any]
) -> None:
    # Given what has been spoken before
    for each in before:
        complete(client, each)

    # When a job is estimated, and then submitted
    estimated = estimate(client, request_)
    job = complete(client, request_)

    # Then the estimate was exact
    result = job["result_metadata"]
    assert estimated["billed_characters"] == result["billed_characters"]
    assert estimated["reused_segments"] == result["reused_segments"]
    assert estimated["segments"] == job["progress"]["total_segments"]
    assert estimated["characters"] == result["characters"]
    assert estimated["warnings"] == job["warnings"]
    # And once everything is stored, nothing is billed and the duration is known
    again = estimate(client, request_)
    assert (again["billed_characters"], again["cost"]["amount"]) == (0, 0)
    assert again["reused_segments"] == again["segments"]
    # A batch or a turn of several segments is rounded to whole frames of 24 ms.
    assert again["duration_ms"] == pytest.approx(result["duration_ms"], abs=100)


def test_an_estimate_leaves_nothing_behind(stack: LocalStack, client: ApiClient, speech: AzureSpeechEmulator) -> None:
    # Given a user with as many jobs as allowed
    with stack.cloud.lambdas.pause("plan"):
        held = [client.submit(dialogue(f"第{number}件")) for number in range(MAX_ACTIVE_JOBS)]
        assert client.post("/jobs", json=dialogue()).status_code == 429
        before = len(speech.traffic.requests)

        # When more estimates are asked for
        for _ in range(5):
            estimate(client, dialogue("沒有說出來的話。"))

        # Then there is no further job, and nothing was spoken
        assert set(client.list_ids()) == set(held)
        assert len(speech.traffic.requests) == before
    for job_id in held:
        client.wait_for(job_id, "completed")


def test_an_estimate_of_pronunciation_sets_and_sounds(client: ApiClient) -> None:
    # Given a set and two clips
    client.put("/pronunciations/brands", json={"entries": [{"text": "W3C", "alias": "Web Consortium"}]})
    intro, sound = upload(client, wav(chord(3))), upload(client, wav(chord(2)))
    request = dialogue("The W3C.", "Indeed.", voices=(JENNY, AVA_MULTILINGUAL), pronunciation_sets=["brands"])
    request["music"] = {"intro": {"sound_id": intro, "overlap_ms": 500}, "outro": {"sound_id": intro}}
    request["turns"].append({"sound_id": sound, "index": 5})

    # When
    estimated, job = estimate(client, request), complete(client, request)

    # Then
    assert estimated["billed_characters"] == job["result_metadata"]["billed_characters"]
    known = estimate(client, request)["duration_ms"]
    assert known == pytest.approx(job["result_metadata"]["duration_ms"], abs=2)


def test_what_a_job_would_be_refused_for_is_refused(client: ApiClient) -> None:
    refused = [
        dialogue("一", provider="nobody"),
        dialogue("一", pronunciation_sets=["none"]),
        dialogue("一", music={"intro": {"sound_id": "01a20b9b-7b1c-7c55-8f3d-2f6d6c1b9e40"}}),
        dialogue("一", voices=("Joanna", YUN_JHE)),
        dialogue("[pause 10s]" * 1_100),
        single(style="cheerful"),
        single(webhook_url="https://hooks.castline.example/jobs"),
    ]

    for request in refused:
        answers = [client.post(f"{path_for(request)}{end}", json=request) for end in ("", "/estimate")]
        assert [answer.status_code for answer in answers] == [400, 400]
        assert answers[0].json() == answers[1].json()


def test_the_cost_is_by_the_price_of_the_provider(client: ApiClient) -> None:
    request = dialogue("一二三四五六七八九十", "上山打老虎。")

    estimated = estimate(client, request)

    assert estimated["cost"] == {"amount": estimated["billed_characters"] * 16 / 1_000_000, "currency": "USD"}
    assert estimate(client, of_provider("openai", "Free of charge."))["cost"]["amount"] == 0


def test_a_batched_job_that_is_tried_again_bills_a_little_less(client: ApiClient) -> None:
    # Given a batched job of which one request fails at first
    texts = [f"再試{text}" for text in MANY]
    texts[20] += "{fault unavailable times=1}"
    estimated = estimate(client, dialogue(*texts))["billed_characters"]

    # When
    job = complete(client, dialogue(*texts))

    # Then fewer turns have shared a request, so there were fewer breaks to pay for
    assert job["retry_count"] >= 1
    assert 0.9 * estimated < job["result_metadata"]["billed_characters"] <= estimated
