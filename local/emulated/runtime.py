"""Runtime of the functions: the interpreter, and the packages of Lambda's image, boto3 and the runtime client.

It includes nothing of ``.venv``.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from layers.build import BUILD, ROOT

if TYPE_CHECKING:
    from layers.architecture import Architecture

DEPLOYED_PYTHON: Final = "3.13"
"""The Python version in the templates."""
_UV: Final = Path(sys.executable).parent / "uv"
_PACKAGES: Final = ("awslambdaric", "boto3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The interpreter and the packages with which functions run."""

    python: str
    """The Python version, such as ``3.13``."""
    architecture: Architecture
    interpreter: Path
    """The interpreter, outside any virtual environment."""
    packages: Path
    """The folder of packages, in place of ``/var/runtime``."""


def prepare_runtime() -> Runtime:
    """Find the interpreter, preferably of the deployed version, and install the packages of Lambda's image.

    Raises:
        subprocess.CalledProcessError: the packages cannot be installed; uv's output gives the reason.
    """
    python, interpreter = next(filter(None, map(_base_interpreter, _candidates())))
    architecture: Architecture = "arm64" if platform.machine() in {"aarch64", "arm64"} else "x86_64"
    return Runtime(
        python=python,
        architecture=architecture,
        interpreter=interpreter,
        packages=_install(interpreter, BUILD / f"runtime-{python}-{architecture}"),
    )


def _candidates() -> list[Path]:
    """Return the possible interpreters: the deployed version in the PATH and among pyenv's, then the current one."""
    in_path = [Path(folder) / f"python{DEPLOYED_PYTHON}" for folder in os.get_exec_path()]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    return [*in_path, *sorted(pyenv.glob(f"{DEPLOYED_PYTHON}.*/bin/python")), Path(sys.executable)]


def _base_interpreter(executable: Path) -> tuple[str, Path] | None:
    """Return version and path of the interpreter that ``executable`` runs; None if it runs none."""
    if not executable.exists():
        return None
    script = "import sys; print('{}.{}'.format(*sys.version_info)); print(sys._base_executable)"
    answer = subprocess.run(  # noqa: S603 (found where interpreters are)
        [executable, "-I", "-S", "-c", script], check=False, capture_output=True, text=True
    )
    if answer.returncode != 0:
        return None
    version, path = answer.stdout.splitlines()
    return version, Path(path)


def _install(interpreter: Path, folder: Path) -> Path:
    """Install the packages in the versions of uv.lock, unless they are already installed."""
    stamp = folder.with_name(f".{folder.name}.sha256")
    digest = hashlib.sha256(
        (ROOT / "uv.lock").read_bytes() + repr((str(interpreter), _PACKAGES)).encode()
    ).hexdigest()
    if folder.is_dir() and stamp.exists() and stamp.read_text("utf-8") == digest:
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        versions = Path(made) / "versions.txt"
        versions.write_text(_locked_versions(), "utf-8")
        fresh = Path(made) / folder.name
        install = ["pip", "install", "--quiet", "--python", str(interpreter), "--target", str(fresh)]
        _uv(*install, "--compile-bytecode", "--constraint", str(versions), *_PACKAGES)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    stamp.write_text(digest, "utf-8")
    return folder


def _locked_versions() -> str:
    export = ["export", "--quiet", "--locked", "--no-default-groups", "--group", "emulated"]
    return _uv(*export, "--no-emit-project", "--no-annotate", "--no-header", "--no-hashes")


def _uv(*arguments: str) -> str:
    done = subprocess.run([_UV, *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return done.stdout
