"""Locales that Azure's multilingual voices can be told to speak.

For any other locale, they return no audio. The source is
https://learn.microsoft.com/azure/ai-services/speech-service/language-support?tabs=tts#multilingual-voices.
"""

from __future__ import annotations

from typing import Final

# The usual locale of a language comes first. A few older voices speak fewer locales.
_LOCALES: Final = """
af-ZA sq-AL am-ET ar-EG ar-SA hy-AM az-AZ eu-ES bn-IN bs-BA bg-BG my-MM ca-ES zh-CN zh-HK zh-TW hr-HR cs-CZ
da-DK nl-NL nl-BE en-US en-AU en-CA en-HK en-IN en-IE en-GB et-EE fil-PH fi-FI fr-FR fr-BE fr-CA fr-CH gl-ES
ka-GE de-DE de-AT de-CH el-GR he-IL hi-IN hu-HU is-IS id-ID ga-IE it-IT ja-JP jv-ID kn-IN kk-KZ km-KH ko-KR
lo-LA lv-LV lt-LT mk-MK ms-MY ml-IN mt-MT mn-MN ne-NP nb-NO ps-AF fa-IR pl-PL pt-BR pt-PT ro-RO ru-RU sr-RS
si-LK sk-SK sl-SI so-SO es-ES es-MX su-ID sw-KE sv-SE ta-IN te-IN th-TH tr-TR uk-UA ur-PK uz-UZ vi-VN cy-GB
zu-ZA
"""


def locale_of(language: str) -> str | None:
    """Return the documented locale for a language tag: ``de-DE`` for ``de`` or ``DE-de``; None if there is none."""
    tag = language.casefold()
    return next((each for each in _LOCALES.split() if tag in {each.casefold(), each.partition("-")[0]}), None)
