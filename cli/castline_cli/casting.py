"""Options about the voices and deliveries of speakers, such as ``--voice`` and ``--style``."""

from __future__ import annotations

import math
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from castline_cli.errors import Misused
from castline_cli.speakers import speaker_key
from castline_cli.strings import t

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from castline_cli.api import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Values of one option: for single speakers, and for all other speakers.

    Attributes:
        field: the field of the API, such as ``style_degree`` for ``--style-degree``.
        own: the values of single speakers by speaker key, each with the name as written.
        common: the value of all other speakers; None for the service's default.
    """

    field: str
    own: Mapping[str, tuple[str, Any]]
    common: Any = None

    @classmethod
    def read(cls, field: str, written: Iterable[str] | None, convert: Callable[[str], Any] = str) -> Choice:
        """Read an option's values: ``SPEAKER=VALUE`` in any spelling of the name, or ``VALUE`` for all others.

        Args:
            field: the field of the API.
            written: the values of the option.
            convert: function that converts a written value; it raises ``ValueError`` for an invalid one.

        Raises:
            Misused: a value is not valid, or a speaker has two.
        """
        option = _option(field)
        own: dict[str, tuple[str, Any]] = {}
        common: Any = None
        for each in written or ():
            speaker, separator, value = (part.strip() for part in each.rpartition("="))
            key = speaker_key(speaker)
            try:
                converted = convert(value)
            except ValueError:
                converted = None
            if not value or converted is None or (separator and not key):
                raise Misused(
                    t(
                        "{option} {each} is not valid; write {option} SPEAKER={placeholder}",
                        option=option,
                        each=each,
                        placeholder=_placeholder(field, convert),
                    )
                )
            if key in own or (not key and common is not None):
                raise Misused(
                    t(
                        "{option} is given twice for {speaker}; choose one",
                        option=option,
                        speaker=speaker or t("everybody"),
                    )
                )
            if key:
                own[key] = (speaker, converted)
            else:
                common = converted
        return cls(field=field, own=own, common=common)

    def of(self, key: str) -> Any:
        """Return the value of the speaker with this key, or None."""
        return self.own[key][1] if key in self.own else self.common

    def only(self) -> Any:
        """Return the value for a text, which has no named speaker, or None.

        Raises:
            Misused: a speaker is named.
        """
        for speaker, _value in self.own.values():
            raise Misused(
                t(
                    "--text has no speaker {speaker}; write {option} without a name",
                    speaker=speaker,
                    option=_option(self.field),
                )
            )
        return self.common


def read_delivery(
    *,
    speed: Iterable[str] | None,
    pitch: Iterable[str] | None,
    volume: Iterable[str] | None,
    style: Iterable[str] | None,
    style_degree: Iterable[str] | None,
) -> list[Choice]:
    """Read the options about the deliveries of speakers.

    Raises:
        Misused: a value is not valid, or a speaker has two values of an option.
    """
    return [
        Choice.read("speed", speed, number),
        Choice.read("pitch", pitch, int),
        Choice.read("volume", volume, number),
        Choice.read("style", style),
        Choice.read("style_degree", style_degree, number),
    ]


def demand_known(choices: Iterable[Choice], speakers: Sequence[str]) -> None:
    """Require that every speaker who is named by an option is in the script.

    Raises:
        Misused: a named speaker is not in the script.
    """
    keys = {speaker_key(speaker) for speaker in speakers}
    for choice in choices:
        strangers = [speaker for key, (speaker, _value) in choice.own.items() if key not in keys]
        if strangers:
            raise Misused(
                t(
                    "the script has no speaker {names}; it has {speakers} (see {option})",
                    names=t(" or ").join(strangers),
                    speakers=t(", ").join(speakers),
                    option=_option(choice.field),
                )
            )


def demand_voices(speakers: Iterable[str], member: Callable[[str], Json], *, how_to_choose: str) -> None:
    """Require that a voice was chosen for every speaker.

    Args:
        speakers: the speakers of the script.
        member: function that returns the chosen fields for a speaker key.
        how_to_choose: the command that lists voices.

    Raises:
        Misused: a speaker has no voice.
    """
    silent = [speaker for speaker in speakers if "voice_id" not in member(speaker_key(speaker))]
    if silent:
        raise Misused(
            t(
                "no voice for {names}; add {options} ({how_to_choose} lists them)",
                names=t(", ").join(silent),
                options=" ".join(f"--voice {quoted(speaker)}=VOICE" for speaker in silent),
                how_to_choose=how_to_choose,
            )
        )


def only_voice(voices: Choice, *, how_to_choose: str) -> str:
    """Return the voice of a text that has no named speaker.

    Raises:
        Misused: no voice was chosen, or more than one.
    """
    if voices.own or voices.common is None:
        raise Misused(t("a text needs one --voice VOICE ({how_to_choose} lists them)", how_to_choose=how_to_choose))
    return str(voices.common)


def number(written: str) -> float:
    """Parse a finite number.

    Raises:
        ValueError: the text is not a number, or is not finite.
    """
    value = float(written)
    if not math.isfinite(value):
        raise ValueError(written)
    return value


def _option(field: str) -> str:
    # The field voice_id belongs to the option --voice.
    return f"--{field.removesuffix('_id').replace('_', '-')}"


def _placeholder(field: str, convert: Callable[[str], Any]) -> str:
    return _option(field)[2:].upper() if convert is str else "NUMBER"


def quoted(word: str) -> str:
    """Quote a word for a shell if necessary, such as a speaker's name in the value of an option."""
    return word if re.fullmatch(r"[\w=:.-]+", word) else shlex.quote(word)
