"""AudioStorage on moto's S3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

from castline.audio.errors import BrokenSegment, UnreadableCues, UnreadableWords
from castline.audio.keys import audio_key
from castline.audio.storage import READ_AHEAD_SEGMENTS, AudioStorage
from castline.audio.stored_segment import StoredSegment, frames_range, pcm_range
from castline.audio.subtitles import SubtitleCue
from castline.audio.word_timing import WordTiming

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_s3 import S3Client

MIB = 1024 * 1024
KEY = audio_key("job", "file", "mp3")


@pytest.fixture(scope="module")
def client() -> Iterator[S3Client]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        yield boto3.client("s3", region_name="us-east-1")


@pytest.fixture(scope="module")
def presigning_client(client: S3Client) -> S3Client:
    return boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url="http://localhost:8000",
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )


@pytest.fixture
def bucket(client: S3Client) -> str:
    name = f"castline-{uuid4()}"
    client.create_bucket(Bucket=name)
    return name


@pytest.fixture
def storage(bucket: str, client: S3Client, presigning_client: S3Client) -> AudioStorage:
    return AudioStorage(bucket=bucket, client=client, presigning_client=presigning_client)


@pytest.fixture
def on_call(client: S3Client) -> Iterator[Callable[[str, Callable[..., None]], None]]:
    """Return a function that registers a handler of the client's events for the test."""
    registered: list[tuple[str, Callable[..., None]]] = []

    def register(event: str, handler: Callable[..., None]) -> None:
        client.meta.events.register(event, handler)
        registered.append((event, handler))

    yield register
    for event, handler in registered:
        client.meta.events.unregister(event, handler)


def keys(client: S3Client, bucket: str) -> list[str]:
    return [item["Key"] for item in client.list_objects_v2(Bucket=bucket).get("Contents", ())]


def segment(samples: int, fill: int = 1) -> StoredSegment:
    """Return a segment of the right size, with content that is easy to compare."""
    size_bytes = pcm_range(samples).stop
    return StoredSegment(samples, bytes([fill]) * size_bytes)


def read(storage: AudioStorage, user_id: str, *parts: tuple[str, range]) -> list[bytes]:
    return [b"".join(stream) for stream in storage.read_parts(user_id, parts)]


class TestSegments:
    def test_a_segment_is_found_with_its_length_and_its_notes(self, storage: AudioStorage) -> None:
        storage.put_segment("user", "f00d", segment(128_000), {"spoken-for": "a job"})

        entry = storage.find_segment("user", "f00d")

        assert entry is not None
        assert (entry.samples, entry.notes["spoken-for"]) == (128_000, "a job")

    def test_a_segment_that_is_not_there_is_not_found_and_cannot_be_read(self, storage: AudioStorage) -> None:
        assert storage.find_segment("user", "f00d") is None
        with pytest.raises(BrokenSegment, match="f00d"):
            read(storage, "user", ("f00d", range(1)))

    def test_a_segment_is_added_only_where_there_is_none(self, storage: AudioStorage) -> None:
        assert storage.add_segment("user", "f00d", segment(2, fill=7), {"spoken-for": "a job"})
        assert not storage.add_segment("user", "f00d", segment(3, fill=8), {"spoken-for": "another"})

        entry = storage.find_segment("user", "f00d")

        assert entry is not None
        assert (entry.samples, entry.notes["spoken-for"]) == (2, "a job")

    def test_its_frames_and_its_pcm_are_read_apart_and_streamed(self, storage: AudioStorage) -> None:
        frames, pcm = frames_range(128_000), pcm_range(128_000)
        body = b"f" * frames.stop + b"p" * len(pcm)
        storage.put_segment("user", "f00d", StoredSegment(128_000, body), {})

        (chunks,) = map(list, storage.read_parts("user", [("f00d", pcm)]))

        assert len(chunks) > 1
        assert b"".join(chunks) == b"p" * len(pcm)
        assert read(storage, "user", ("f00d", frames)) == [b"f" * frames.stop]

    def test_of_a_segment_that_is_too_short_comes_what_there_is_or_an_error(self, storage: AudioStorage) -> None:
        short = segment(1)
        size_bytes = len(short.body)
        storage.put_segment("user", "f00d", short, {})

        assert read(storage, "user", ("f00d", range(size_bytes - 2, size_bytes + 5))) == [b"\1\1"]
        with pytest.raises(BrokenSegment, match="f00d ends before"):
            read(storage, "user", ("f00d", range(size_bytes, size_bytes + 5)))

    def test_another_failure_is_not_taken_for_a_missing_segment(
        self, storage: AudioStorage, client: S3Client, bucket: str
    ) -> None:
        client.delete_bucket(Bucket=bucket)

        with pytest.raises(ClientError, match="NoSuchBucket"):
            read(storage, "user", ("f00d", range(1)))

    def test_users_with_odd_ids_keep_their_segments_to_themselves(self, storage: AudioStorage) -> None:
        # Given users whose ids could lead to each other's segments, each with a segment of another length
        user_ids = ["b", "a/b", "..", "a%2Fb", "auth0|5f7c", "王小明", "a+b c", ""]
        for number, user_id in enumerate(user_ids, start=1):
            storage.put_segment(user_id, "f00d", segment(number, fill=number), {})

        # When each looks for its own
        entries = [storage.find_segment(user_id, "f00d") for user_id in user_ids]
        contents = [read(storage, user_id, ("f00d", range(2))) for user_id in user_ids]

        # Then nobody gets another one's
        assert [entry and entry.samples for entry in entries] == list(range(1, 9))
        assert contents == [[bytes([number] * 2)] for number in range(1, 9)]


