"""``castline batch``: turns many scripts into audio files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from castline_cli import shown
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
    UploadAgainOption,
    loudness_option,
    quality_option,
)
from castline_cli.casting import Choice, read_delivery
from castline_cli.commands.jobs import ForceOption, SubtitleFormat  # noqa: TC001 (typer reads annotations at run time)
from castline_cli.completion import complete_language, complete_voice
from castline_cli.errors import CastlineError, ExitCode, FileProblem
from castline_cli.formats import Loudness, OutputFormat, Quality
from castline_cli.music import MusicOptions
from castline_cli.output import complain
from castline_cli.providers import ProviderOption, provider_id
from castline_cli.questions import AnswerOption, read_answers
from castline_cli.scripts import given
from castline_cli.session import Session
from castline_cli.sound_references import SoundReference
from castline_cli.speaking_options import (  # noqa: TC001 (typer reads annotations at run time)
    CastOption,
    CrossfadeOption,
    GapOption,
    LiteralOption,
    PitchOption,
    PronunciationSetOption,
    PronunciationsOption,
    ShowOption,
    SpeedOption,
    StyleDegreeOption,
    StyleOption,
    TakeOption,
    VolumeOption,
)
from castline_cli.strings import t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from castline_cli.batch.requests import Shared
    from castline_cli.batch.run import Batch, File
    from castline_cli.batch.sources import Entry

EXAMPLES: Final = """\b
Examples:
  castline batch lessons -o audio --voice zh-TW-HsiaoYuNeural --voice 老師=zh-TW-YunJheNeural
  castline batch lessons.csv -o audio --voice en-US-JennyNeural --format m4b --loudness audiobook

