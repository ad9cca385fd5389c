"""Licences of what is deployed: nothing is under the GPL."""

from __future__ import annotations

import re
from email import message_from_string
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av
import pytest

from layers.ffmpeg import REPLACED, UNDER_THE_GPL
from tests.integration.layers.elf import architecture

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from layers.build import Artefacts

OF_THE_SOURCE: Final = {b"videolan.org/x264.html": "libx264", b"http://x265.org": "libx265"}
"""Text in each library under the GPL, which it would have under any name."""
PERMISSIVE: Final = {
    *("0BSD", "Apache-2.0", "Apache 2.0", "Apache Software License", "BSD License", "BSD-2-Clause", "BSD-3-Clause"),
    *("CC0-1.0", "ISC", "MIT", "MIT License", "MIT No Attribution License (MIT-0)", "MPL-2.0", "PSF-2.0"),
    *("Mozilla Public License 2.0 (MPL 2.0)", "Python Software Foundation License", "Unicode-3.0", "Zlib"),
}
LESSER_GPL: Final = {"lameenc"}
"""Under the LGPL, and linked to as a library of its own."""
AZURE: Final = {"azure-cognitiveservices-speech"}
"""Under Microsoft's terms for its SDK."""


def libraries(folder: Path) -> Iterator[Path]:
    yield from (path for path in folder.rglob("*") if ".so" in path.suffixes)


def found_in(folder: Path) -> set[str]:
    """Return the libraries under the GPL whose code is in a folder."""
    contents = [path.read_bytes() for path in libraries(folder)]
    return {name for text, name in OF_THE_SOURCE.items() if any(text in content for content in contents)}


def test_the_code_that_is_looked_for_is_in_the_wheel() -> None:
    assert found_in(Path(av.__file__).parent.with_name("av.libs")) == set(UNDER_THE_GPL)


def test_no_library_under_the_gpl_is_deployed(deployed: Artefacts) -> None:
    assert found_in(deployed.core) | found_in(deployed.speech) == set()


@pytest.mark.parametrize("name", REPLACED)
def test_a_replaced_library_is_a_few_kilobytes_without_code(deployed: Artefacts, name: str) -> None:
    (file,) = (deployed.speech / "python" / "av.libs").glob(f"{name}-*")

    assert file.stat().st_size < 5_000
    assert architecture(file) == deployed.code.parent.name.partition("-")[2]


def test_every_package_has_a_licence_that_asks_nothing_of_our_code(deployed: Artefacts) -> None:
    found = {
        str(metadata["Name"]): licences(metadata)
        for layer in (deployed.core, deployed.speech)
        for metadata in map(read, (layer / "python").glob("*.dist-info/METADATA"))
    }

    assert {"av", "boto3", "numpy", "pydub"} < set(found)
    others = {
        name: licences for name, licences in found.items() if not licences or not PERMISSIVE.issuperset(licences)
    }
    assert set(others) == LESSER_GPL | AZURE, others


def read(metadata: Path) -> Message:
    return message_from_string(metadata.read_text("utf-8"))


def licences(metadata: Message) -> list[str]:
    """Return the licences of a package: an SPDX expression, its classifiers, or free text of one line."""
    if expression := metadata["License-Expression"]:
        return re.split(r" AND | OR ", expression)
    classifiers = metadata.get_all("Classifier") or []
    named = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License :: ")]
    return named or [line for line in [metadata["License"]] if line]
