"""Fetching a finished job's files, whole, over connections that may break."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import httpx

from castline_cli.api import http_client
from castline_cli.errors import Unreachable
from castline_cli.file_names import file_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from castline_cli.api import Api, Json

_PAUSES_SECONDS: Final = (0.5, 1.0, 2.0, 4.0)
"""Between attempts of which none brought anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The address of a file, which works for some minutes at least."""

    url: str
    filename: str
    size_bytes: int | None
    """None where the service does not say it."""

    @classmethod
    def ask(cls, api: Api, job_id: str) -> Self:
        """Ask where a job's audio is.

        Raises:
            Refused: it is not finished.
            NotFound: there is no such job.
        """
        return cls.of(api.get(f"/jobs/{job_id}/download").body)

    @classmethod
    def of(cls, body: Json) -> Self:
        """Read the answer that says where a file is."""
        return cls(url=body["download_url"], filename=file_name(body["filename"]), size_bytes=body["size_bytes"])

    @classmethod
    def of_sound(cls, sound: Json) -> Self | None:
        """Read where a sound can be listened to, or a picture be seen; None while it is not ready."""
        stem, _, extension = sound["name"].rpartition(".")
        if sound.get("audio_url"):
            return cls(url=sound["audio_url"], filename=file_name(f"{stem or extension}.mp3"), size_bytes=None)
        if sound.get("image_url"):
            return cls(url=sound["image_url"], filename=file_name(sound["name"]), size_bytes=sound["size_bytes"])
        return None


def file_chunks(offer: Offer, ask_again: Callable[[], Offer]) -> Iterator[bytes]:
    """Yield a file's bytes, each once: after a break it goes on where it was, under a new address.

    Raises:
        Unreachable: it breaks again and again, or is not what was offered.
    """
    received = 0
    fruitless = 0
    while offer.size_bytes is None or received < offer.size_bytes:
        before = received
        try:
            for chunk in _chunks_from(received, offer.url):
                received += len(chunk)
                yield chunk
        except (httpx.TransportError, httpx.HTTPStatusError) as error:
            fruitless = fruitless + 1 if received == before else 0
            if fruitless >= len(_PAUSES_SECONDS):
                raise Unreachable("the download breaks again and again; try again later") from error
            time.sleep(_PAUSES_SECONDS[fruitless])
            offer = ask_again()
        else:
            break
    if offer.size_bytes is not None and received != offer.size_bytes:
        raise Unreachable(f"the download has {received:,} bytes in place of {offer.size_bytes:,}; try again")


def _chunks_from(start: int, url: str) -> Iterator[bytes]:
    """Yield the bytes at ``url`` in chunks, from the byte ``start`` on."""
    headers = {"Range": f"bytes={start}-"} if start else {}
    # A client without the API's token: the address is signed, and S3 refuses two proofs.
    with http_client(url, timeout=30) as client, client.stream("GET", url, headers=headers) as answer:
        answer.raise_for_status()
        surplus = start if answer.status_code != httpx.codes.PARTIAL_CONTENT else 0
        for chunk in answer.iter_raw():
            if surplus >= len(chunk):
                surplus -= len(chunk)
                continue
            yield chunk[surplus:]
            surplus = 0
