"""Options about the audio that several commands share: format, loudness and music."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from castline_cli.casting import number
from castline_cli.formats import OutputFormat
from castline_cli.music import milliseconds

FormatOption = Annotated[
    OutputFormat | None,
    typer.Option("--format", help="The format of the audio. The default is that of -o's extension, or mp3."),
]
CoverOption = Annotated[
    str | None,
    typer.Option(metavar="IMAGE", help="The cover: a JPEG or PNG file, or an image that was uploaded before."),
]
IntroOption = Annotated[
    str | None,
    typer.Option(
        metavar="SOUND",
        help="Music before the first words: a file to upload, or the name or id of a sound that `castline "
        "sounds list` shows.",
    ),
]
IntroOverlapOption = Annotated[
    int | None,
    typer.Option(
        parser=milliseconds,
        metavar="TIME",
        help="How long the intro continues under the words while it fades out, such as 1.5s.",
    ),
]
OutroOption = Annotated[str | None, typer.Option(metavar="SOUND", help="Music after the last words.")]
OutroOverlapOption = Annotated[
    int | None,
    typer.Option(
        parser=milliseconds,
        metavar="TIME",
        help="How long before the end of the last words the outro begins to fade in.",
    ),
]
BedOption = Annotated[
    str | None, typer.Option(metavar="SOUND", help="Music under all the words, repeated as often as needed.")
]
BedGainOption = Annotated[
    float | None,
    typer.Option(
        parser=number, metavar="DB", help="The loudness of the bed, relative to the words. The default is -12."
    ),
]
DuckOption = Annotated[
    float | None,
    typer.Option(
        parser=number, metavar="DB", help="How much the bed is lowered while somebody speaks. The default is 10."
    ),
]
MusicOption = Annotated[
    str | None,
    typer.Option(
        metavar="FILE.json", help="All settings of the music in the API's format, including fades and gains."
    ),
]
PlayOption = Annotated[bool, typer.Option("--play", help="Play the audio when it is ready.")]
UploadAgainOption = Annotated[
    bool,
    typer.Option("--upload-again", help="Upload files even if sounds with the same names and sizes exist."),
]


def quality_option(default: str) -> Any:
    """Return the option ``--quality`` with its default in the help."""
    explanation = f"standard is 24 kHz; studio is 48 kHz, and stereo if there is music. [default: {default}]"
    return typer.Option(help=explanation, show_default=False)


def loudness_option(default: str) -> Any:
    """Return the option ``--loudness`` with its default in the help."""
    explanation = (
        f"podcast is -16 LUFS, audiobook -20, broadcast -23; none does not change the loudness. [default: {default}]"
    )
    return typer.Option(help=explanation, show_default=False)
