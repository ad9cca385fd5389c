"""Azure voice ids: their form, and the capabilities that follow from it."""

from __future__ import annotations

import re
from typing import Final

from castline.speech.providers.base import MAX_VOICE_ID_LENGTH

# A locale, a name in parts, and for some voices a model: zh-TW-HsiaoYuNeural, iu-Cans-CA-SiqiniqNeural,
# zh-CN-liaoning-XiaobeiNeural, en-US-MultiTalker-Ava-Andrew:DragonHDLatestNeural,
# en-US-Harper:MAI-Voice-2.
_VOICE_ID: Final = re.compile(
    r"""
    [a-z]{2,3} (-[A-Z][a-z]{3})? -([A-Z]{2}|[0-9]{3})   # language, script, region
    (-[A-Za-z0-9]+)+                                    # dialect, name
    (:[A-Za-z0-9]+([.-][A-Za-z0-9]+)*)?                 # model
    """,
    re.VERBOSE,
)

# The locale at the beginning of an id. A dialect is in lower case, and a name is not.
_LANGUAGE: Final = re.compile("[a-z]{2,3}(-[A-Z][a-z]{3})?-([A-Z]{2}|[0-9]{3})(-[a-z]+(?=-))?")


def is_voice_id(value: str) -> bool:
    """Return whether ``value`` has the form of an Azure voice's short name, of at most 100 characters."""
    return len(value) <= MAX_VOICE_ID_LENGTH and _VOICE_ID.fullmatch(value) is not None


def takes_markup(voice_id: str) -> bool:
    """Return whether a voice takes ``<prosody>`` and ``<break>`` and reports its words.

    High-definition voices do not. Their ids name a model after a colon: en-US-Ava:DragonHDLatestNeural. None of them
    takes ``<prosody>`` or ``<phoneme>``. Those of DragonHD report no words, and those of DragonHDOmni take no
    ``<break>``. The source is https://learn.microsoft.com/azure/ai-services/speech-service/high-definition-voices.
    """
    return ":" not in voice_id


def takes_styles(voice_id: str) -> bool:
    """Return whether a voice takes ``<mstts:express-as>``, as all voices do except most high-definition voices.

    Among high-definition voices, styles are documented for those of the model DragonHDFlash; see
    https://learn.microsoft.com/azure/ai-services/speech-service/language-support?tabs=tts#voice-styles-and-roles.
    """
    return takes_markup(voice_id) or ":DragonHDFlash" in voice_id


def takes_foreign_language(voice_id: str) -> bool:
    """Return whether a voice takes ``<lang>``, as multilingual voices do, including all high-definition voices.

    Other voices ignore it: https://learn.microsoft.com/azure/ai-services/speech-service/speech-synthesis-markup-voice.
    """
    return not takes_markup(voice_id) or "Multilingual" in voice_id


def own_language(voice_id: str) -> str:
    """Return the language tag that a voice's id begins with: ``zh-TW``, ``zh-CN-liaoning``."""
    tag = _LANGUAGE.match(voice_id)
    return tag[0] if tag else ""
