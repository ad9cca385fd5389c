"""Operations on the files of jobs: audio, subtitles, timings and playlists."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from castline_client.file_names import name_in
from castline_client.files import target, whole_file
from castline_client.operations.requests import body_of, path_to, request_file
from castline_client.steps import Request, ask, giving_items_to
from castline_client.transfers import Offer, file_pieces, small_file
from castline_client.types import Download

if TYPE_CHECKING:
    from pathlib import Path

    from castline_client.steps import Flow
    from castline_client.types import SubtitleFormat, TimingLevel, Timings

PathLike = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class Subtitles:
    """The subtitles of a job."""

    text: str
    filename: str
    """A safe file name, which the service suggests."""


def audio(job_id: str) -> Flow[Download]:
    """Return a temporary URL of the audio of a completed job."""
    return body_of(Request[Download]("GET", path_to("jobs", job_id, "download")))


def _offer_of_audio(job_id: str) -> Flow[Offer]:
    return Offer.of((yield from audio(job_id)))


def audio_pieces(job_id: str, offer: Download | None = None) -> Flow[None]:
    """Iterate over the bytes of a completed job's audio. A download that breaks is resumed.

    Args:
        job_id: the id of the job.
        offer: the result of ``audio``, if it was called before.

    Raises:
        TransferFailed: the download failed repeatedly.
    """
    first = Offer.of(offer) if offer is not None else (yield from _offer_of_audio(job_id))
    yield from file_pieces(first, lambda: _offer_of_audio(job_id))


def download(job_id: str, to: PathLike = ".", *, overwrite: bool = False) -> Flow[Path]:
    """Save the audio of a completed job in a file, and return its path. The file appears only when it is complete.

    A download that breaks is resumed.

    Args:
        job_id: the id of the job.
        to: a file, or a folder in which the file gets the name that the service suggests.
        overwrite: whether an existing file may be replaced.

    Raises:
        FileExistsError: the file exists.
        TransferFailed: the download failed repeatedly.
        NotFound: the job does not exist, or has no audio.
    """
    offer = yield from _offer_of_audio(job_id)
    path = target(to, offer.filename)
    with whole_file(path, overwrite=overwrite) as write:
        yield from giving_items_to(write, file_pieces(offer, lambda: _offer_of_audio(job_id)))
    return path


def subtitles(job_id: str, *, format: SubtitleFormat = "vtt", words: bool = False) -> Flow[Subtitles]:
    """Return the subtitles of a completed job.

    Args:
        job_id: the id of the job.
        format: ``vtt``, ``srt`` or ``ass``.
        words: whether ``vtt`` includes the time of each word.
    """
    query = {"format": format, "words": "true" if words else None}
    asked = Request[Download | None]("GET", path_to("jobs", job_id, "subtitles"), query)

    def ask_where() -> Flow[Offer]:
        return Offer.of(cast("Download", (yield from ask(asked)).body))

    answer = yield from ask(asked)
    if answer.body is None:
        name = name_in(answer.headers) or f"castline-{job_id[-8:]}.{format}"
        return Subtitles(answer.text, name)
    offer = Offer.of(answer.body)  # The subtitles are too large for a response.
    content = yield from small_file(offer, ask_where)
    return Subtitles(content.decode("utf-8"), offer.filename)


def timings(job_id: str, *, level: TimingLevel = "turn") -> Flow[Timings]:
    """Return the times of the words, sentences, turns or chapters of a completed job."""
    answer = yield from request_file(path_to("jobs", job_id, "timings"), {"level": level})
    return cast("Timings", answer.body)


def playlist(job_id: str) -> Flow[str]:
    """Return the HLS playlist of a job, with the turns spoken so far. It is available until a day after the end.

    Its URLs need no token and work for an hour.
    """
    answer = yield from ask(Request[str]("GET", path_to("jobs", job_id, "playlist.m3u8")))
    return answer.text
