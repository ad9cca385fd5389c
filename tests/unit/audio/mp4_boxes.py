"""Boxes of an MP4 file (ISO/IEC 14496-12)."""

from __future__ import annotations

_WITH_BOXES = {"moov", "trak", "mdia", "minf", "stbl", "edts", "udta"}


def boxes(data: bytes, within: str = "") -> list[tuple[str, bytes]]:
    """Return the boxes in the order of the file: their paths, such as ``moov.trak.edts.elst``, and their contents."""
    found = []
    offset = 0
    while offset < len(data):
        size, name = int.from_bytes(data[offset : offset + 4]), data[offset + 4 : offset + 8].decode("latin-1")
        assert size >= 8
        body = data[offset + 8 : offset + size]
        found.append((within + name, body))
        if name in _WITH_BOXES:
            found += boxes(body, f"{within}{name}.")
        offset += size
    return found
