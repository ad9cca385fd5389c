"""Build of ``libuuid.so.1`` for a layer. The Azure Speech SDK links to it, and no Lambda image is known to have it.

The compiler is Zig's: a wheel that compiles C for any architecture and any version of glibc. The same source gives
the same bytes on every machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from layers.build import Architecture

NAME: Final = "libuuid.so.1"
GLIBC: Final = "2.34"
"""The glibc version of Amazon Linux 2023. A library linked to it needs no newer one."""

_SOURCE: Final = Path(__file__).with_suffix(".c")
_VERSIONS: Final = Path(__file__).with_suffix(".map")
_PROCESSORS: Final = {"arm64": "aarch64", "x86_64": "x86_64"}


def inputs() -> tuple[bytes, ...]:
    """Return everything that the result depends on, except the architecture."""
    return (
        Path(__file__).read_bytes(),
        _SOURCE.read_bytes(),
        _VERSIONS.read_bytes(),
        metadata.version("ziglang").encode(),
    )


def compile_into(folder: Path, *, architecture: Architecture, cache: Path) -> None:
    """Compile the library into ``folder``, which is created.

    Args:
        folder: the folder for the library, which has its usual name.
        architecture: the architecture of the target.
        cache: the compiler's cache of glibc parts; about 45 MB.

    Raises:
        subprocess.CalledProcessError: the compiler failed; its output gives the reason.
    """
    folder.mkdir(parents=True)
    subprocess.run(  # noqa: S603 (our own arguments)
        [
            sys.executable,
            "-m",
            "ziglang",
            "cc",
            "-target",
            f"{_PROCESSORS[architecture]}-linux-gnu.{GLIBC}",
            "-shared",
            "-fPIC",
            "-Os",
            "-s",
            "-Wall",
            "-Wextra",
            "-Werror",
            f"-Wl,-soname,{NAME}",
            f"-Wl,--version-script,{_VERSIONS.name}",
            "-Wl,--build-id=none",
            "-o",
            folder / NAME,
            _SOURCE.name,
        ],
        cwd=_SOURCE.parent,
        check=True,
        env={**os.environ, "ZIG_GLOBAL_CACHE_DIR": str(cache), "ZIG_LOCAL_CACHE_DIR": str(cache)},
    )
