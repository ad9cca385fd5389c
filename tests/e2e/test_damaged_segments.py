"""Damaged stored segments: an object that is not a valid segment is spoken again, and never heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from castline.audio.stored_segment import Layout
from local import resources
from tests.e2e import dialogues
from tests.e2e.decoded_audio import decode

if TYPE_CHECKING:
    from local.azure_speech.server import AzureSpeechEmulator
    from tests.e2e.api_client import ApiClient

Stored = dict[str, Any]


def dialogue(*texts: str, **changes: Any) -> dict[str, Any]:
    """Return a dialogue whose file is made of the segments as they are stored."""
    return dialogues.dialogue(*texts, **{"loudness": "none", **changes})


def objects(client: ApiClient) -> dict[str, Stored]:
    """Return a user's stored segments and their mastered frames by their keys: body and metadata."""
    s3, prefix = boto3.client("s3"), f"segments/{client.headers['X-User-Id']}/"
    found = s3.list_objects_v2(Bucket=resources.BUCKET_NAME, Prefix=prefix)["Contents"]
    answers = {each["Key"]: s3.get_object(Bucket=resources.BUCKET_NAME, Key=each["Key"]) for each in found}
    return {key: {"Body": answer["Body"].read(), "Metadata": answer["Metadata"]} for key, answer in answers.items()}


def segments(client: ApiClient) -> dict[str, Stored]:
    """Return the stored segments alone: the names of mastered frames have a suffix."""
    return {key: stored for key, stored in objects(client).items() if "." not in key}


def overwrite(key: str, stored: Stored) -> None:
    boto3.client("s3").put_object(Bucket=resources.BUCKET_NAME, Key=key, **stored)


def layout_of(stored: Stored) -> Layout:
    return Layout.of_object(len(stored["Body"]), stored["Metadata"])


def truncated(stored: Stored) -> Stored:
    return stored | {"Body": stored["Body"][:-1]}


def without_metadata(stored: Stored) -> Stored:
    return stored | {"Metadata": {}}


def without_a_checksum(stored: Stored) -> Stored:
    metadata = {name: value for name, value in stored["Metadata"].items() if name != "pcm-sha256"}
    return stored | {"Metadata": metadata}


def garbled_cues(stored: Stored) -> Stored:
    return stored | {"Metadata": stored["Metadata"] | {"cues": "a-b@c"}}


def garbled_bill(stored: Stored) -> Stored:
    return stored | {"Metadata": stored["Metadata"] | {"billed-characters": "?"}}


DAMAGES = (truncated, without_metadata, without_a_checksum, garbled_cues, garbled_bill)


def test_what_does_not_read_as_a_segment_is_spoken_again(client: ApiClient, speech: AzureSpeechEmulator) -> None:
    # Given a spoken dialogue, all segments of which but one are damaged afterwards
    submitted = dialogue(*(f"第{number}句話在這裡" for number in range(len(DAMAGES) + 1)))
    whole = client.complete(submitted)
    stored = segments(client)
    for damage, (key, each) in zip(DAMAGES, stored.items(), strict=False):
        overwrite(key, damage(each))
    requests = len(speech.traffic.requests)

    # When it is submitted again
    again = client.complete(submitted)

    # Then these segments are spoken again, and sound as before
    assert len(speech.traffic.requests) - requests == len(DAMAGES)
    assert again["result_metadata"]["reused_segments"] == 1
    bodies = [{key: each["Body"] for key, each in all_.items()} for all_ in (stored, segments(client))]
    assert bodies[0] == bodies[1]
    audio = [decode(client.download(job["id"]).content).duration_ms for job in (whole, again)]
    assert audio[0] == audio[1]


def flipped_bit(stored: Stored) -> Stored:
    """Return the segment with a flipped bit in the main data of an MP3 frame, and in a sample."""
    body = bytearray(stored["Body"])
    body[100] ^= 1
    body[layout_of(stored).pcm.stop - 1] ^= 1
    return stored | {"Body": bytes(body)}


