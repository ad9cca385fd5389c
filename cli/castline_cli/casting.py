"""Who speaks with which voice, as ``--voice`` says it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from castline_cli.errors import Misused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from castline_cli.api import Json


def assign(written: Iterable[str], speakers: Sequence[str], *, how_to_choose: str) -> list[Json]:
    """The voice of each speaker, in the order of ``speakers``, as a job takes it.

    Args:
        written: ``SPEAKER=VOICE`` each; ``VOICE`` alone is for all who have none of their own.
        speakers: of the script.
        how_to_choose: a command that lists voices.

    Raises:
        Misused: somebody has no voice or two, or is not in the script.
    """
    voices, common = _read(written)
    strangers = [speaker for speaker in voices if speaker not in speakers]
    if strangers:
        raise Misused(
            f"the script has no speaker {' or '.join(strangers)}; it has {', '.join(speakers)} (see --voice)"
        )
    silent = [speaker for speaker in speakers if speaker not in voices and common is None]
    if silent:
        options = " ".join(f"--voice {_quoted(speaker)}=VOICE" for speaker in silent)
        raise Misused(f"no voice for {', '.join(silent)}; add {options} ({how_to_choose} lists them)")
    return [{"speaker": speaker, "voice_id": voices.get(speaker, common)} for speaker in speakers]


def only_voice(written: Sequence[str], *, how_to_choose: str) -> str:
    """The voice of a text that nobody in particular speaks.

    Raises:
        Misused: there is none, or more than one.
    """
    voices, common = _read(written)
    if voices or common is None:
        raise Misused(f"a text needs one --voice VOICE, from {how_to_choose}")
    return common


def _read(written: Iterable[str]) -> tuple[dict[str, str], str | None]:
    voices: dict[str, str] = {}
    common: str | None = None
    for each in written:
        speaker, separator, voice = each.rpartition("=")
        speaker, voice = speaker.strip(), voice.strip()
        if not voice or (separator and not speaker):
            raise Misused(f"--voice {each} is not understood; write --voice SPEAKER=VOICE")
        if speaker in voices or (not speaker and common is not None):
            raise Misused(f"two voices for {speaker or 'everybody'}; choose one")
        if speaker:
            voices[speaker] = voice
        else:
            common = voice
    return voices, common


def _quoted(speaker: str) -> str:
    """A speaker as a shell takes it."""
    return speaker if speaker.isalnum() else shlex.quote(speaker)
