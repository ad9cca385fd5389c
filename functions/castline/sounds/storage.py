"""Storage of sounds: the uploaded files, and the forms that are made of them, in the audio bucket.

``castline.sounds.keys`` describes the files. An upload is never overwritten: its URL demands that there is none yet.
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
# In one thread: nothing else waits, and memory stays at one part.
_TRANSFER: Final = TransferConfig(use_threads=False)


class SoundStorage:
    """Access to the files of sounds. One instance serves many threads.

    All methods raise ServiceUnavailable when S3 is temporarily unavailable, and SoundNotFound when they read a file
    that does not exist.
    """

    def __init__(self, *, bucket: str, client: S3Client, presigning_client: S3Client) -> None:
        """Use a bucket.

        Args:
            bucket: the bucket's name.
            client: reads and writes.
            presigning_client: signs URLs. Its endpoint is the address under which browsers reach the bucket.
        """
        self._bucket = bucket
        self._client = client
        self._presigning_client = presigning_client

    def upload_url(self, sound: Sound, *, expires_in_seconds: int) -> tuple[str, dict[str, str]]:
        """Return a presigned URL for a PUT of the sound's file, and the headers that the client must send.

        S3 refuses the request if its Content-Length is not the sound's size, because that header is signed; every
        HTTP client sends it by itself. It refuses a second upload, too.
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
        """Return a presigned URL of what a browser can play or show: the MP3, or the image."""
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
        """Return the size of what was uploaded."""
        key = sound_file_key(user_id, sound_id, UPLOAD)
        with _missing_as_not_found(), translated_aws_errors():
            return self._client.head_object(Bucket=self._bucket, Key=key)["ContentLength"]

    def fetch_upload(self, user_id: str, sound_id: str, path: Path) -> None:
        """Write the uploaded file to ``path``, in constant memory."""
        self._fetch(sound_file_key(user_id, sound_id, UPLOAD), path)

    def fetch_pcm(self, user_id: str, sound_id: str, quality: Quality, path: Path) -> None:
        """Write the PCM of a sound, in a quality, to ``path``, in constant memory."""
        self._fetch(sound_file_key(user_id, sound_id, PCM[quality]), path)

    def fetch_image(self, user_id: str, sound_id: str) -> tuple[str, bytes]:
        """Return the media type and the bytes of a ready image.

        Raises:
            UnusableUpload: the file is no image.
        """
        key = sound_file_key(user_id, sound_id, UPLOAD)
        with _missing_as_not_found(), translated_aws_errors():
            data = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        return image_header.read(data).content_type, data

    def put_file(self, user_id: str, sound_id: str, name: str, path: Path) -> None:
        """Store one of the forms of a sound, in constant memory."""
        content_type = _LISTEN_CONTENT_TYPE if name == LISTEN else "application/octet-stream"
        # Not upload_file, whose errors do not tell what S3 has answered.
        with path.open("rb") as file, translated_aws_errors():
            self._client.upload_fileobj(
                file,
                self._bucket,
                sound_file_key(user_id, sound_id, name),
                ExtraArgs={"ContentType": content_type},
                Config=_TRANSFER,
            )

    def delete(self, user_id: str, sound_id: str) -> None:
        """Delete every file of a sound; does nothing if there are none."""
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
    """Raise SoundNotFound for S3's answer that there is no such object."""
    try:
        yield
    except ClientError as error:
        # Without permission to list the bucket, S3 answers 403 for a missing key.
        if error_code(error) in {"403", "404", "AccessDenied", "NoSuchKey"}:
            raise SoundNotFound from error
        raise