class TestReadingSeveralSegments:
    def test_parts_of_them_come_in_the_order_asked_for(self, storage: AudioStorage) -> None:
        for number in range(12):
            storage.put_segment("user", str(number), segment(1_000, fill=number), {})
        order = [*range(12), 3, 3]
        part = range(100, 3_000)

        assert read(storage, "user", *((str(number), part) for number in order)) == [
            bytes([number]) * len(part) for number in order
        ]

    def test_only_a_few_are_requested_ahead(
        self, storage: AudioStorage, on_call: Callable[[str, Callable[..., None]], None]
    ) -> None:
        # Given more segments than are read ahead, and a count of the requests for them
        names = [str(number) for number in range(2 * READ_AHEAD_SEGMENTS)]
        for name in names:
            storage.put_segment("user", name, segment(1), {})
        requests: list[str] = []
        on_call("before-call.s3.GetObject", lambda **_: requests.append("GET"))

        # When the first one is at hand
        streams = storage.read_parts("user", [(name, range(4)) for name in names])
        next(streams)
        streams.close()  # type: ignore[attr-defined]  # it is a generator

        # Then
        assert 1 <= len(requests) <= 1 + READ_AHEAD_SEGMENTS

    def test_a_missing_one_is_named_after_those_before_it_were_read(self, storage: AudioStorage) -> None:
        storage.put_segment("user", "first", segment(1), {})
        streams = storage.read_parts("user", [(name, range(4)) for name in ("first", "missing", "last")])

        assert b"".join(next(streams)) == b"\1" * 4
        with pytest.raises(BrokenSegment, match="missing"):
            next(streams)


