"""Estimates of jobs, compared with what the jobs then bill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.api_client import MAX_ACTIVE_JOBS
from tests.e2e.dialogues import HSIAO_YU, YUN_JHE, dialogue, dialogue_of
from tests.e2e.estimates import estimate, path_for
from tests.e2e.sounds import chord, upload, wav

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.azure_speech.server import AzureSpeechEmulator
    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient

JENNY, AVA_MULTILINGUAL = "en-US-JennyNeural", "en-US-AvaMultilingualNeural"
AVA_HD = "en-US-Ava:DragonHDLatestNeural"
LONG = "這是一段很長的獨白，說了一句又一句。" * 60
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


SENTENCES = ("One sentence. And another one.", "An answer.")

# By name: the jobs before, and the job that is estimated. Batched jobs are in test_native.py.
KINDS: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "partly stored, and turns that sound the same": (
        [dialogue("甲。", "乙。", output_format="wav", gap_ms=0)],
        dialogue("甲。", "乙！", "甲。", "丙。", "丁。", "丙。"),
    ),
    "another take of one voice": ([single(speed=0.9)], single(speed=0.9, take=2)),
    "a long turn": ([], dialogue(LONG, "短。")),
    "markup": ([], dialogue(*MARKED_UP)),
    "literal markup": ([], dialogue(*MARKED_UP, markup="literal")),
    "deliveries": ([], delivered()),
    "pronunciations": (
        [],
        dialogue("The W3C eats a tomato.", "The W3C!", voices=(JENNY, AVA_HD), pronunciations=ALIASES),
    ),
    "beats and marks": ([], dialogue("……", "。", "？！", "好", "100%", "<&>")),
    "studio quality": ([dialogue("錄音。", "好。")], dialogue("錄音。", "好。", quality="studio")),
    "OpenAI, partly stored": ([dialogue_of("openai", "Stored.")], dialogue_of("openai", "Stored.", *SENTENCES, "……")),
    "Polly, partly stored": ([dialogue_of("polly", "Stored.")], dialogue_of("polly", "Stored.", *SENTENCES, "……")),
}


def complete(client: ApiClient, request: Mapping[str, Any]) -> dict[str, Any]:
    """Submit a request; return its job once it is completed, with the warnings that came with it."""
    submitted = client.post(path_for(request), json=request)
    assert submitted.status_code == 201, submitted.text
    job = client.wait_for(submitted.json()["id"], "completed")
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

        # When an estimate is asked for
        estimate(client, dialogue("沒有說出來的話。"))

        # Then there is no further job, and nothing was spoken
        assert set(client.list_ids()) == set(held)
        assert len(speech.traffic.requests) == before
        for job_id in held:
            client.cancel(job_id)


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
    # Given
    refused = [
        dialogue("一", provider="nobody"),
        dialogue("一", pronunciation_sets=["none"]),
        dialogue("一", music={"intro": {"sound_id": "01a20b9b-7b1c-7c55-8f3d-2f6d6c1b9e40"}}),
        dialogue("一", voices=("Joanna", YUN_JHE)),
        dialogue("[pause 10s]" * 1_100),
        single(style="cheerful"),
        single(webhook_url="https://hooks.castline.example/jobs"),
    ]

    # When each is submitted and estimated
    for request in refused:
        answers = [client.post(f"{path_for(request)}{end}", json=request) for end in ("", "/estimate")]

        # Then both are refused alike
        assert [answer.status_code for answer in answers] == [400, 400]
        assert answers[0].json() == answers[1].json()


def test_the_cost_is_by_the_price_of_the_provider(client: ApiClient) -> None:
    # When
    estimated = estimate(client, dialogue("一二三四五六七八九十", "上山打老虎。"))

    # Then
    assert estimated["cost"] == {"amount": estimated["billed_characters"] * 16 / 1_000_000, "currency": "USD"}
    assert estimate(client, dialogue_of("openai", "Free of charge."))["cost"]["amount"] == 0
