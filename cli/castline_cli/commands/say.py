"""``castline say``: a script in, an audio file out."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Final

import typer

from castline_cli.audio_options import (
    BedGainOption,
    BedOption,
    CoverOption,
    DuckOption,
    FormatOption,
    IntroOption,
    IntroOverlapOption,
    MusicOption,
    OutroOption,
    OutroOverlapOption,
    UploadAgainOption,
    loudness_option,
    quality_option,
)
from castline_cli.casting import Choice, assign, only_voice, read_delivery
from castline_cli.completion import complete_language, complete_voice
from castline_cli.errors import Interrupted, Misused, Refused
from castline_cli.files import STANDARD, Target, name_of, read_text
from castline_cli.formats import Loudness, OutputFormat, Quality, format_for
from castline_cli.music import MusicOptions
from castline_cli.output import say as say_line
from castline_cli.providers import ProviderOption, provider_id
from castline_cli.scripts import Script, ScriptFormat, given, parse_script
from castline_cli.session import Session
from castline_cli.sound_references import SoundReference
from castline_cli.speaking_options import (
    USUAL_LANGUAGE,
    CrossfadeOption,
    GapOption,
    LiteralOption,
    PitchOption,
    PronunciationSetOption,
    PronunciationsOption,
    SpeedOption,
    StyleDegreeOption,
    StyleOption,
    TakeOption,
    VolumeOption,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from castline_cli.api import Answer, Api, Json
    from castline_cli.pronunciations import Entry

EXAMPLES: Final = """\b
Examples:
  castline say park.txt -o park.mp3 --voice A=zh-TW-HsiaoYuNeural --voice B=zh-TW-YunJheNeural
  castline say book.md -o book.m4b --voice en-US-JennyNeural --language en-US --loudness audiobook
  castline say show.txt --voice VOICE --title "Show 1" --intro jingle.mp3 --intro-overlap 2s --bed music.ogg"""


def say(
    context: typer.Context,
    script: Annotated[
        str | None,
        typer.Argument(
            metavar="SCRIPT", show_default=False, help="Lines such as A: Hello, in a file, or - for standard input."
        ),
    ] = None,
    voice: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SPEAKER=VOICE",
            help="Who speaks with which voice; repeatable. VOICE alone is for all who have none.",
            autocompletion=complete_voice,
        ),
    ] = None,
    style: StyleOption = None,
    style_degree: StyleDegreeOption = None,
    speed: SpeedOption = None,
    pitch: PitchOption = None,
    volume: VolumeOption = None,
    out: Annotated[
        str | None,
        typer.Option("-o", "--out", metavar="FILE", help="A file, a folder, or - for standard output."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Overwrite what is there.")] = False,
    subtitles: Annotated[str | None, typer.Option(metavar="FILE", help="Subtitles too: .vtt, .srt or .ass.")] = None,
    provider: ProviderOption = None,
    language: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[SPEAKER=]TAG",
            help="The script's, such as zh-TW; or the one that a speaker's multilingual voice speaks. Repeatable.",
            autocompletion=complete_language,
        ),
    ] = None,
    script_format: Annotated[
        ScriptFormat | None, typer.Option(help="By default what SCRIPT's name says, or auto.")
    ] = None,
    literal: LiteralOption = False,
    pronunciations: PronunciationsOption = None,
    pronunciation_set: PronunciationSetOption = None,
    take: TakeOption = None,
    output_format: FormatOption = None,
    quality: Annotated[Quality | None, quality_option("standard")] = None,
    loudness: Annotated[Loudness | None, loudness_option("podcast")] = None,
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What the audio is called; without -o the file, too.")
    ] = None,
    author: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Who it is by, in place of the speakers.")
    ] = None,
    album: Annotated[str | None, typer.Option(metavar="TEXT", help="What it belongs to, such as a course.")] = None,
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
    text: Annotated[
        str | None, typer.Option(metavar="TEXT", help="In place of a script: one text in one voice; - reads it.")
    ] = None,
    webhook_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Tell this URL when the job starts and ends; `castline webhooks rotate job` makes the secret.",
        ),
    ] = None,
    estimate: Annotated[
        bool,
        typer.Option("--estimate", "--dry-run", help="Print what it would cost, and submit nothing."),
    ] = False,
    wait: Annotated[bool, typer.Option(help="Wait for the audio, or print the job's id and leave.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the job as the API gives it.")] = False,
) -> None:
    """Have a script, or one text, spoken.

    It is submitted as a job, which is waited for, and its audio downloaded. On a terminal, what it will cost is told
    before.
    """
    from castline_cli.cap import explaining_the_cap
    from castline_cli.commands.jobs import subtitle_format_of
    from castline_cli.estimates import ask_for_estimate, remark_on_cost, show_estimate
    from castline_cli.fetching import Wishes, fetch
    from castline_cli.pronunciations import read_entries
    from castline_cli.script_warnings import ScriptWarnings
    from castline_cli.uploads import Uploads
    from castline_client.file_names import file_name

    session = Session.of(context)
    if not wait and (out or subtitles):
        raise Misused("with --no-wait nothing is downloaded; leave out -o and --subtitles")
    target = Target.of(out, force=force)
    target.demand_binary()
    wishes = Wishes(
        audio=target,
        subtitles=Target.of(subtitles, force=force) if subtitles else None,
        subtitle_format=subtitle_format_of(subtitles) if subtitles else "",
        as_json=as_json,
    )
    voices, languages = Choice.read("voice_id", voice), Choice.read("language", language)
    delivery = read_delivery(speed=speed, pitch=pitch, volume=volume, style=style, style_degree=style_degree)
    entries = [entry for file in pronunciations or () for entry in read_entries(file)]
    of_provider = ("--provider", provider) if provider else ()
    how_to_choose = session.command("voices", *of_provider, "--language", languages.common or USUAL_LANGUAGE)
    markup = given(markup="literal" if literal else None)
    common = markup | given(
        language=languages.common,
        output_format=format_for(output_format, target),
        quality=quality,
        loudness=loudness,
        pronunciations=[entry.fields for entry in entries] or None,
        pronunciation_sets=pronunciation_set or None,
        title=title,
        author=author,
        album=album,
        webhook_url=webhook_url,
    )
    if wait and title:
        target.demand_name_free(file_name(f"{title}.{common.get('output_format', OutputFormat.MP3)}"))
    dialogue_only = given(gap_ms=gap, crossfade_ms=crossfade)
    parts = MusicOptions(
        intro=intro,
        intro_overlap_ms=intro_overlap,
        outro=outro,
        outro_overlap_ms=outro_overlap,
        bed=bed,
        bed_gain_db=bed_gain,
        duck_db=duck,
        file=music,
    ).music()
    picture = {"sound_id": SoundReference(cover)} if cover else {}

    with session.api() as api:
        common["provider"] = provider_id(api, provider)
        if text is not None:
            if script is not None or script_format is not None or dialogue_only:
                raise Misused("a --text has no turns; leave out the script, --script-format, --gap and --crossfade")
            spoken = read_text(STANDARD) if text == STANDARD else text
            voice_id = only_voice(voices, how_to_choose=how_to_choose)
            how = given(**{choice.field: choice.only() for choice in (*delivery, languages)}, take=take)
            warnings = ScriptWarnings(name_of(STANDARD) if text == STANDARD else "--text", spoken)
            turns = [{"index": 0, "line": 1}]
            path, request = "/jobs/tts", {"text": spoken, "voice_id": voice_id, **common, **how}
        else:
            read = Script.read(_script_that_is_there(script), script_format)
            dialogue = parse_script(api, read, markup=markup, take=take)
            turns, warnings = dialogue.turns, dialogue.warnings
            own = [Choice(field=languages.field, own=languages.own), *delivery]
            cast = assign(voices, own, dialogue.speakers, how_to_choose=how_to_choose)
            path, request = "/jobs", {"turns": turns, "voice_assignments": cast, **common, **dialogue_only}
        uploads = Uploads(api, session, again=upload_again)
        uploads.insert_ids([*turns, *parts.values(), picture])
        request |= given(music=parts or None, cover_id=picture.get("sound_id"))
        if estimate:
            with _naming_files(entries):
                answer = ask_for_estimate(api, path, request)
        else:
            remark_on_cost(api, path, request)
            with explaining_the_cap(api, session):
                answer = _submit(api, path, request, entries, session)
        warnings.tell_of_turns(answer.body.get("warnings", ()), [turn for turn in turns if "line" in turn])
        if estimate and not as_json:
            show_estimate(answer.body)
        elif estimate or not wait:
            say_line(answer.text if as_json else answer.body["id"])
        else:
            fetch(api, answer.body["id"], wishes, session)


def _submit(api: Api, path: str, request: Json, entries: Sequence[Entry], session: Session) -> Answer:
    """Submit a job, which has ``entries`` as its pronunciations."""
    try:
        with _naming_files(entries):
            return api.create(path, request)
    except KeyboardInterrupt as interruption:
        jobs = session.command("jobs", "list")
        raise Interrupted(f"interrupted while submitting; {jobs} shows whether there is a job") from interruption


@contextmanager
def _naming_files(entries: Sequence[Entry]) -> Iterator[None]:
    """Name the file and the line of each pronunciation that is refused."""
    from castline_cli.pronunciations import in_files

    try:
        yield
    except Refused as refusal:
        if not refusal.problems:
            raise
        raise in_files(refusal, "pronunciations", entries) from refusal


def _script_that_is_there(script: str | None) -> str:
    """Return the script that was named, or ``-`` if one is piped in.

    Raises:
        Misused: neither is there.
    """
    if script is not None:
        return script
    if sys.stdin is None or sys.stdin.isatty():
        raise Misused("say what? name a script, pipe one in, or write --text; see `castline say --help`")
    return STANDARD
