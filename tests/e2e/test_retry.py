"""Failures of the speech provider: which are retried, when, and which are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.decoded_audio import decode
from tests.e2e.dialogues import HSIAO_YU, dialogue
from tests.e2e.executions import execution_arn
from tests.e2e.slots import assert_all_slots_are_free
from tests.e2e.traffic import requests_with

if TYPE_CHECKING:
    from local.azure_speech.server import AzureSpeechEmulator
    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient


def retry_delays_seconds(stack: LocalStack, job_id: str) -> list[float]:
    return stack.cloud.clock.retry_delays_seconds(execution_arn(job_id))


class TestTransientFailures:
    def test_are_tried_again_after_5_and_10_seconds_until_they_pass(
        self, stack: LocalStack, speech: AzureSpeechEmulator, client: ApiClient
    ) -> None:
        # Given a turn that fails twice among turns that do not
        first, second, third = "先說這一句。", "{fault unavailable times=2}再說這一句。", "最後說這一句。"

        # When
        job = client.complete(dialogue(first, second, third))

        # Then the third try succeeded
        assert retry_delays_seconds(stack, job["id"]) == [5, 10]
        assert job["retry_count"] == 2
        assert requests_with(speech, second) == ["closed 1013", "closed 1013", "completed"]
        # And what was spoken already was not paid for again
        assert requests_with(speech, first) == ["completed"]
        assert requests_with(speech, third) == ["completed"]
        # And the audio lacks nothing
        assert job["progress"] == {"completed_segments": 3, "total_segments": 3}
        audio = decode(client.download(job["id"]).content)
        for turn in job["result_metadata"]["turn_timings"]:
            assert audio.part(turn["start_ms"], turn["end_ms"]).level_dbfs() > -24

    def test_fail_the_job_after_the_third_retry(
        self, stack: LocalStack, speech: AzureSpeechEmulator, client: ApiClient
    ) -> None:
        # Given a turn that always fails
        text = "{fault unavailable}這一句說不出來。"

        # When
        job_id = client.submit(dialogue("這一句沒有問題。", text))
        job = client.wait_for(job_id, "failed")

        # Then
        assert retry_delays_seconds(stack, job_id) == [5, 10, 20]
        assert (job["error_code"], job["retry_count"]) == ("PROVIDER_UNAVAILABLE", 3)
        assert job["error_message"].endswith("重試後仍未成功，請稍後重新提交")
        assert job["progress"] == {"completed_segments": 1, "total_segments": 2}
        assert len(requests_with(speech, text)) == 4
        assert_all_slots_are_free(stack, client)


class TestPermanentFailures:
    def test_a_voice_that_does_not_exist(
        self, stack: LocalStack, speech: AzureSpeechEmulator, client: ApiClient
    ) -> None:
        # Given a voice id that looks like one
        texts = "我有聲音。", "我沒有聲音。"

        # When
        job_id = client.submit(dialogue(*texts, voices=(HSIAO_YU, "zh-TW-NobodyNeural")))
        job = client.wait_for(job_id, "failed")

        # Then it fails at once, and says what is wrong
        assert retry_delays_seconds(stack, job_id) == []
        assert (job["error_code"], job["retry_count"]) == ("VOICE_NOT_FOUND", 0)
        assert "zh-TW-NobodyNeural" in job["error_message"]
        assert "index 1 " in job["error_message"]
        assert len(requests_with(speech, texts[1])) == 1
        assert_all_slots_are_free(stack, client)

    def test_outweigh_transient_ones(self, stack: LocalStack, client: ApiClient) -> None:
        # Given one turn that trying again would help, and one that it would not
        texts = "{fault unavailable times=1}等一下就好。", "{fault empty-audio}永遠不會好。"

        # When
        job_id = client.submit(dialogue(*texts))
        job = client.wait_for(job_id, "failed")

        # Then
        assert retry_delays_seconds(stack, job_id) == []
        assert job["error_code"] == "EMPTY_AUDIO"
        assert "index 1 " in job["error_message"]
