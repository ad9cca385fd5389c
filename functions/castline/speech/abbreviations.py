"""Full stops that do not end a sentence, in languages other than English, Chinese and Japanese.

The language of a text is not used: an abbreviation counts in every language, unless it is a common last word of
sentences in another one. The tables hold only abbreviations that the characters alone do not reveal.
"""

from __future__ import annotations

import re
from typing import Final

from castline.speech.writing_systems import GEORGIAN, LETTER


def _table(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_BEFORE_ANYTHING: Final = _table(
    # German
    "abb abs allg aufl bd bde bzgl bzw ca dipl dr dt ehem evtl exkl fr frl geb gegr gest ggf hr hrn hrsg inkl jew",
    "kath nr nrn prof röm sog str verh vgl zzgl Fa Mag",
    # French
    "av bd boul cf env mgr mlle mlles mme mmes pr tél MM",
    # Spanish, Catalan, Portuguese and Italian
    "avd avda avv cía dn dña dott dra drs exa exma exmo geom gral ilmo lic núm pág págs pàg pagg prof profa séc",
    "ing sigg sr sra sras sres srta srtas ud uds vd vds EE UU",
    # Romanian
    "dl dna dnei dlui",
    # Dutch
    "a afb bijv blz dhr drs excl incl mevr mr mw",
    # Danish, Norwegian, Swedish, Icelandic and Finnish
    "dvs ekskl esim evt jf jfr kl klo mht nro ns pga skt tlf vedr vrt",
    # Polish
    "abp al bp inż ks kpt mgr np płk pw św tj tys tzn tzw ul woj wyd zob",
    # Czech, Slovak, Croatian, Serbian and Slovene
    "bc br čl gđa inž judr mj mudr např napr npr phdr popř resp rndr sv tzv JUDr MUDr PhDr RNDr",
    # Estonian, Latvian, Lithuanian and Hungarian
    "ifj kb nt özv piem pl plg plkst pvz ún vö",
    # Turkish
    "alb bkz Cad doç Mah Sok öğr örn sn yrd",
    # Indonesian, Swahili and Vietnamese
    "Bi bpk Bw Hj jl kab kec GS PGS Ny ThS Tn TP TS",
    # Russian, Ukrainian, Bulgarian and Serbian
    "акад бр бул вул доц им ім инж наб напр нпр обл пгт пер пл просп проф",
    "св тзв тов ул",
    # Greek, Armenian and Georgian
    "αγ αρ δρ κα οδ σελ στρ դոկտ մագ მაგ პროფ",
    # Arabic and Hebrew
    "أد ג׳",
    # Languages of India
    "डॉ डा श्री श्रीम प्रो पं सौ कु ডা ড মো প্রো ડૉ ડો શ્રી પ્રો ਡਾ ਸ੍ਰੀ ଡ଼ ଡା திரு டாக் டா డా శ్రీ ప్రొ ಡಾ ಶ್ರೀ ಪ್ರೊ ഡോ ശ്രീ പ്രൊ",
)

_BEFORE_NUMBERS: Final = _table(
    "art cap chap fig figs max min mind núm num ok p pag pp pr s tab tel vol no nos kap rys obr",
    "jan feb mar märz apr mai jun jul aug sep sept okt oct nov dez dec des ene abr ago dic janv févr avr juil août",
    "déc gen giu lug ott",
    "буд гл д к кв корп п рис с см ст стр т табл тел",
)

_AFTER_ANOTHER_WORD: Final = frozenset(
    {"il sig", "del sig", "al sig", "dal sig", "per es", "p ej", "dr hab", "dr med", "dr phil", "dr jur", "dr rer"}
    | {
        f"{before} {day}"
        for before in ("am", "bis", "vom", "jeden")
        for day in ("mo", "di", "mi", "do", "fr", "sa", "so")
    }
)

_ORDINAL_BEFORE: Final = _table(
    "januar jänner februar feber märz april mai juni juli august september oktober november dezember",
)
"""German nouns to which a number with a full stop belongs, as in ``3. Mai``."""

_ORDINAL_AFTER: Final = _table(
    "der die das dem den des im am vom zum zur beim ab bis seit jeder jede jedes jedem jeden",
)
"""German words before a number with a full stop, as in ``am 3. Tag``."""

_SENTENCE_STARTS: Final = _table(
    # German and Dutch
    "er sie es ich wir ihr du man dann danach da hier aber doch und oder heute jetzt so nun ja nein",
    "hij zij het wij ik dan nu maar",
    # French, Spanish, Italian and Portuguese
    "il elle ils elles je tu nous vous c'est puis mais et él ella ellos yo nosotros luego después pero y io lui lei",
    "noi poi ma ele ela eles eu nós depois mas",
    # Nordic
    "han hun hon det den jag jeg vi du så nu nå men og och hän se he minä me mutta sitten",
    # Slavic
    "on ona ono oni one ja my wy potem teraz ale i to potom teď teraz pak poté zatim onda",
    "он она оно они я мы вы ты это потом затем тогда теперь но и а вот він вона вони ми ви це потім той тя те аз",
    # Turkish
    "o ben biz siz onlar sonra ama",
)
"""Words that usually begin a sentence if they have a capital letter, because they are not names."""

_MAX_SHORT: Final = 5
"""The most characters of a word that counts as an abbreviation because the next word is in lower case."""

_GEORGIAN: Final = re.compile(f"[{GEORGIAN}]")
_LAST_WORDS: Final = re.compile(rf"(?:({LETTER}++)\.?\s++)?(?<!{LETTER})(?<![/=&;@#?%+~$°])({LETTER}++)$")
_ONE_LETTER: Final = re.compile(r"(?![éÉöÖåÅеЕяЯ\d_\u0900-\U0010ffff])\w")
"""A letter that is hardly ever the last word of a sentence. From U+0900 on, a letter may well be such a word."""
_DOTTED: Final = re.compile(rf"(?<!{LETTER}){LETTER}{{1,3}}\.{LETTER}{{1,4}}$")
_PARTS_OF_DATE: Final = re.compile(r"(?<!\d)\d{1,2}\.\s\d{1,2}$")
_NEXT_WORD: Final = re.compile(rf"{LETTER}++(?:['’]{LETTER}++)?")
_INITIAL: Final = re.compile(rf"{LETTER}\.")
_NEXT_NUMBER: Final = re.compile(r"\d|[IVXLC]+\b")
_THAI: Final = re.compile(r"(?<![\u0e00-\u0e7f])[ก-ฮ]{1,4}$")
_REACH: Final = 24
"""The number of characters that are examined on either side of a full stop."""


def ends_nothing(text: str, stop: int, next_start: int) -> bool:
    """Return whether the full stop at ``stop`` belongs to an abbreviation or an ordinal, and the sentence goes on.

    Args:
        text: the whole text.
        stop: the position of the full stop.
        next_start: the position of the text after the full stop and white space.
    """
    following = text[next_start : next_start + _REACH]
    if not following:
        return False
    before = text[max(0, stop - _REACH) : stop]
    if next_start == stop + 1:
        return following[0] in ",;:،؛" or _THAI.search(before) is not None
    words = _LAST_WORDS.search(before)
    if words is None:
        return _THAI.search(before) is not None
    previous, word = (words.group(1) or "").lower(), words.group(2)
    if following[0].islower() and not _GEORGIAN.match(following):
        return len(word) <= _MAX_SHORT or _is_listed(word, _BEFORE_ANYTHING)
    if len(word) == 1 and _INITIAL.match(following):
        return True
    if following[0] in "¿¡":
        return False
    next_word = _NEXT_WORD.match(following)
    if next_word and next_word.group().lower() in _SENTENCE_STARTS:
        return False
    if word.isdecimal():
        return _is_ordinal(before, previous, word, following, next_word.group() if next_word else "")
    return (
        _is_listed(word, _BEFORE_ANYTHING)
        or f"{previous} {word.lower()}" in _AFTER_ANOTHER_WORD
        or _ONE_LETTER.fullmatch(word) is not None
        or _DOTTED.search(before) is not None
        or (_NEXT_NUMBER.match(following) is not None and (_is_listed(word, _BEFORE_NUMBERS) or word.endswith("str")))
    )


def _is_listed(word: str, table: frozenset[str]) -> bool:
    return word in table or word[0].lower() + word[1:] in table


def _is_ordinal(before: str, previous: str, number: str, following: str, next_word: str) -> bool:
    """Return whether a number with a full stop belongs to the next word, although that word has a capital letter."""
    if len(number) > 2:
        return False
    if following[0].isdecimal():
        return _PARTS_OF_DATE.search(before) is not None or re.match(r"\d{1,2}\.", following) is not None
    return next_word.lower() in _ORDINAL_BEFORE or (previous in _ORDINAL_AFTER and next_word != "")
