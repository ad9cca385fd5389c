"""Cost of a dialogue that was spoken before, in whole or in part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.e2e.decoded_audio import decode
from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.azure_speech.server import AzureSpeechEmulator
    from tests.e2e.api_client import ApiClient

TEXTS = [f"第{number}句話" for number in range(10)]
HAN_CHARACTERS_COUNT_TWICE = 2


def billed(*texts: str) -> int:
    return sum(HAN_CHARACTERS_COUNT_TWICE if character > "\u2e80" else 1 for text in texts for character in text)


def figures(job: dict[str, Any]) -> tuple[int, int]:
    """Return the reused segments and the billed characters."""
    result = job["result_metadata"]
    return result["reused_segments"], result["billed_characters"]


def test_an_edited_dialogue_pays_for_the_edited_turns_only(client: ApiClient, speech: AzureSpeechEmulator) -> None:
    # Given a dialogue of ten turns
    first = client.complete(dialogue(*TEXTS))
    assert figures(first) == (0, billed(*TEXTS))
    before = len(speech.traffic.requests)

    # When two of its turns are edited, one is taken out at the front, and the pauses are changed
    texts = TEXTS[2:]
    texts[4:6] = ["全新的一句", "另一句新的"]
    edited = client.complete(dialogue(*texts, gap_ms=500, crossfade_ms=0))

    # Then only those are spoken and paid for
    assert len(speech.traffic.requests) - before == 2
    assert figures(edited) == (6, billed("全新的一句", "另一句新的"))


def test_another_format_costs_nothing_and_sounds_the_same(client: ApiClient) -> None:
    # Given
    mp3 = client.complete(dialogue("早安，你好嗎？", "我很好。"))

    # When
    wav = client.complete(dialogue("早安，你好嗎？", "我很好。", output_format="wav"))

    # Then
    assert figures(wav) == (2, 0)
    lengths = [decode(client.download(job["id"]).content).duration_ms for job in (mp3, wav)]
    assert abs(lengths[0] - lengths[1]) <= 24


def test_turns_that_sound_the_same_are_spoken_once(client: ApiClient, speech: AzureSpeechEmulator) -> None:
    # Given
    before = len(speech.traffic.requests)

    # When
    job = client.complete(dialogue("同一句", "不同的", "同一句", "不同的", "同一句", "不同的"))

    # Then
    assert len(speech.traffic.requests) - before == 2
    assert figures(job) == (4, billed("同一句", "不同的"))
    assert job["progress"] == {"completed_segments": 6, "total_segments": 6}


def test_what_one_user_has_had_spoken_is_not_reused_for_another(new_client: Callable[[], ApiClient]) -> None:
    for client in (new_client(), new_client()):
        assert figures(client.complete(dialogue("只說一次"))) == (0, billed("只說一次"))


def test_what_a_failed_attempt_has_spoken_is_paid_for_once(client: ApiClient, speech: AzureSpeechEmulator) -> None:
    # Given a job that fails for good at one of its turns, having spoken another
    failing = dialogue("先說好這句", "壞的 {fault unsupported-voice}")
    client.wait_for(client.submit(failing), "failed")

    # When it is mended
    job = client.complete(dialogue("先說好這句", "好的"))

    # Then what was spoken is there
    reused, paid = figures(job)
    spoken_before = reused == 1
    assert paid == billed("好的") + (0 if spoken_before else billed("先說好這句"))
