"""Damaged stored segments: an object that is not a valid segment is spoken again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from castline.audio.stored_segment import Layout
from local import resources
from tests.e2e import dialogues
from tests.e2e.decoded_audio import decode

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.azure_speech.server import AzureSpeechEmulator
    from tests.e2e.api_client import ApiClient

Stored = dict[str, Any]


def dialogue(*texts: str, **changes: Any) -> dict[str, Any]:
    """Return a dialogue whose file is made of the segments as they are stored."""
    return dialogues.dialogue(*texts, **{"loudness": "none", **changes})


def objects() -> dict[str, Stored]:
    """Return every stored segment and every segment's mastered frames by their keys: body and metadata."""
    s3 = boto3.client("s3")
    found = s3.list_objects_v2(Bucket=resources.BUCKET_NAME, Prefix="segments/").get("Contents", ())
    answers = {each["Key"]: s3.get_object(Bucket=resources.BUCKET_NAME, Key=each["Key"]) for each in found}
    return {key: {"Body": answer["Body"].read(), "Metadata": answer["Metadata"]} for key, answer in answers.items()}


def segments() -> dict[str, Stored]:
    """Return the stored segments alone: the names of mastered frames have a suffix."""
    return {key: stored for key, stored in objects().items() if "." not in key}


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
    "one checksum lost": overwritten(
        lambda stored: {
            "Metadata": {name: stored["Metadata"][name] for name in stored["Metadata"] if name != "pcm-sha256"}
        }
    ),
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


def layout_of(stored: Stored) -> Layout:
    return Layout.of_object(len(stored["Body"]), stored["Metadata"])


def zeroed_pcm(stored: Stored) -> Stored:
    body, pcm = stored["Body"], layout_of(stored).pcm
    return {"Body": body[: pcm.start] + bytes(len(pcm)) + body[pcm.stop :]}


def flipped_bit(stored: Stored) -> Stored:
    """Return the segment with a flipped bit in the main data of an MP3 frame, and in a sample."""
    body = bytearray(stored["Body"])
    body[100] ^= 1
    body[layout_of(stored).pcm.stop - 1] ^= 1
    return {"Body": bytes(body)}


GARBAGE = {
    "garbage of the same size": lambda stored: {"Body": b"\x55" * len(stored["Body"])},
    "zeroed PCM": zeroed_pcm,
    "a flipped bit": flipped_bit,
}


@pytest.mark.parametrize("output_format", ["mp3", "wav"])
@pytest.mark.parametrize("change", GARBAGE.values(), ids=GARBAGE)
def test_other_content_is_never_heard_and_is_spoken_again_by_the_next_job(
    client: ApiClient, change: Callable[[Stored], Stored], output_format: str
) -> None:
    # Given a segment with other content of the same size
    before = set(segments())
    submitted = dialogue("第三句話在這裡", "第四句話也在", output_format=output_format)
    client.complete(submitted)
    stored = segments()
    key = next(key for key in stored if key not in before)
    overwritten(change)(key, stored[key])

    # When a job meets it
    first = client.submit(submitted)
    ended = client.wait_for(first, "completed" if change is zeroed_pcm and output_format == "mp3" else "failed")

    # Then it fails, unless it reads only what is undamaged; and is told to submit again, which helps
    if ended["status"] == "failed":
        assert ended["error_code"] == "SEGMENT_BROKEN"
        client.complete(submitted)
        assert segments()[key]["Body"] == stored[key]["Body"]


def test_one_failure_is_enough_however_many_segments_are_damaged(client: ApiClient) -> None:
    # Given several damaged segments
    before = set(segments())
    submitted = dialogue("第九句話", "第十句話", "第十一句話", "第十二句話")
    client.complete(submitted)
    for key, stored in segments().items():
        if key not in before:
            overwritten(GARBAGE["a flipped bit"])(key, stored)

    # When a job has met the first of them
    client.wait_for(client.submit(submitted), "failed")

    # Then the next one completes
    client.complete(submitted)


def test_a_segment_stored_under_the_key_of_another_is_never_heard(client: ApiClient) -> None:
    # Given two segments, the one stored over the other with all that belongs to it
    before = set(segments())
    submitted = dialogue("第五句話", "第六句話", output_format="wav")
    client.complete(submitted)
    stored = segments()
    one, other = (key for key in stored if key not in before)
    overwritten(lambda _: stored[other])(one, stored[one])

    # When a job meets it
    failed = client.wait_for(client.submit(submitted), "failed")

    # Then its words are not spoken in the wrong place
    assert failed["error_code"] == "SEGMENT_BROKEN"
    client.complete(submitted)
    assert segments()[one]["Body"] == stored[one]["Body"]


def test_mastered_frames_that_are_older_than_their_segment_are_made_again(
    client: ApiClient, speech: AzureSpeechEmulator
) -> None:
    # Given a segment that was stored without mastered frames, and got some of another reading, which was longer
    before = set(objects())
    texts = ("第十三句話", "第十四句話比第十三句話長得多")
    client.complete(dialogue(*texts))
    submitted = dialogue(*texts, loudness="podcast")
    whole = client.complete(submitted)
    stored = {key: each for key, each in objects().items() if key not in before and key.endswith(".podcast")}
    one, other = sorted(stored, key=lambda key: len(stored[key]["Body"]))
    overwritten(lambda _: stored[other])(one, stored[one])
    requests = len(speech.traffic.requests)

    # When a job needs them
    again = client.complete(submitted)

    # Then they are made again, without a request to the provider, and the file is the same
    assert len(speech.traffic.requests) == requests
    assert client.download(again["id"]).content == client.download(whole["id"]).content
    assert objects()[one]["Body"] == stored[one]["Body"]


def test_segments_that_an_older_release_has_stored_are_still_used(
    client: ApiClient, speech: AzureSpeechEmulator
) -> None:
    # Given segments without checksums, words and a note of their length
    before = set(segments())
    client.complete(dialogue("第七句話", "第八句話"))
    for key, stored in segments().items():
        if key not in before:
            older = {name: stored["Metadata"][name] for name in ("cues", "spoken-for", "billed-characters")}
            body = stored["Body"][: layout_of(stored).pcm.stop]
            overwritten(lambda _: {"Body": body, "Metadata": older})(key, stored)  # noqa: B023 (called at once)
    requests = len(speech.traffic.requests)

    # Then they are used in either format
    for output_format in ("mp3", "wav"):
        client.complete(dialogue("第七句話", "第八句話", output_format=output_format))
    assert len(speech.traffic.requests) == requests


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
