"""SSML parser of the emulator, which refuses what the service refuses."""

from __future__ import annotations

import re
import unicodedata
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from local.azure_speech.phones import knows_phones
from local.azure_speech.voices import ESPEAK_LANGUAGES, VOICES, Voice

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_VOICE_TAGS = 50
_MIN_STYLE_DEGREE, _MAX_STYLE_DEGREE = 0.01, 2.0
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_PAUSE_AFTER_MS = {"p": 500, "s": 200}
_MAX_BREAK_MS = 20_000
_BREAK_MS = {"none": 0, "x-weak": 250, "weak": 500, "medium": 750, "strong": 1000, "x-strong": 1250}
_RATE = {"x-slow": 0.5, "slow": 0.64, "medium": 1.0, "default": 1.0, "fast": 1.55, "x-fast": 2.0}
_PITCH = {"x-low": 0.55, "low": 0.8, "medium": 1.0, "default": 1.0, "high": 1.2, "x-high": 1.45}
_VOLUME = {"silent": 0.0, "x-soft": 0.2, "soft": 0.4, "medium": 0.6, "loud": 0.8, "x-loud": 1.0, "default": 1.0}
_TYPICAL_PITCH_HZ = 150
# The elements that these elements may contain; all other elements may contain any element.
# learn.microsoft.com/azure/ai-services/speech-service/speech-synthesis-markup-structure
_MAY_HOLD = {
    "phoneme": set[str](),
    "sub": set[str](),
    "prosody": {"audio", "break", "p", "s", "phoneme", "prosody", "say-as", "sub"},
    "express-as": {"audio", "break", "emphasis", "lang", "phoneme", "prosody", "say-as", "sub"},
}
_SILENT_TAGS = {"backgroundaudio", "audio", "bookmark", "viseme", "lexicon", "silence"}


class SsmlRefused(Exception):
    """The SSML is invalid: the service would close the connection with 1007 and this reason."""


@dataclass(frozen=True, slots=True)
class Prosody:
    """The prosody of a text, as factors: 1.0 is the voice's own rate, pitch and volume."""

    rate: float = 1.0
    pitch: float = 1.0
    volume: float = 1.0


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that is spoken in one way."""

    text: str
    voice: Voice
    prosody: Prosody = field(default_factory=Prosody)
    style: str | None = None
    """One of the voice's styles."""
    style_degree: float = 1.0
    locale: str | None = None
    """The locale that a multilingual voice speaks; None for its own locale."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A silence."""

    duration_ms: int


def parse_ssml(ssml: str, *, with_silence: bool = False) -> list[Passage | Pause]:
    """Parse ``ssml`` into passages and pauses, in order.

    Args:
        ssml: the document.
        with_silence: begin and end each ``voice`` element with the silence that its voice has.

    Raises:
        SsmlRefused: the document is malformed, names an unknown voice or phone, has text or an element in a wrong
            place, or has more than 50 ``voice`` and ``audio`` elements.
    """
    try:
        root = ET.fromstring(ssml)  # noqa: S314 - it comes from the developer's own process
    except ET.ParseError:
        raise SsmlRefused("SSML parsing error: 0x80045003") from None
    if _tag(root) != "speak":
        raise SsmlRefused("SSML is invalid: the root element is not speak.")
    if not root.get(_XML_LANG):
        raise SsmlRefused("SSML is invalid: xml:lang is missing.")
    if sum(_tag(element) in {"voice", "audio"} for element in root.iter()) > MAX_VOICE_TAGS:
        raise SsmlRefused(f"SSML must contain a maximum of {MAX_VOICE_TAGS} voice elements.")
    if (root.text or "").strip() or not len(root):
        raise SsmlRefused("Ssml should only contain voice nodes.")

    heard: list[Passage | Pause] = []
    for child in root:
        if _tag(child) == "voice":
            voice = _voice(child.get("name", ""))
            parts = list(_read(child, Passage("", voice)))
            has_silence = with_silence and parts
            lead, tail = ([Pause(voice.lead_ms)], [Pause(voice.tail_ms)]) if has_silence else ([], [])
            heard.extend([*lead, *parts, *tail])
        elif _tag(child) != "backgroundaudio":
            raise SsmlRefused(
                f"Node [speak] with type [RootSpeak] should not contain node [{_tag(child)}] with type [Others]."
            )
        if (child.tail or "").strip():
            raise SsmlRefused("Ssml should only contain voice nodes.")
    return heard


def _read(element: ET.Element, manner: Passage) -> Iterator[Passage | Pause]:
    """Yield the content of ``element``, spoken in the manner of a passage."""
    yield from _say(element.text, manner)
    for child in element:
        tag = _tag(child)
        if tag not in _MAY_HOLD.get(_tag(element), {tag}):
            raise SsmlRefused(f"Node [{_tag(element)}] should not contain node [{tag}].")
        # Microsoft lists these elements as unsupported by HD voices (<break> only by DragonHDOmni voices), but does
        # not say what the voices do with them. Here, all HD voices ignore them silently:
        # learn.microsoft.com/azure/ai-services/speech-service/high-definition-voices
        is_ignored = manner.voice.is_high_definition and tag in {"break", "prosody", "express-as", "phoneme"}
        yield from _read(child, manner) if is_ignored else _read_child(child, manner)
        yield from _say(child.tail, manner)


