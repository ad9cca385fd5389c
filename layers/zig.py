"""Zig's C compiler: a wheel that compiles for any architecture and any version of glibc.

The same source gives the same bytes on every machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from layers.architecture import Architecture

GLIBC: Final = "2.34"
"""The glibc version of Amazon Linux 2023. A library linked to it needs no newer one."""

_PROCESSORS: Final = {"arm64": "aarch64", "x86_64": "x86_64"}


def inputs() -> tuple[bytes, ...]:
    """Return everything that a library depends on, except its source and its architecture."""
    return Path(__file__).read_bytes(), metadata.version("ziglang").encode()


def compile_library(
    source: Path, library: Path, *options: str, soname: str, architecture: Architecture, cache: Path
) -> None:
    """Compile a C source file to a shared library.

    Args:
        source: the source file. The compiler runs in its folder, so options may name other files there.
        library: the path of the result. Its folder must exist.
        options: additional options of the compiler.
        soname: the name by which other libraries link to it.
        architecture: the architecture of the target.
        cache: the compiler's cache of glibc parts; about 45 MB.

    Raises:
        subprocess.CalledProcessError: the compiler failed; its output gives the reason.
    """
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
            f"-Wl,-soname,{soname}",
            "-Wl,--build-id=none",
            *options,
            "-o",
            library.resolve(),
            source.name,
        ],
        cwd=source.parent,
        check=True,
        env={**os.environ, "ZIG_GLOBAL_CACHE_DIR": str(cache), "ZIG_LOCAL_CACHE_DIR": str(cache)},
    )
