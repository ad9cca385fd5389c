"""Phones that the emulator's voices accept. The emulator refuses a document with any other phone.

The source is https://learn.microsoft.com/azure/ai-services/speech-service/speech-ssml-phonetic-sets. The emulator
refuses phones that are documented only by examples, such as IPA for Japanese and syllables without hyphens.
"""

from __future__ import annotations

import re

_COMMON = "ptbdkgmnŋfvszʃʒlwj"
_ENGLISH = _COMMON + "θðhɹ"
_SPANISH = "ptbdkgmnfslwjβðɣʎɲɾrxʃθ"
_IPA = {
    "en-US": _ENGLISH + "iɪeɛæɑɔʊouʌaəɝɚ",
    "en-CA": _ENGLISH + "iɪeɛæɑɔʊouʌaəɝɚ",
    "en-GB": _ENGLISH + "ɑæʌɛəaʊɪeɜiɒɔu",
    "en-AU": _ENGLISH + "ɑæʌɛəaʊɪeɜiɒɔu",
    "de-DE": _COMMON + "aɔɛəiɪøoœeuʊyʏɐʤhʀrʁxçʔ",
    "fr-FR": _COMMON + "aɑəɛøeiœɔouyɲɥʁ",
    "es-ES": _SPANISH + "aeiou",
    "es-MX": _SPANISH + "ɑeiou",
    "it-IT": "ptbdkgmnfvszʃlwjaeɛiuoɔʧʣʤʎɲɾrʦ",
    "pt-BR": "ptbdkgmnfvszʃʒlwjiaɔuoeɐəɛɲɾxʎ",
    "ko-KR": "ptbdkgmnŋslwjhaɛeɯiʌouɰøɕʑɦɾʰ",
}
_MARKS = r"ˈˌ.ː‿\u0300-\u036f"
_ENGLISH_SAPI = (
    "(iy|ih|ey|eh|ae|aa|ao|uh|ow|uw|ah|ay|aw|oy|ax|er|w|y|p|b|t|d|k|g|m|n|ng|f|v|th|dh|s|z|sh|zh|h|ch|jh|l|r|1|2|-)"
)
_SAPI = {
    "zh-CN": "[a-z]+ [1-5]( - [a-z]+ [1-5])*",
    "zh-HK": "[a-z]+ [1-6]( - [a-z]+ [1-6])*",
    "zh-TW": "([ㄅ-ㄩ]{1,3}[ˉˊˇˋ˙]?)+",
    "ja-JP": "[ァ-ヲン]+",
    "en-US": f"{_ENGLISH_SAPI}( {_ENGLISH_SAPI})*",
}


def knows_phones(phones: str, *, alphabet: str, locale: str) -> bool:
    """Return whether a voice of ``locale`` accepts ``phones``."""
    if alphabet == "sapi":
        pattern = _SAPI.get(locale)
    else:
        letters = _IPA.get(locale) if alphabet == "ipa" else None
        pattern = letters and f"[{letters}{_MARKS}]+"
    return pattern is not None and re.fullmatch(pattern, phones) is not None
