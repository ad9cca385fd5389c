"""From a submitted job to its files: wait, download, tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from castline_cli import shown
from castline_cli.downloads import Offer, file_chunks
from castline_cli.errors import FileProblem, Interrupted, JobFailed, SignedOut, Unreachable
from castline_cli.file_names import name_in
from castline_cli.output import console, is_for_people, say
from castline_cli.progress import progress_bar
from castline_cli.waiting import wait_for_end

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from castline_cli.api import Answer, Api, Json
    from castline_cli.files import Target
    from castline_cli.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is wanted of a job once it has ended."""

    audio: Target
    subtitles: Target | None = None
    subtitle_format: str = "vtt"
    as_json: bool = False
    """Whether to print the job as the API gives it, and not for people."""


def fetch(api: Api, job_id: str, wishes: Wishes, session: Session) -> None:
    """Wait for a job, put its audio and subtitles where they are wanted, and tell about it.

    Raises:
        Interrupted: by Ctrl-C; the message says how to come back.
        JobFailed: there is no audio.
        FileProblem: a file cannot be written; the message says how to get it elsewhere.
        Unreachable: the service has been away for long; the message says how to come back.
        NotFound: there is no such job.
        SignedOut: the sign-in has ended.
    """
    come_back = session.command("jobs", "download", job_id)
    try:
        with progress_bar() as show:
            job = wait_for_end(api, job_id, on_change=show)
        demand_audio(job, session)
        offer = Offer.ask(api, job_id)
        path = wishes.audio.receive(file_chunks(offer, lambda: Offer.ask(api, job_id)), offer.filename)
        if wishes.subtitles is not None:
            fetch_subtitles(api, job_id, wishes.subtitles, wishes.subtitle_format)
    except KeyboardInterrupt as interruption:
        raise Interrupted(f"interrupted; the job goes on without you, {come_back} fetches it") from interruption
    except (FileProblem, SignedOut, Unreachable) as error:
        raise type(error)(f"{error}\n  the job is safe: {come_back} fetches it") from error
    if wishes.as_json:
        if path is not None:
            say(api.get(f"/jobs/{job_id}").text)
    elif path is not None:
        _tell(job, path)


def demand_audio(job: Json, session: Session) -> None:
    """See to it that a job that has ended has audio.

    Raises:
        JobFailed: it has none; the message says why.
    """
    if job["status"] == "cancelled":
        raise JobFailed(
            f"job {job['id']} was cancelled; {session.command('jobs', 'resubmit', job['id'])} starts it anew"
        )
    if job["status"] == "failed":
        advice = ""
        if job["error_code"] == "VOICE_NOT_FOUND":
            advice = f"; {session.command('voices')} lists them"
        elif job.get("rendition_of") and job["error_code"] == "SEGMENTS_EXPIRED":
            advice = f"; {session.command('jobs', 'resubmit', job['rendition_of'])} does so"
        raise JobFailed(f"{job['error_message'].rstrip('.')}{advice} ({job['error_code']}, job {job['id']})")


def fetch_subtitles(
    api: Api, job_id: str, target: Target, subtitle_format: str, *, with_words: bool = False
) -> Path | None:
    """Put a job's subtitles somewhere, and return the file; None for standard output."""

    def ask() -> Answer:
        words = "true" if with_words else None
        return api.get(f"/jobs/{job_id}/subtitles", {"format": subtitle_format, "words": words})

    answer = ask()
    if answer.body is None:
        chunks: Iterable[bytes] = [answer.text.encode("utf-8")]
        usual_name = name_in(answer.headers) or f"castline-{job_id[-8:]}.{subtitle_format}"
    else:  # They are too large for an answer.
        offer = Offer.of(answer.body)
        chunks, usual_name = file_chunks(offer, lambda: Offer.of(ask().body)), offer.filename
    return target.receive(chunks, usual_name)


def _tell(job: Json, path: Path) -> None:
    """Say where the audio is: alone for a script, with what is worth knowing for people."""
    if not is_for_people():
        say(str(path))
        return
    result = job["result_metadata"]
    terminal = console()
    terminal.print(f"[bold green]✓[/] [bold]{_escaped(str(path))}[/]")
    reused = result["reused_segments"]
    parts = [shown.duration(result["duration_ms"]), shown.size(result["size_bytes"])]
    parts.append(f"made in {shown.duration(result['latency_ms'])}")
    parts.append(f"{result['billed_characters']:,} characters billed")
    if reused:
        parts.append(f"{reused} segment{'s' if reused > 1 else ''} spoken before")
    terminal.print(f"  {', '.join(parts)}", style="dim", markup=False)
    for speaker, voice in shown.cast(job):
        terminal.print(f"  {speaker + '  ' if speaker else ''}{voice}", markup=False)


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)
