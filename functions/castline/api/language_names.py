"""Names of languages in messages for users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from castline.api.negotiation import Language

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from castline.speech.voice_list import Voice

# Traditional Chinese names from CLDR, for the languages of common voices.
_CHINESE: Final = {
    "ar": "阿拉伯文", "bg": "保加利亞文", "bn": "孟加拉文", "ca": "加泰蘭文", "cs": "捷克文", "da": "丹麥文",
    "de": "德文", "el": "希臘文", "en": "英文", "es": "西班牙文", "fa": "波斯文", "fi": "芬蘭文", "fil": "菲律賓文",
    "fr": "法文", "he": "希伯來文", "hi": "印地文", "hr": "克羅埃西亞文", "hu": "匈牙利文", "id": "印尼文",
    "it": "義大利文", "ja": "日文", "km": "高棉文", "ko": "韓文", "ms": "馬來文", "nb": "挪威文", "nl": "荷蘭文",
    "pl": "波蘭文", "pt": "葡萄牙文", "ro": "羅馬尼亞文", "ru": "俄文", "sk": "斯洛伐克文", "sv": "瑞典文",
    "ta": "坦米爾文", "th": "泰文", "tr": "土耳其文", "uk": "烏克蘭文", "ur": "烏都文", "vi": "越南文", "zh": "中文",
}  # fmt: skip
_CHINESE_REGIONS: Final = {
    "AE": "阿拉伯聯合大公國", "AR": "阿根廷", "AT": "奧地利", "AU": "澳洲", "BE": "比利時", "BR": "巴西",
    "CA": "加拿大", "CH": "瑞士", "CN": "中國大陸", "DE": "德國", "EG": "埃及", "ES": "西班牙", "FR": "法國",
    "GB": "英國", "HK": "香港", "IE": "愛爾蘭", "IN": "印度", "JP": "日本", "KR": "韓國", "MX": "墨西哥",
    "NL": "荷蘭", "NZ": "紐西蘭", "PH": "菲律賓", "PT": "葡萄牙", "SA": "沙烏地阿拉伯", "SG": "新加坡",
    "TW": "台灣", "US": "美國", "ZA": "南非",
}  # fmt: skip
_ENGLISH: Final = {
    "zh-TW": "Chinese (Taiwan)", "zh-CN": "Chinese (mainland China)", "zh-HK": "Chinese (Hong Kong)",
}  # fmt: skip


def language_names(tags: Iterable[str], voices: Iterable[Voice], language: Language) -> Mapping[str, str]:
    """Return the known names of languages, by language tag.

    Args:
        tags: language tags, with or without regions.
        voices: voices; each has the English name of its language.
        language: the language of the names.
    """
    if language is Language.ENGLISH:
        return {voice.language: voice.language_name for voice in voices} | _ENGLISH
    return {tag: name for tag in tags if (name := _in_chinese(tag)) is not None}


def _in_chinese(tag: str) -> str | None:
    primary, _, region = tag.partition("-")
    name = _CHINESE.get(primary)
    if name is None or not region:
        return name
    return f"{name}（{_CHINESE_REGIONS[region]}）" if region in _CHINESE_REGIONS else f"{name}（{region}）"
