"""Options about speaking that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from castline_cli.completion import complete_pronunciation_set, complete_show, complete_style

StyleOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="[SPEAKER=]STYLE",
        help="The speaking style, such as cheerful, if the voice has it, of one speaker or of all others. "
        "Repeatable, like the next four options.",
        autocompletion=complete_style,
    ),
]
StyleDegreeOption = Annotated[
    list[str] | None, typer.Option(metavar="[SPEAKER=]NUMBER", help="The strength of the style: 0.01 to 2.")
]
SpeedOption = Annotated[list[str] | None, typer.Option(metavar="[SPEAKER=]NUMBER", help="The speed: 0.5 to 2.")]
PitchOption = Annotated[
    list[str] | None, typer.Option(metavar="[SPEAKER=]PERCENT", help="The change of pitch: -20 to 20.")
]
VolumeOption = Annotated[list[str] | None, typer.Option(metavar="[SPEAKER=]NUMBER", help="The volume: 0 to 2.")]
LiteralOption = Annotated[bool, typer.Option("--literal", help="Speak marks, tags and stage directions as written.")]
PronunciationsOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE.csv", help="A file of pronunciations; see `castline pronunciations --help`. Repeatable."
    ),
]
PronunciationSetOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help="A set that was saved with `castline pronunciations`. Repeatable.",
        autocompletion=complete_pronunciation_set,
    ),
]
TakeOption = Annotated[
    int | None,
    typer.Option(
        min=0,
        metavar="N",
        help="The number of the reading. With another number, the same words are spoken and billed again.",
    ),
]
CastOption = Annotated[
    str | None,
    typer.Option(
        "--cast",
        metavar="FILE.toml",
        help='A cast file with the voices and deliveries of speakers: [cast], then a line such as Anna = "Ava" '
        "for each speaker.",
    ),
]
ShowOption = Annotated[
    str | None,
    typer.Option(
        "--show",
        metavar="NAME",
        help="Use the cast, pronunciations, music and format of a show that was saved with `castline shows`. "
        "Other options override it.",
        autocompletion=complete_show,
    ),
]
GapOption = Annotated[int | None, typer.Option(metavar="MS", help="The pause between turns. [default: 300]")]
CrossfadeOption = Annotated[
    int | None, typer.Option(metavar="MS", help="How long each turn fades in over the previous one. [default: 50]")
]
