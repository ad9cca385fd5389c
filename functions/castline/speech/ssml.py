"""How an utterance is written as SSML."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from castline.speech.errors import ProviderRejectedInput

if TYPE_CHECKING:
    from castline.speech.provider import Utterance

_SSML_NAMESPACE = "http://www.w3.org/2001/10/synthesis"
# The complement of the `Char` production of XML 1.0.
_UNSPEAKABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def build_ssml(utterance: Utterance) -> str:
    """Write ``utterance`` as an SSML document of one voice.

    The text is escaped, so it is spoken and never read as markup. Equal utterances give equal documents.

    Raises:
        ProviderRejectedInput: the text holds a character that no XML document can carry.
    """
    if unspeakable_positions(utterance.text):
        raise ProviderRejectedInput("the text holds a character that XML cannot carry")
    # `xmlns` is written as a plain attribute: ElementTree would give a namespaced tag a prefix of its own.
    speak = ET.Element("speak", {"version": "1.0", "xmlns": _SSML_NAMESPACE, "xml:lang": utterance.language})
    voice = ET.SubElement(speak, "voice", {"name": utterance.voice_id})
    voice.text = utterance.text
    return ET.tostring(speak, encoding="unicode")


def unspeakable_positions(text: str) -> list[int]:
    """Return where ``text`` holds characters that SSML cannot carry, not even escaped.

    These are the control characters other than tab, line feed and carriage return, the surrogates
    U+D800 to U+DFFF, U+FFFE and U+FFFF. A text is speakable when the list is empty.
    """
    return [match.start() for match in _UNSPEAKABLE.finditer(text)]
