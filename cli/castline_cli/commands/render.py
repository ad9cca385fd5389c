"""``castline render``: another version of a finished job, of the speech that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from castline_cli.audio_options import (
    BedGainOption,
    BedOption,
    CoverOption,
    DuckOption,
    IntroOption,
    IntroOverlapOption,
    MusicOption,
    OutroOption,
    OutroOverlapOption,
    PlayOption,
    UploadAgainOption,
    loudness_option,
    quality_option,
)
from castline_cli.commands.jobs import ForceOption, JobArgument  # noqa: TC001 (the same)
from castline_cli.errors import Interrupted, Misused
from castline_cli.files import Target
from castline_cli.formats import Loudness, OutputFormat, Quality, format_for
from castline_cli.music import MusicOptions
from castline_cli.output import say
from castline_cli.session import Session
from castline_cli.sound_references import SoundReference
from castline_cli.strings import t

if TYPE_CHECKING:
    from castline_cli.api import Answer, Api, Json

EXAMPLES: Final = """\b
Examples:
  castline render last -o show.m4b --loudness audiobook
  castline render last -o quieter.mp3 --bed-gain -20
  castline render last -o words.wav --no-music --loudness none"""


def render(
    context: typer.Context,
    job: JobArgument,
    out: Annotated[
        str | None, typer.Option("-o", "--out", metavar="FILE", help="A file, a folder, or - for standard output.")
    ] = None,
    force: ForceOption = False,
    subtitles: Annotated[
        str | None, typer.Option(metavar="FILE", help="Also save subtitles: .vtt, .srt or .ass.")
    ] = None,
    output_format: Annotated[
        OutputFormat | None,
        typer.Option(
            "--format", help="The format of the audio. The default is that of -o's extension, or the job's."
        ),
    ] = None,
    quality: Annotated[Quality | None, quality_option("that of the job")] = None,
    loudness: Annotated[Loudness | None, loudness_option("that of the job")] = None,
    cover: CoverOption = None,
    no_cover: Annotated[bool, typer.Option("--no-cover", help="Leave out the job's cover.")] = False,
    intro: IntroOption = None,
    intro_overlap: IntroOverlapOption = None,
    outro: OutroOption = None,
    outro_overlap: OutroOverlapOption = None,
    bed: BedOption = None,
    bed_gain: BedGainOption = None,
    duck: DuckOption = None,
    music: MusicOption = None,
    no_music: Annotated[
        bool, typer.Option("--no-music", help="Leave out the job's music, except for parts that other options set.")
    ] = False,
    upload_again: UploadAgainOption = False,
    play_it: PlayOption = False,
    wait: Annotated[bool, typer.Option(help="Wait for the audio, or print the new job's id and exit.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the new job as the API returns it.")] = False,
) -> None:
    """Make another version of a completed job, with another format, loudness, quality or music.

    Nothing is spoken again, and nothing is billed. Everything that no option changes stays as in the job.
    """
    from castline_cli.cap import explaining_the_cap
    from castline_cli.commands.jobs import subtitle_format_of
    from castline_cli.fetching import Wishes, fetch
    from castline_cli.job_ids import find_job_id
    from castline_cli.player import find_player
    from castline_cli.uploads import Uploads
    from castline_client.file_names import file_name

    session = Session.of(context)
    if not wait and (out or subtitles or play_it):
        raise Misused(t("--no-wait downloads nothing; remove -o, --subtitles and --play"))
    if cover and no_cover:
        raise Misused(t("--cover and --no-cover cannot be combined; choose one"))
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
    options = MusicOptions(
        intro=intro,
        intro_overlap_ms=intro_overlap,
        outro=outro,
        outro_overlap_ms=outro_overlap,
        bed=bed,
        bed_gain_db=bed_gain,
        duck_db=duck,
        file=music,
    )
    given = {"output_format": format_for(output_format, target), "quality": quality, "loudness": loudness}
    changes: Json = {name: value for name, value in given.items() if value is not None}
    if not (changes or options.are_given or no_music or cover or no_cover):
        raise Misused(
            t("nothing to change: use --format, --loudness, --bed or another option; see `castline render --help`")
        )

    with session.api() as api:
        source: Json = api.get(f"/jobs/{find_job_id(api, job)}").body
        given_before = source["input_params"]
        parts = options.music({} if no_music else given_before.get("music"))
        if wait and "title" in source:
            extension = changes.get("output_format", given_before["output_format"])
            target.demand_name_free(file_name(f"{source['title']}.{extension}"))
        picture = {"sound_id": SoundReference(cover)} if cover else {}
        Uploads(api, session, again=upload_again).insert_ids([*parts.values(), picture])
        if options.are_given or no_music:
            changes["music"] = parts or None
        if cover or no_cover:
            changes["cover_id"] = picture.get("sound_id")
        with explaining_the_cap(api, session):
            answer = _submit(api, source["id"], changes, session)
        if not wait:
            say(answer.text if as_json else answer.body["id"])
            return
        fetch(api, answer.body["id"], wishes, session)


def _submit(api: Api, job_id: str, changes: Json, session: Session) -> Answer:
    try:
        return api.create(f"/jobs/{job_id}/renditions", changes)
    except KeyboardInterrupt as interruption:
        jobs = session.command("jobs", "list")
        raise Interrupted(
            t("interrupted while submitting; {jobs} shows whether a job was created", jobs=jobs)
        ) from interruption