def _read_child(element: ET.Element, manner: Passage) -> Iterator[Passage | Pause]:
    tag = _tag(element)
    match tag:
        case "break":
            yield Pause(_break_ms(element))
        case "prosody":
            yield from _read(element, replace(manner, prosody=_nested(element, manner.prosody)))
        case "express-as":
            yield from _read(element, _in_style(element, manner))
        case "lang":
            yield from _in_language(element, manner)
        case "phoneme":
            _check_phones(element, manner)
            yield from _read(element, manner)
        case "sub":
            # The service reports the words of the alias. The SDK looks for them in the document, so it reports wrong
            # offsets for them and for the words after them.
            yield from _say(element.get("alias"), manner)
        case _ if tag not in _SILENT_TAGS:
            yield from _read(element, manner)
            if tag in _PAUSE_AFTER_MS:
                yield Pause(_PAUSE_AFTER_MS[tag])


def _say(text: str | None, manner: Passage) -> Iterator[Passage]:
    spoken = " ".join((text or "").split())
    # Azure reports success and sends no audio for a text without a letter, digit or symbol.
    if any(unicodedata.category(character)[0] in "LNS" for character in spoken):
        yield replace(manner, text=spoken)


def _in_style(element: ET.Element, manner: Passage) -> Passage:
    style, degree = element.get("style"), element.get("styledegree", "1")
    if not re.fullmatch(r"\d+(\.\d+)?", degree) or not _MIN_STYLE_DEGREE <= float(degree) <= _MAX_STYLE_DEGREE:
        raise SsmlRefused(f"Invalid style degree {degree}.")  # what the service does is not documented
    if style not in manner.voice.styles:
        return manner
    return replace(manner, style=style, style_degree=float(degree))


def _in_language(element: ET.Element, manner: Passage) -> Iterator[Passage | Pause]:
    locale = element.get(_XML_LANG)
    if not locale:
        raise SsmlRefused("SSML is invalid: xml:lang is missing.")
    if not manner.voice.is_multilingual:
        yield from _read(element, manner)
    elif locale in ESPEAK_LANGUAGES:  # for a language that it does not speak, the service sends no audio
        yield from _read(element, replace(manner, locale=locale))


def _check_phones(element: ET.Element, manner: Passage) -> None:
    phones, locale = element.get("ph", ""), manner.locale or manner.voice.locale
    if not knows_phones(phones, alphabet=element.get("alphabet", "ipa"), locale=locale):
        raise SsmlRefused(f"Invalid phoneme {phones}.")


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _voice(name: str) -> Voice:
    try:
        return VOICES[name]
    except KeyError:
        raise SsmlRefused(f"Unsupported voice {name}.") from None


def _break_ms(element: ET.Element) -> int:
    time = element.get("time")
    if time is None:
        return _BREAK_MS.get(element.get("strength", "medium"), _BREAK_MS["medium"])
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)(ms|s)\s*", time)
    if match is None:
        raise SsmlRefused(f"Invalid break time {time}.")
    return min(round(float(match[1]) * (1000 if match[2] == "s" else 1)), _MAX_BREAK_MS)


def _nested(element: ET.Element, outer: Prosody) -> Prosody:
    return replace(
        outer,
        rate=outer.rate * _factor(element.get("rate"), _RATE),
        pitch=outer.pitch * _factor(element.get("pitch"), _PITCH),
        volume=outer.volume * _factor(element.get("volume"), _VOLUME, absolute_scale=100),
    )


def _factor(value: str | None, names: dict[str, float], absolute_scale: float = 1.0) -> float:
    """Parse a prosody value: a name, ``+20%``, ``-2st``, ``+10Hz``, or a bare number on ``absolute_scale``."""
    if value is None:
        return 1.0
    if value in names:
        return names[value]
    match = re.fullmatch(r"\s*([+-]?)(\d+(?:\.\d+)?)(%|st|Hz|)\s*", value)
    if match is None:
        raise SsmlRefused(f"Invalid prosody value {value}.")
    sign, digits, unit = match.groups()
    number = -float(digits) if sign == "-" else float(digits)
    if unit == "st":
        factor: float = 2 ** (number / 12)
    elif unit == "Hz":
        factor = 1 + number / _TYPICAL_PITCH_HZ if sign else number / _TYPICAL_PITCH_HZ
    elif unit == "%":
        factor = 1 + number / 100
    else:
        factor = 1 + number / absolute_scale if sign else number / absolute_scale
    return max(factor, 0.0)
