"""Command line options that throttle the emulator."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from local.azure_speech.throttling import Throttling

if TYPE_CHECKING:
    from collections.abc import Iterable

ThrottlingOption = Annotated[
    bool,
    typer.Option(
        help="Throttle as Azure does: above 200 requests per second, or above twice the rate of the last seconds."
    ),
]
RequestsPerSecond = Annotated[
    float | None, typer.Option(min=0.1, help="Throttle above this number of requests per second, instead of 200.")
]
VoiceLimits = Annotated[
    list[str] | None,
    typer.Option(metavar="VOICE=RATE", help="Throttle this voice above RATE requests per second; repeatable."),
]


def throttling_from_options(
    throttling: bool, requests_per_second: float | None, voice_limits: Iterable[str]
) -> Throttling | None:
    """Return the limits that the options ask for; None if they ask for none.

    Raises:
        ValueError: a voice limit cannot be parsed, is 0, or names an unknown voice.
    """
    voices: dict[str, float] = {}
    for limit in voice_limits:
        match = re.fullmatch(r"([^=]+)=(\d+(?:\.\d+)?)", limit)
        if match is None:
            raise ValueError(f"{limit!r} is not VOICE=RATE")
        voices[match[1]] = float(match[2])
    if not throttling and requests_per_second is None and not voices:
        return None
    return Throttling(
        requests_per_second=requests_per_second or Throttling().requests_per_second,
        growth=Throttling().growth if throttling else None,
        voices=voices,
    )
