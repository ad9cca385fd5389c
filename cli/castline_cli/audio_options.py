"""Options about the finished audio that several commands have: its format, its loudness and its music."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from castline_cli.casting import number
from castline_cli.formats import OutputFormat
from castline_cli.music import milliseconds

FormatOption = Annotated[
    OutputFormat | None,
    typer.Option("--format", help="By default what the name of -o says, or mp3."),
]
CoverOption = Annotated[
    str | None, typer.Option(metavar="IMAGE", help="A JPEG or PNG file, or a picture that was uploaded before.")
]
IntroOption = Annotated[
    str | None,
    typer.Option(
        metavar="SOUND",
        help="Music before the first words: a file, which is uploaded, or the name or id of a sound that "
        "`castline sounds` lists.",
    ),
]
IntroOverlapOption = Annotated[
    int | None,
    typer.Option(
        parser=milliseconds, metavar="TIME", help="How long the intro goes on under the words, fading out: 1.5s."
    ),
]
OutroOption = Annotated[str | None, typer.Option(metavar="SOUND", help="Music after the last words.")]
OutroOverlapOption = Annotated[
    int | None,
    typer.Option(
        parser=milliseconds, metavar="TIME", help="How long before the last words end the outro begins, fading in."
    ),
]
BedOption = Annotated[
    str | None, typer.Option(metavar="SOUND", help="Music under all the words, repeated as often as needed.")
]
BedGainOption = Annotated[
    float | None,
    typer.Option(
        parser=number, metavar="DB", help="The bed's loudness, beside that of the words: -12 unless you say so."
    ),
]
DuckOption = Annotated[
    float | None,
    typer.Option(
        parser=number, metavar="DB", help="How much lower the bed is while somebody speaks: 10 unless you say so."
    ),
]
MusicOption = Annotated[
    str | None,
    typer.Option(metavar="FILE.json", help="All about the music, as the API takes it: fades and gains, too."),
]
PlayOption = Annotated[bool, typer.Option("--play", help="Play the audio when it is ready.")]
UploadAgainOption = Annotated[
    bool,
    typer.Option("--upload-again", help="Upload files even if there are sounds of the same names and sizes."),
]


def quality_option(default: str) -> Any:
    """Return the option ``--quality``, whose help says what is the default."""
    explanation = f"standard is 24 kHz; studio is 48 kHz, and stereo where there is music. [default: {default}]"
    return typer.Option(help=explanation, show_default=False)


def loudness_option(default: str) -> Any:
    """Return the option ``--loudness``, whose help says what is the default."""
    explanation = (
        f"podcast is -16 LUFS, audiobook -20, broadcast -23; none leaves the words as they are. [default: {default}]"
    )
    return typer.Option(help=explanation, show_default=False)
