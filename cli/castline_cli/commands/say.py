"""``castline say``: a script in, an audio file out."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

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
    PlayOption,
    UploadAgainOption,
    loudness_option,
    quality_option,
)
from castline_cli.casting import Choice, read_delivery
from castline_cli.completion import complete_language, complete_voice
from castline_cli.errors import Interrupted, Misused, Refused
from castline_cli.files import STANDARD, Target, name_of, read_text
from castline_cli.formats import Loudness, OutputFormat, Quality, format_for
from castline_cli.music import MusicOptions
from castline_cli.output import say as say_line
from castline_cli.providers import ProviderOption, provider_id
from castline_cli.questions import AnswerOption, read_answers
from castline_cli.scripts import Script, ScriptFormat, given, languages_of_text, narrator, parse_script
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
    from collections.abc import Iterator, Mapping, Sequence

    from castline_cli.api import Answer, Api, Json
    from castline_cli.cast import Chosen
    from castline_cli.pronunciations import Entry
    from castline_cli.script_warnings import ScriptWarnings

EXAMPLES: Final = """\b
Examples:
  castline say park.txt
  castline say park.txt -o park.mp3 --voice A=曉雨 --voice B=zh-TW-YunJheNeural --play
  castline say book.md -o book.m4b --voice Jenny --loudness audiobook
  castline say episode-2.txt --show tea-time --title "Episode 2"
  castline say show.txt --cast cast.toml --intro jingle.mp3 --intro-overlap 2s --bed music.ogg"""


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
            help="The voice of a speaker, by its name or id. Repeatable. VOICE alone applies to all other "
            "speakers. Speakers without a voice get one for their language.",
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
    out: Annotated[
        str | None,
        typer.Option("-o", "--out", metavar="FILE", help="A file, a folder, or - for standard output."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Overwrite existing files.")] = False,
    subtitles: Annotated[
        str | None, typer.Option(metavar="FILE", help="Also save subtitles: .vtt, .srt or .ass.")
    ] = None,
    play_it: PlayOption = False,
    provider: ProviderOption = None,
    language: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[SPEAKER=]TAG",
            help="The language of the script, such as zh-TW, or of one speaker. By default it is guessed from "
            "the text. Repeatable.",
            autocompletion=complete_language,
        ),
    ] = None,
    script_format: Annotated[
        ScriptFormat | None,
        typer.Option(help="The format of the script. The default is that of SCRIPT's extension, or auto."),
    ] = None,
    answer: AnswerOption = None,
    literal: LiteralOption = False,
    pronunciations: PronunciationsOption = None,
    pronunciation_set: PronunciationSetOption = None,
    take: TakeOption = None,
    output_format: FormatOption = None,
    quality: Annotated[Quality | None, quality_option("standard")] = None,
    loudness: Annotated[Loudness | None, loudness_option("podcast")] = None,
    title: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="The title of the audio. Without -o, it is also the name of the file."),
    ] = None,
    author: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The author. The default is the names of the speakers.")
    ] = None,
    album: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The album, such as the name of a course.")
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
    text: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Speak one text in one voice instead of a script; - reads the text from standard input.",
        ),
    ] = None,
    webhook_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Notify this URL when the job starts and ends; `castline webhooks rotate job` creates the secret.",
        ),
    ] = None,
    estimate: Annotated[
        bool,
        typer.Option("--estimate", "--dry-run", help="Print the price and the duration, and submit nothing."),
    ] = False,
    wait: Annotated[bool, typer.Option(help="Wait for the audio, or print the job's id and exit.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the job as the API returns it.")] = False,
) -> None:
    """Turn a script, or a single text, into audio.

    Speakers without a voice get one for their language, and the choice is shown. The script is submitted as a job,
    and its audio is downloaded when it is ready. On a terminal, the price is shown first.
    """
    from castline_cli.cap import explaining_the_cap
    from castline_cli.cast import Chosen
    from castline_cli.cast_files import WrittenCast, read_cast
    from castline_cli.commands.jobs import subtitle_format_of
    from castline_cli.estimates import ask_for_estimate, remark_on_cost, show_estimate
    from castline_cli.fetching import Wishes, fetch
    from castline_cli.player import find_player
    from castline_cli.pronunciations import read_entries
    from castline_cli.shows import OF_ALL_JOBS, OF_DIALOGUES, members_of, merged, read_show
    from castline_cli.uploads import Uploads
    from castline_client.file_names import file_name

    session = Session.of(context)
    if not wait and (out or subtitles or play_it):
        raise Misused(t("--no-wait downloads nothing; remove -o, --subtitles and --play"))
    target = Target.of(out, force=force)
    target.demand_binary()
    if play_it:
        target.demand_file()
    wishes = Wishes(
        audio=target,
        subtitles=Target.of(subtitles, force=force) if subtitles else None,
        subtitle_format=subtitle_format_of(subtitles) if subtitles else "",
        as_json=as_json,
        player=find_player() if play_it and not estimate else (),
    )
    voices, languages = Choice.read("voice_id", voice), Choice.read("language", language)
    delivery = read_delivery(speed=speed, pitch=pitch, volume=volume, style=style, style_degree=style_degree)
    entries = [entry for file in pronunciations or () for entry in read_entries(file)]
    answers = read_answers(answer)
    written = read_cast(cast) if cast else WrittenCast()
    markup = given(markup="literal" if literal else None)
    own_fields = markup | given(
        provider=provider or written.provider,
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
    dialogue_only = given(gap_ms=gap, crossfade_ms=crossfade)
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
    picture = {"sound_id": SoundReference(cover)} if cover else {}
    if text is None:
        read = Script.read(_script_that_is_there(script), script_format)
    elif script is not None or script_format is not None or dialogue_only or cast or answers:
        raise Misused(
            t("--text cannot be combined with a script, --script-format, --answer, --cast, --gap or --crossfade")
        )

    with session.api() as api:
        programme = read_show(api, show)
        common = merged(own_fields, programme, OF_ALL_JOBS)
        if wait and not estimate and common.get("title"):
            target.demand_name_free(file_name(f"{common['title']}.{common.get('output_format', OutputFormat.MP3)}"))
        parts = options.music(common.pop("music", None))
        common["provider"] = provider_id(api, common.get("provider"))
        chosen = Chosen(
            voices=voices,
            choices=[Choice(field=languages.field, own=languages.own), *delivery],
            members={**members_of(programme), **written.members} if text is None else {},
            language=languages.common or written.language,
            preferred=session.preferred_languages(),
        )
        if text is None:
            request = _request_of_script(api, read, chosen, common, answers=answers, markup=markup, take=take)
            request.fields |= merged(dialogue_only, programme, OF_DIALOGUES)
        else:
            request = _request_of_text(api, text, chosen, common, markup=markup, take=take)
        uploads = Uploads(api, session, again=upload_again)
        uploads.insert_ids([*request.turns, *parts.values(), picture])
        request.fields |= given(music=parts or None, cover_id=picture.get("sound_id"))
        if estimate:
            with _naming_files(entries):
                submitted = ask_for_estimate(api, request.path, request.fields)
        else:
            remark_on_cost(api, request.path, request.fields)
            with explaining_the_cap(api, session):
                submitted = _submit(api, request.path, request.fields, entries, session)
        request.warnings.tell_of_turns(
            submitted.body.get("warnings", ()), [turn for turn in request.turns if "line" in turn]
        )
        if estimate and not as_json:
            show_estimate(submitted.body)
        elif estimate or not wait:
            say_line(submitted.text if as_json else submitted.body["id"])
        else:
            fetch(api, submitted.body["id"], wishes, session)


@dataclass(slots=True, kw_only=True)
class _Request:
    """A request for a job.

    Attributes:
        path: the path of the request.
        fields: the JSON body.
        turns: the turns of a script, for their sounds and for messages.
        warnings: the warnings about the script or the text.
    """

    path: str
    fields: Json
    turns: list[Json]
    warnings: ScriptWarnings


def _request_of_script(
    api: Api,
    script: Script,
    chosen: Chosen,
    common: Json,
    *,
    answers: Sequence[Json],
    markup: Mapping[str, Any],
    take: int | None,
) -> _Request:
    """Parse a script, cast it, and return the request."""
    from castline_cli.cast import cast_speakers, demand_speakers
    from castline_cli.voice_names import VoiceNames

    dialogue = parse_script(api, script, markup=markup, take=take, answers=answers)
    demand_speakers(chosen, dialogue.speakers)
    cast = cast_speakers(
        api, dialogue.speakers, dialogue.turns, dialogue.languages, chosen, VoiceNames(api, common["provider"])
    )
    cast.tell()
    fields = {**common, "turns": dialogue.turns, "voice_assignments": cast.assignments, "language": cast.language}
    return _Request(path="/jobs", fields=fields, turns=dialogue.turns, warnings=dialogue.warnings)


def _request_of_text(
    api: Api, written: str, chosen: Chosen, common: Json, *, markup: Mapping[str, Any], take: int | None
) -> _Request:
    """Choose the voice of a text, and return the request."""
    from castline_cli.cast import cast_speakers
    from castline_cli.script_warnings import ScriptWarnings
    from castline_cli.voice_names import VoiceNames

    for choice in (chosen.voices, *chosen.choices):
        choice.only()
    text = read_text(STANDARD) if written == STANDARD else written
    languages = languages_of_text(api, text, markup) if chosen.language is None else {}
    cast = cast_speakers(api, [narrator()], [], languages, chosen, VoiceNames(api, common["provider"]))
    cast.tell(is_text=True)
    [assignment] = cast.assignments
    how = {name: value for name, value in assignment.items() if name != "speaker"}
    fields = {**common, "language": cast.language, **how, **given(take=take), "text": text}
    warnings = ScriptWarnings(name_of(STANDARD) if written == STANDARD else "--text", text)
    return _Request(path="/jobs/tts", fields=fields, turns=[{"index": 0, "line": 1}], warnings=warnings)


def _submit(api: Api, path: str, request: Json, entries: Sequence[Entry], session: Session) -> Answer:
    """Submit a job whose pronunciations are ``entries``."""
    try:
        with _naming_files(entries):
            return api.create(path, request)
    except KeyboardInterrupt as interruption:
        jobs = session.command("jobs", "list")
        raise Interrupted(
            t("interrupted while submitting; {jobs} shows whether a job was created", jobs=jobs)
        ) from interruption


@contextmanager
def _naming_files(entries: Sequence[Entry]) -> Iterator[None]:
    """Add the file and the line of each refused pronunciation to a refusal."""
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
        Misused: no script was named or piped in.
    """
    if script is not None:
        return script
    if sys.stdin is None or sys.stdin.isatty():
        raise Misused(t("nothing to say: name a script, pipe one in, or use --text; see `castline say --help`"))
    return STANDARD
