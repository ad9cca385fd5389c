"""``castline voices``: lists voices."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from castline_cli.completion import complete_language
from castline_cli.output import say, table
from castline_cli.providers import ProviderOption, provider_id
from castline_cli.session import Session
from castline_cli.strings import cell, t


class Gender(StrEnum):
    """Gender that a voice is meant to have."""

    FEMALE = "female"
    MALE = "male"
    NEUTRAL = "neutral"


def voices(
    context: typer.Context,
    provider: ProviderOption = None,
    language: Annotated[
        str | None,
        typer.Option(
            metavar="TAG",
            help="The language, such as zh-TW, or zh for all of Chinese.",
            autocompletion=complete_language,
        ),
    ] = None,
    gender: Annotated[Gender | None, typer.Option()] = None,
    search: Annotated[
        str | None, typer.Option(metavar="WORDS", help="Words to search for in ids, names and languages.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the API's response.")] = False,
) -> None:
    """List voices."""
    with Session.of(context).api() as api:
        query = {"provider": provider and provider_id(api, provider), "language": language}
        answer = api.get("/voices", {**query, "gender": gender, "q": search})
    if as_json:
        say(answer.text)
        return
    found = answer.body["items"]
    table(
        ("voice", "name", "language", "gender", ""),
        [
            (
                voice["voice_id"],
                voice["name"],
                voice["language"],
                cell(voice["gender"]),
                voice["language_name"],
            )
            for voice in found
        ],
        footer=t("1 voice") if len(found) == 1 else t("{count} voices", count=len(found)),
    )
