"""ELF headers of a shared library."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_MACHINES = {62: "x86_64", 183: "arm64"}
_MACHINE_OFFSET = 18


def architecture(library: Path) -> str:
    """Return the architecture of a library, by our names."""
    head = library.read_bytes()[: _MACHINE_OFFSET + 2]
    assert head.startswith(b"\x7fELF")
    return _MACHINES[int.from_bytes(head[_MACHINE_OFFSET:], "little")]


def newest_glibc(library: Path) -> tuple[int, ...]:
    """Return the newest version of glibc that the library needs; ``(0,)`` if it needs none."""
    versions = re.findall(rb"\0GLIBC_([0-9.]+)(?=\0)", library.read_bytes())
    return max((tuple(int(part) for part in version.split(b".")) for version in versions), default=(0,))
