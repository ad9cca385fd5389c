"""``castline say``: a script in, an audio file out."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from castline_cli.casting import assign, only_voice
from castline_cli.completion import complete_language, complete_voice
from castline_cli.errors import Interrupted, Misused, Refused
from castline_cli.files import STANDARD, Target, name_of, read_text
from castline_cli.output import say as say_line
from castline_cli.providers import ProviderOption, provider_id
from castline_cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from castline_cli.api import Api, Json

_USUAL_LANGUAGE: Final = "zh-TW"
"""What the service takes a script for."""


class OutputFormat(StrEnum):
    """How audio is written."""

    MP3 = "mp3"
    WAV = "wav"


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
            help="Who speaks how; repeatable. VOICE alone is for all who have none.",
            autocompletion=complete_voice,
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option("-o", "--out", metavar="FILE", help="A file, a folder, or - for standard output."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Overwrite what is there.")] = False,
    subtitles: Annotated[str | None, typer.Option(metavar="FILE", help="Subtitles too, as .vtt or .srt.")] = None,
    provider: ProviderOption = None,
    language: Annotated[
        str | None, typer.Option(metavar="TAG", help="Such as zh-TW.", autocompletion=complete_language)
    ] = None,
    output_format: Annotated[
        OutputFormat | None, typer.Option("--format", help="By default what FILE's name says, or mp3.")
    ] = None,
    gap: Annotated[int | None, typer.Option(metavar="MS", help="The pause between turns. [default: 300]")] = None,
    crossfade: Annotated[
        int | None, typer.Option(metavar="MS", help="How long each next turn fades in. [default: 50]")
    ] = None,
    text: Annotated[
        str | None, typer.Option(metavar="TEXT", help="In place of a script: one text in one voice; - reads it.")
    ] = None,
    speed: Annotated[float | None, typer.Option(help="Of a --text: 0.5 to 2.")] = None,
    pitch: Annotated[int | None, typer.Option(metavar="PERCENT", help="Of a --text: -20 to 20.")] = None,
    volume: Annotated[float | None, typer.Option(help="Of a --text: 0 to 2.")] = None,
    wait: Annotated[bool, typer.Option(help="Wait for the audio, or print the job's id and leave.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the job as the API gives it.")] = False,
) -> None:
    """Have a script, or one text, spoken.

    It is submitted as a job, which is waited for, and its audio downloaded.
    """
    from castline_cli.cap import explaining_the_cap
    from castline_cli.commands.jobs import subtitle_format_of
    from castline_cli.fetching import Wishes, fetch

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
    of_provider = ("--provider", provider) if provider else ()
    how_to_choose = session.command("voices", *of_provider, "--language", language or _USUAL_LANGUAGE)
    common = _given(language=language, output_format=_format(output_format, target))
    dialogue_only = _given(gap_ms=gap, crossfade_ms=crossfade)
    text_only = _given(speed=speed, pitch=pitch, volume=volume)

    with session.api() as api:
        common["provider"] = provider_id(api, provider)
        if text is not None:
            if script is not None or dialogue_only:
                raise Misused("a --text has no turns; leave out the script, --gap and --crossfade")
            spoken = read_text(STANDARD) if text == STANDARD else text
            voice_id = only_voice(voice or (), how_to_choose=how_to_choose)
            path, request = "/jobs/tts", {"text": spoken, "voice_id": voice_id, **common, **text_only}
        else:
            if text_only:
                raise Misused("--speed, --pitch and --volume go with --text only")
            parsed = _parse(api, _script_that_is_there(script))
            cast = assign(voice or (), parsed["speakers"], how_to_choose=how_to_choose)
            request = {"turns": parsed["turns"], "voice_assignments": cast, **common, **dialogue_only}
            path = "/jobs"
        with explaining_the_cap(api, session):
            job_id, answer = _submit(api, path, request, session)
        if not wait:
            say_line(answer if as_json else job_id)
            return
        fetch(api, job_id, wishes, session)


def _submit(api: Api, path: str, request: Json, session: Session) -> tuple[str, str]:
    """Submit a job; gives its id and the answer as it came."""
    try:
        answer = api.create(path, request)
    except KeyboardInterrupt as interruption:
        jobs = session.command("jobs", "list")
        raise Interrupted(f"interrupted while submitting; {jobs} shows whether there is a job") from interruption
    return answer.body["id"], answer.text


def _parse(api: Api, script: str) -> Json:
    """Return the turns of a script, as the service parses them.

    Raises:
        Refused: it is not understood; a line for each thing that is wrong, with the file and the line.
    """
    written = read_text(script)
    try:
        parsed: Json = api.post("/dialogues/parse", {"script": written}).body
    except Refused as refusal:
        if not refusal.problems:
            raise
        lines = [f"{_place(name_of(script), problem)}: {problem['message']}" for problem in refusal.problems]
        raise Refused("\ncastline: ".join(lines), code=refusal.code) from refusal
    return parsed


def _place(name: str, problem: Mapping[str, Any]) -> str:
    """Return the place of a script's problem as editors and terminals understand it: ``file:line``."""
    return f"{name}:{problem['line']}" if "line" in problem else name


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


def _format(chosen: OutputFormat | None, target: Target) -> str | None:
    """Return the format chosen, or the one the file's extension names; None leaves the choice to the service.

    Raises:
        Misused: the name says something else, or nothing that there is.
    """
    named = target.extension
    if chosen is None:
        if not named:
            return None
        if named not in set(OutputFormat):
            file = Path(target.file("")).name
            raise Misused(
                f"Castline makes {' and '.join(OutputFormat)}; name {file} so, or say which one with --format"
            )
        return named
    if named in set(OutputFormat) and named != chosen:
        raise Misused(f"--format {chosen} does not go with a file named .{named}")
    return chosen


def _given(**options: Any) -> dict[str, Any]:
    """Return the options that were given; the service has defaults for the others."""
    return {name: value for name, value in options.items() if value is not None}
