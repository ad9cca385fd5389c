"""SSML parser of the emulator, which refuses what the service refuses."""

from __future__ import annotations

import re
import unicodedata
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from local.azure_speech.voices import VOICES, Voice

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_VOICE_TAGS = 50
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_PARAGRAPH_PAUSE_MS = 500
_SENTENCE_PAUSE_MS = 200
_MAX_BREAK_MS = 20_000
_BREAK_MS = {"none": 0, "x-weak": 250, "weak": 500, "medium": 750, "strong": 1000, "x-strong": 1250}
_RATE = {"x-slow": 0.5, "slow": 0.64, "medium": 1.0, "default": 1.0, "fast": 1.55, "x-fast": 2.0}
_PITCH = {"x-low": 0.55, "low": 0.8, "medium": 1.0, "default": 1.0, "high": 1.2, "x-high": 1.45}
_VOLUME = {"silent": 0.0, "x-soft": 0.2, "soft": 0.4, "medium": 0.6, "loud": 0.8, "x-loud": 1.0, "default": 1.0}
_TYPICAL_PITCH_HZ = 150
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
    """A text in one voice and one prosody."""

    text: str
    voice: Voice
    prosody: Prosody = field(default_factory=Prosody)


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
        SsmlRefused: it is malformed, names a voice that does not exist, has text or another element where
            only voices belong, or has more than 50 ``voice`` and ``audio`` elements.
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
            parts = list(_read(child, voice, Prosody()))
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


def _read(element: ET.Element, voice: Voice, prosody: Prosody) -> Iterator[Passage | Pause]:
    yield from _say(element.text, voice, prosody)
    for child in element:
        tag = _tag(child)
        if voice.is_high_definition and tag in {"break", "prosody"}:
            # Microsoft lists <prosody> as unsupported by all HD voices, and <break> by those of DragonHDOmni, and not
            # what the voices do then. Here all ignore both, which nobody would notice:
            # learn.microsoft.com/azure/ai-services/speech-service/high-definition-voices
            yield from _read(child, voice, prosody)
        elif tag == "break":
            yield Pause(_break_ms(child))
        elif tag == "prosody":
            yield from _read(child, voice, _nested(child, prosody))
        elif tag not in _SILENT_TAGS:
            yield from _read(child, voice, prosody)
            if tag == "p":
                yield Pause(_PARAGRAPH_PAUSE_MS)
            elif tag == "s":
                yield Pause(_SENTENCE_PAUSE_MS)
        yield from _say(child.tail, voice, prosody)


def _say(text: str | None, voice: Voice, prosody: Prosody) -> Iterator[Passage]:
    spoken = " ".join((text or "").split())
    # Azure reports success and sends no audio for a text without a letter, digit or symbol.
    if any(unicodedata.category(character)[0] in "LNS" for character in spoken):
        yield Passage(spoken, voice, prosody)


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
