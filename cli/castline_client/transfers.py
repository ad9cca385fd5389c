"""Uploads and downloads with signed URLs, which are retried and resumed when a connection breaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import httpx

from castline_client.errors import FileChanged, Refused, TransferFailed
from castline_client.file_names import file_name
from castline_client.sentences import Sentence
from castline_client.steps import Flow, Item, Open, Pause, Read, Send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from castline_client.steps import Source
    from castline_client.types import Download, UploadRequest

PAUSES_SECONDS: Final = (0.5, 1.0, 2.0, 4.0)
"""Seconds between consecutive download attempts that received nothing, and between upload attempts."""
_CHUNK_BYTES: Final = 64 * 1024
_CONFLICT: Final = 409
_TOO_MANY: Final = 429
_IS_THERE: Final = 412
"""Status of an upload that is sent again although the file has already arrived."""
_BREAKS: Final = Sentence("the download failed repeatedly; try again later")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """URL of a file, which works for at least some minutes."""

    url: str
    filename: str
    """A safe file name."""
    size_bytes: int | None = None
    """The size of the file; None if the service does not report it."""

    @classmethod
    def of(cls, download: Download) -> Offer:
        """Return the offer in a ``Download`` response."""
        return cls(
            url=download["download_url"],
            filename=file_name(download["filename"]),
            size_bytes=download["size_bytes"],
        )


def file_pieces(offer: Offer, ask_again: Callable[[], Flow[Offer]]) -> Flow[None]:
    """Download a file in pieces. After a break, the download is resumed with a new URL.

    Raises:
        TransferFailed: the download failed repeatedly, or the file has another size than the offer.
    """
    received = 0
    fruitless = 0
    while offer.size_bytes is None or received < offer.size_bytes:
        before = received
        try:
            surplus, source = yield from _open_at(received, offer.url)
            while (piece := (yield Read(source))) is not None:
                surplus, piece = max(surplus - len(piece), 0), piece[surplus:]
                if piece:
                    received += len(piece)
                    yield Item(piece)
        except (httpx.TransportError, httpx.HTTPStatusError) as error:
            fruitless = fruitless + 1 if received == before else 0
            if fruitless >= len(PAUSES_SECONDS):
                raise TransferFailed(_BREAKS) from error
            yield Pause(PAUSES_SECONDS[fruitless], Sentence("the download was interrupted; resuming"))
            offer = yield from ask_again()
        else:
            break
    if offer.size_bytes is not None and received != offer.size_bytes:
        raise TransferFailed(
            Sentence(
                "the download has {received:,} bytes instead of {size:,}; try again",
                received=received,
                size=offer.size_bytes,
            )
        )


def small_file(offer: Offer, ask_again: Callable[[], Flow[Offer]]) -> Flow[bytes]:
    """Return the content of a file that fits into memory.

    Raises:
        TransferFailed: the download failed, as in ``file_pieces``.
    """
    from castline_client.steps import giving_items_to

    pieces: list[bytes] = []
    yield from giving_items_to(pieces.append, file_pieces(offer, ask_again))
    return b"".join(pieces)


def _open_at(start: int, url: str) -> Flow[tuple[int, Source]]:
    """Open a file from the byte ``start``. Return the number of bytes to skip, and the source."""
    source: Source = yield Open(url, {"Range": f"bytes={start}-"} if start else {})
    return (start if source.status_code != httpx.codes.PARTIAL_CONTENT else 0), source


def upload(path: Path, to: UploadRequest, size_bytes: int, on_sent: Callable[[int], object]) -> Flow[None]:
    """Upload a file to a signed URL. Each retry sends the whole file again.

    Args:
        path: the path of the file.
        to: the upload request that the service returned.
        size_bytes: the size of the file, which is part of the signature.
        on_sent: function that is called with the number of bytes sent; each attempt starts at 0.

    Raises:
        OSError: the file cannot be read.
        FileChanged: the size of the file has changed.
        Refused: the upload was refused.
        TransferFailed: the upload failed repeatedly.
    """
    send = Send(
        method=to["method"],
        url=to["url"],
        headers={**to["headers"], "Content-Length": str(size_bytes)},
        pieces=lambda: _pieces(path, size_bytes, on_sent),
    )
    cause: Exception | None = None
    for pause in (*PAUSES_SECONDS, None):
        try:
            response: httpx.Response = yield send
        except httpx.TransportError as error:
            cause = error
        else:
            if response.is_success or response.status_code == _IS_THERE:
                return
            if not response.is_server_error and response.status_code not in {_CONFLICT, _TOO_MANY}:
                raise Refused(
                    Sentence(
                        "the upload of {path} was refused ({status}); try again",
                        path=path,
                        status=response.status_code,
                    )
                )
        if pause is not None:
            yield Pause(pause, Sentence("the upload was interrupted; trying again"))
    raise TransferFailed(Sentence("the upload of {path} failed repeatedly; try again later", path=path)) from cause


def _pieces(path: Path, size_bytes: int, on_sent: Callable[[int], Any]) -> Iterator[bytes]:
    """Yield the pieces of a file, and raise ``FileChanged`` if its size is not ``size_bytes``."""
    sent = 0
    on_sent(0)
    with path.open("rb") as content:
        while piece := content.read(_CHUNK_BYTES):
            sent += len(piece)
            if sent > size_bytes:
                break
            yield piece
            on_sent(sent)
    if sent != size_bytes:
        raise FileChanged(Sentence("{path} changed during the upload", path=path))
