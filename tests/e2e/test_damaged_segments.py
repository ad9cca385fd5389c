"""Stored segments that something has damaged: what does not read as a segment is spoken again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from local import resources
from tests.e2e.decoded_audio import decode
from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.azure_speech.server import AzureSpeechEmulator
    from tests.e2e.api_client import ApiClient

Stored = dict[str, Any]


def segments() -> dict[str, Stored]:
    """Every stored segment by its key: body and metadata."""
    s3 = boto3.client("s3")
    found = s3.list_objects_v2(Bucket=resources.BUCKET_NAME, Prefix="segments/").get("Contents", ())
    answers = {each["Key"]: s3.get_object(Bucket=resources.BUCKET_NAME, Key=each["Key"]) for each in found}
    return {key: {"Body": answer["Body"].read(), "Metadata": answer["Metadata"]} for key, answer in answers.items()}


def missing(key: str, _stored: Stored) -> None:
    boto3.client("s3").delete_object(Bucket=resources.BUCKET_NAME, Key=key)


def overwritten(change: Callable[[Stored], Stored]) -> Callable[[str, Stored], None]:
    def overwrite(key: str, stored: Stored) -> None:
        boto3.client("s3").put_object(Bucket=resources.BUCKET_NAME, Key=key, **(stored | change(stored)))

    return overwrite


MISSES = {
    "missing": missing,
    "empty": overwritten(lambda _: {"Body": b""}),
    "17 bytes": overwritten(lambda _: {"Body": b"x" * 17}),
    "truncated": overwritten(lambda stored: {"Body": stored["Body"][:-1]}),
    "no metadata": overwritten(lambda _: {"Metadata": {}}),
    "garbled cues": overwritten(lambda stored: {"Metadata": stored["Metadata"] | {"cues": "a-b@c"}}),
    "garbled bill": overwritten(lambda stored: {"Metadata": stored["Metadata"] | {"billed-characters": "?"}}),
}


@pytest.mark.parametrize("output_format", ["mp3", "wav"])
@pytest.mark.parametrize("damage", MISSES.values(), ids=MISSES)
def test_what_does_not_read_as_a_segment_is_spoken_again(
    client: ApiClient, speech: AzureSpeechEmulator, damage: Callable[[str, Stored], None], output_format: str
) -> None:
    # Given a spoken dialogue, one segment of which is damaged afterwards
    before = set(segments())
    texts = ("第一句話在這裡", "第二句話也在")
    whole = client.complete(dialogue(*texts, output_format=output_format))
    stored = segments()
    key = next(key for key in stored if key not in before)
    damage(key, stored[key])
    requests = len(speech.traffic.requests)

    # When it is submitted again
    again = client.complete(dialogue(*texts, output_format=output_format))

    # Then that segment is spoken again, and sounds as before
    assert len(speech.traffic.requests) - requests == 1
    assert again["result_metadata"]["reused_segments"] == 1
    assert segments()[key]["Body"] == stored[key]["Body"]
    audio = [decode(client.download(job["id"]).content).duration_ms for job in (whole, again)]
    assert audio[0] == audio[1]


def test_what_assembling_finds_broken_is_spoken_again_by_the_next_job(client: ApiClient) -> None:
    # Given a segment with garbage of the right size
    before = set(segments())
    client.complete(dialogue("第三句話在這裡", "第四句話也在"))
    stored = segments()
    key = next(key for key in stored if key not in before)
    overwritten(lambda stored: {"Body": b"\x55" * len(stored["Body"])})(key, stored[key])

    # When a job meets it
    failed = client.wait_for(client.submit(dialogue("第三句話在這裡", "第四句話也在")), "failed")

    # Then it fails, and is told to submit again, which helps
    assert failed["error_code"] == "SEGMENT_BROKEN"
    assert client.complete(dialogue("第三句話在這裡", "第四句話也在"))["status"] == "completed"


def test_a_turn_with_nothing_to_speak_is_a_beat(client: ApiClient, speech: AzureSpeechEmulator) -> None:
    # Given a dialogue with a turn of nothing but punctuation in its middle
    requests = len(speech.traffic.requests)

    job = client.complete(dialogue("你聽", "……", "什麼都沒有", gap_ms=0, crossfade_ms=0))

    # Then it is a silence of 700 ms, for which nobody is asked and nothing is paid
    result = job["result_metadata"]
    beat = result["turn_timings"][1]
    assert beat["end_ms"] - beat["start_ms"] == 700
    assert len(speech.traffic.requests) - requests == 2
    assert result["billed_characters"] == 2 * len("你聽什麼都沒有")
