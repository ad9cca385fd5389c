"""Options about how scripts are spoken that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

from castline_cli.completion import complete_pronunciation_set, complete_show, complete_style

StyleOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="[SPEAKER=]STYLE",
        help="Such as cheerful, if the voice has it; for one speaker, or for all others; repeatable, as are the "
        "next four.",
        autocompletion=complete_style,
    ),
]
StyleDegreeOption = Annotated[
    list[str] | None, typer.Option(metavar="[SPEAKER=]NUMBER", help="The strength of the style: 0.01 to 2.")
]
SpeedOption = Annotated[list[str] | None, typer.Option(metavar="[SPEAKER=]NUMBER", help="0.5 to 2.")]
PitchOption = Annotated[
    list[str] | None, typer.Option(metavar="[SPEAKER=]PERCENT", help="Higher or lower: -20 to 20.")
]
VolumeOption = Annotated[list[str] | None, typer.Option(metavar="[SPEAKER=]NUMBER", help="0 to 2.")]
LiteralOption = Annotated[
    bool, typer.Option("--literal", help="Speak marks, tags and stage directions as they stand.")
]
PronunciationsOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE.csv", help="How words are spoken; repeatable. `castline pronunciations --help` explains it."
    ),
]
PronunciationSetOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help="A set that `castline pronunciations` keeps; repeatable.",
        autocompletion=complete_pronunciation_set,
    ),
]
TakeOption = Annotated[
    int | None,
    typer.Option(min=0, metavar="N", help="Another reading of the same words, spoken and billed anew."),
]
CastOption = Annotated[
    str | None,
    typer.Option(
        "--cast",
        metavar="FILE.toml",
        help='Who speaks with which voice and how: [cast], and a line such as Anna = "Ava" for each speaker.',
    ),
]
ShowOption = Annotated[
    str | None,
    typer.Option(
        "--show",
        metavar="NAME",
        help="Take cast, pronunciations, music and format from a show that `castline shows` keeps. Other options "
        "override it.",
        autocompletion=complete_show,
    ),
]
GapOption = Annotated[int | None, typer.Option(metavar="MS", help="The pause between turns. [default: 300]")]
CrossfadeOption = Annotated[
    int | None, typer.Option(metavar="MS", help="How long each next turn fades in. [default: 50]")
]
