"""Prose before a colon: distinguishes labels that read like a name from words that somebody speaks.

Spoken words may hold a colon: 「他說：好」, ``Here is the thing: …``, ``Note: …``. By form alone, the text before
each of these colons could be a name. Its words decide, and how often it stands before a colon.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

_HAN: Final = re.compile(r"[\u3400-\u9fff]")

# fmt: off
_REMARKS: Final = frozenset(
    {
        "note", "notes", "nb", "n.b.", "p.s.", "ps", "warning", "caution", "tip", "hint", "example",
        "e.g.", "i.e.", "title", "cast", "characters", "summary", "keywords", "date",
        "time", "location", "subtitle", "duration", "length", "runtime", "estimated runtime", "word count", "hosts",
        "podcast title", "episode title", "show title",
        "注意", "備註", "备注", "附註", "附注", "註", "注", "提示", "提醒", "例", "例如", "比如", "譬如",
        "比方說", "比方说", "也就是說", "也就是说", "換句話說", "换句话说", "總之", "总之", "簡單說",
        "简单说", "標題", "标题", "題目", "题目", "時長", "时长", "字數", "字数", "地點", "地点",
        "時間", "时间", "日期", "人物", "角色", "摘要", "關鍵字", "关键字", "網址", "网址", "電話", "电话", "地址",
    }
)

# Labels of sounds other than speech.
_SOUNDS: Final = frozenset(
    {
        "sfx", "fx", "sound", "sounds", "sound effect", "sound effects", "music", "bgm", "background music", "audio",
        "ambience", "ambient sound", "music cue", "intro music", "outro music", "theme music", "theme song",
        "音效", "音樂", "音乐", "背景音樂", "背景音乐", "配樂", "配乐", "背景音", "効果音", "효과음", "배경음악",
        "음악", "musik", "geräusch", "geräusche", "soundeffekt", "musique", "bruitage", "música", "sonido",
        "efecto de sonido",
        "musica", "effetto sonoro",
    }
)

# Labels of things to see.
_SIGHTS: Final = frozenset(
    {
        "visual", "visuals", "b-roll", "on screen", "on-screen", "on-screen text", "text on screen", "camera",
        "scene", "setting", "畫面", "画面", "鏡頭", "镜头", "字幕", "場景", "场景",
    }
)
_NUMBER_AFTER: Final = re.compile(r"[ #]*[0-9]{1,3}$")
# fmt: on

# Somebody speaks, thinks or writes, and the words follow.
_SPEECH: Final = "[說说道問问答喊叫吼唱唸念讀读寫写想講讲罵骂嘆叹][著着了到過过]?"
_PRONOUN: Final = "[我你妳您他她它牠咱][們们]?|大家|人家|有人|[這这那]人"
_PRONOUN_SPEAKS: Final = re.compile(
    rf"(?:{_PRONOUN}).{{0,6}}(?:{_SPEECH}|[覺觉]得|[認认][為为])"
    r"|(?:i|you|he|she|it|we|they|who)\b.{0,20}\b(?:said|says?|asked|asks?|thought|thinks?|replied|answered|added|wrote)",
    re.IGNORECASE,
)
_SPEAKS: Final = re.compile(
    rf".+(?:{_SPEECH}|[覺觉]得|[認认][為为])"
    r"|.+ (?:said|says?|asked|asks?|thought|replied|replies|answered|answers?|added|wrote|shouted|whispered)",
    re.IGNORECASE,
)

# Words that announce what follows: 重點是：, 原因如下：
_ANNOUNCES: Final = re.compile(r".+(?:是|就是|如下|以下|在[於于]|包括|包含|等[於于]|叫做|例如|比如|譬如|即)")
_OPENING: Final = re.compile(
    r"(?:i|i'm|you|he|she|it|it's|we|they|this|that|that's|these|those|there|there's|here|here's|let|let's|please|if|"
    r"when|while|as|but|and|so|or|because|what|why|how|remember|listen|look|for|in|on|at|to|with|first|second|finally)\b",
    re.IGNORECASE,
)
_HAN_OPENING: Final = re.compile(
    r"(?:我|你|妳|他|她|[這这那]|如果|因[為为]|所以|但|不[過过]|而且|[還还]有|首先|最[後后]).{5,}"
)
_LOWER_CASE_PROSE_WORDS: Final = 4


class Reading(Enum):
    """Ways to read a label."""

    NAME = auto()
    PERHAPS_PROSE = auto()
    """Prose if it stands before a colon once, a name if it does so more often."""
    PROSE = auto()
    """Somebody is quoted: 他說."""
    CUE = auto()
    """The label of a sound or of something to see, such as ``SFX``. It is not a name, except in brackets."""
    REMARK = auto()
    """The heading of a remark, such as ``Note``. It is not a name, except in brackets."""


def read_name(name: str) -> Reading:
    """Classify ``name`` as a name, a remark, a cue, prose or perhaps prose, by its words alone."""
    if name.casefold() in _REMARKS:
        return Reading.REMARK
    if name.casefold() in _SIGHTS or is_sound(name):
        return Reading.CUE
    if _PRONOUN_SPEAKS.fullmatch(name):
        return Reading.PROSE
    if _SPEAKS.fullmatch(name) or _ANNOUNCES.fullmatch(name) or _HAN_OPENING.fullmatch(name):
        return Reading.PERHAPS_PROSE
    if not _HAN.search(name) and _reads_like_a_clause(name.split(" ")):
        return Reading.PERHAPS_PROSE
    return Reading.NAME


def is_sound(name: str) -> bool:
    """Return whether ``name`` is the label of a sound other than speech: ``SFX``, ``Music 2``, 音效."""
    return _NUMBER_AFTER.sub("", name.casefold()) in _SOUNDS


def _reads_like_a_clause(words: list[str]) -> bool:
    if len(words) == 1:
        return False
    if _OPENING.match(words[0]):
        return True
    return len(words) >= _LOWER_CASE_PROSE_WORDS and all(word[:1].islower() for word in words[1:])