@pytest.mark.parametrize("output_format", ["mp3", "wav"])
def test_other_content_fails_one_job_and_is_spoken_again_by_the_next(client: ApiClient, output_format: str) -> None:
    # Given segments with other content of the same size
    submitted = dialogue("第三句話在這裡", "第四句話也在", output_format=output_format)
    client.complete(submitted)
    stored = segments(client)
    for key, each in stored.items():
        overwrite(key, flipped_bit(each))

    # When a job has met the first of them
    failed = client.wait_for(client.submit(submitted), "failed")

    # Then its user is told to submit again, which helps
    assert failed["error_code"] == "SEGMENT_BROKEN"
    client.complete(submitted)
    assert {key: each["Body"] for key, each in segments(client).items()} == {
        key: each["Body"] for key, each in stored.items()
    }


def test_a_job_that_reads_only_what_is_undamaged_completes(client: ApiClient) -> None:
    # Given a segment whose PCM is zeroed
    submitted = dialogue("第五句話在這裡")
    client.complete(submitted)
    ((key, stored),) = segments(client).items()
    pcm = layout_of(stored).pcm
    overwrite(key, stored | {"Body": stored["Body"][: pcm.start] + bytes(len(pcm)) + stored["Body"][pcm.stop :]})

    # When an MP3 is made, which copies the frames
    job = client.complete(submitted)

    # Then
    assert job["result_metadata"]["reused_segments"] == 1


def test_a_segment_stored_under_the_key_of_another_is_never_heard(client: ApiClient) -> None:
    # Given two segments, the one stored over the other with all that belongs to it
    submitted = dialogue("第六句話", "第七句話", output_format="wav")
    client.complete(submitted)
    stored = segments(client)
    one, other = stored
    overwrite(one, stored[other])

    # When a job meets it
    failed = client.wait_for(client.submit(submitted), "failed")

    # Then its words are not spoken in the wrong place
    assert failed["error_code"] == "SEGMENT_BROKEN"
    client.complete(submitted)
    assert segments(client)[one]["Body"] == stored[one]["Body"]


def test_mastered_frames_that_are_older_than_their_segment_are_made_again(
    client: ApiClient, speech: AzureSpeechEmulator
) -> None:
    # Given a segment that was stored without mastered frames, and got some of another reading, which was longer
    texts = ("第八句話", "第九句話比第八句話長得多")
    client.complete(dialogue(*texts))
    submitted = dialogue(*texts, loudness="podcast")
    whole = client.complete(submitted)
    stored = {key: each for key, each in objects(client).items() if key.endswith(".podcast")}
    one, other = sorted(stored, key=lambda key: len(stored[key]["Body"]))
    overwrite(one, stored[other])
    requests = len(speech.traffic.requests)

    # When a job needs them
    again = client.complete(submitted)

    # Then they are made again, without a request to the provider, and the file is the same
    assert len(speech.traffic.requests) == requests
    assert client.download(again["id"]).content == client.download(whole["id"]).content
    assert objects(client)[one]["Body"] == stored[one]["Body"]


def test_segments_that_an_older_release_has_stored_are_still_used(
    client: ApiClient, speech: AzureSpeechEmulator
) -> None:
    # Given segments without checksums, words and a note of their length
    texts = ("第十句話", "第十一句話")
    client.complete(dialogue(*texts))
    for key, stored in segments(client).items():
        older = {name: stored["Metadata"][name] for name in ("cues", "spoken-for", "billed-characters")}
        overwrite(key, {"Body": stored["Body"][: layout_of(stored).pcm.stop], "Metadata": older})
    requests = len(speech.traffic.requests)

    # When files of either kind are made of them
    for output_format in ("mp3", "wav"):
        client.complete(dialogue(*texts, output_format=output_format))

    # Then nothing is spoken
    assert len(speech.traffic.requests) == requests
