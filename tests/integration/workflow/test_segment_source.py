"""Stored segments as the assembly reads them: how often, and what is kept of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from castline.audio.errors import BrokenSegment
from castline.audio.storage import AudioStorage
from castline.audio.stored_segment import Checksums, StoredSegment, pcm_range
from castline.jobs.model import SpokenSegment
from castline.synthesis import segment_source
from castline.synthesis.segment_source import StoredSegments

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLES = 40_000


class World:
    """Three segments in S3, and the reads of their objects."""

    def __init__(self) -> None:
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="bucket")
        client.meta.events.register("before-call.s3.GetObject", self._count)
        storage = AudioStorage(bucket="bucket", client=client, presigning_client=client)
        self.reads = 0
        self.pcm: list[bytes] = []
        segments = []
        for number in range(3):
            stored = StoredSegment(SAMPLES, bytes([number]) * pcm_range(SAMPLES).stop)
            storage.put_segment("user", f"{number}", stored, {})
            checksums = Checksums.of(f"{number}", stored)
            self.pcm.append(stored.pcm)
            segments.append(
                SpokenSegment(number=number, fingerprint=f"{number}", samples=SAMPLES, pcm_checksum=checksums.pcm)
            )
        self.storage = storage
        self.source = StoredSegments(storage, "user", segments)

    def read(self) -> list[bytes]:
        return [b"".join(stream) for stream in self.source.pcm()]

    def _count(self, **_: object) -> None:
        self.reads += 1


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield World()


def test_pcm_that_is_mixed_several_times_is_read_once(world: World) -> None:
    assert [world.read() for _ in range(3)] == [world.pcm] * 3
    assert world.reads == 3


def test_pcm_is_read_again_where_keeping_it_would_take_too_much_memory(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment_source, "_KEPT_BYTES", sum(map(len, world.pcm)) - 1)

    assert [world.read() for _ in range(2)] == [world.pcm] * 2
    assert world.reads == 6


def test_what_was_not_read_to_its_end_is_not_kept(world: World) -> None:
    # Given a mix that ends early
    streams = world.source.pcm()
    next(next(streams))
    del streams

    assert world.read() == world.pcm


def test_a_segment_that_is_not_as_it_was_stored_is_found_and_nothing_is_kept(world: World) -> None:
    world.storage.put_segment("user", "1", StoredSegment(SAMPLES, b"\7" * pcm_range(SAMPLES).stop), {})

    for _ in range(2):
        with pytest.raises(BrokenSegment):
            world.read()
    assert world.source.position == 1
