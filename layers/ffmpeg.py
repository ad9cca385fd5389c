"""FFmpeg without video encoders, for a layer.

PyAV's wheel contains an FFmpeg under the LGPL that links to x264 and x265, which are under the GPL. This build
replaces both with stub libraries, which have the same names and symbols and encode nothing. It also replaces SVT-AV1,
because of its size. Castline opens no video encoder; everything else in FFmpeg works as before.
The build also removes the debug information of PyAV's modules, which is five times the size of their code.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from layers import elf, zig

if TYPE_CHECKING:
    from collections.abc import Iterable

    from layers.architecture import Architecture

UNDER_THE_GPL: Final = ("libx264", "libx265")
REPLACED: Final = (*UNDER_THE_GPL, "libSvtAv1Enc")


class Unreplaceable(Exception):
    """The wheel differs from what this build expects: a library is missing, or several libraries have its name."""


def inputs() -> tuple[bytes, ...]:
    """Return everything that the result depends on, except the wheel and the architecture."""
    return Path(__file__).read_bytes(), Path(elf.__file__).read_bytes(), *zig.inputs()


def reduce(packages: Path, *, architecture: Architecture, cache: Path) -> None:
    """Replace PyAV's libraries that must not be deployed, and remove the debug information of its modules.

    Args:
        packages: the folder in which PyAV is unpacked.
        architecture: the architecture of the wheel.
        cache: the compiler's cache.

    Raises:
        Unreplaceable: the wheel differs from what this build expects, or a symbol would be missing.
        subprocess.CalledProcessError: the compiler failed; its output gives the reason.
    """
    modules = sorted((packages / "av").rglob("*.so"))
    libraries = sorted((packages / "av.libs").iterdir())
    for name in REPLACED:
        found = [file for file in libraries if file.name.startswith(f"{name}-")]
        if len(found) != 1:
            raise Unreplaceable(f"{name}: {found}")
        _replace(found[0], [*modules, *libraries], architecture=architecture, cache=cache)
    for module in modules:
        module.write_bytes(elf.loadable_part(module.read_bytes()))


def _replace(file: Path, users: Iterable[Path], *, architecture: Architecture, cache: Path) -> None:
    """Replace a library with a stub that has the symbols that ``users`` import from it."""
    library = elf.Library.read(file)
    needed = frozenset[str]().union(
        *(user.undefined for user in map(elf.Library.read, users) if library.soname in user.needs)
    ) & set(library.defined)
    if library.soname != file.name or not needed:
        raise Unreplaceable(f"{file}: {library.soname} is needed for {sorted(needed)}")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "stand_in.c"
        source.write_text("".join(_definition(library.defined[name]) for name in sorted(needed)), "utf-8")
        file.unlink()
        zig.compile_library(source, file, "-nostdlib", soname=file.name, architecture=architecture, cache=cache)
    missing = needed - set(elf.Library.read(file).defined)
    if missing:
        raise Unreplaceable(f"{file} lacks {sorted(missing)}")


def _definition(symbol: elf.Symbol) -> str:
    """Return the C definition of a stub symbol: a variable of zeros, or a function that returns 0 or NULL."""
    if symbol.data_bytes is not None:
        return f"char {symbol.name}[{symbol.data_bytes}];\n"
    return f"void *{symbol.name}(void) {{ return 0; }}\n"
