"""Who speaks with which voice, as ``--voice`` says it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

from castline_cli.errors import Misused
from castline_cli.speakers import speaker_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from castline_cli.api import Json


def assign(written: Iterable[str], speakers: Sequence[str], *, how_to_choose: str) -> list[Json]:
    """Return each speaker's voice as a job takes it, in the order of ``speakers``.

    Args:
        written: ``SPEAKER=VOICE`` each, in any spelling of the name; ``VOICE`` alone is for all who have none of
            their own.
        speakers: of the script, each spelled as the job spells it.
        how_to_choose: a command that lists voices.

    Raises:
        Misused: somebody has no voice or two, or is not in the script.
    """
    voices, common = _read(written)
    keys = {speaker_key(speaker): speaker for speaker in speakers}
    strangers = [assigned.speaker for key, assigned in voices.items() if key not in keys]
    if strangers:
        raise Misused(
            f"the script has no speaker {' or '.join(strangers)}; it has {', '.join(speakers)} (see --voice)"
        )
    silent = [speaker for key, speaker in keys.items() if key not in voices and common is None]
    if silent:
        options = " ".join(f"--voice {_quoted(speaker)}=VOICE" for speaker in silent)
        raise Misused(f"no voice for {', '.join(silent)}; add {options} ({how_to_choose} lists them)")
    return [
        {"speaker": speaker, "voice_id": voices[key].voice_id if key in voices else common}
        for key, speaker in keys.items()
    ]


def only_voice(written: Sequence[str], *, how_to_choose: str) -> str:
    """Return the voice of a text that has no named speaker.

    Raises:
        Misused: there is none, or more than one.
    """
    voices, common = _read(written)
    if voices or common is None:
        raise Misused(f"a text needs one --voice VOICE, from {how_to_choose}")
    return common


class _Assigned(NamedTuple):
    speaker: str
    """As it was written."""
    voice_id: str


def _read(written: Iterable[str]) -> tuple[dict[str, _Assigned], str | None]:
    """Read the assigned voices by speaker key, and the voice for all other speakers."""
    voices: dict[str, _Assigned] = {}
    common: str | None = None
    for each in written:
        speaker, separator, voice = each.rpartition("=")
        speaker, voice = speaker.strip(), voice.strip()
        key = speaker_key(speaker)
        if not voice or (separator and not key):
            raise Misused(f"--voice {each} is not understood; write --voice SPEAKER=VOICE")
        if key in voices or (not key and common is not None):
            raise Misused(f"two voices for {speaker or 'everybody'}; choose one")
        if key:
            voices[key] = _Assigned(speaker, voice)
        else:
            common = voice
    return voices, common


def _quoted(speaker: str) -> str:
    """Quote a speaker's name for a shell where it needs quoting."""
    return speaker if speaker.isalnum() else shlex.quote(speaker)
