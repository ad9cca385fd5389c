"""SSML documents for Azure Speech.

Azure describes which elements may contain which others in
https://learn.microsoft.com/azure/ai-services/speech-service/speech-synthesis-markup-structure.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from functools import lru_cache
from typing import TYPE_CHECKING

from castline.speech.errors import ProviderRejectedInput
from castline.speech.pronunciation import Alphabet
from castline.speech.providers.azure import phones
from castline.speech.providers.azure.locales import locale_of
from castline.speech.providers.azure.voice_ids import own_language, takes_foreign_language, takes_markup
from castline.speech.speakable import unspeakable_positions
from castline.speech.spoken_text import pieces_of, spoken_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from castline.speech.pronunciation import SpokenAs
    from castline.speech.utterances import Utterance

_SSML_NAMESPACE = "http://www.w3.org/2001/10/synthesis"
_MSTTS_NAMESPACE = "https://www.w3.org/2001/mstts"
_KEPT_DOCUMENTS = 2_000
"""The number of utterances whose documents a process keeps: more than most dialogues have.

The choice of requests, the charge and the cache key of an utterance all depend on its document.
"""


@lru_cache(maxsize=_KEPT_DOCUMENTS)
def build_ssml(utterance: Utterance) -> str:
    """Write ``utterance`` as an SSML document with one voice. The last documents are kept.

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
    # Namespaces are written as plain attributes: ElementTree would give a namespaced tag a prefix of its own.
    namespaces = {"xmlns": _SSML_NAMESPACE}
    if any(utterance.style for utterance in utterances):
        namespaces["xmlns:mstts"] = _MSTTS_NAMESPACE
    speak = ET.Element("speak", {"version": "1.0", **namespaces, "xml:lang": languages.pop()})
    voices = [_voice(speak, utterance) for utterance in utterances]
    for voice in voices[:-1]:
        ET.SubElement(voice, "break")
    return ET.tostring(speak, encoding="unicode").replace("<break />", "<break/>")  # no text holds an unescaped "<"


def _voice(speak: ET.Element, utterance: Utterance) -> ET.Element:
    if unspeakable_positions(spoken_text(utterance) + (utterance.style or "")):
        raise ProviderRejectedInput("the text holds a character that XML cannot carry")
    voice = innermost = ET.SubElement(speak, "voice", {"name": utterance.voice_id})
    # Each element may contain the next ones, but not the previous ones.
    for tag, attributes in (
        ("mstts:express-as", _style(utterance)),
        ("lang", _language(utterance)),
        ("prosody", _prosody(utterance)),
    ):
        if attributes:
            innermost = ET.SubElement(innermost, tag, attributes)
    _write_text(innermost, utterance)
    return voice


def _write_text(element: ET.Element, utterance: Utterance) -> None:
    element.text = ""
    last: ET.Element | None = None
    for spoken, _start, _end, spoken_as in pieces_of(utterance):
        if attributes := _phoneme(utterance, spoken_as):
            last = ET.SubElement(element, "phoneme", attributes)
            last.text, last.tail = spoken, ""
        elif last is None:
            element.text += spoken
        else:
            last.tail = (last.tail or "") + spoken


def _phoneme(utterance: Utterance, spoken_as: SpokenAs | None) -> dict[str, str]:
    """Return the attributes of a phoneme; none if the voice might refuse it, and the whole document because of it."""
    if spoken_as is None or spoken_as.phoneme is None or not takes_markup(utterance.voice_id):
        return {}
    alphabet = spoken_as.alphabet or Alphabet.IPA
    language = takes_foreign_language(utterance.voice_id) and utterance.foreign_language
    language = (language and locale_of(language)) or own_language(utterance.voice_id)
    phoneme = phones.as_sent(spoken_as.phoneme, alphabet=alphabet, language=language)
    return {"alphabet": alphabet.value, "ph": phoneme} if phoneme else {}


def _language(utterance: Utterance) -> dict[str, str]:
    language = utterance.foreign_language
    return {"xml:lang": locale_of(language) or language} if language else {}


def _style(utterance: Utterance) -> dict[str, str]:
    if not utterance.style:
        return {}
    degree = f"{utterance.style_degree:.2f}".rstrip("0").rstrip(".")
    return {"style": utterance.style, **({"styledegree": degree} if degree != "1" else {})}


def _prosody(utterance: Utterance) -> dict[str, str]:
    """Return the prosody attributes that are not neutral, as the percent changes that Azure documents."""
    changes = {"rate": round((utterance.rate - 1) * 100), "pitch": utterance.pitch_percent}
    return {name: f"{percent:+d}%" for name, percent in changes.items() if percent}
