"""The program ``castline``, kept warm: a command is a process of its own, but starts without loading anything.

``WarmProgram`` keeps a process that has loaded the command line. The program that it writes asks that process for a
copy, which becomes the command: with the arguments, folder, environment and open files of the one who called it.
"""

from __future__ import annotations

import gc
import marshal
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import time
from contextlib import redirect_stderr, suppress
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from types import TracebackType

ROOT: Final = Path(__file__).parents[2]
_MAX_CALL_BYTES: Final = 128 * 1024
_USED_ON_TERMINALS: Final = ("rich.console", "rich.markup", "rich.progress", "rich.table")
_NOT_LOADED: Final = {"castline_cli.__main__", "castline_cli.agents"}
# Without a package, and without modules of Python that are slow to load, so that it starts at once. It sends its
# call, passes signals on, and ends as the command ends.
_PROGRAM: Final = f"""#!{sys.executable} -IS
import _signal, _socket, marshal, os, sys
line = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
line.connect({{address!r}})
call = marshal.dumps((sys.argv[1:], os.getcwd(), dict(os.environ)))
files = b"".join(number.to_bytes(4, sys.byteorder) for number in (0, 1, 2))
line.sendmsg([call], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, files)])
for number in (_signal.SIGINT, _signal.SIGTERM):
    _signal.signal(number, lambda number, _frame: line.send(bytes([number])))
os._exit(line.recv(1)[0])
"""


class WarmProgram:
    """The warm process within a ``with``, which gives the path of the program."""

    def __init__(self, folder: Path) -> None:
        self._address = str(folder / "socket")
        self._path = folder / "castline"

    def __enter__(self) -> Path:
        """Start the process, and write the program once it answers."""
        self._process = subprocess.Popen(  # noqa: S603 (this module)
            [sys.executable, "-m", "tests.cli.warm", self._address], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"
        self._path.write_text(_PROGRAM.format(address=self._address), "utf-8")
        self._path.chmod(0o755)
        return self._path

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()


def main(address: str) -> None:
    """Wait for calls. Each is taken by a copy of this process, in which this function runs the command."""
    import castline_cli
    from castline_cli import completion
    from castline_cli.__main__ import run
    from castline_cli.app import main as call

    own = {each.name for each in pkgutil.walk_packages(castline_cli.__path__, "castline_cli.")}
    for module in (*_USED_ON_TERMINALS, *(own - _NOT_LOADED)):
        import_module(module)
    for language in ("zh-TW", "en"):
        # A first call loads what is left.
        with redirect_stderr(StringIO()):
            call(["health", "--api", "127.0.0.1:1", "--lang", language])
    completion._SECONDS = PATIENCE_SECONDS  # type: ignore[misc]  # nobody sits at this shell
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(address)
        listener.listen(16)
        gc.freeze()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            line, _ = listener.accept()
            if os.fork() == 0:
                break
            line.close()
            _forget_ended_copies()
    _become_command(line)
    try:
        run()
    except SystemExit as end:
        sys.stdout.flush()
        os._exit(int(end.code or 0))  # tidying up takes longer than the command


def _forget_ended_copies() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _become_command(line: socket.socket) -> None:
    """Return in another copy as the command that is called. This one passes on signals, and tells the end."""
    call, files, _flags, _address = socket.recv_fds(line, _MAX_CALL_BYTES, 3)
    has_ended, ends = os.pipe()
    command = os.fork()
    if command:
        for file in (*files, ends):
            os.close(file)
        _tell_end(line, command, has_ended)
    line.close()
    arguments, folder, environment = marshal.loads(call)  # noqa: S302 (our own program has sent it)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["castline", *arguments]
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 (as long as the process)
    sys.stdout = open(1, "w", encoding="utf-8", buffering=1 if os.isatty(1) else -1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115


def _tell_end(line: socket.socket, command: int, has_ended: int) -> None:
    """Pass signals on to the command until it has ended, kill it when nobody waits for it, and exit."""
    while has_ended not in select.select([line.fileno(), has_ended], [], [])[0]:
        number = line.recv(1)
        if not number:
            os.kill(command, signal.SIGKILL)
            os._exit(0)
        os.kill(command, number[0])
    exit_code = os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])
    line.send(bytes([exit_code if exit_code >= 0 else 128 - exit_code]))
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
