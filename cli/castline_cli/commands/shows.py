"""``castline shows``: manages shows, which ``--show`` uses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from castline_cli import shown
from castline_cli.commands.jobs import JsonOption  # noqa: TC001 (typer reads annotations at run time)
from castline_cli.completion import complete_job, complete_show
from castline_cli.errors import FileProblem, Misused, Refused
from castline_cli.files import name_of, read_text
from castline_cli.output import is_for_people, say, table
from castline_cli.session import Session
from castline_cli.strings import cell, t

if TYPE_CHECKING:
    from castline_cli.api import Api, Json

shows = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Save the cast, music and format of a programme, for `say --show`.",
    epilog="\b\nA show is saved from a job (--from last), from a cast file (.toml), or from a JSON file with the\n"
    "fields of the API, which `castline shows show NAME --json` prints.",
)

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="The name of the show.", autocompletion=complete_show)
]


@shows.command("list")
def list_shows(context: typer.Context, as_json: JsonOption = False) -> None:
    """List shows, by name."""
    with Session.of(context).api() as api:
        answer = api.get("/shows")
    if as_json:
        say(answer.text)
        return
    found = answer.body["items"]
    table(
        ("show", "changed", "title"),
        [(each["name"], shown.moment(each["updated_at"]), shown.line(each.get("title") or "")) for each in found],
        footer="" if found else t("no shows"),
        shortens_last=True,
    )


@shows.command()
def show(context: typer.Context, name: NameArgument, as_json: JsonOption = False) -> None:
    """Show the content of a show."""
    from castline_cli.shows import path_of

    with Session.of(context).api() as api:
        answer = api.get(path_of(name))
    if as_json:
        say(json.dumps({each: value for each, value in answer.body.items() if each != "name"}, ensure_ascii=False))
        return
    table(("", ""), _facts(answer.body))


@shows.command()
def save(
    context: typer.Context,
    name: NameArgument,
    file: Annotated[
        str | None,
        typer.Argument(metavar="FILE", help="A cast file (.toml) or a JSON file; - reads JSON from standard input."),
    ] = None,
    job: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="JOB",
            help="Save the show from a job: its id, a part of the id, or last.",
            autocompletion=complete_job,
        ),
    ] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="The title of the audio.")] = None,
    author: Annotated[str | None, typer.Option(metavar="TEXT", help="The author.")] = None,
    album: Annotated[str | None, typer.Option(metavar="TEXT", help="The album.")] = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Replace an existing show.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Save a show from a job or from a file. An existing show is replaced only with --force."""
    from castline_cli.job_ids import find_job_id
    from castline_cli.scripts import given
    from castline_cli.shows import path_of, show_of_job

    if (file is None) == (job is None):
        raise Misused(t("nothing to save the show from: name either a FILE or --from JOB"))
    session = Session.of(context)
    path = path_of(name)
    with session.api() as api:
        if job is not None:
            fields = show_of_job(api.get(f"/jobs/{find_job_id(api, job)}").body)
        else:
            fields = _read(api, str(file), session)
        fields |= given(title=title, author=author, album=album)
        try:
            answer = api.put(path, fields, is_new=not force)
        except Refused as refusal:
            if refusal.code != "PRECONDITION_FAILED":
                raise
            raise Refused(
                t("the show {name} already exists; use --force to replace it", name=name), code=refusal.code
            ) from refusal
    say(answer.text if as_json else t("saved {name}", name=name) if is_for_people() else name)


@shows.command()
def delete(context: typer.Context, name: NameArgument) -> None:
    """Delete a show. Jobs that were made with it are kept."""
    from castline_cli.shows import path_of

    with Session.of(context).api() as api:
        api.delete(path_of(name))
    say(t("deleted {name}", name=name) if is_for_people() else name)


def _read(api: Api, written: str, session: Session) -> Json:
    """Return the fields of the show in a file.

    Raises:
        FileProblem: the file cannot be read, or is not valid.
        Misused: several voices have the name of a chosen voice, or a speaker has no voice.
    """
    if Path(written).suffix.lower() == ".toml":
        return _read_cast(api, written, session)
    name = name_of(written)
    try:
        fields = json.loads(read_text(written))
    except ValueError as error:
        line = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise FileProblem(t("{name}{line}: not valid JSON ({error})", name=name, line=line, error=error)) from error
    if not isinstance(fields, dict):
        raise FileProblem(
            t("{name} is not a show; use the format that `castline shows show NAME --json` prints", name=name)
        )
    return {each: value for each, value in fields.items() if each != "name"}


def _read_cast(api: Api, written: str, session: Session) -> Json:
    from castline_cli.cast_files import read_cast
    from castline_cli.casting import demand_voices
    from castline_cli.providers import provider_id
    from castline_cli.voice_names import VoiceNames

    cast = read_cast(written)
    demand_voices(cast.speakers, lambda key: cast.members[key], how_to_choose=session.command("voices"))
    names = VoiceNames(api, provider_id(api, cast.provider))
    members = []
    for speaker, member in zip(cast.speakers, cast.members.values(), strict=True):
        voice_id = names.id_of(member["voice_id"], language=member.get("language") or cast.language)
        members.append({"speaker": speaker, **member, "voice_id": voice_id})
    return {"provider": names.provider, "cast": members}


def _facts(show_: Json) -> list[tuple[str, str]]:
    form = [show_.get(each) or "" for each in ("output_format", "quality", "loudness")]
    gap = show_.get("gap_ms")
    facts = [
        (cell("show"), show_["name"]),
        *shown.titles(show_),
        (cell("provider"), show_.get("provider") or ""),
        (cell("format"), cell(", ").join(filter(None, form))),
        (cell("music"), cell(", ").join(map(cell, show_.get("music") or ()))),
        (cell("cover"), show_.get("cover_id") or ""),
        (cell("gap"), "" if gap is None else cell("{milliseconds} ms", milliseconds=gap)),
        (cell("pronunciation sets"), ", ".join(show_.get("pronunciation_sets") or ())),
        (cell("pronunciations"), str(len(show_.get("pronunciations") or ()) or "")),
        *((cell("voice of {speaker}", speaker=each["speaker"]), _voice(each)) for each in show_.get("cast") or ()),
    ]
    return [(name, value) for name, value in facts if value]


def _voice(member: Json) -> str:
    how = (f"{name} {value}" for name, value in member.items() if name not in {"speaker", "voice_id", "voice_name"})
    return ", ".join([member["voice_id"], *how])
