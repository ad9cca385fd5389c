"""Build of everything that is deployed: the functions' code, and their dependencies as Lambda layers.

    python -m layers.build --python 3.13 --architecture x86_64

The build needs no Docker. uv picks the wheels for Lambda's platform, in the versions of uv.lock. ``libuuid`` compiles
the one library that no wheel has, and ``ffmpeg`` replaces the libraries that must not be deployed. The same inputs
give the same bytes, in any folder and with any umask.
Modules are shipped compiled, which halves the time to import them. Their ``.pyc`` files are not checked against the
source: CDK resets its modification time.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from layers import ffmpeg, libuuid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from layers.architecture import Architecture

ROOT: Final = Path(__file__).parent.parent
BUILD: Final = ROOT / "build"
LIMIT_BYTES: Final = 250 * 1024 * 1024
"""Lambda's limit for a function's code and layers together, unzipped."""

_UV: Final = Path(sys.executable).parent / "uv"
_PLATFORMS: Final = {"arm64": "aarch64-manylinux_2_34", "x86_64": "x86_64-manylinux_2_34"}
_WORTHLESS_DIRECTORIES: Final = {"__pycache__", "_pyinstaller", "bin", "f2py", "test", "tests"}
_WORTHLESS_SUFFIXES: Final = {".a", ".c", ".h", ".pxd", ".pyi", ".pyx"}
_WORTHLESS_PREFIXES: Final = (
    # The Azure SDK's extensions for microphones, keyword recognition and compressed input. Speech synthesis does not
    # need them, and Lambda could not load them: it has neither ALSA nor GStreamer.
    "libMicrosoft.CognitiveServices.Speech.extension.",
    # Only numpy's own tests import these.
    *("_multiarray_tests.", "_operand_flag_tests.", "_rational_tests.", "_simd.", "_struct_ufunc_tests."),
)
_MACHINE_BOUND_FILES: Final = {".lock", "INSTALLER", "RECORD", "REQUESTED", "direct_url.json", "uv_cache.json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefacts:
    """The folders whose content is deployed."""

    code: Path
    """The functions' code: our own package."""
    core: Path
    """The layer that every function has: the packages of the dependency group ``functions``."""
    speech: Path
    """The layer of the functions that synthesize speech, assemble files or read uploaded sounds."""
    console: Path
    """The code of the function that uploads the console's page, and the page itself."""


def build(*, python: str, architecture: Architecture, into: Path = BUILD) -> Artefacts:
    """Build the folders whose inputs have changed since the last build. Concurrent builds wait for each other.

    Args:
        python: the Python version of the target, such as ``3.13``.
        architecture: the architecture of the target.
        into: the folder for all results.

    Raises:
        subprocess.CalledProcessError: uv failed; its output gives the reason.
    """
    target = into / f"{python}-{architecture}"
    interpreter = interpreter_of(python)
    core = _requirements("functions")
    speech = sorted(set(_requirements("functions", "speech")) - set(core))
    lock = (ROOT / "uv.lock").read_bytes()

    def make_speech(to: Path) -> None:
        _packages(to / "python", speech, python, architecture, interpreter)
        ffmpeg.reduce(to / "python", architecture=architecture, cache=into / "zig")
        libuuid.compile_into(to / "lib", architecture=architecture, cache=into / "zig")

    with _alone(target):
        return Artefacts(
            code=_up_to_date(
                target / "code", _fingerprint(*_sources(), interpreter), lambda to: _code(to, interpreter)
            ),
            core=_up_to_date(
                target / "core",
                _fingerprint(lock, core, interpreter),
                lambda to: _packages(to / "python", core, python, architecture, interpreter),
            ),
            speech=_up_to_date(
                target / "speech",
                _fingerprint(lock, speech, interpreter, *libuuid.inputs(), *ffmpeg.inputs()),
                make_speech,
            ),
            console=_up_to_date(target / "console", _fingerprint(*_contents(_console_files())), _console),
        )


def size_bytes(folder: Path) -> int:
    """Return the size of a folder's content."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _requirements(*groups: str) -> list[str]:
    """Return the run-time requirements of the functions from uv.lock: one line for each package, with file hashes."""
    exported = subprocess.run(  # noqa: S603 (our own arguments)
        [
            _UV,
            "export",
            "--quiet",
            "--locked",
            "--no-default-groups",
            "--no-annotate",
            "--no-header",
            *(argument for group in groups for argument in ("--only-group", group)),
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return exported.stdout.replace("\\\n", "").splitlines()


def _sources() -> list[str | bytes]:
    """Return the paths and contents of the functions' own source files."""
    return _contents(file for file in sorted(_package().rglob("*")) if file.suffix in {".py", ".typed"})


def _contents(files: Iterable[Path]) -> list[str | bytes]:
    return [part for file in files for part in (str(file), file.read_bytes())]


def _package() -> Path:
    return ROOT / "functions" / "castline"


