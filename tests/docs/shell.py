"""Shell of a reader: one bash that runs every command of a page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from types import TracebackType

_STAND_IN: Final = Path(__file__).parent / "curl.py"
_END: Final = "\x1e"
_SECONDS_ASLEEP: Final = "0.05"


class Shell:
    """A bash in a folder of its own, within a ``with``. In it ``sleep`` is short."""

    def __init__(self, folder: Path) -> None:
        """Prepare a shell in its working folder, with a stand-in for ``curl`` on a machine that has none."""
        tools = folder / ".bin"
        tools.mkdir()
        if shutil.which("curl") is None:
            stand_in = tools / "curl"
            stand_in.write_text(f'#!/bin/sh\nexec "{sys.executable}" -IS "{_STAND_IN}" "$@"\n', "utf-8")
            stand_in.chmod(0o755)
        self._bash = subprocess.Popen(
            ["bash", "--norc"],  # noqa: S607 (whichever bash a reader has)
            cwd=folder,
            env={"PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(folder), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, commands: str) -> str:
        """Paste ``commands``, and return what they print.

        Raises:
            AssertionError: the last of them fails.
        """
        assert self._bash.stdin
        assert self._bash.stdout
        self._bash.stdin.write(f"{commands}\nprintf '{_END}%s\\n' $?\n".encode())
        self._bash.stdin.flush()
        printed = b""
        while _END.encode() not in printed:
            line = self._bash.stdout.readline()
            assert line, f"the shell has ended after {printed!r}"
            printed += line
        text, _, status = printed.decode().partition(_END)
        assert status == "0\n", f"it ends with {status.strip()}: {commands}"
        return text

    def __enter__(self) -> Self:
        """Start the shell."""
        self.run(f"sleep() {{ command sleep {_SECONDS_ASLEEP}; }}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the shell."""
        self._bash.communicate()