class TestCues:
    def test_come_back_as_they_were_stored_and_go_with_their_job(
        self, storage: AudioStorage, client: S3Client, bucket: str
    ) -> None:
        cues = [SubtitleCue(0, 980, "A", "你好，“世界” <&>"), SubtitleCue(1_200, 2_000, "", "second\nline")]

        storage.put_cues("job", "file", iter(cues))

        assert storage.read_cues("job", "file") == cues
        storage.delete_audio("job")
        assert keys(client, bucket) == []

    def test_that_are_missing_cannot_be_read(self, storage: AudioStorage) -> None:
        with pytest.raises(UnreadableCues, match="NoSuchKey"):
            storage.read_cues("job", "file")

    def test_that_are_denied_are_missing(self, storage: AudioStorage, client: S3Client) -> None:
        # Given what S3 says of a missing key to those who may not list the bucket
        with Stubber(client) as stubber:
            stubber.add_client_error("get_object", "AccessDenied", http_status_code=403)

            with pytest.raises(UnreadableCues, match="AccessDenied"):
                storage.read_cues("job", "file")

    @pytest.mark.parametrize(
        "body",
        [
            b"secret",
            b"\xff\xfe\xfd",
            b"[" * 100_000,
            b"{}",
            b'["secr"]',
            b'[[0,1,"A","secret",1]]',
            b'[["0",1,"A","secret"]]',
            b'[[0,1.5,"A","secret"]]',
            b'[[false,true,"A","secret"]]',
            b'[[-1,1,"A","secret"]]',
            b'[[0,1,null,"secret"]]',
            rb'[[0,1,"A","secret \ud800"]]',
            b'[[0,1,"A","fine"],[2,3,"A"]]',
        ],
    )
    def test_that_are_something_else_cannot_be_read(
        self, storage: AudioStorage, client: S3Client, bucket: str, body: bytes
    ) -> None:
        client.put_object(Bucket=bucket, Key=audio_key("job", "file", "cues.json"), Body=body)

        with pytest.raises(UnreadableCues, match=r"file\.cues\.json") as raised:
            storage.read_cues("job", "file")

        assert "secr" not in str(raised.value)


class TestWords:
    def test_come_back_as_they_were_stored_and_go_with_their_job(
        self, storage: AudioStorage, client: S3Client, bucket: str
    ) -> None:
        words = [
            WordTiming(start_ms=0, end_ms=480, turn_index=3, speaker="A", text="你好"),
            WordTiming(start_ms=1_200, end_ms=2_000, turn_index=7, speaker="", text="ok ", estimated=True),
        ]

        storage.put_words("job", "file", iter(words))

        assert storage.read_words("job", "file") == words
        storage.delete_audio("job")
        assert keys(client, bucket) == []

    def test_that_are_missing_or_damaged_cannot_be_read(
        self, storage: AudioStorage, client: S3Client, bucket: str
    ) -> None:
        with pytest.raises(UnreadableWords, match="NoSuchKey"):
            storage.read_words("job", "file")

        client.put_object(Bucket=bucket, Key=audio_key("job", "file", "words.json"), Body=b"{}")

        with pytest.raises(UnreadableWords, match=r"file\.words\.json"):
            storage.read_words("job", "file")


