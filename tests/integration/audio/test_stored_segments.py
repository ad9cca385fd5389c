"""A dialogue from its stored segments, on moto's S3: joined from frames, and mixed from PCM."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import numpy as np
import pytest
from moto import mock_aws

from castline.audio.frame_joining import join_frames
from castline.audio.frame_timeline import place
from castline.audio.storage import AudioStorage
from castline.audio.stored_segment import StoredSegment, encode_segment, frames_range, pcm_range
from castline.audio.timeline import lay_out
from tests.turn_lengths import single_turns
from tests.unit.audio.decoding import decode
from tests.unit.audio.pcm_samples import hum, mix_pcm, to_array

if TYPE_CHECKING:
    from collections.abc import Iterator

BUCKET = "castline-audio"
LENGTHS = [60_000, 577, 1, 30_001, 150_000]


@pytest.fixture(scope="module")
def storage() -> Iterator[AudioStorage]:
    """Yield a storage with a segment of each length, under its length."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        storage = AudioStorage(bucket=BUCKET, client=client, presigning_client=client)
        for length in LENGTHS:
            storage.put_segment("user", str(length), encode_segment(hum(length)), {})
        yield storage


def test_how_long_a_segment_is_shows_in_the_size_of_its_object(storage: AudioStorage) -> None:
    for length in LENGTHS:
        entry = storage.find_segment("user", str(length))

        assert entry is not None
        assert entry.samples == length


def test_the_same_segments_become_an_mp3_or_pcm(storage: AudioStorage) -> None:
    # Given a dialogue for which both ways are open
    frame_timeline = place(single_turns(LENGTHS, gap_ms=300), crossfade_ms=50)
    assert frame_timeline is not None
    timeline = lay_out(single_turns(LENGTHS, gap_ms=300), crossfade_ms=50)

    # When its frames are joined, and its PCM is mixed
    frames = storage.read_parts("user", [(str(length), frames_range(length)) for length in LENGTHS])
    pcm = storage.read_parts("user", [(str(length), pcm_range(length)) for length in LENGTHS])
    joined = decode(
        b"".join(
            join_frames(
                frames,
                frame_timeline,
                fade_in_samples=1_200,
                read_pcm=lambda _: pytest.fail("no segment needs to be encoded again"),
            )
        )
    )
    mixed = to_array(b"".join(mix_pcm(pcm, timeline, fade_in_samples=1_200)))

    # Then both are as long as their timelines, and after the fade each turn sounds the same
    assert (len(joined), len(mixed)) == (frame_timeline.timeline().total_samples, timeline.total_samples)
    for there, here in zip(frame_timeline.timeline().spans, timeline.spans, strict=True):
        assert there.length_samples == here.length_samples
        heard = joined[there.start_sample + 2_000 : there.end_sample].astype(float)
        source = mixed[here.start_sample + 2_000 : here.end_sample].astype(float)
        assert np.sqrt(((heard - source) ** 2).sum()) <= 0.1 * np.sqrt((source**2).sum())


def test_a_segment_that_leans_on_others_is_made_again_from_its_stored_pcm(storage: AudioStorage) -> None:
    # Given a stored segment whose frames begin amid a stream
    good = encode_segment(hum(60_000))
    long_frames = encode_segment(hum(150_000)).frames
    leaning = long_frames[20 * 288 : 20 * 288 + len(good.frames)]
    assert leaning[4] != 0  # main_data_begin
    storage.put_segment("user", "leaning", StoredSegment(60_000, leaning + good.pcm), {})
    frame_timeline = place(single_turns([60_000] * 2, gap_ms=300), crossfade_ms=50)
    assert frame_timeline is not None

    # When
    keys = ["60000", "leaning"]
    joined = join_frames(
        storage.read_parts("user", [(key, frames_range(60_000)) for key in keys]),
        frame_timeline,
        fade_in_samples=1_200,
        read_pcm=lambda position: next(storage.read_parts("user", [(keys[position], pcm_range(60_000))])),
    )

    # Then the file is the one that whole segments give
    expected = join_frames([[good.frames]] * 2, frame_timeline, fade_in_samples=1_200, read_pcm=lambda _: [])
    assert b"".join(joined) == b"".join(expected)