\b
A CSV file has a row for each script. Its first line names the columns: file or text, and optionally title,
author, album, language and voices (A=VOICE; B=VOICE), which override the options."""


def batch(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            metavar="FOLDER|FILE.csv", help="A folder of scripts, or a CSV file with a row for each script."
        ),
    ],
    out: Annotated[
        str,
        typer.Option(
            "-o", "--out", metavar="FOLDER", help="The folder for the audio. It is created if it does not exist."
        ),
    ] = ".",
    voice: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SPEAKER=VOICE",
            help="The voice of a speaker in all scripts, by its name or id. Repeatable. VOICE alone applies to "
            "all other speakers.",
            autocompletion=complete_voice,
        ),
    ] = None,
    cast: CastOption = None,
    show: ShowOption = None,
    style: StyleOption = None,
    style_degree: StyleDegreeOption = None,
    speed: SpeedOption = None,
    pitch: PitchOption = None,
    volume: VolumeOption = None,
    force: ForceOption = False,
    subtitles: Annotated[
        SubtitleFormat | None, typer.Option(help="Also save subtitles beside each file.", show_default=False)
    ] = None,
    provider: ProviderOption = None,
    language: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[SPEAKER=]TAG",
            help="The language of the scripts, such as zh-TW, or of one speaker. By default it is guessed from "
            "the text. Repeatable.",
            autocompletion=complete_language,
        ),
    ] = None,
    answer: AnswerOption = None,
    literal: LiteralOption = False,
    pronunciations: PronunciationsOption = None,
    pronunciation_set: PronunciationSetOption = None,
    take: TakeOption = None,
    output_format: Annotated[
        OutputFormat | None,
        typer.Option("--format", help="The format of all files. [default: mp3]", show_default=False),
    ] = None,
    quality: Annotated[Quality | None, quality_option("standard")] = None,
    loudness: Annotated[Loudness | None, loudness_option("podcast")] = None,
    author: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="The author of all files. The default is the names of the speakers."),
    ] = None,
    album: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The album of all files, such as the name of a course.")
    ] = None,
    cover: CoverOption = None,
    intro: IntroOption = None,
    intro_overlap: IntroOverlapOption = None,
    outro: OutroOption = None,
    outro_overlap: OutroOverlapOption = None,
    bed: BedOption = None,
    bed_gain: BedGainOption = None,
    duck: DuckOption = None,
    music: MusicOption = None,
    upload_again: UploadAgainOption = False,
    gap: GapOption = None,
    crossfade: CrossfadeOption = None,
    estimate: Annotated[
        bool,
        typer.Option("--estimate", "--dry-run", help="Only print what the files would cost. No job is created."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result of each file as JSON.")] = False,
) -> int:
    """Turn many scripts into audio with one cast. Each file is named after the title of its script.

    After Ctrl-C or an exceeded quota, run the same command to resume. Existing files whose scripts and options have
    not changed are not made again.
    """
    from castline_cli.batch.lines import lines_of, print_estimates, print_json, print_table
    from castline_cli.batch.requests import Shared
    from castline_cli.batch.run import Batch, Place
    from castline_cli.batch.sources import names_of, read_entries
    from castline_cli.batch.state import State
    from castline_cli.cast_files import WrittenCast, read_cast
    from castline_cli.pronunciations import read_entries as read_pronunciations
    from castline_cli.shows import OF_ALL_JOBS, OF_DIALOGUES, members_of, merged, read_show
    from castline_cli.uploads import Uploads
    from castline_cli.voice_names import VoiceNames

    session = Session.of(context)
    entries = read_entries(source)
    names_of(entries, str(output_format or OutputFormat.MP3))  # two files of one name are told before anything else
    voices, languages = Choice.read("voice_id", voice), Choice.read("language", language)
    delivery = read_delivery(speed=speed, pitch=pitch, volume=volume, style=style, style_degree=style_degree)
    words = [entry for file in pronunciations or () for entry in read_pronunciations(file)]
    of_provider = ("--provider", provider) if provider else ()
    markup = given(markup="literal" if literal else None)
    answers = read_answers(answer)
    written = read_cast(cast) if cast else WrittenCast()
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
    folder = Path(out) if estimate else _folder(out)

    with session.api() as api:
        programme = read_show(api, show)
        own_fields = markup | given(
            provider=provider or written.provider,
            output_format=output_format,
            quality=quality,
            loudness=loudness,
            pronunciations=[each.fields for each in words] or None,
            pronunciation_sets=pronunciation_set or None,
            author=author,
            album=album,
        )
        fields = merged(own_fields, programme, [name for name in OF_ALL_JOBS if name != "title"])
        names = names_of(entries, str(fields.get("output_format", OutputFormat.MP3)))
        parts = options.music(fields.pop("music", None))
        fields["provider"] = provider_id(api, fields.get("provider"))
        shared = Shared(
            voices=voices,
            choices=[Choice(field=languages.field, own=languages.own), *delivery],
            members={**members_of(programme), **written.members},
            names=VoiceNames(api, fields["provider"]),
            language=languages.common or written.language,
            preferred=session.preferred_languages(),
            fields=fields,
            dialogue_fields=merged(given(gap_ms=gap, crossfade_ms=crossfade), programme, OF_DIALOGUES),
            markup=markup,
            take=take,
            answers=answers,
            music=parts,
            cover={"sound_id": SoundReference(cover)} if cover else {},
            pronunciations=words,
            how_to_choose=session.command("voices", *of_provider),
        )
        files = _files(entries, names, shared)
        with lines_of(len(files)) as lines:
            for file in files:
                if file.problem:
                    lines.end(file)
            running = Batch(
                api,
                session,
                files,
                shared,
                place=Place(folder=folder, force=force, subtitle_format=subtitles),
                state=State.read(folder, api.url),
                uploads=Uploads(api, session, again=upload_again),
                lines=lines,
            )
            if estimate:
                running.estimate()
            else:
                running.run()
    if estimate:
        (print_json if as_json else print_estimates)(files)
        return ExitCode.REFUSED if any(file.problem for file in files) else ExitCode.DONE
    (print_json if as_json else print_table)(files)
    return _conclude(running, files, shared)


def _files(entries: Sequence[Entry], names: Sequence[str], shared: Shared) -> list[File]:
    """Return the files of a batch; those whose script cannot be read have a problem."""
    from castline_cli.batch.run import File

    options = {
        "voices": repr(shared.voices),
        "choices": repr(shared.choices),
        "fields": shared.fields | given(language=shared.language),
        "dialogue_fields": shared.dialogue_fields,
        "take": shared.take,
        "music": repr(shared.music),
        "cover": repr(shared.cover),
        **({"members": shared.members} if shared.members else {}),
        **({"answers": shared.answers} if shared.answers else {}),
    }
    files = []
    for entry, name in zip(entries, names, strict=True):
        file = File(entry, name)
        try:
            file.digest = entry.digest(options)
        except CastlineError as error:
            file.fail(error)
        files.append(file)
    return files


def _folder(written: str) -> Path:
    """Return the folder of the audio, made if it is not there.

    Raises:
        FileProblem: it cannot be.
    """
    folder = Path(written)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileProblem(
            t("cannot create the folder {folder}: {strerror}", folder=folder, strerror=error.strerror)
        ) from error
    return folder


def _conclude(running: Batch, files: Sequence[File], shared: Shared) -> ExitCode:
    """Say what is missing, and return the exit code."""
    scripts = [file for file in files if file.entry.path is not None]
    if scripts and all(file.prepared is not None for file in scripts):
        own = {key: name for choice in (shared.voices, *shared.choices) for key, (name, _value) in choice.own.items()}
        for key, name in own.items():
            if key not in running.speakers:
                complain(t("no script has a speaker {name}", name=name))
    if running.stopped_by is not None:
        left = sum(file.status == "not submitted" for file in files)
        resets_at = running.stopped_by.details.get("resets_at")
        when = (
            t("at {moment}", moment=shown.moment(resets_at))
            if resets_at
            else t("when submissions are accepted again")
        )
        complain(
            t(
                "{stopped_by}\n  {left} of {count} files are not submitted; run the same command to resume {when}",
                stopped_by=running.stopped_by,
                left=left,
                count=len(files),
                when=when,
            )
        )
        return ExitCode.REFUSED
    missing = sum(not file.has_come for file in files)
    if missing:
        complain(
            t(
                "{missing} of {count} files have no audio; run the same command to try them again",
                missing=missing,
                count=len(files),
            )
        )
        return ExitCode.JOB_FAILED
    return ExitCode.DONE
