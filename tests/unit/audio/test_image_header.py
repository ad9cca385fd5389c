"""Images: told from other files by their headers, and measured without being decoded."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from PIL import Image

from castline.audio import image_header
from castline.audio.upload_limits import MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS, UnusableUpload, UploadProblem


def picture(kind: str, size: tuple[int, int] = (300, 200), **options: object) -> bytes:
    written = BytesIO()
    Image.new("RGB", size, "navy").save(written, kind, **options)
    return written.getvalue()


def test_images_are_measured() -> None:
    for data, content_type in [
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
        (picture("JPEG", progressive=True), "image/jpeg"),
        (picture("JPEG", exif=b"Exif\0\0" + b"MM\0*\0\0\0\x08\0\0" + bytes(20_000)), "image/jpeg"),
        (picture("JPEG") + b"what a camera writes behind it", "image/jpeg"),
    ]:
        header = image_header.read(data)

        assert (header.content_type, header.width, header.height) == (content_type, 300, 200)


def _of_size(width: int, height: int) -> bytes:
    png = picture("PNG")
    return png[:16] + struct.pack(">II", width, height) + png[24:]


def test_other_files_are_refused() -> None:
    for data, problem in [
        (b"", UploadProblem.EMPTY), (picture("GIF"), UploadProblem.NOT_AN_IMAGE),
        (b"ID3 is no picture", UploadProblem.NOT_AN_IMAGE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", UploadProblem.NOT_AN_IMAGE),
        (picture("PNG")[:100], UploadProblem.BROKEN), (picture("JPEG")[:-2], UploadProblem.BROKEN),
        (picture("JPEG")[:100], UploadProblem.BROKEN), (b"\xff\xd8\xff", UploadProblem.BROKEN),
        (b"\xff\xd8\xff\xe0\0\0" * 1_000, UploadProblem.BROKEN),
        (b"\xff\xd8" + b"\xff" * 100_000, UploadProblem.BROKEN),
        (_of_size(0, 200), UploadProblem.BROKEN),
        (_of_size(MAX_IMAGE_PIXELS + 1, 1), UploadProblem.IMAGE_TOO_LARGE),
        (_of_size(2**31 - 1, 2**31 - 1), UploadProblem.IMAGE_TOO_LARGE),
        (picture("PNG") + bytes(MAX_IMAGE_BYTES), UploadProblem.TOO_LARGE),
    ]:  # fmt: skip
        with pytest.raises(UnusableUpload) as refused:
            image_header.read(data)

        assert refused.value.problem is problem
