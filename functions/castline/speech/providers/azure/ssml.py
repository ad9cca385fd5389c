"""SSML documents for Azure Speech."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from castline.speech.errors import ProviderRejectedInput
from castline.speech.speakable import unspeakable_positions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from castline.speech.utterances import Utterance

_SSML_NAMESPACE = "http://www.w3.org/2001/10/synthesis"


def build_ssml(utterance: Utterance) -> str:
    """Write ``utterance`` as an SSML document with one voice.

    The text is escaped, so it is spoken and never read as markup. Equal utterances give equal documents.

    Raises:
        ProviderRejectedInput: the text holds a character that no XML document can carry.
    """
    return build_joint_ssml([utterance])


def build_joint_ssml(utterances: Sequence[Utterance]) -> str:
    """Write ``utterances`` as one SSML document: one ``voice`` element for each, with breaks between them.

    There is no break after the last one. A break has no length attribute, because every character is billed.

    Raises:
        ProviderRejectedInput: a text holds a character that no XML document can carry.
        ValueError: there are no utterances, or they are not of one language.
    """
    languages = {utterance.language for utterance in utterances}
    if len(languages) != 1:
        raise ValueError(f"utterances in one document must be of one language, not of {len(languages)}")
    # `xmlns` is written as a plain attribute: ElementTree would give a namespaced tag a prefix of its own.
    speak = ET.Element("speak", {"version": "1.0", "xmlns": _SSML_NAMESPACE, "xml:lang": languages.pop()})
    voices = [_voice(speak, utterance) for utterance in utterances]
    for voice in voices[:-1]:
        ET.SubElement(voice, "break")
    return ET.tostring(speak, encoding="unicode").replace("<break />", "<break/>")  # no text holds an unescaped "<"


def _voice(speak: ET.Element, utterance: Utterance) -> ET.Element:
    if unspeakable_positions(utterance.text):
        raise ProviderRejectedInput("the text holds a character that XML cannot carry")
    voice = ET.SubElement(speak, "voice", {"name": utterance.voice_id})
    prosody = _prosody(utterance)
    spoken = ET.SubElement(voice, "prosody", prosody) if prosody else voice
    spoken.text = utterance.text
    return voice


def _prosody(utterance: Utterance) -> dict[str, str]:
    """Return the prosody attributes that are not neutral, as the percent changes that Azure documents."""
    changes = {"rate": round((utterance.rate - 1) * 100), "pitch": utterance.pitch_percent}
    return {name: f"{percent:+d}%" for name, percent in changes.items() if percent}
