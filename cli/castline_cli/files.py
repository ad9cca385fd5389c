"""Input and output of commands: files that appear only when they are complete, and standard streams."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from castline_cli.errors import FileProblem, Misused
from castline_cli.output import write
from castline_cli.strings import t
from castline_client.files import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterable

STANDARD: Final = "-"
"""Name of standard input and standard output on the command line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Destination of a result.

    Attributes:
        path: a file; a folder, in which the file gets the name from the service; None for the current folder.
        is_standard: whether the result goes to standard output instead.
        force: whether existing files may be overwritten.
    """

    path: Path | None
    is_standard: bool = False
    force: bool = False

    @classmethod
    def of(cls, written: str | None, *, force: bool) -> Target:
        """Return the target for a path, for ``-`` (standard output), or for None (the current folder).

        Raises:
            Misused: binary data would go to a terminal.
            FileProblem: the file exists and must not be overwritten, or cannot be written.
        """
        if written == STANDARD:
            return cls(path=None, is_standard=True)
        target = cls(path=Path(written) if written else None, force=force)
        if target.path is not None and not target.path.is_dir():
            if written and written.endswith(os.sep):
                raise FileProblem(t("there is no folder {folder}", folder=written))
            target._demand_free(target.path)
        elif not os.access(target.path or Path(), os.W_OK):
            raise FileProblem(t("cannot write into {folder}", folder=target.path or Path.cwd()))
        return target

    @property
    def extension(self) -> str:
        """The extension of the file, in lower case and without a dot; empty if the service names the file."""
        return "" if self.path is None or self.path.is_dir() else self.path.suffix[1:].lower()

    def file(self, usual_name: str) -> Path:
        """Return the path to write to; ``usual_name`` is the service's name for the file."""
        if self.path is None or self.path.is_dir():
            return (self.path or Path()) / usual_name
        return self.path

    def demand_name_free(self, usual_name: str) -> None:
        """Require that no file with this name exists, if the service names the file.

        Raises:
            FileProblem: the file exists and must not be overwritten.
        """
        if not self.is_standard:
            self._demand_free(self.file(usual_name))

    def demand_binary(self) -> None:
        """Require that audio does not go to a terminal.

        Raises:
            Misused: the target is a terminal.
        """
        if self.is_standard and sys.stdout.isatty():
            raise Misused(t("audio cannot be written to a terminal; pipe it, or name a file with -o"))

    def demand_file(self) -> None:
        """Require that the result goes to a file, which can be played.

        Raises:
            Misused: the result goes to standard output.
        """
        if self.is_standard:
            raise Misused(t("audio on standard output cannot be played; remove --play, or name a file with -o"))

    def receive(self, chunks: Iterable[bytes], usual_name: str) -> Path | None:
        """Write ``chunks``, and return the file; None for standard output.

        Raises:
            FileProblem: the file cannot be written, or already exists.
            PipeClosed: the reader of standard output has closed the pipe.
        """
        if self.is_standard:
            for chunk in chunks:
                write(chunk)
            return None
        path = self.file(usual_name)
        self._demand_free(path)
        try:
            with whole_file(path, overwrite=self.force) as write_piece:
                for chunk in chunks:
                    write_piece(chunk)
        except FileExistsError:
            self._demand_free(path)
            raise
        except OSError as error:
            raise FileProblem(t("cannot write {path}: {strerror}", path=path, strerror=error.strerror)) from error
        return path

    def _demand_free(self, path: Path) -> None:
        if path.is_file() and not self.force:
            raise FileProblem(
                t("{path} already exists; use --force to overwrite it, or -o to name another file", path=path)
            )
        folder = path.parent
        if not folder.is_dir():
            raise FileProblem(t("there is no folder {folder}", folder=folder))
        if not path.exists() and not os.access(folder, os.W_OK):
            raise FileProblem(t("cannot write into {folder}", folder=folder))


def read_text(written: str) -> str:
    """Read the UTF-8 text of a file, or of standard input for ``-``.

    Raises:
        FileProblem: the file cannot be read, or has another encoding.
    """
    name = name_of(written)
    try:
        data = sys.stdin.buffer.read() if written == STANDARD else Path(written).read_bytes()
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileProblem(t("{name} is not UTF-8 (line {line}); save it as UTF-8", name=name, line=line)) from error
    except OSError as error:
        raise FileProblem(t("cannot read {name}: {strerror}", name=name, strerror=error.strerror)) from error


def name_of(written: str) -> str:
    """Return the name of an input for messages."""
    return t("standard input") if written == STANDARD else written
