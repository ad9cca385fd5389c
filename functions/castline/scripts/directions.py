"""Vocabulary of tags and stage directions: the words that mean a style, a pause, a sound or an event."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

DEFAULT_PAUSE_MS: Final = 700
MAX_PAUSE_MS: Final = 10_000

_SPACES: Final = re.compile(r"[\s_-]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Azure Speech's styles, spelled as in the field StyleList of its list of voices.
STYLES: Final = _words(
    """
    advertisement_upbeat affectionate angry assistant calm chat cheerful customerservice debating depressed
    disgruntled documentary-narration embarrassed empathetic envious excited fearful friendly gentle hopeful
    live-commercial livecommercial lyrical narration-professional narration-relaxed newscast newscast-casual
    newscast-formal poetry-reading sad serious shouting sorry sports_commentary sports_commentary_excited story
    terrified unfriendly voice-assistant whispering
    """
)
# Styles that are also everyday nouns, and so may name a speaker.
_NOUNS: Final = frozenset(
    {"assistant", "chat", "customerservice", "newscast", "sorry", "story", "voiceassistant", "debating"}
)

# The words that mean a style. If several styles are listed, a voice gets the first one that it has.
_WORDS_BY_STYLES: Final = {
    "affectionate": "affectionately lovingly tenderly warmly 深情 親切 亲切 溫暖 温暖 寵溺 宠溺",
    "angry": "angrily furious furiously mad irritated 生氣 生气 憤怒 愤怒 發怒 发怒 氣憤 气愤 惱怒 恼怒 怒吼",
    "calm": "calmly composed serene serenely 冷靜 冷静 平靜 平静 鎮定 镇定 沉著 沉着",
    "cheerful": "cheerfully cheery happy happily joyful joyfully joyous delighted brightly smiling "
    "開心 开心 高興 高兴 快樂 快乐 愉快 歡快 欢快 微笑 笑著 笑着 笑著說 笑着说",
    "depressed sad": "gloomy gloomily dejected despondent 沮喪 沮丧 憂鬱 忧郁 失落",
    "disgruntled angry": "annoyed grumpy grumpily grumbling 不滿 不满 不耐煩 不耐烦 抱怨",
    "embarrassed": "embarrassedly sheepishly awkwardly 尷尬 尴尬 害羞 難為情 难为情 不好意思",
    "empathetic": "empathetically sympathetic sympathetically compassionately 同情 關心 关心 體貼 体贴",
    "envious": "enviously jealous jealously 羨慕 羡慕 嫉妒",
    "excited cheerful": "excitedly thrilled enthusiastic enthusiastically eagerly 興奮 兴奋 激動 激动 驚喜 惊喜",
    "friendly cheerful": "友善 友好",
    "gentle calm affectionate": "gently softly tender kindly 溫柔 温柔 柔和 輕柔 轻柔",
    "hopeful": "hopefully optimistic optimistically 期待 充滿希望 充满希望",
    "sad depressed": "sadly sorrowful sorrowfully tearful tearfully mournfully unhappy unhappily 難過 难过 悲傷 悲伤 "
    "傷心 伤心 哀傷 哀伤 哽咽",
    "serious": "seriously solemn solemnly sternly gravely 嚴肅 严肃 認真 认真 正經 正经",
    "shouting": "shouts shouted yelling yells screaming screams loudly 大喊 喊叫 大叫 大聲 大声 吼叫 喊",
    "sorry sad": "apologetic apologetically 抱歉 愧疚",
    "terrified fearful": "scared afraid frightened horrified panicked panicking 害怕 恐懼 恐惧 驚恐 惊恐 恐慌",
    "fearful terrified": "fearfully nervous nervously anxious anxiously worried 緊張 紧张 擔心 担心 焦慮 焦虑",
    "unfriendly": "coldly 冷淡 冷漠 冷冷",
    "whispering": "whisper whispers whispered quietly hushed 低聲 低声 悄聲 悄声 小聲 小声 輕聲 轻声 "
    "耳語 耳语 悄悄話 悄悄话",
}
_MAX_STYLE_CHARACTERS: Final = 40
_STYLE_NAME: Final = re.compile(r"[^\W_][\w -]{0,60}")
_ENDS_OF_STYLE: Final = frozenset({"normal", "normally", "default", "neutral", "正常"})
_AROUND_A_STYLE: Final = _words(
    "in a an the with of very quite more so rather slightly voice tone sounding speaking says said manner way"
)
_AROUND_A_STYLE_IN_CHINESE: Final = re.compile(
    r"(?:非常|十分|有點|有点|很)?(.+?)(?:[地的]?[說说]?|聲音|声音|語氣|语气)"
)

_PAUSE_WORDS: Final = (
    "pause|pauses|paused|break|beat|silence|停頓|停顿|暫停|暂停|靜默|静默|沉默"
    "|pausa|silencio|silêncio|silenzio|пауза|沈黙|間|침묵"
)
_PAUSE: Final = re.compile(rf"(?:a |an |long |short |brief |slight )*(?:{_PAUSE_WORDS})")
_TIMED_PAUSE: Final = re.compile(
    rf"(?:{_PAUSE_WORDS})(?: for| of)? ?[:：=]? ?"
    r"(?P<number>[0-9]{1,9}(?:[.,][0-9]{1,9})?|[半一二兩两三四五六七八九十])"
    r" ?(?P<unit>ms|msecs?|milliseconds?|毫秒|s|secs?|seconds?|sekunden?|segundos?|secondes?|second[io]"
    r"|秒鐘?|秒钟?|초)?"
)
_CHINESE_NUMBERS: Final = {"半": 0.5, "兩": 2.0, "两": 2.0} | {
    character: float(number) for number, character in enumerate("一二三四五六七八九十", start=1)
}
_PAUSE_OF_TIME: Final = re.compile(
    r"(?P<number>[0-9]{1,9}(?:[.,][0-9]{1,9})?) ?(?P<unit>ms|milliseconds?|s|secs?|seconds?) (?:pause|break|silence)"
)
_DURATION: Final = re.compile(r"(?P<number>[0-9]{1,9}(?:\.[0-9]{1,9})?)(?P<unit>ms|s)")
_EXPLICIT_STYLE: Final = re.compile(
    r"(?:style|風格|风格|語氣|语气)(?: ?[:：=] ?| )(?P<name>[^\W_][\w -]{0,60})", re.IGNORECASE
)

# Acts of a person other than words. The forms in ``_ACTS`` also occur between asterisks: *laughs*.
_ACTS: Final = _words(
    """
    laughs chuckles giggles sighs gasps coughs sniffs sniffles sobs cries weeps groans moans grunts growls yawns
    snorts scoffs gulps hiccups hums whistles sneezes murmurs mutters mumbles stammers stutters winces grins smirks
    nods shrugs blinks frowns smiles whispers shouts yells screams gasps exhales inhales claps applauds clears
    winks waves hesitates whimpers wheezes sneers swallows bows
    """
)
_ACTS_IN_ALL_FORMS: Final = _ACTS | _words(
    """
    laugh laughing laughter laughed chuckle chuckling chuckled giggle giggling giggled sigh sighing sighed gasp
    gasping gasped cough coughing coughed sniff sniffing sniffling sob sobbing sobbed crying weeping groan groaning
    groaned moan moaning grunt grunting growling yawn yawning snort snorting scoff scoffing gulp hiccup humming
    whistling sneeze sneezing murmuring muttering mumbling stammering stuttering grinning smirking nodding shrugging
    frowning exhaling inhaling clapping clearing breath breathing
    """
)
_SOUNDS: Final = _words(
    """
    music applause laughter silence sfx ambience jingle fanfare theme drumroll cheers cheering ovation
    """
)
_BESIDE_AN_ACT: Final = _words(
    """
    a an the and softly loudly quietly nervously lightly heavily deeply bitterly sarcastically awkwardly again briefly
    slightly gently to himself herself themselves themself his her their throat throats head heads deep long short
    soft loud nervous light heavy in out with up sharp sharply together hard little bit
    """
)
_BESIDE_A_SOUND: Final = _words(
    "a an the soft loud background dramatic upbeat gentle sad happy intro outro opening closing ends stops starts "
    "begins plays continues fades fading swells in out up down under and crowd audience"
)
# Without the dot at their end, as ``_plain`` leaves them.
_PHRASES: Final = frozenset({"beat", "off screen", "o.c", "o.s", "v.o", "cont'd", "cont’d", "continued", "crosstalk"})
_ACTS_IN_CHINESE: Final = re.compile(
    r"(?:[輕轻大微苦冷偷狂竊窃]|哈哈|呵呵|忍不住|噗[哧嗤]一?)?笑(?:了|[一了]?[笑聲声]|出聲|出声)?"
    r"|[嘆叹][氣气]|[嘆叹]了?口[氣气]|咳嗽|咳|清嗓子?|清喉嚨|清喉咙|吸[氣气]|深呼吸|喘[氣气]|哭|哭泣|啜泣|抽泣|打哈欠"
    r"|[點点][頭头]|[搖摇][頭头]|[聳耸]肩|[揮挥][揮挥]?手|[攤摊]手|[轉转]身|起身|坐下|[臉脸][紅红]|[皺皱]眉|翻白眼|鞠躬|沉思|鼓掌|拍手|掌[聲声]|(?:背景)?音[樂乐]|音效|笑[聲声]|[鈴铃][聲声]|[腳脚]步[聲声]"
    r"|敲[門门][聲声]?|[歡欢]呼"
)

# Acts in the third person, then other acts and sounds, in languages other than English and Chinese.
_ACTS_ABROAD: Final = frozenset(
    """
    lacht|kichert|seufzt|hustet|weint|gähnt|flüstert|lächelt|grinst|nickt|schreit|räuspert sich|stöhnt|schluchzt|
    rit|ricane|soupire|tousse|pleure|chuchote|sourit|crie|bâille|sanglote|
    ríe|ríen|suspira|tose|llora|carraspea|susurra|sonríe|grita|bosteza|asiente|solloza|
    sospira|tossisce|piange|sorride|sussurra|sbadiglia|chora|sorri|grita|boceja|
    смеется|смеётся|вздыхает|кашляет|плачет|шепчет|улыбается|кивает|
    يضحك|تضحك|يتنهد|تتنهد|يبتسم|تبتسم|يبكي|تبكي|يهمس|تهمس
    """.replace("\n", "")
    .replace("    ", "")
    .strip()
    .split("|")
)
_SOUNDS_ABROAD: Final = frozenset(
    """
    lachend|lachen|gelächter|seufzend|seufzer|weinend|flüsternd|lächelnd|applaus|musik|stille|
    rires|rire|riant|en riant|soupir|en soupirant|en pleurant|en chuchotant|en souriant|en criant|musique|
    applaudissements|risas|riendo|suspirando|llorando|susurrando|sonriendo|gritando|aplausos|música|
    ridendo|risate|risata|sospirando|piangendo|sussurrando|sorridendo|applausi|musica|rindo|risos|chorando|sorrindo|
    смех|смеясь|вздох|вздыхая|шепотом|шёпотом|улыбаясь|аплодисменты|музыка|
    笑い|爆笑|ため息|溜息|溜め息|咳払い|
    웃음|웃으며|웃는다|한숨|한숨을 쉬며|기침|박수|속삭이며|울며|흐느끼며|미소|미소 지으며|고개를 끄덕이며|음악|
    ضحك|موسيقى|تصفيق|همس|हँसते हुए|हंसते हुए|हँसी|हंसी|आह भरते हुए|खाँसते हुए|मुस्कुराते हुए|तालियाँ|संगीत
    """.replace("\n", "")
    .replace("    ", "")
    .strip()
    .split("|")
)

# The words of events: [Music fades in], [The door opens], [Phone rings].
_EVENTS: Final = _ACTS | _words(
    """
    fades opens closes plays rings starts stops begins ends enters exits leaves arrives knocks slams creaks barks
    swells continues approaches beeps buzzes rises falls stands sits walks runs turns looks points rolls honks roars
    explodes shatters rumbles chirps ticks drops clicks
    """
)
_EVENT_NOUNS: Final = _SOUNDS | _words(
    """
    door doors phone telephone thunder footsteps sound sounds sfx crowd audience bell bells knock knocking siren
    sirens wind rain noise gunshot gunshots explosion cut scene intro outro interlude fade transition laughing
    static typing chatter birds alarm horn engine
    """
)
_END_OF_SCRIPT: Final = re.compile(r"(?:the )?end(?: of .+)?|fin|ende|完|劇終|剧终|全文完|結束|结束|終わり|끝|fine?")
_WHO_MAY_SPEAK: Final = frozenset({"crowd", "audience", "bell", "phone", "the crowd", "the audience"})
_BESIDE_AN_EVENT: Final = (
    _BESIDE_AN_ACT | _BESIDE_A_SOUND | _EVENTS | _words("of on at from to by effect effects slowly nearby")
)
_PREPOSITIONS: Final = _words("in out of on at from against through over under")
_EVENT_IN_CHINESE: Final = re.compile(
    r"音[樂乐]|音效|掌[聲声]|[鈴铃][聲声]|[響响]起|淡入|淡出|[腳脚]步[聲声]|敲[門门]|[開开關关][門门]|雷[聲声]|雨[聲声]|[風风][聲声]"
    r"|笑[聲声]|背景|[轉转][場场]"
)
_WORD: Final = re.compile(r"[^\s,.;:!?，。；：！？、…]+")


def key_of(name: str) -> str:
    """Return a key that is equal for all spellings of a style's name, which differ in case, spaces or hyphens."""
    return _SPACES.sub("", name).casefold()