class TestFinishedFiles:
    @pytest.mark.parametrize("chunk_count", [0, 1, 8])
    def test_a_file_is_stored_whatever_its_size(
        self, storage: AudioStorage, client: S3Client, bucket: str, chunk_count: int
    ) -> None:
        # Given chunks that do not fit evenly into parts of 5 MiB
        chunks = [bytes([number]) * (MIB + 1) for number in range(chunk_count)]

        # When
        size_bytes = storage.put_audio(KEY, iter(chunks), "audio/mpeg")

        # Then
        stored = client.get_object(Bucket=bucket, Key=KEY)
        assert stored["Body"].read() == b"".join(chunks)
        assert stored["ContentType"] == "audio/mpeg"
        assert size_bytes == chunk_count * (MIB + 1)

    def test_no_more_than_about_a_part_is_produced_ahead_of_the_upload(
        self, storage: AudioStorage, on_call: Callable[[str, Callable[..., None]], None]
    ) -> None:
        # Given a producer that counts, and note of its count whenever a part is sent
        produced_mib = 0
        produced_at_part: list[int] = []
        on_call("before-call.s3.UploadPart", lambda **_: produced_at_part.append(produced_mib))

        def chunks() -> Iterator[bytes]:
            nonlocal produced_mib
            for _ in range(20):
                produced_mib += 1
                yield bytes(MIB)

        # When
        storage.put_audio(KEY, chunks(), "audio/wav")

        # Then
        assert len(produced_at_part) == 4
        for already_sent_parts, produced in enumerate(produced_at_part):
            assert produced - 5 * already_sent_parts <= 10

    @pytest.mark.parametrize("chunks_before_the_error", [0, 12])
    def test_nothing_is_left_behind_when_the_audio_cannot_be_made(
        self, storage: AudioStorage, client: S3Client, bucket: str, chunks_before_the_error: int
    ) -> None:
        # Given audio that breaks off, before or after parts of it were sent
        def chunks() -> Iterator[bytes]:
            for _ in range(chunks_before_the_error):
                yield bytes(MIB)
            raise BrokenSegment("turn 7 is missing")

        # When
        with pytest.raises(BrokenSegment, match="turn 7"):
            storage.put_audio(KEY, chunks(), "audio/mpeg")

        # Then
        assert keys(client, bucket) == []
        assert "Uploads" not in client.list_multipart_uploads(Bucket=bucket)

    def test_a_refused_part_leaves_nothing_behind_either(
        self,
        storage: AudioStorage,
        client: S3Client,
        bucket: str,
        on_call: Callable[[str, Callable[..., None]], None],
    ) -> None:
        # Given a bucket that takes the first part and refuses the second
        def refuse(params: dict[str, Any], **_: object) -> None:
            if params["PartNumber"] == 2:
                raise ClientError({"Error": {"Code": "AccessDenied"}}, "UploadPart")

        on_call("provide-client-params.s3.UploadPart", refuse)

        # When
        with pytest.raises(ClientError, match="AccessDenied"):
            storage.put_audio(KEY, (bytes(MIB) for _ in range(12)), "audio/mpeg")

        # Then
        assert keys(client, bucket) == []
        assert "Uploads" not in client.list_multipart_uploads(Bucket=bucket)

    def test_deleting_a_jobs_audio_leaves_other_jobs_alone(
        self, storage: AudioStorage, client: S3Client, bucket: str
    ) -> None:
        # Given two files of a job, one of another whose id begins like its own, and a segment
        for key in (audio_key("job", "1", "mp3"), audio_key("job", "2", "wav"), audio_key("job2", "1", "mp3")):
            storage.put_audio(key, [b"audio"], "audio/mpeg")
        storage.put_segment("job", "f00d", segment(1), {})

        # When
        storage.delete_audio("job")
        storage.delete_audio("job")

        # Then
        assert keys(client, bucket) == ["audio/job2/1.mp3", "segments/job/f00d"]

    def test_deleting_goes_beyond_the_first_page(
        self, storage: AudioStorage, client: S3Client, bucket: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given more files than S3 lists on a page
        monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "2")
        for number in range(5):
            client.put_object(Bucket=bucket, Key=f"audio/job/{number}.mp3", Body=b"")
        assert client.list_objects_v2(Bucket=bucket)["IsTruncated"]

        # When
        storage.delete_audio("job")

        # Then
        assert keys(client, bucket) == []


class TestDownloadUrl:
    def test_a_url_is_signed_for_the_address_that_browsers_use(self, storage: AudioStorage, bucket: str) -> None:
        url = storage.download_url(
            KEY,
            filename="對話.mp3",
            content_type="audio/mpeg",
            disposition="attachment",
            expires_in_seconds=900,
        )

        address, query = urlsplit(url), parse_qs(urlsplit(url).query)
        assert (address.netloc, address.path) == ("localhost:8000", f"/{bucket}/{KEY}")
        assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
        assert query["X-Amz-Expires"] == ["900"]
        assert query["response-content-type"] == ["audio/mpeg"]
        assert query["response-content-disposition"] == [
            "attachment; filename=\"__.mp3\"; filename*=UTF-8''%E5%B0%8D%E8%A9%B1.mp3"
        ]

    def test_a_file_can_be_played_in_place(self, storage: AudioStorage) -> None:
        url = storage.download_url(
            KEY, filename="a.wav", content_type="audio/wav", disposition="inline", expires_in_seconds=60
        )

        assert parse_qs(urlsplit(url).query)["response-content-disposition"][0].startswith("inline;")
