"""Storage of sounds in the audio bucket: the uploaded files and their forms.

``castline.sounds.keys`` describes the files. An upload is never overwritten: its URL works only while the object does
not exist.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from castline.audio import image_header
from castline.aws_errors import error_code, translated_aws_errors
from castline.sounds.errors import SoundNotFound
from castline.sounds.keys import LISTEN, PCM, UPLOAD, sound_file_key
from castline.sounds.model import SoundKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

    from castline.audio.profile import Quality
    from castline.sounds.model import Sound

_LISTEN_CONTENT_TYPE: Final = "audio/mpeg"
_NO_OVERWRITE: Final = "*"
# One thread is enough because nothing else waits, and it keeps only one part in memory.
_TRANSFER: Final = TransferConfig(use_threads=False)


class SoundStorage:
    """Access to the files of sounds. One instance serves many threads.

    All methods raise ServiceUnavailable if S3 is temporarily unavailable, and SoundNotFound if they read a file that
    does not exist.
    """

    def __init__(self, *, bucket: str, client: S3Client, presigning_client: S3Client) -> None:
        """Use a bucket.

        Args:
            bucket: the bucket's name.
            client: the client that reads and writes.
            presigning_client: the client that signs URLs. Its endpoint is the address under which browsers reach the
                bucket.
        """
        self._bucket = bucket
        self._client = client
        self._presigning_client = presigning_client

    def upload_url(self, sound: Sound, *, expires_in_seconds: int) -> tuple[str, dict[str, str]]:
        """Return a presigned URL for a PUT of the sound's file, and the headers that the client must send.

        S3 refuses the request if its Content-Length differs from the sound's size, because that header is signed.
        HTTP clients send the header by themselves. S3 also refuses a second upload.
        """
        headers = {"Content-Type": sound.content_type, "If-None-Match": _NO_OVERWRITE}
        url = self._presigning_client.generate_presigned_url(
            "put_object",
            Params={
                "Bucket": self._bucket,
                "Key": sound_file_key(sound.user_id, sound.id, UPLOAD),
                "ContentLength": sound.size_bytes,
                "ContentType": sound.content_type,
                "IfNoneMatch": _NO_OVERWRITE,
            },
            ExpiresIn=expires_in_seconds,
        )
        return url, headers

    def listen_url(self, sound: Sound, *, expires_in_seconds: int) -> str:
        """Return a presigned URL of a file that browsers can play or show: the MP3 or the image."""
        is_audio = sound.kind is SoundKind.AUDIO
        return self._presigning_client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": sound_file_key(sound.user_id, sound.id, LISTEN if is_audio else UPLOAD),
                "ResponseContentType": _LISTEN_CONTENT_TYPE if is_audio else sound.content_type,
                "ResponseContentDisposition": "inline",
            },
            ExpiresIn=expires_in_seconds,
        )

    def upload_size_bytes(self, user_id: str, sound_id: str) -> int:
        """Return the size of the uploaded file."""
        key = sound_file_key(user_id, sound_id, UPLOAD)
        with _missing_as_not_found(), translated_aws_errors():
            return self._client.head_object(Bucket=self._bucket, Key=key)["ContentLength"]

    def fetch_upload(self, user_id: str, sound_id: str, path: Path) -> None:
        """Write the uploaded file to ``path``, in constant memory."""
        self._fetch(sound_file_key(user_id, sound_id, UPLOAD), path)

    def fetch_pcm(self, user_id: str, sound_id: str, quality: Quality, path: Path) -> None:
        """Write the PCM of a sound for files of a quality to ``path``, in constant memory."""
        self._fetch(sound_file_key(user_id, sound_id, PCM[quality]), path)

    def fetch_image(self, user_id: str, sound_id: str) -> tuple[str, bytes]:
        """Return the media type and the bytes of a ready image.

        Raises:
            UnusableUpload: the file is not a usable image.
        """
        key = sound_file_key(user_id, sound_id, UPLOAD)
        with _missing_as_not_found(), translated_aws_errors():
            data = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        return image_header.read(data).content_type, data

    def put_file(self, user_id: str, sound_id: str, name: str, path: Path) -> None:
        """Store the file ``name`` of a sound, in constant memory."""
        content_type = _LISTEN_CONTENT_TYPE if name == LISTEN else "application/octet-stream"
        # upload_file is not used, because its errors do not state S3's answer.
        with path.open("rb") as file, translated_aws_errors():
            self._client.upload_fileobj(
                file,
                self._bucket,
                sound_file_key(user_id, sound_id, name),
                ExtraArgs={"ContentType": content_type},
                Config=_TRANSFER,
            )

    def delete(self, user_id: str, sound_id: str) -> None:
        """Delete all files of a sound, if there are any."""
        prefix = sound_file_key(user_id, sound_id, "")
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        with translated_aws_errors():
            for page in pages:
                for item in page.get("Contents", ()):
                    self._client.delete_object(Bucket=self._bucket, Key=item["Key"])

    def _fetch(self, key: str, path: Path) -> None:
        with _missing_as_not_found(), translated_aws_errors():
            self._client.download_file(self._bucket, key, str(path), Config=_TRANSFER)


@contextmanager
def _missing_as_not_found() -> Iterator[None]:
    """Raise SoundNotFound if S3 answers that an object does not exist."""
    try:
        yield
    except ClientError as error:
        # Without permission to list the bucket, S3 answers 403 for a missing key.
        if error_code(error) in {"403", "404", "AccessDenied", "NoSuchKey"}:
            raise SoundNotFound from error
        raise
