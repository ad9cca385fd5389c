"""Audio player of this machine: the first known one that is installed."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from castline_cli.errors import FileProblem, Interrupted, Misused
from castline_cli.strings import t

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_VARIABLE: Final = "CASTLINE_PLAYER"
"""Environment variable with a command to which the file's name is added."""
_PLAYERS: Final[Sequence[Sequence[str]]] = (
    ("mpv", "--no-video", "--really-quiet"),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
    ("afplay",),  # macOS
    ("cvlc", "--play-and-exit", "--quiet"),
    ("play", "-q"),  # SoX
)
"""Known players that exit after playing, with options that suppress their output."""


def find_player(environment: Mapping[str, str] = os.environ) -> Sequence[str]:
    """Return the command that plays a file whose name follows.

    Raises:
        Misused: no player was found.
    """
    chosen = shlex.split(environment.get(_VARIABLE, ""))
    for command in [chosen] if chosen else _PLAYERS:
        program = shutil.which(command[0])
        if program is not None:
            return [program, *command[1:]]
    if chosen:
        raise Misused(t("the player {name} was not found; {variable} names it", name=chosen[0], variable=_VARIABLE))
    names = t(", ").join(command[0] for command in _PLAYERS)
    raise Misused(
        t(
            "no audio player was found; install one of {names}, or name a player in {variable}",
            names=names,
            variable=_VARIABLE,
        )
    )


def play(path: Path, player: Sequence[str]) -> None:
    """Play a file, and wait until it ends.

    Raises:
        FileProblem: the player cannot play the file.
        Interrupted: the user pressed Ctrl-C.
    """
    keys = None if sys.stdin is not None and sys.stdin.isatty() else subprocess.DEVNULL
    try:
        ended = subprocess.run([*player, str(path)], check=False, stdin=keys, stdout=subprocess.DEVNULL)  # noqa: S603
    except OSError as error:
        raise FileProblem(t("cannot start {name}: {strerror}", name=player[0], strerror=error.strerror)) from error
    except KeyboardInterrupt as interruption:
        raise Interrupted(t("interrupted; the audio is in {path}", path=path)) from interruption
    if ended.returncode:
        raise FileProblem(
            t("{name} cannot play {path} (it ended with {code})", name=player[0], path=path, code=ended.returncode)
        )