class Meaning(NamedTuple):
    """Styles that a word means."""

    word: str
    """The name of the style, if the word means only one; the key of the word itself otherwise."""
    styles: tuple[str, ...]
    """The styles, the best one first."""


def _words_of_styles() -> dict[str, tuple[str, ...]]:
    meanings: dict[str, tuple[str, ...]] = {key_of(style): (style,) for style in STYLES}
    for styles, words in _WORDS_BY_STYLES.items():
        meanings.update((key_of(word), tuple(styles.split())) for word in words.split())
    return meanings


_MEANINGS: Final = _words_of_styles()


def meaning_of(content: str) -> Meaning | None:
    """Return the styles that a tag or a direction means; None if it means none."""
    text = _plain(content)
    if len(text) > _MAX_STYLE_CHARACTERS:
        return None
    words = " ".join(word for word in text.split() if word not in _AROUND_A_STYLE)
    in_chinese = _AROUND_A_STYLE_IN_CHINESE.fullmatch(text)
    for candidate in (text, words, in_chinese[1] if in_chinese is not None else ""):
        styles = _MEANINGS.get(key_of(candidate))
        if styles is not None:
            return Meaning(styles[0] if len(styles) == 1 else key_of(candidate), styles)
    return None


def is_style_name(name: str) -> bool:
    """Return whether ``name`` has the form of a style's name."""
    return _STYLE_NAME.fullmatch(name) is not None


