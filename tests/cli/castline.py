"""Runner of the command line, in this process, which is fast, or in a process of its own."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from castline_cli.app import main
from castline_cli.languages import Language
from castline_cli.strings import use
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

INSTALLED = Path(sys.executable).parent / "castline"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The exit status and the output of a call."""

    exit_code: int
    out_bytes: bytes
    err: str

    @property
    def out(self) -> str:
        return self.out_bytes.decode("utf-8")

    @property
    def complaint(self) -> str:
        """The one line on standard error."""
        [line] = self.err.splitlines()
        return line


class Castline:
    """A shell in ``folder``, in which only ``environment`` is set. Its processes are of ``program``."""

    def __init__(self, folder: Path, environment: Mapping[str, str], program: Path = INSTALLED) -> None:
        self.folder = folder
        self.program = program
        self.environment = dict(environment)

    def __call__(self, *arguments: str, stdin: bytes = b"") -> Outcome:
        """Run a command without a terminal."""
        streams = {name: _stream() for name in ("stdout", "stderr")}
        with pytest.MonkeyPatch.context() as patch:
            for name in list(os.environ):
                if name.startswith(("CASTLINE_", "LC_", "LANG")):
                    patch.delenv(name)
            for name, value in self.environment.items():
                patch.setenv(name, value)
            patch.chdir(self.folder)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            for name, stream in streams.items():
                patch.setattr(sys, name, stream)
            try:
                exit_code = main(arguments)
            finally:
                use(Language.ENGLISH)
        out, err = (_content(stream) for stream in streams.values())
        return Outcome(exit_code, out, err.decode("utf-8"))

    def done(self, *arguments: str, stdin: bytes = b"") -> str:
        """Run a command that must succeed without complaints; return its output."""
        outcome = self(*arguments, stdin=stdin)
        assert (outcome.exit_code, outcome.err) == (0, ""), outcome
        return outcome.out

    def run(self, *arguments: str, stdin: bytes = b"") -> Outcome:
        """Run a command in a process of its own."""
        ended = subprocess.run(  # noqa: S603 (our own program)
            [self.program, *arguments],
            input=stdin,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
            **self.place,
        )
        return Outcome(ended.returncode, ended.stdout, ended.stderr.decode("utf-8"))

    def run_python(self, program: str) -> str:
        """Run a Python program where commands run; return its output."""
        ended = subprocess.run(  # noqa: S603 (our own program)
            [sys.executable, "-c", program], capture_output=True, timeout=PATIENCE_SECONDS, check=True, **self.place
        )
        printed: bytes = ended.stdout
        return printed.decode("utf-8")

    @contextmanager
    def started(self, *arguments: str, **streams: Any) -> Iterator[subprocess.Popen[bytes]]:
        """Run a command in a process of its own, which is killed at the end unless it has ended."""
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
        with (
            _heeding_ctrl_c(),
            subprocess.Popen([self.program, *arguments], **pipes, **self.place) as process,  # noqa: S603 (our own program)
        ):
            try:
                yield process
            finally:
                process.kill()

    @property
    def place(self) -> dict[str, Any]:
        """Return the folder and the environment of a process."""
        return {"cwd": self.folder, "env": {"PATH": os.environ["PATH"], "COLUMNS": "80", **self.environment}}


@contextmanager
def _heeding_ctrl_c() -> Iterator[None]:
    """Let started processes receive Ctrl-C, even if the tests run in the background, where it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def _content(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue()
