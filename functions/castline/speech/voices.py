"""What a voice id and a language tag look like.

Both are checked for their form only: whether a voice exists, the provider knows.
"""

from __future__ import annotations

import re

MAX_VOICE_ID_LENGTH = 100
MAX_LANGUAGE_TAG_LENGTH = 35

# A locale, a name in parts, and for some the model that speaks it: zh-TW-HsiaoYuNeural, iu-Cans-CA-SiqiniqNeural,
# zh-CN-liaoning-XiaobeiNeural, en-US-MultiTalker-Ava-Andrew:DragonHDLatestNeural.
_VOICE_ID = re.compile(
    r"""
    [a-z]{2,3} (-[A-Z][a-z]{3})? -([A-Z]{2}|[0-9]{3})   # language, script, region
    (-[A-Za-z0-9]+)+                                    # dialect, name
    (:[A-Za-z0-9]+)?                                    # model
    """,
    re.VERBOSE,
)

# RFC 5646, section 2.1, without the grandfathered tags.
_LANGUAGE_TAG = re.compile(
    r"""
    ([A-Za-z]{2,3} (-[A-Za-z]{3}){0,3} | [A-Za-z]{4,8})     # language
    (-[A-Za-z]{4})?                                         # script
    (-([A-Za-z]{2} | [0-9]{3}))?                            # region
    (-([A-Za-z0-9]{5,8} | [0-9][A-Za-z0-9]{3}))*            # variants
    (-[A-WYZa-wyz0-9] (-[A-Za-z0-9]{2,8})+)*                # extensions
    (-[Xx] (-[A-Za-z0-9]{1,8})+)?                           # private use
    | [Xx] (-[A-Za-z0-9]{1,8})+
    """,
    re.VERBOSE,
)


def _on_one_line(pattern: re.Pattern[str]) -> str:
    return "^(" + re.sub(r"#.*|\s", "", pattern.pattern) + ")$"


VOICE_ID_PATTERN = _on_one_line(_VOICE_ID)
"""For JSON Schema."""
LANGUAGE_TAG_PATTERN = _on_one_line(_LANGUAGE_TAG)


def is_voice_id(value: str) -> bool:
    """Whether ``value`` has the form of an Azure voice's short name, at most 100 characters long."""
    return len(value) <= MAX_VOICE_ID_LENGTH and _VOICE_ID.fullmatch(value) is not None


def is_language_tag(value: str) -> bool:
    """Whether ``value`` is a well-formed BCP 47 language tag, at most 35 characters long."""
    return len(value) <= MAX_LANGUAGE_TAG_LENGTH and _LANGUAGE_TAG.fullmatch(value) is not None


def takes_markup(voice_id: str) -> bool:
    """Whether a voice takes ``<prosody>`` and ``<break>`` and reports its words.

    High-definition voices do not; their ids name a model after a colon: en-US-Ava:DragonHDLatestNeural. None takes
    ``<prosody>``; those of DragonHD report no words, and those of DragonHDOmni take no ``<break>``. The source is
    https://learn.microsoft.com/azure/ai-services/speech-service/high-definition-voices.
    """
    return ":" not in voice_id
