"""Audio storage: one S3 bucket with spoken segments for reuse and finished files for download.

``castline.audio.keys`` defines the layout of the bucket.
"""

from __future__ import annotations

import json
import re
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BufferedReader
from typing import TYPE_CHECKING, Final, Literal

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from castline.audio.chunk_stream import ChunkStream
from castline.audio.content_disposition import content_disposition
from castline.audio.errors import BrokenSegment, MissingAudio, UnreadableCues, UnreadableWords
from castline.audio.keys import SILENCE_KEY, audio_key, mastered_name, segment_key
from castline.audio.retention import SEGMENT_REUSE_DAYS
from castline.audio.stored_segment import Layout
from castline.audio.subtitles import SubtitleCue
from castline.audio.word_timing import dump_words, load_words
from castline.aws_errors import error_code, translated_aws_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef, PutObjectRequestTypeDef

    from castline.audio.profile import Loudness
    from castline.audio.stored_segment import StoredSegment
    from castline.audio.word_timing import WordTiming

_READ_CHUNK_BYTES: Final = 64 * 1024
READ_AHEAD_SEGMENTS: Final = 8  # with the segment being read and an upload: all ten connections of botocore
_FRAMES_TYPE: Final = "audio/mpeg"
_CUES_EXTENSION: Final = "cues.json"
_WORDS_EXTENSION: Final = "words.json"
# S3 answers ConditionalRequestConflict if another object is being stored under the key at the same moment.
_IS_THERE: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
_SURROGATE: Final = re.compile("[\ud800-\udfff]")  # JSON can hold surrogates, UTF-8 cannot