def is_noun(content: str) -> bool:
    """Return whether a style's name is also an everyday noun: (story), [Assistant]."""
    return key_of(_plain(content)) in _NOUNS


def explicit_style(content: str) -> str | None:
    """Return the name in ``style: name`` or ``style name``; None for any other content."""
    match = _EXPLICIT_STYLE.fullmatch(content.strip())
    return " ".join(match["name"].split()) if match is not None else None


def ends_style(content: str) -> bool:
    """Return whether a tag ends a style: ``normal``, ``/cheerful``, ``/style``."""
    text = _plain(content)
    if text.startswith("/"):
        return text[1:].strip() == "style" or meaning_of(text[1:]) is not None
    return text in _ENDS_OF_STYLE


def pause_of(content: str) -> int | None:
    """Return the length in milliseconds of the pause that a tag or a direction asks for; None if it asks for none.

    The length may exceed ``MAX_PAUSE_MS``. A number without a unit means seconds up to ten, and milliseconds above.
    """
    text = _plain(content)
    if _PAUSE.fullmatch(text):
        return DEFAULT_PAUSE_MS
    match = _TIMED_PAUSE.fullmatch(text) or _PAUSE_OF_TIME.fullmatch(text)
    return _milliseconds(match) if match is not None else None


def duration_of(text: str) -> int | None:
    """Return the milliseconds of a duration in SSML's notation (``500ms``, ``1.5s``); None for any other text."""
    match = _DURATION.fullmatch(text.strip().casefold())
    return _milliseconds(match) if match is not None else None


