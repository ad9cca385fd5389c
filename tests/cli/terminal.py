"""Terminals for commands."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import termios
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from tests.cli.castline import Castline

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(slots=True)
class Terminal:
    """A terminal of 80 columns, and its output."""

    end: int
    shown: str = ""

    def read_until(self, pattern: str) -> None:
        """Wait until ``pattern`` has been shown."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not re.search(pattern, self.text):
            assert time.monotonic() < deadline, f"{pattern} should be shown: {self.shown!r}"
            if not self._read(0.1):
                raise AssertionError(f"{pattern} should be shown before the end: {self.shown!r}")

    def read_all(self) -> None:
        """Wait until the last process has left."""
        while self._read(PATIENCE_SECONDS):
            pass

    @property
    def text(self) -> str:
        """The output without control sequences."""
        return _CONTROL.sub("", self.shown).replace("\r", "")

    def _read(self, seconds: float) -> bool:
        """Read the output within some seconds; return False once all writers have gone."""
        if not select.select([self.end], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.end, 65536)
        except OSError:
            return False
        self.shown += data.decode("utf-8", "replace")
        return bool(data)


@contextmanager
def on_terminal(
    castline: Castline, *arguments: str, **streams: Any
) -> Iterator[tuple[subprocess.Popen[bytes], Terminal]]:
    """Run a command whose standard output and error are a terminal, except for ``streams``."""
    end, their_end = pty.openpty()
    fcntl.ioctl(their_end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    castline.environment["TERM"] = "xterm-256color"
    try:
        with castline.started(*arguments, **{"stdout": their_end, "stderr": their_end, **streams}) as process:
            os.close(their_end)
            yield process, Terminal(end)
    finally:
        os.close(end)


def shown_by(castline: Castline, *arguments: str) -> str:
    """Return the output of a successful command on a terminal."""
    with on_terminal(castline, *arguments) as (process, terminal):
        terminal.read_all()
        assert process.wait(timeout=PATIENCE_SECONDS) == 0, terminal.text
    return terminal.text
