"""``castline pronunciations``: manages pronunciation sets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

import typer

from castline_cli import shown
from castline_cli.commands.jobs import ForceOption, JsonOption  # noqa: TC001 (typer reads annotations at run time)
from castline_cli.completion import complete_pronunciation_set
from castline_cli.errors import Misused, Refused
from castline_cli.files import Target
from castline_cli.output import is_for_people, say, table
from castline_cli.session import Session
from castline_cli.strings import t

if TYPE_CHECKING:
    from castline_cli.api import Api, Json

NAME_PATTERN: Final = "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$"
"""Pattern of a set's name. It is checked here because ``.`` and ``..`` would change the path of the request."""

pronunciations = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Manage pronunciation sets, for `say --pronunciation-set`.",
    epilog="\b\nA CSV file has the columns text, alias, phoneme, language and alphabet (ipa or sapi), named in its\n"
    "first line. A line has either an alias, which is spoken in place of the text, or a phoneme.",
)

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="The name of the set.", autocompletion=complete_pronunciation_set)
]


@pronunciations.command("list")
def list_sets(context: typer.Context, as_json: JsonOption = False) -> None:
    """List sets, by name."""
    with Session.of(context).api() as api:
        answer = api.get("/pronunciations")
    if as_json:
        say(answer.text)
        return
    found = answer.body["items"]
    table(
        ("set", "pronunciations", "changed"),
        [(each["name"], str(each["entry_count"]), shown.moment(each["updated_at"])) for each in found],
        footer="" if found else t("no pronunciation sets"),
    )


@pronunciations.command()
def show(context: typer.Context, name: NameArgument, as_json: JsonOption = False) -> None:
    """Show the pronunciations of a set."""
    from castline_cli.pronunciations import COLUMNS

    with Session.of(context).api() as api:
        answer = api.get(_path(name))
    if as_json:
        say(answer.text)
        return
    entries = answer.body["entries"]
    table(
        COLUMNS,
        [[entry.get(column, "") for column in COLUMNS] for entry in entries],
        footer="" if entries else t("no pronunciations"),
    )


@pronunciations.command("import")
def import_set(
    context: typer.Context,
    name: NameArgument,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A CSV file, or - for standard input.")],
    force: Annotated[bool, typer.Option("--force", "-f", help="Replace an existing set.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Create a set from the pronunciations in a CSV file."""
    from castline_cli.pronunciations import in_files, read_entries

    entries = read_entries(file)
    fields = [entry.fields for entry in entries]
    with Session.of(context).api() as api:
        try:
            answer = api.put(_path(name), {"entries": fields}, is_new=not force)
        except Refused as refusal:
            if refusal.code != "PRECONDITION_FAILED":
                raise in_files(refusal, "entries", entries) from refusal
            # An earlier attempt whose answer was lost may have made the set.
            if _entries(api, name) != fields:
                raise Refused(
                    t("the set {name} already exists; use --force to replace it", name=name), code=refusal.code
                ) from refusal
            answer = api.get(_path(name))
    if as_json:
        say(answer.text)
    else:
        say(t("{name} has {number}", name=name, number=_number(len(entries))) if is_for_people() else name)


@pronunciations.command("export")
def export_set(
    context: typer.Context,
    name: NameArgument,
    out: Annotated[str, typer.Option("-o", "--out", metavar="FILE", help="A file, or - for standard output.")] = "-",
    force: ForceOption = False,
) -> None:
    """Print a set as CSV, for `import`."""
    from castline_cli.pronunciations import to_csv

    target = Target.of(out, force=force)
    with Session.of(context).api() as api:
        text = to_csv(_entries(api, name))
    path = target.receive([text.encode("utf-8")], f"{name}.csv")
    if path is not None:
        say(str(path))


@pronunciations.command()
def delete(context: typer.Context, name: NameArgument) -> None:
    """Delete a set.

    Jobs that were submitted with it keep its pronunciations.
    """
    with Session.of(context).api() as api:
        api.delete(_path(name))
    say(t("deleted {name}", name=name) if is_for_people() else name)


def _entries(api: Api, name: str) -> list[Json]:
    entries: list[Json] = api.get(_path(name)).body["entries"]
    return entries


def _path(name: str) -> str:
    if not re.fullmatch(NAME_PATTERN, name):
        raise Misused(
            t(
                "{name!r} is not a valid name for a set; use 1 to 64 of A to Z, a to z, digits, -, _ and ., and "
                "do not begin with .",
                name=name,
            )
        )
    return f"/pronunciations/{name}"


def _number(entries: int) -> str:
    return t("1 pronunciation") if entries == 1 else t("{count:,} pronunciations", count=entries)
