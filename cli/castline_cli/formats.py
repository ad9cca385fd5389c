"""Formats, qualities and loudnesses of audio, and the format of a file extension."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from castline_cli.errors import Misused
from castline_cli.strings import t

if TYPE_CHECKING:
    from collections.abc import Mapping

    from castline_cli.files import Target


class OutputFormat(StrEnum):
    """Format of audio."""

    MP3 = "mp3"
    WAV = "wav"
    FLAC = "flac"
    OPUS = "opus"
    M4B = "m4b"


class Quality(StrEnum):
    """Sample rate and bit rate of audio."""

    STANDARD = "standard"
    STUDIO = "studio"


class Loudness(StrEnum):
    """Loudness to which audio is normalized."""

    PODCAST = "podcast"
    AUDIOBOOK = "audiobook"
    BROADCAST = "broadcast"
    NONE = "none"


_FORMATS: Final[Mapping[str, OutputFormat]] = {
    **{str(each): each for each in OutputFormat},
    "ogg": OutputFormat.OPUS,
    "m4a": OutputFormat.M4B,
}
"""Formats by file extension. Opus audio is in Ogg files, and audiobooks are MPEG-4 audio files."""


def format_for(chosen: OutputFormat | None, target: Target) -> OutputFormat | None:
    """Return the format chosen, or the one the file's extension names; None leaves the choice to the service.

    Raises:
        Misused: the extension is unknown, or belongs to another format.
    """
    extension = target.extension
    named = _FORMATS.get(extension)
    if chosen is None:
        if extension and named is None:
            *others, last = OutputFormat
            file = Path(target.file("")).name
            raise Misused(
                t(
                    "Castline makes {names} and {last}; give {file} one of these extensions, or choose a format "
                    "with --format",
                    names=t(", ").join(others),
                    last=last,
                    file=file,
                )
            )
        return named
    if named is not None and named != chosen:
        raise Misused(
            t("--format {chosen} does not match the extension .{extension}", chosen=chosen, extension=extension)
        )
    return chosen
