"""Build of ``libuuid.so.1`` for a layer.

The Azure Speech SDK links to it, and no Lambda image is known to include it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from layers import zig

if TYPE_CHECKING:
    from layers.architecture import Architecture

NAME: Final = "libuuid.so.1"

_SOURCE: Final = Path(__file__).with_suffix(".c")
_VERSIONS: Final = Path(__file__).with_suffix(".map")


def inputs() -> tuple[bytes, ...]:
    """Return everything that the result depends on, except the architecture."""
    return Path(__file__).read_bytes(), _SOURCE.read_bytes(), _VERSIONS.read_bytes(), *zig.inputs()


def compile_into(folder: Path, *, architecture: Architecture, cache: Path) -> None:
    """Compile the library into a new folder.

    Args:
        folder: the folder to create for ``libuuid.so.1``.
        architecture: the architecture of the target.
        cache: the compiler's cache of glibc parts; about 45 MB.

    Raises:
        subprocess.CalledProcessError: the compiler failed; its output gives the reason.
    """
    folder.mkdir(parents=True)
    zig.compile_library(
        _SOURCE,
        folder / NAME,
        f"-Wl,--version-script,{_VERSIONS.name}",
        soname=NAME,
        architecture=architecture,
        cache=cache,
    )
