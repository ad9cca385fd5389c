"""Voices of an OpenAI-compatible server: their ids, and the forms in which servers list them."""

from __future__ import annotations

import re
from typing import Any, Final

from castline.speech.providers.base import MAX_VOICE_ID_LENGTH
from castline.speech.voice_list import Gender, Voice

ANY_LANGUAGE: Final = "mul"
"""The ISO 639-2 code for multiple languages: the language of a voice for which the server names none."""

# The ids of Kokoro's voices tell their language, and whether they are female or male: zf_xiaobei.
_KOKORO_ID: Final = re.compile(r"([abefhijpz])([fm])_\w+")
_KOKORO_LANGUAGES: Final = {
    "a": "en-US",
    "b": "en-GB",
    "e": "es",
    "f": "fr-FR",
    "h": "hi",
    "i": "it",
    "j": "ja",
    "p": "pt-BR",
    "z": "zh",
}
_LANGUAGE_NAMES: Final = {
    ANY_LANGUAGE: "Multiple languages",
    "en-US": "English (United States)",
    "en-GB": "English (United Kingdom)",
    "es": "Spanish",
    "fr-FR": "French (France)",
    "hi": "Hindi",
    "it": "Italian",
    "ja": "Japanese",
    "pt-BR": "Portuguese (Brazil)",
    "zh": "Chinese",
}


def is_voice_id(value: str) -> bool:
    """Return whether ``value`` can be a voice's id: 1 to 100 printable characters, no white space at its ends."""
    return 0 < len(value) <= MAX_VOICE_ID_LENGTH and value.isprintable() and value == value.strip()


def read_voices(described: Any) -> list[Voice | None] | None:
    """Read a server's list of voices; return None if it is not a list of voices.

    The list may also be in ``voices`` or ``data`` of an object. The result has None for each entry that is not a
    voice.
    """
    if isinstance(described, dict):
        described = described.get("voices", described.get("data"))
    return [read_voice(each) for each in described] if isinstance(described, list) else None


def read_voice(described: Any) -> Voice | None:
    """Read a voice: its id, or an object with ``id`` (or only ``name``), ``name``, ``language`` and ``gender``."""
    if isinstance(described, str):
        described = {"id": described}
    if not isinstance(described, dict):
        return None
    voice_id = described.get("id") or described.get("name") or ""
    texts = (voice_id, *(described.get(field) or "" for field in ("name", "language", "gender")))
    if not voice_id or not all(isinstance(text, str) for text in texts):
        return None
    _, name, language, gender = texts
    if kokoro := _KOKORO_ID.fullmatch(voice_id):
        language = language or _KOKORO_LANGUAGES[kokoro[1]]
        gender = gender or {"f": Gender.FEMALE, "m": Gender.MALE}[kokoro[2]]
    language = _tidy(language or ANY_LANGUAGE)
    gender = gender.lower()
    return Voice(
        voice_id=voice_id,
        name=name or voice_id,
        language=language,
        language_name=_LANGUAGE_NAMES.get(language, language),
        gender=Gender(gender) if gender in list(Gender) else Gender.NEUTRAL,
    )


def _tidy(tag: str) -> str:
    """Write a language tag in the usual case: en-us as en-US, zh_hant_tw as zh-Hant-TW (RFC 5646, section 2.1.1)."""
    first, *others = tag.replace("_", "-").split("-")
    cases = {2: str.upper, 4: str.title}
    return "-".join([first.lower(), *(cases.get(len(part), str.lower)(part) for part in others)])
