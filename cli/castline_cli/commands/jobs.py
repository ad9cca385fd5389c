"""``castline jobs``: lists, shows, changes and downloads jobs."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from castline_cli import shown
from castline_cli.audio_options import PlayOption  # noqa: TC001 (typer reads annotations at run time)
from castline_cli.completion import complete_job
from castline_cli.errors import Misused
from castline_cli.files import Target
from castline_cli.output import is_for_people, say, table, write
from castline_cli.session import Session
from castline_cli.strings import cell, t
from castline_cli.timings import csv_of, rows_of, seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from castline_cli.api import Json

jobs = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="List, show, rename, stop, resubmit, download and delete jobs.",
    epilog="\b\nJOB is an id, at least four characters of the beginning or end of an id, or last for the newest job.",
)


class Status(StrEnum):
    """Status of a job."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class SubtitleFormat(StrEnum):
    """Format of subtitles."""

    VTT = "vtt"
    SRT = "srt"
    ASS = "ass"


class Level(StrEnum):
    """Parts of the audio whose times are listed."""

    WORD = "word"
    SENTENCE = "sentence"
    TURN = "turn"
    CHAPTER = "chapter"


JobArgument = Annotated[
    str, typer.Argument(metavar="JOB", help="The job's id, a part of the id, or last.", autocompletion=complete_job)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the API's response.")]
ForceOption = Annotated[bool, typer.Option("--force", "-f", help="Overwrite existing files.")]


_MAX_OFFSET = 10_000
"""The largest offset that the API accepts."""


@jobs.command("list")
def list_jobs(
    context: typer.Context,
    status: Annotated[Status | None, typer.Option(help="Only jobs with this status.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 20,
    offset: Annotated[int, typer.Option(min=0, help="The number of newest jobs to skip.")] = 0,
    cursor: Annotated[
        str | None, typer.Option(help="Continue an earlier list from the cursor that it printed.")
    ] = None,
    search: Annotated[
        str | None, typer.Option(metavar="WORDS", help="Words to search for in titles, authors and albums.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List jobs, newest first."""
    with Session.of(context).api() as api:
        query = {"status": status, "limit": limit, "offset": offset or None, "cursor": cursor, "q": search}
        answer = api.get("/jobs", query)
    if as_json:
        say(answer.text)
        return
    found = answer.body["items"]
    columns: dict[str, Callable[[Json], str]] = {
        "job": lambda job: job["id"],
        "status": lambda job: cell(job["status"]),
        "kind": _kind,
        "submitted": lambda job: shown.moment(job["created_at"]),
    }
    has_titles = any("title" in job for job in found)
    if has_titles:
        columns["title"] = lambda job: shown.line(job.get("title", ""))
        if is_for_people():
            del columns["kind"]  # A terminal of 80 columns has no room for both.
    table(
        [*columns],
        [[cell(job) for cell in columns.values()] for job in found],
        footer=_position(answer.body, is_first_page=cursor is None),
        shortens_last=has_titles,
    )


def _position(page: Json, *, is_first_page: bool) -> str:
    """Return a line about the position of a page in the list of all jobs, and about the option that shows more."""
    total, count, end = page["total"], len(page["items"]), page["offset"] + len(page["items"])
    if count == 0:
        told = t("no jobs")
    elif is_first_page:
        told = t("{first} to {last}", first=page["offset"] + 1, last=end)
        told += "" if total is None else t(" of {total}", total=total)
    else:
        told = t("1 job") if count == 1 else t("{count} jobs", count=count)
    if page["next_cursor"] is None:
        return told
    if is_first_page and total is not None and count > 0 and end <= _MAX_OFFSET:
        return told + t("; more with --offset {offset}", offset=end)
    return told + t("; more with --cursor {cursor}", cursor=page["next_cursor"])


@jobs.command()
def show(context: typer.Context, job: JobArgument, as_json: JsonOption = False) -> None:
    """Show a job and the times of its turns."""
    from castline_cli.job_ids import find_job_id

    with Session.of(context).api() as api:
        answer = api.get(f"/jobs/{find_job_id(api, job)}")
    if as_json:
        say(answer.text)
        return
    table(("", ""), _facts(answer.body))
    if is_for_people():
        say("")
    table(("from", "to", "speaker", "text"), _turns(answer.body))


@jobs.command()
def rename(
    context: typer.Context,
    job: JobArgument,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="The title of the audio.")] = None,
    author: Annotated[str | None, typer.Option(metavar="TEXT", help="The author.")] = None,
    album: Annotated[str | None, typer.Option(metavar="TEXT", help="The album.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Change a job's title, author or album. An empty TEXT removes it.

    Titles that are left out do not change. A finished file keeps its tags, and is downloaded under the new title.
    """
    from castline_cli.job_ids import find_job_id

    given = {"title": title, "author": author, "album": album}
    changes = {name: text or None for name, text in given.items() if text is not None}
    if not changes:
        raise Misused(t("nothing to change: use --title, --author or --album; see `castline jobs rename --help`"))
    with Session.of(context).api() as api:
        job_id = find_job_id(api, job)
        answer = api.patch(f"/jobs/{job_id}", changes)
    say(answer.text if as_json else t("renamed {job_id}", job_id=job_id) if is_for_people() else job_id)


@jobs.command()
def cancel(context: typer.Context, job: JobArgument, as_json: JsonOption = False) -> None:
    """Cancel a pending job."""
    from castline_cli.job_ids import find_job_id

    with Session.of(context).api() as api:
        job_id = find_job_id(api, job)
        answer = api.delete(f"/jobs/{job_id}")
    say(answer.text if as_json else t("cancelled {job_id}", job_id=job_id) if is_for_people() else job_id)


@jobs.command()
def stop(context: typer.Context, job: JobArgument, as_json: JsonOption = False) -> None:
    """Stop a pending or processing job. Text that has already been spoken is billed."""
    from castline_cli.job_ids import find_job_id

    with Session.of(context).api() as api:
        job_id = find_job_id(api, job)
        answer = api.post(f"/jobs/{job_id}/stop", {})
    if as_json:
        say(answer.text)
    elif is_for_people():
        say(
            t(
                "stopped {id}; {billed:,} characters billed",
                id=job_id,
                billed=answer.body.get("billed_characters") or 0,
            )
        )
    else:
        say(job_id)


@jobs.command()
def delete(context: typer.Context, job: JobArgument) -> None:
    """Delete a job that has ended, with its audio. This cannot be undone."""
    from castline_cli.job_ids import find_job_id

    with Session.of(context).api() as api:
        job_id = find_job_id(api, job)
        api.post(f"/jobs/{job_id}/delete", {})
    say(t("deleted {name}", name=job_id) if is_for_people() else job_id)


@jobs.command()
def resubmit(context: typer.Context, job: JobArgument, as_json: JsonOption = False) -> None:
    """Submit the input of an ended job again.

    Prints the new job's id.
    """
    from castline_cli.cap import explaining_the_cap
    from castline_cli.job_ids import find_job_id
    from castline_cli.script_warnings import tell_without_script

    session = Session.of(context)
    with session.api() as api, explaining_the_cap(api, session):
        answer = api.create(f"/jobs/{find_job_id(api, job)}/resubmit")
    tell_without_script(answer.body.get("warnings", ()))
    say(answer.text if as_json else answer.body["id"])


@jobs.command()
def download(
    context: typer.Context,
    job: JobArgument,
    out: Annotated[
        str | None, typer.Option("-o", "--out", metavar="FILE", help="A file, a folder, or - for standard output.")
    ] = None,
    subtitles: Annotated[
        str | None, typer.Option(metavar="FILE", help="Also save subtitles: .vtt, .srt or .ass.")
    ] = None,
    force: ForceOption = False,
    play_it: PlayOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the job as the API returns it.")] = False,
) -> None:
    """Wait for a job, and download its audio."""
    from castline_cli.fetching import Wishes, fetch
    from castline_cli.job_ids import find_job_id
    from castline_cli.player import find_player

    session = Session.of(context)
    target = Target.of(out, force=force)
    target.demand_binary()
    if play_it:
        target.demand_file()
    wishes = Wishes(
        audio=target,
        subtitles=Target.of(subtitles, force=force) if subtitles else None,
        subtitle_format=subtitle_format_of(subtitles) if subtitles else "",
        as_json=as_json,
        player=find_player() if play_it else (),
    )
    with session.api() as api:
        fetch(api, find_job_id(api, job), wishes, session)


@jobs.command("subtitles")
def print_subtitles(
    context: typer.Context,
    job: JobArgument,
    out: Annotated[str, typer.Option("-o", "--out", metavar="FILE", help="A file, or - for standard output.")] = "-",
    subtitle_format: Annotated[
        SubtitleFormat | None,
        typer.Option(
            "--format", help="The format of the subtitles. The default is that of FILE's extension, or vtt."
        ),
    ] = None,
    words: Annotated[
        bool, typer.Option("--words", help="Include the time of each word in vtt. ass always includes it.")
    ] = False,
    force: ForceOption = False,
) -> None:
    """Print the subtitles of a job."""
    from castline_cli.fetching import fetch_subtitles
    from castline_cli.job_ids import find_job_id

    target = Target.of(out, force=force)
    chosen = subtitle_format or (SubtitleFormat.VTT if not target.extension else subtitle_format_of(out))
    with Session.of(context).api() as api:
        path = fetch_subtitles(api, find_job_id(api, job), target, chosen, with_words=words)
    if path is not None:
        say(str(path))


@jobs.command("timings")
def print_timings(
    context: typer.Context,
    job: JobArgument,
    level: Annotated[Level, typer.Option(help="The parts to list.")] = Level.TURN,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV with a header row.")] = False,
) -> None:
    """Print the times of the words, sentences, turns or chapters of a job."""
    from castline_cli.job_ids import find_job_id

    if as_json and as_csv:
        raise Misused(t("--json and --csv cannot be combined"))
    with Session.of(context).api() as api:
        answer = api.get_file(f"/jobs/{find_job_id(api, job)}/timings", {"level": level})
    if as_json:
        say(answer.text)
    elif as_csv:
        write(csv_of(answer.body).encode("utf-8"))
    else:
        table(*rows_of(answer.body))


def subtitle_format_of(file: str) -> str:
    """Return the subtitle format that a file's extension names.

    Raises:
        Misused: the extension is not that of subtitles.
    """
    extension = file.rpartition(".")[2].lower()
    if extension not in set(SubtitleFormat):
        raise Misused(t("{file} is not a name for subtitles; use .vtt, .srt or .ass", file=file))
    return extension


def _kind(job: Json) -> str:
    return cell("text") if job["job_type"] == "single_tts" else cell("dialogue")


def _unusual(given: Json) -> list[str]:
    """Return the quality and loudness of a job's audio if they are not the defaults."""
    is_studio, loudness = given.get("quality") == "studio", given.get("loudness")
    return [
        *(["studio"] if is_studio else []),
        *([cell("loudness {loudness}", loudness=loudness)] if loudness not in {None, "podcast"} else []),
    ]


def _facts(job: Json) -> list[tuple[str, str]]:
    given, progress = job["input_params"], job["progress"]
    facts = [
        (cell("job"), job["id"]),
        *shown.titles(job),
        (cell("status"), cell(job["status"])),
        (cell("queue"), shown.place(job)),
        (cell("kind"), cell(", ").join([_kind(job), given["language"], given["output_format"], *_unusual(given)])),
        (cell("rendition of"), job.get("rendition_of") or ""),
        (cell("music"), cell(", ").join(map(cell, given.get("music") or ()))),
        (cell("submitted"), shown.moment(job["created_at"])),
        (cell("started"), shown.moment(job.get("started_at"))),
        (cell("ended"), shown.moment(job.get("completed_at"))),
        (
            cell("segments"),
            cell("{done} of {total}", done=progress["completed_segments"], total=progress["total_segments"])
            + shown.time_left(job),
        ),
        (cell("retries"), str(job["retry_count"] or "")),
        (cell("failure"), f"{job['error_message']} ({job['error_code']})" if "error_code" in job else ""),
    ]
    if (result := job.get("result_metadata")) is not None:
        facts += [
            (
                cell("audio"),
                cell(", ").join([shown.duration(result["duration_ms"]), shown.size(result["size_bytes"])]),
            ),
            (cell("loudness"), shown.loudness(result.get("loudness_lufs"))),
            (
                cell("characters"),
                cell(
                    "{spoken:,}; billed: {billed:,}", spoken=result["characters"], billed=result["billed_characters"]
                ),
            ),
        ]
    elif job.get("billed_characters"):
        facts.append((cell("billed"), f"{job['billed_characters']:,}"))
    facts += [
        (cell("voice of {speaker}", speaker=speaker) if speaker else cell("voice"), voice)
        for speaker, voice in shown.cast(job)
    ]
    return [(name, value) for name, value in facts if value]


def _turns(job: Json) -> list[tuple[str, str, str, str]]:
    given = job["input_params"]
    turns = given.get("turns") or [{"speaker": "", "text": given["text"], "index": 0}]
    result = job.get("result_metadata") or {"turn_timings": []}
    heard = {each["turn_index"]: each for each in result["turn_timings"]}
    return [
        (
            *(
                (seconds(heard[turn["index"]][name]) if turn["index"] in heard else "")
                for name in ("start_ms", "end_ms")
            ),
            turn["speaker"],
            turn["text"],
        )
        for turn in turns
        if "speaker" in turn  # the others are sounds
    ]
