"""Voices of the emulator, and their sounds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Gender = Literal["Female", "Male"]


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of the service, and its replacement in the emulator."""

    short_name: str
    locale: str
    locale_name: str
    gender: Gender
    display_name: str
    local_name: str
    espeak_voice: str
    """The language and variant of espeak-ng, such as ``cmn+f3``."""
    espeak_pitch: int
    """The pitch of espeak-ng, from 0 to 100."""
    words_per_minute: int
    tone_hz: int
    """The pitch of the tone engine: a whole number, different for every voice."""
    lead_ms: int
    """The silence before the voice speaks."""
    tail_ms: int
    """The silence after the voice has spoken: 200 to 800, different for each voice."""
    styles: tuple[str, ...] = ()
    """The speaking styles that the voice has."""

    @property
    def is_high_definition(self) -> bool:
        """Return whether the voice takes no ``prosody`` and no ``break``, and reports no words."""
        return ":" in self.short_name

    @property
    def is_multilingual(self) -> bool:
        """Return whether the voice takes ``lang``."""
        return self.is_high_definition or "Multilingual" in self.short_name

    def as_json(self) -> dict[str, Any]:
        """Describe the voice in the form of the service's list of voices."""
        name = self.short_name.removeprefix(f"{self.locale}-")
        more: dict[str, Any] = {}
        if self.styles:
            more["StyleList"] = list(self.styles)
        if self.is_multilingual:
            more["SecondaryLocaleList"] = [locale for locale in ESPEAK_LANGUAGES if locale != self.locale]
        return {
            "Name": f"Microsoft Server Speech Text to Speech Voice ({self.locale}, {name})",
            "DisplayName": self.display_name,
            "LocalName": self.local_name,
            "ShortName": self.short_name,
            "Gender": self.gender,
            "Locale": self.locale,
            "LocaleName": self.locale_name,
            "SampleRateHertz": "24000",
            "VoiceType": "Neural",
            "Status": "GA",
            "WordsPerMinute": str(self.words_per_minute),
            **more,
        }


# Locale, its name, the language of espeak-ng, and its voices: name, gender, and the name in the locale's own script.
_CATALOGUE: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (
        "zh-TW",
        "Chinese (Taiwanese Mandarin, Traditional)",
        "cmn",
        ("HsiaoChen F 曉臻", "YunJhe M 雲哲", "HsiaoYu F 曉雨"),
    ),
    (
        "zh-CN",
        "Chinese (Mandarin, Simplified)",
        "cmn",
        (
            "Xiaoxiao F 晓晓",
            "Yunxi M 云希",
            "Yunjian M 云健",
            "Xiaoyi F 晓伊",
            "Yunyang M 云扬",
            "Xiaochen F 晓辰",
            "Xiaohan F 晓涵",
            "Xiaomo F 晓墨",
            "Yunye M 云野",
            "Yunxia M 云夏",
        ),
    ),
    ("zh-CN-liaoning", "Chinese (Northeastern Mandarin, Simplified)", "cmn", ("Xiaobei F 晓北",)),
    ("zh-HK", "Chinese (Cantonese, Traditional)", "yue", ("HiuMaan F 曉曼", "WanLung M 雲龍", "HiuGaai F 曉佳")),
    (
        "en-US",
        "English (United States)",
        "en-us",
        (
            "Ava F",
            "Andrew M",
            "Emma F",
            "Brian M",
            "Jenny F",
            "Guy M",
            "Aria F",
            "Davis M",
            "Jane F",
            "Tony M",
            "AvaMultilingual F",
            "AndrewMultilingual M",
        ),
    ),
    ("en-GB", "English (United Kingdom)", "en-gb-x-rp", ("Sonia F", "Ryan M", "Libby F", "Thomas M")),
    ("en-AU", "English (Australia)", "en", ("Natasha F", "William M")),
    ("en-CA", "English (Canada)", "en-us", ("Clara F", "Liam M")),
    ("en-IN", "English (India)", "en", ("Neerja F", "Prabhat M")),
    ("ja-JP", "Japanese (Japan)", "ja", ("Nanami F 七海", "Keita M 圭太", "Aoi F 碧衣", "Naoki M 直紀")),
    ("ko-KR", "Korean (Korea)", "ko", ("SunHi F 선히", "InJoon M 인준")),
    ("de-DE", "German (Germany)", "de", ("Katja F", "Conrad M", "Amala F")),
    ("fr-FR", "French (France)", "fr", ("Denise F", "Henri M", "Eloise F")),
    ("es-ES", "Spanish (Spain)", "es", ("Elvira F", "Alvaro M Álvaro")),
    ("es-MX", "Spanish (Mexico)", "es-419", ("Dalia F", "Jorge M")),
    ("it-IT", "Italian (Italy)", "it", ("Elsa F", "Isabella F", "Diego M")),
    ("pt-BR", "Portuguese (Brazil)", "pt-br", ("Francisca F", "Antonio M Antônio")),
    ("ru-RU", "Russian (Russia)", "ru", ("Svetlana F Светлана", "Dmitry M Дмитрий")),
    ("id-ID", "Indonesian (Indonesia)", "id", ("Gadis F", "Ardi M")),
    ("vi-VN", "Vietnamese (Vietnam)", "vi", ("HoaiMy F Hoài My", "NamMinh M Nam Minh")),
    ("th-TH", "Thai (Thailand)", "th", ("Premwadee F เปรมวดี", "Niwat M นิวัฒน์")),
    ("en-US", "English (United States)", "en-us", ("Ava:DragonHDLatest F", "Andrew:DragonHDLatest M")),
)