# The calling thread uploads one part after another, so memory holds only one part. 5 MiB is the smallest part that S3
# takes, and 10,000 parts, the most that S3 takes, are 50 days of MP3.
_PART_BYTES: Final = 5 * 1024 * 1024
_UPLOAD: Final = TransferConfig(multipart_threshold=_PART_BYTES, multipart_chunksize=_PART_BYTES, use_threads=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentEntry:
    """The layout and the metadata of a stored segment, known without reading its content."""

    layout: Layout
    notes: Mapping[str, str]

    @property
    def samples(self) -> int:
        """The segment's length in ticks."""
        return self.layout.samples


class AudioStorage:
    """Access to the audio bucket. One instance serves many threads.

    All methods raise ServiceUnavailable if S3 is temporarily unavailable. Any permanent refusal except for a missing
    segment is raised as ``botocore.exceptions.ClientError``.
    """

    def __init__(self, *, bucket: str, client: S3Client, presigning_client: S3Client) -> None:
        """Use a bucket.

        Args:
            bucket: The bucket's name.
            client: The client that reads and writes.
            presigning_client: The client that signs download URLs, configured with ``signature_version="s3v4"``. Its
                endpoint is the address under which browsers reach the bucket.
        """
        self._bucket = bucket
        self._client = client
        self._presigning_client = presigning_client

    def find_segment(self, user_id: str, fingerprint: str) -> SegmentEntry | None:
        """Return the entry of a stored segment, or None if it must be spoken again.

        The segment must be spoken again if the object is missing, expires too soon, or has a size that does not match
        its metadata. The new segment then replaces the object.

        This needs the permission ``s3:ListBucket``. Without it, S3 answers 403 instead of 404 for a missing key.
        """
        head = self._find_usable(user_id, fingerprint)
        if head is None:
            return None
        try:
            layout = Layout.of_object(head["ContentLength"], head["Metadata"])
        except BrokenSegment:
            return None
        return SegmentEntry(layout=layout, notes=head["Metadata"])

    def put_segment(self, user_id: str, fingerprint: str, segment: StoredSegment, notes: Mapping[str, str]) -> None:
        """Store a segment, and replace the one with the same key, if any.

        Args:
            user_id: the segment's owner.
            fingerprint: the segment's cache key.
            segment: its frames, PCM and words.
            notes: ASCII metadata, which can be read without the content. Together with the metadata of the segment's
                layout, it takes less than 2 KB.
        """
        with translated_aws_errors():
            self._client.put_object(**self._put_of(user_id, fingerprint, segment, notes))

    def add_segment(self, user_id: str, fingerprint: str, segment: StoredSegment, notes: Mapping[str, str]) -> bool:
        """Store a segment unless one with the same key exists. The arguments are those of :meth:`put_segment`.

        Returns:
            Whether the segment was stored. If not, the existing one may be unusable.
        """
        request = self._put_of(user_id, fingerprint, segment, notes)
        request["IfNoneMatch"] = "*"
        try:
            with translated_aws_errors():
                self._client.put_object(**request)
        except ClientError as error:
            if error_code(error) in _IS_THERE:
                return False
            raise
        return True

    def find_mastered(self, user_id: str, fingerprint: str, loudness: Loudness) -> Mapping[str, str] | None:
        """Return the metadata of a segment's mastered frames; None if they are missing or expire too soon."""
        head = self._find_usable(user_id, mastered_name(fingerprint, loudness))
        return None if head is None else head["Metadata"]

    def put_mastered(
        self, user_id: str, fingerprint: str, loudness: Loudness, frames: bytes, notes: Mapping[str, str]
    ) -> None:
        """Store a segment's frames that are mastered for a loudness, with ``notes`` as ASCII metadata."""
        with translated_aws_errors():
            self._client.put_object(
                Bucket=self._bucket,
                Key=segment_key(user_id, mastered_name(fingerprint, loudness)),
                Body=frames,
                ContentType="application/octet-stream",
                Metadata=dict(notes),
            )

    def delete_segment(self, user_id: str, fingerprint: str) -> None:
        """Delete a segment, if it exists, so that it is spoken again."""
        with translated_aws_errors():
            self._client.delete_object(Bucket=self._bucket, Key=segment_key(user_id, fingerprint))

    def read_part(self, user_id: str, fingerprint: str, part: range) -> bytes:
        """Return a part of a segment: a range of bytes, at least one.

        Raises:
            BrokenSegment: The segment is missing, or it ends before the part begins.
        """
        return b"".join(_chunks(self._open_part(user_id, fingerprint, part)))

    def read_parts(self, user_id: str, parts: Iterable[tuple[str, range]]) -> Iterator[Iterator[bytes]]:
        """Stream parts of several segments, one after another.

        The next few objects are requested while one is read, which hides S3's latency. Only the responses are opened
        ahead. Their bodies stay in the sockets until they are read, so little memory is used.

        Args:
            user_id: the owner of the segments.
            parts: pairs of a segment's fingerprint and a range of bytes.

        Yields:
            For each part its chunks, which have up to 64 KiB and may end within a sample. If a segment ends within
            the requested range, the chunks end there, too.

        Raises:
            BrokenSegment: A segment is missing, or it ends before its part begins.
        """
        opened: deque[Future[StreamingBody]] = deque()
        pool = ThreadPoolExecutor(READ_AHEAD_SEGMENTS, thread_name_prefix="read-ahead")
        try:
            for fingerprint, part in parts:
                opened.append(pool.submit(self._open_part, user_id, fingerprint, part))
                if len(opened) > READ_AHEAD_SEGMENTS:
                    yield _chunks(opened.popleft().result())
            while opened:
                yield _chunks(opened.popleft().result())
        finally:
            pool.shutdown(cancel_futures=True)
            for future in opened:
                if not future.cancelled() and not future.exception():
                    future.result().close()

    def put_audio(self, key: str, chunks: Iterable[bytes], content_type: str) -> int:
        """Store a finished file while it is produced, in constant memory. Above 5 MiB, use a multipart upload.

        The object appears only when it is complete. If ``chunks`` raises an error, this method raises it and leaves
        neither an object nor parts of an upload behind.

        Returns:
            The file's size in bytes.
        """
        stream = ChunkStream(chunks)
        with translated_aws_errors():
            self._client.upload_fileobj(
                BufferedReader(stream), self._bucket, key, ExtraArgs={"ContentType": content_type}, Config=_UPLOAD
            )
        return stream.size_bytes

    def audio_size_bytes(self, key: str) -> int:
        """Return the size of a finished file.

        Raises:
            MissingAudio: the file does not exist.
        """
        try:
            with translated_aws_errors():
                return self._client.head_object(Bucket=self._bucket, Key=key)["ContentLength"]
        except ClientError as error:
            if _is_missing_or_hidden(error):
                raise MissingAudio(f"{key}: {error_code(error)}") from error
            raise

    def put_cues(self, job_id: str, audio_file_id: str, cues: Iterable[SubtitleCue]) -> None:
        """Store the subtitle cues of a finished file beside it."""
        rows = [[cue.start_ms, cue.end_ms, cue.speaker, cue.text] for cue in cues]
        with translated_aws_errors():
            self._client.put_object(
                Bucket=self._bucket,
                Key=audio_key(job_id, audio_file_id, _CUES_EXTENSION),
                Body=json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode("utf-8"),
                ContentType="application/json",
            )

    def put_words(self, job_id: str, audio_file_id: str, words: Iterable[WordTiming]) -> None:
        """Store the words of a finished file, in spoken order, beside it."""
        with translated_aws_errors():
            self._client.put_object(
                Bucket=self._bucket,
                Key=audio_key(job_id, audio_file_id, _WORDS_EXTENSION),
                Body=dump_words(words),
                ContentType="application/json",
            )

    def read_words(self, job_id: str, audio_file_id: str) -> list[WordTiming]:
        """Read the words of a finished file, in spoken order.

        Raises:
            UnreadableWords: The words are damaged, or there are none, as for a file of an older release.
        """
        key = audio_key(job_id, audio_file_id, _WORDS_EXTENSION)
        try:
            with translated_aws_errors():
                body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if _is_missing_or_hidden(error):
                raise UnreadableWords(f"{key}: {error_code(error)}") from error
            raise
        return load_words(body, key)

    def put_text(self, key: str, text: str, content_type: str) -> None:
        """Store a text, such as subtitles, as a file beside the audio file."""
        with translated_aws_errors():
            self._client.put_object(Bucket=self._bucket, Key=key, Body=text.encode("utf-8"), ContentType=content_type)

    def read_cues(self, job_id: str, audio_file_id: str) -> list[SubtitleCue]:
        """Read the subtitle cues of a finished file.

        Raises:
            UnreadableCues: The cues are missing or damaged.
        """
        key = audio_key(job_id, audio_file_id, _CUES_EXTENSION)
        try:
            with translated_aws_errors():
                body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if _is_missing_or_hidden(error):
                raise UnreadableCues(f"{key}: {error_code(error)}") from error
            raise
        try:
            rows = json.loads(body)
        except (ValueError, RecursionError):
            # Not chained, because the JSON error holds the text.
            raise UnreadableCues(f"{key} is not JSON") from None
        if not isinstance(rows, list):
            raise UnreadableCues(f"{key} is not a list")
        return [_read_cue(row, f"row {number} of {key}") for number, row in enumerate(rows)]

    def download_url(
        self,
        key: str,
        *,
        filename: str,
        content_type: str,
        disposition: Literal["attachment", "inline"],
        expires_in_seconds: int,
        method: Literal["GET", "HEAD"] = "GET",
    ) -> str:
        """Return a presigned URL that lets anyone use ``method`` on the file until the URL expires."""
        return self._presigning_client.generate_presigned_url(
            "head_object" if method == "HEAD" else "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentType": content_type,
                "ResponseContentDisposition": content_disposition(disposition, filename),
            },
            ExpiresIn=expires_in_seconds,
        )

    def segment_url(self, user_id: str, name: str, *, expires_in_seconds: int) -> str:
        """Return a presigned URL of a segment's object, or of its mastered frames, to read parts of it as MP3."""
        return self._frames_url(segment_key(user_id, name), expires_in_seconds)

    def silence_url(self, *, expires_in_seconds: int) -> str:
        """Return a presigned URL of the silence that :meth:`put_silence` has stored."""
        return self._frames_url(SILENCE_KEY, expires_in_seconds)

    def put_silence(self, frames: bytes) -> None:
        """Store silent MP3 frames for playlists."""
        with translated_aws_errors():
            self._client.put_object(Bucket=self._bucket, Key=SILENCE_KEY, Body=frames, ContentType=_FRAMES_TYPE)

    def _frames_url(self, key: str, expires_in_seconds: int) -> str:
        return self._presigning_client.generate_presigned_url(
            "get_object",
            Params={"Bucket": self._bucket, "Key": key, "ResponseContentType": _FRAMES_TYPE},
            ExpiresIn=expires_in_seconds,
        )

    def delete_audio(self, job_id: str) -> None:
        """Delete all finished files of a job, if there are any."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=f"audio/{job_id}/")
        with translated_aws_errors():
            for page in pages:
                for item in page.get("Contents", ()):
                    self._client.delete_object(Bucket=self._bucket, Key=item["Key"])

    def _put_of(
        self, user_id: str, fingerprint: str, segment: StoredSegment, notes: Mapping[str, str]
    ) -> PutObjectRequestTypeDef:
        return {
            "Bucket": self._bucket,
            "Key": segment_key(user_id, fingerprint),
            "Body": segment.body,
            "ContentType": "application/octet-stream",
            "Metadata": {**notes, **segment.layout.to_metadata()},
        }

    def _find_usable(self, user_id: str, name: str) -> HeadObjectOutputTypeDef | None:
        """Return the headers of a user's object below ``segments/``; None if it is missing or expires too soon."""
        try:
            with translated_aws_errors():
                head = self._client.head_object(Bucket=self._bucket, Key=segment_key(user_id, name))
        except ClientError as error:
            if _is_missing(error):
                return None
            raise
        is_too_old = datetime.now(UTC) - head["LastModified"] > timedelta(days=SEGMENT_REUSE_DAYS)
        return None if is_too_old else head

    def _open_part(self, user_id: str, fingerprint: str, part: range) -> StreamingBody:
        try:
            with translated_aws_errors():
                response = self._client.get_object(
                    Bucket=self._bucket,
                    Key=segment_key(user_id, fingerprint),
                    Range=f"bytes={part.start}-{part.stop - 1}",
                )
        except ClientError as error:
            if _is_missing(error):
                raise BrokenSegment(f"segment {fingerprint} is missing") from error
            if error_code(error) in {"416", "InvalidRange"}:
                raise BrokenSegment(f"segment {fingerprint} ends before the requested range") from error
            raise
        return response["Body"]


def _chunks(body: StreamingBody) -> Iterator[bytes]:
    with translated_aws_errors(), closing(body):
        yield from body.iter_chunks(_READ_CHUNK_BYTES)


def _read_cue(row: object, name: str) -> SubtitleCue:
    match row:
        case [int(start_ms), int(end_ms), str(speaker), str(text)] if start_ms >= 0 and not (
            isinstance(start_ms, bool) or isinstance(end_ms, bool) or _SURROGATE.search(speaker + text)
        ):
            return SubtitleCue(start_ms, end_ms, speaker, text)
    raise UnreadableCues(f"{name} is not a cue")


def _is_missing(error: ClientError) -> bool:
    return error_code(error) in {"404", "NoSuchKey"}


def _is_missing_or_hidden(error: ClientError) -> bool:
    """Return whether a key is missing. Without the permission to list the bucket, S3 answers 403 for such a key."""
    return _is_missing(error) or error_code(error) in {"403", "AccessDenied"}
