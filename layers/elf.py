"""Reader of shared libraries in ELF (64-bit, little-endian): their dependencies, their symbols and their loaded part.

The format is that of the System V ABI (https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from pathlib import Path

_MAGIC: Final = b"\x7fELF\x02\x01"
_HEADER_BYTES: Final = 64
# The fields of the header with the offsets of the tables, and with the sizes and numbers of their entries.
_PROGRAM_HEADERS, _SECTION_HEADERS, _COUNTS = struct.Struct("<Q"), struct.Struct("<Q"), struct.Struct("<HHHHH")
_PROGRAM_HEADERS_OFFSET, _SECTION_HEADERS_OFFSET, _COUNTS_OFFSET = 32, 40, 54

_PROGRAM_HEADER: Final = struct.Struct("<IIQQQQQQ")  # type, flags, offset, address, address, bytes, memory, alignment
_LOAD: Final = 1
_SECTION_HEADER: Final = struct.Struct("<IIQQQQIIQQ")
_DYNAMIC_SECTION, _DYNAMIC_SYMBOLS_SECTION = 6, 11
_DYNAMIC_ENTRY: Final = struct.Struct("<QQ")
_NEEDED, _SONAME = 1, 14
_SYMBOL: Final = struct.Struct("<IBBHQQ")
_OBJECT: Final = 1


class NotALibrary(Exception):
    """The file is not a 64-bit ELF library with section headers."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol that a library defines."""

    name: str
    data_bytes: int | None
    """The size of a variable; None for a function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A shared library, as the dynamic loader sees it."""

    soname: str | None
    needs: frozenset[str]
    """The names of the libraries that it links to."""
    defined: dict[str, Symbol]
    undefined: frozenset[str]

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read a library.

        Raises:
            NotALibrary: the file is something else.
        """
        data = file.read_bytes()
        if not data.startswith(_MAGIC):
            raise NotALibrary(file)
        (offset,) = _SECTION_HEADERS.unpack_from(data, _SECTION_HEADERS_OFFSET)
        *_, size, count, _ = _COUNTS.unpack_from(data, _COUNTS_OFFSET)
        sections = [_SECTION_HEADER.unpack_from(data, offset + number * size) for number in range(count)]

        def entries(kind: int, entry: struct.Struct) -> tuple[bytes, list[tuple[int, ...]]]:
            """Return the string table and the entries of the first section of a kind."""
            for _, section_type, _, _, start, length, link, *_ in sections:
                if section_type == kind:
                    names, names_length = sections[link][4:6]
                    found = list(entry.iter_unpack(data[start : start + length]))
                    return data[names : names + names_length], found
            raise NotALibrary(file)

        names, dynamic = entries(_DYNAMIC_SECTION, _DYNAMIC_ENTRY)
        needs = frozenset(_name(names, value) for tag, value in dynamic if tag == _NEEDED)
        sonames = [_name(names, value) for tag, value in dynamic if tag == _SONAME]
        names, symbols = entries(_DYNAMIC_SYMBOLS_SECTION, _SYMBOL)
        defined, undefined = {}, set()
        for at, info, _, section, _, length in symbols:
            name = _name(names, at)
            if section:
                defined[name] = Symbol(name, length if info & 0xF == _OBJECT else None)
            elif name:
                undefined.add(name)
        return cls(
            soname=sonames[0] if sonames else None, needs=needs, defined=defined, undefined=frozenset(undefined)
        )


def loadable_part(library: bytes) -> bytes:
    """Return a library without the parts that are not loaded into memory, such as debug information.

    Symbols for debuggers and the section headers are removed, too. Each segment keeps its content and its address. It
    moves to the next offset in the file that its alignment allows.

    Raises:
        NotALibrary: ``library`` is something else.
    """
    if not library.startswith(_MAGIC):
        raise NotALibrary
    (table,) = _PROGRAM_HEADERS.unpack_from(library, _PROGRAM_HEADERS_OFFSET)
    _, count, *_ = _COUNTS.unpack_from(library, _COUNTS_OFFSET)
    headers = [_PROGRAM_HEADER.unpack_from(library, table + number * _PROGRAM_HEADER.size) for number in range(count)]
    loaded = sorted(
        (offset, size, align) for kind, _, offset, _, _, size, _, align in headers if kind == _LOAD and size
    )

    kept = bytearray()
    moves: list[tuple[range, int]] = []
    for offset, size, align in loaded:
        kept += bytes((offset - len(kept)) % align)
        moves.append((range(offset, offset + size), len(kept) - offset))
        kept += library[offset : offset + size]

    def moved(offset: int) -> int:
        return next((offset + by for held, by in moves if offset in held), 0)

    for number, (kind, flags, offset, *rest) in enumerate(headers):
        at = moved(table) + number * _PROGRAM_HEADER.size
        _PROGRAM_HEADER.pack_into(kept, at, kind, flags, moved(offset), *rest)
    _PROGRAM_HEADERS.pack_into(kept, _PROGRAM_HEADERS_OFFSET, moved(table))
    _SECTION_HEADERS.pack_into(kept, _SECTION_HEADERS_OFFSET, 0)
    size, count, *_ = _COUNTS.unpack_from(library, _COUNTS_OFFSET)
    _COUNTS.pack_into(kept, _COUNTS_OFFSET, size, count, 0, 0, 0)
    return bytes(kept)


def _name(names: bytes, offset: int) -> str:
    return names[offset : names.index(b"\0", offset)].decode("ascii")