ESPEAK_LANGUAGES = {locale: language for locale, _name, language, _entries in _CATALOGUE}
"""The language of espeak-ng for each locale. Multilingual voices speak all of them."""

# From https://learn.microsoft.com/azure/ai-services/speech-service/language-support?tabs=tts#voice-styles-and-roles.
# No voice of zh-TW has a style.
_STYLES = {
    "zh-CN-XiaoxiaoNeural": (
        "affectionate angry assistant calm chat chat-casual cheerful customerservice disgruntled excited fearful "
        "friendly gentle lyrical newscast poetry-reading sad serious sorry whispering"
    ),
    "zh-CN-XiaoyiNeural": "affectionate angry cheerful disgruntled embarrassed fearful gentle sad serious",
    "en-US-AvaNeural": "angry fearful sad",
    "en-US-JennyNeural": (
        "angry assistant chat cheerful customerservice excited friendly hopeful newscast sad shouting terrified "
        "unfriendly whispering"
    ),
    "en-US-AriaNeural": (
        "angry chat cheerful customerservice empathetic excited friendly hopeful narration-professional "
        "newscast-casual newscast-formal sad shouting terrified unfriendly whispering"
    ),
    "en-US-AndrewMultilingualNeural": "empathetic relieved",
    "en-GB-SoniaNeural": "cheerful sad",
    "ja-JP-NanamiNeural": "chat cheerful customerservice",
}

# The sounds of the voices of one gender in one language, in order: variant and pitch of espeak-ng, words per minute.
# When the list is used up, it is repeated with a higher pitch.
_SOUNDS: dict[Gender, tuple[tuple[str, int, int], ...]] = {
    "Female": (("f2", 60, 160), ("f3", 70, 170), ("f5", 55, 155), ("f4", 65, 175), ("f1", 60, 165)),
    "Male": (("m3", 50, 160), ("m1", 40, 150), ("m7", 60, 170), ("m2", 45, 165), ("m5", 55, 155)),
}
_PITCH_STEP = 12
_LEAD_MS = 100
_MIN_TAIL_MS, _TAIL_STEP_MS, _TAIL_STEPS = 200, 50, 13


def _voices() -> Iterator[Voice]:
    tones = count(100, 5)
    tails = count(0, 5)
    heard: dict[tuple[str, Gender], Iterator[int]] = {}
    for locale, locale_name, language, entries in _CATALOGUE:
        for entry in entries:
            name, letter, *local_name = entry.split(" ", 2)
            gender: Gender = "Female" if letter == "F" else "Male"
            sounds = _SOUNDS[gender]
            again, which = divmod(next(heard.setdefault((language, gender), count())), len(sounds))
            variant, pitch, words_per_minute = sounds[which]
            short_name = f"{locale}-{name}Neural"
            yield Voice(
                short_name=short_name,
                locale=locale,
                locale_name=locale_name,
                gender=gender,
                display_name=name.replace(":", " "),
                local_name=local_name[0] if local_name else name.replace(":", " "),
                espeak_voice=f"{language}+{variant}",
                espeak_pitch=pitch + again * _PITCH_STEP,
                words_per_minute=words_per_minute,
                tone_hz=next(tones),
                lead_ms=_LEAD_MS,
                tail_ms=_MIN_TAIL_MS + next(tails) % _TAIL_STEPS * _TAIL_STEP_MS,
                styles=tuple(_STYLES.get(short_name, "").split()),
            )


VOICES: dict[str, Voice] = {voice.short_name: voice for voice in _voices()}
"""All voices by short name, in the order of the catalogue."""