def is_known(content: str) -> bool:
    """Return whether a direction consists of known acts, sounds, pauses and ways of speaking.

    Styles that are also everyday nouns do not count.
    """
    pieces = [piece for piece in re.split("[,，、;；]", content) if piece.strip()]
    return bool(pieces) and len(content) <= 80 and all(_is_known_piece(piece) for piece in pieces)


def is_act(content: str) -> bool:
    """Return whether ``content`` is an act in the form that occurs between asterisks: *laughs*, *clears throat*."""
    words = _plain(content).split()
    if words and words[0] in _ACTS and all(word in _BESIDE_AN_ACT for word in words[1:]):
        return True
    text = " ".join(words)
    return text == "pauses" or text in _ACTS_ABROAD or _ACTS_IN_CHINESE.fullmatch(text) is not None


def reads_like_event(content: str) -> bool:
    """Return whether ``content`` describes an event, as in "Music fades in", and so is not a speaker's name."""
    text = _plain(content)
    if _EVENT_IN_CHINESE.search(text) or _END_OF_SCRIPT.fullmatch(text):
        return True
    words = _WORD.findall(text)
    if any(word in _EVENTS for word in words):
        return True
    if text in _WHO_MAY_SPEAK or not any(word in _EVENT_NOUNS for word in words):
        return False
    if all(word in _BESIDE_AN_EVENT or word in _EVENT_NOUNS for word in words):
        return True
    return words[0] in _EVENT_NOUNS and any(word in _PREPOSITIONS for word in words)


def _is_known_piece(piece: str) -> bool:
    if pause_of(piece) is not None or (meaning_of(piece) is not None and not is_noun(piece)):
        return True
    text = _plain(piece)
    if text in _PHRASES or text in _ACTS_ABROAD or text in _SOUNDS_ABROAD or _ACTS_IN_CHINESE.fullmatch(text):
        return True
    words = set(_WORD.findall(text))
    if words & _ACTS_IN_ALL_FORMS:
        return words <= _ACTS_IN_ALL_FORMS | _BESIDE_AN_ACT
    return bool(words & _SOUNDS) and words <= _SOUNDS | _BESIDE_A_SOUND


def _plain(content: str) -> str:
    return " ".join(content.split()).casefold().rstrip(".!…。！")


def _milliseconds(match: re.Match[str]) -> int:
    written = match["number"]
    number = _CHINESE_NUMBERS[written] if written in _CHINESE_NUMBERS else float(written.replace(",", "."))
    unit = match["unit"] or ("s" if number <= MAX_PAUSE_MS / 1000 else "ms")
    return round(number * 1000) if unit.startswith(("s", "秒", "초")) else round(number)
