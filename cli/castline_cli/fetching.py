"""Waiting for a submitted job, and downloading its files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from castline_cli import shown
from castline_cli.errors import FileProblem, Interrupted, JobFailed, SignedOut, Unreachable
from castline_cli.output import console, is_for_people, say
from castline_cli.player import play
from castline_cli.progress import progress_bar
from castline_cli.strings import t
from castline_client.file_names import file_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from castline_cli.api import Api, Json
    from castline_cli.files import Target
    from castline_cli.session import Session
    from castline_client.types import SubtitleFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Options for the output of a job."""

    audio: Target
    subtitles: Target | None = None
    subtitle_format: str = "vtt"
    as_json: bool = False
    """Whether to print the job as JSON."""
    player: Sequence[str] = ()
    """The command that plays the audio; empty to play nothing."""


def fetch(api: Api, job_id: str, wishes: Wishes, session: Session) -> None:
    """Wait for a job, save its audio and subtitles, and print the result.

    Raises:
        Interrupted: the user pressed Ctrl-C; the message names the command to resume.
        JobFailed: the job has no audio.
        FileProblem: a file cannot be written; the message names the command to download it.
        Unreachable: the service did not answer for a long time; the message names the command to resume.
        NotFound: the job does not exist.
        SignedOut: the sign-in has expired.
    """
    come_back = session.command("jobs", "download", job_id)
    try:
        with progress_bar() as show:
            job: Json = dict(api.wait(job_id, check=False, on_change=lambda seen: show(dict(seen))))
        demand_audio(job, session)
        path = fetch_audio(api, job_id, wishes.audio)
        if wishes.subtitles is not None:
            fetch_subtitles(api, job_id, wishes.subtitles, wishes.subtitle_format)
    except KeyboardInterrupt as interruption:
        raise Interrupted(
            t(
                "interrupted; the job continues: use {come_back} to download it, or {stop} to stop it",
                come_back=come_back,
                stop=session.command("jobs", "stop", job_id),
            )
        ) from interruption
    except (FileProblem, SignedOut, Unreachable) as error:
        raise type(error)(
            t("{error}\n  the job is not lost: use {come_back} to download it", error=error, come_back=come_back)
        ) from error
    if wishes.as_json:
        if path is not None:
            say(api.get(f"/jobs/{job_id}").text)
    elif path is not None:
        _tell(job, path)
    if path is not None and wishes.player:
        play(path, wishes.player)


def fetch_audio(api: Api, job_id: str, target: Target) -> Path | None:
    """Save the audio of a completed job, and return the file; None for standard output."""
    offer = api.audio(job_id)
    return target.receive(api.audio_pieces(job_id, offer), file_name(offer["filename"]))


def demand_audio(job: Json, session: Session) -> None:
    """Require that a job that has ended has audio.

    Raises:
        JobFailed: the job has no audio; the message says why.
    """
    if job["status"] == "cancelled":
        raise JobFailed(
            t(
                "job {id} was cancelled; use {command} to start it again",
                id=job["id"],
                command=session.command("jobs", "resubmit", job["id"]),
            )
        )
    if job["status"] == "failed":
        advice = ""
        if job["error_code"] == "VOICE_NOT_FOUND":
            advice = t("; {command} lists them", command=session.command("voices"))
        elif job.get("rendition_of") and job["error_code"] == "SEGMENTS_EXPIRED":
            advice = t("; use {command}", command=session.command("jobs", "resubmit", job["rendition_of"]))
        raise JobFailed(
            t(
                "{message}{advice} ({code}, job {id})",
                message=job["error_message"].rstrip(".。"),
                advice=advice,
                code=job["error_code"],
                id=job["id"],
            )
        )


def fetch_subtitles(
    api: Api, job_id: str, target: Target, subtitle_format: str, *, with_words: bool = False
) -> Path | None:
    """Save the subtitles of a job, and return the file; None for standard output."""
    subtitles = api.subtitles(job_id, format=cast("SubtitleFormat", subtitle_format), words=with_words)
    return target.receive([subtitles.text.encode("utf-8")], subtitles.filename)


def _tell(job: Json, path: Path) -> None:
    """Print the path of the audio; on a terminal, also facts about the job."""
    if not is_for_people():
        say(str(path))
        return
    result = job["result_metadata"]
    terminal = console()
    terminal.print(f"[bold green]✓[/] [bold]{_escaped(str(path))}[/]")
    reused = result["reused_segments"]
    parts = [shown.duration(result["duration_ms"]), shown.size(result["size_bytes"])]
    parts.append(t("made in {duration}", duration=shown.duration(result["latency_ms"])))
    parts.append(t("{billed:,} characters billed", billed=result["billed_characters"]))
    if reused:
        parts.append(t("1 segment reused") if reused == 1 else t("{count} segments reused", count=reused))
    terminal.print(f"  {t(', ').join(parts)}", style="dim", markup=False)
    for speaker, voice in shown.cast(job):
        terminal.print(f"  {speaker + '  ' if speaker else ''}{voice}", markup=False)


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)