def _fingerprint(*parts: object) -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for part in (*parts, metadata.version("uv")):
        digest.update(part if isinstance(part, bytes) else repr(part).encode())
    return digest.hexdigest()


def _up_to_date(folder: Path, fingerprint: str, make: Callable[[Path], None]) -> Path:
    """Make a folder's content unless it has the same fingerprint. An unfinished folder is never visible."""
    stamp = folder.with_name(f".{folder.name}.sha256")
    if folder.is_dir() and stamp.exists() and stamp.read_text("utf-8") == fingerprint:
        return folder
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        fresh = Path(made) / folder.name
        fresh.mkdir()
        make(fresh)
        _open_to_all(fresh)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    stamp.write_text(fingerprint, "utf-8")
    return folder


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Make a folder, and lock it against other processes' builds while the context lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _open_to_all(folder: Path) -> None:
    """Make a folder readable for all users, because Lambda reads it as another user."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _code(folder: Path, interpreter: str | None) -> None:
    shutil.copytree(_package(), folder / "castline", ignore=shutil.ignore_patterns("__pycache__"))
    _compile(folder, interpreter)


def _console_files() -> list[Path]:
    """Return the page's files, and the modules of ``infra`` that upload them."""
    page = sorted(file for file in (ROOT / "web" / "dist").rglob("*") if file.is_file())
    return [*page, *(ROOT / "infra" / f"{name}.py" for name in ("__init__", "console_page", "console_upload"))]


def _console(folder: Path) -> None:
    """Copy the files to the same relative paths as here, so that the modules find the page."""
    for file in _console_files():
        to = folder / file.relative_to(ROOT)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, to)


def _packages(
    folder: Path, requirements: list[str], python: str, architecture: Architecture, interpreter: str | None
) -> None:
    subprocess.run(  # noqa: S603 (our own arguments)
        [
            _UV,
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--link-mode",
            "copy",
            "--python-platform",
            _PLATFORMS[architecture],
            "--python-version",
            python,
            "--target",
            folder,
            "--requirements",
            "-",
        ],
        cwd=ROOT,
        check=True,
        input="\n".join(requirements),
        text=True,
    )
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and path.name in _WORTHLESS_DIRECTORIES:
            shutil.rmtree(path)
        elif path.is_file() and _is_worthless(path):
            path.unlink()
    _compile(folder, interpreter)


def _is_worthless(file: Path) -> bool:
    return (
        file.suffix in _WORTHLESS_SUFFIXES
        or file.name in _MACHINE_BOUND_FILES
        or file.name.startswith(_WORTHLESS_PREFIXES)
    )


def _compile(folder: Path, interpreter: str | None) -> None:
    """Add the ``.pyc`` files of an interpreter of the right version, if there is one."""
    if interpreter is None:
        return
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(  # noqa: S603 (our own arguments)
        [
            interpreter,
            "-W",
            "ignore",
            "-m",
            "compileall",
            "-q",
            "--invalidation-mode",
            "unchecked-hash",
            "-s",
            folder,
            folder,
        ],
        check=True,
        env={**environment, "PYTHONHASHSEED": "0"},
    )


def interpreter_of(python: str) -> str | None:
    """Find the interpreter that compiles modules for a Python version, in the PATH or among pyenv's.

    Returns:
        The interpreter's path; None if there is none of that version.
    """
    in_path = (Path(folder) / f"python{python}" for folder in os.get_exec_path())
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [Path(sys.executable), *in_path, *sorted(pyenv.glob(f"{python}.*/bin/python"))]
    return next((str(each) for each in candidates if _version_of(each) == python), None)


@cache
def _version_of(interpreter: Path) -> str | None:
    """Return the interpreter's major and minor version; None if it is not an interpreter."""
    if not interpreter.exists():
        return None
    answer = subprocess.run(  # noqa: S603 (found where interpreters are)
        [interpreter, "-c", "import sys; print('{}.{}'.format(*sys.version_info))"],
        check=False,
        capture_output=True,
        text=True,
    )
    return answer.stdout.strip() if answer.returncode == 0 else None


def main(
    python: Annotated[str, typer.Option(help="Python version that the functions run on.")] = "3.13",
    architecture: Annotated[str, typer.Option(help="Architecture of the functions: arm64 or x86_64.")] = "x86_64",
) -> None:
    """Build the code and the layers, and print their sizes."""
    console = Console(highlight=False)
    if architecture not in _PLATFORMS:
        raise typer.BadParameter(f"one of {', '.join(_PLATFORMS)}", param_hint="--architecture")
    if interpreter_of(python) is None:
        console.print(f"Python {python} is not installed: modules are not compiled, and imports will take longer")
    built = build(python=python, architecture="arm64" if architecture == "arm64" else "x86_64")
    table = Table("folder", "MB", box=None)
    for folder in (built.code, built.core, built.speech, built.console):
        table.add_row(str(folder.relative_to(ROOT)), f"{size_bytes(folder) / 1e6:.1f}")
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
