"""``castline sounds``: manages audio clips and cover images."""

from __future__ import annotations

from typing import Annotated

import typer

from castline_cli import shown
from castline_cli.audio_options import UploadAgainOption  # noqa: TC001 (typer reads annotations at run time)
from castline_cli.commands.jobs import ForceOption, JsonOption  # noqa: TC001 (the same)
from castline_cli.completion import complete_sound
from castline_cli.files import Target
from castline_cli.output import is_for_people, say, table
from castline_cli.session import Session
from castline_cli.strings import cell, t

sounds = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Manage audio clips and cover images, for --intro, --outro, --bed and --cover.",
    epilog="\b\nSOUND is a name, an id, or at least four characters of the beginning or end of an id.\n"
    "A sound that no job has used is deleted 30 days after its upload.",
)

SoundArgument = Annotated[
    str,
    typer.Argument(metavar="SOUND", help="The sound's name, id, or a part of the id.", autocompletion=complete_sound),
]


@sounds.command("list")
def list_sounds(context: typer.Context, as_json: JsonOption = False) -> None:
    """List sounds, newest first."""
    from castline_cli.sounds import length

    with Session.of(context).api() as api:
        answer = api.get("/sounds")
    if as_json:
        say(answer.text)
        return
    found = answer.body["items"]
    table(
        ("sound", "status", "length", "size", "name"),
        [
            (
                each["id"],
                cell(each["status"]),
                length(each) or cell(each["kind"]),
                shown.size(each["size_bytes"]),
                shown.line(each["name"]),
            )
            for each in found
        ],
        footer="" if found else t("no sounds"),
        shortens_last=True,
    )


@sounds.command()
def upload(
    context: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE", help="Audio of up to 15 minutes and 50 MB, or a JPEG or PNG cover."),
    ],
    upload_again: UploadAgainOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print each sound as the API returns it.")] = False,
) -> None:
    """Upload files, and wait until the service has checked them.

    A file is not uploaded if a sound with the same name and size exists.
    """
    import json
    from pathlib import Path

    from castline_cli.sounds import length
    from castline_cli.uploads import LocalFile, Uploads

    session = Session.of(context)
    given = [LocalFile.at(Path(file)) for file in files]
    with session.api() as api:
        uploaded = Uploads(api, session, again=upload_again).provide(given)
    for file in given:
        sound = uploaded[file]
        if as_json:
            say(json.dumps(sound, ensure_ascii=False))
        elif is_for_people():
            about = [length(sound), shown.size(sound["size_bytes"]), shown.loudness(sound.get("loudness_lufs"))]
            say(f"{sound['id']}  {shown.line(sound['name'])} ({', '.join(filter(None, about))})")
        else:
            say(sound["id"])


@sounds.command()
def show(context: typer.Context, sound: SoundArgument, as_json: JsonOption = False) -> None:
    """Show the details of a sound, or why it cannot be used."""
    from castline_cli.sounds import demand_sound, facts

    session = Session.of(context)
    with session.api() as api:
        answer = api.get(f"/sounds/{demand_sound(api, sound, session)['id']}")
    if as_json:
        say(answer.text)
        return
    table(("", ""), facts(answer.body))


@sounds.command()
def download(
    context: typer.Context,
    sound: SoundArgument,
    out: Annotated[
        str | None, typer.Option("-o", "--out", metavar="FILE", help="A file, a folder, or - for standard output.")
    ] = None,
    force: ForceOption = False,
) -> None:
    """Download a sound: audio as MP3, or an image as it was uploaded.

    `castline sounds download SOUND -o - | ffplay -` plays it.
    """
    from castline_cli.sounds import demand_sound

    session = Session.of(context)
    target = Target.of(out, force=force)
    target.demand_binary()
    with session.api() as api:
        sound_id = demand_sound(api, sound, session)["id"]
        file = api.sound_file(sound_id)
        path = target.receive(api.sound_pieces(sound_id, file), file.filename)
    if path is not None:
        say(str(path))


@sounds.command()
def delete(context: typer.Context, sound: SoundArgument) -> None:
    """Delete a sound.

    Jobs that were submitted with it are not changed.
    """
    from castline_cli.sounds import demand_sound

    session = Session.of(context)
    with session.api() as api:
        found = demand_sound(api, sound, session)
        api.delete(f"/sounds/{found['id']}")
    say(t("deleted {name}", name=shown.line(found["name"])) if is_for_people() else found["id"])
