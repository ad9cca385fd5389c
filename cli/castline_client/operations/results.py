"""Files of completed jobs: audio, subtitles, timings."""

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
    """The name that the service suggests: a plain one, which is no path."""


def audio(job_id: str) -> Flow[Download]:
    """Return where the audio of a completed job is: an address that works for a while."""
    return body_of(Request[Download]("GET", path_to("jobs", job_id, "download")))


def _offer_of_audio(job_id: str) -> Flow[Offer]:
    return Offer.of((yield from audio(job_id)))


def audio_pieces(job_id: str, offer: Download | None = None) -> Flow[None]:
    """Iterate over the bytes of a completed job's audio, each once, however often the connection breaks.

    Args:
        job_id: the job.
        offer: what ``audio`` has given, if it was asked before.

    Raises:
        TransferFailed: the connection breaks again and again.
    """
    first = Offer.of(offer) if offer is not None else (yield from _offer_of_audio(job_id))
    yield from file_pieces(first, lambda: _offer_of_audio(job_id))


def download(job_id: str, to: PathLike = ".", *, overwrite: bool = False) -> Flow[Path]:
    """Write the audio of a completed job to a file, which appears only when it is whole, and return its path.

    A download that breaks goes on where it was.

    Args:
        job_id: the job.
        to: a file, or a folder, in which the file has the name that the service gives it.
        overwrite: whether a file that is there may be replaced.

    Raises:
        FileExistsError: there is such a file.
        TransferFailed: the connection breaks again and again.
        NotFound: there is no such job, or it has no audio.
    """
    offer = yield from _offer_of_audio(job_id)
    path = target(to, offer.filename)
    with whole_file(path, overwrite=overwrite) as write:
        yield from giving_items_to(write, file_pieces(offer, lambda: _offer_of_audio(job_id)))
    return path


def subtitles(job_id: str, *, format: SubtitleFormat = "vtt", words: bool = False) -> Flow[Subtitles]:
    """Return the subtitles of a completed job.

    Args:
        job_id: the job.
        format: ``vtt``, ``srt`` or ``ass``.
        words: whether ``vtt`` says when each word is heard.
    """
    query = {"format": format, "words": "true" if words else None}
    asked = Request[Download | None]("GET", path_to("jobs", job_id, "subtitles"), query)

    def ask_where() -> Flow[Offer]:
        return Offer.of(cast("Download", (yield from ask(asked)).body))

    answer = yield from ask(asked)
    if answer.body is None:
        name = name_in(answer.headers) or f"castline-{job_id[-8:]}.{format}"
        return Subtitles(answer.text, name)
    offer = Offer.of(answer.body)  # They are too large for an answer.
    content = yield from small_file(offer, ask_where)
    return Subtitles(content.decode("utf-8"), offer.filename)


def timings(job_id: str, *, level: TimingLevel = "turn") -> Flow[Timings]:
    """Return when each word, sentence, turn or chapter of a completed job is heard."""
    answer = yield from request_file(path_to("jobs", job_id, "timings"), {"level": level})
    return cast("Timings", answer.body)


def playlist(job_id: str) -> Flow[str]:
    """Return the HLS playlist of a job: what is spoken so far, while it is made and for a day afterwards.

    The URLs in it need no token and work for an hour.
    """
    answer = yield from ask(Request[str]("GET", path_to("jobs", job_id, "playlist.m3u8")))
    return answer.text
