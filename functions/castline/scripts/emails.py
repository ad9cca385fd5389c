"""E-mail threads as scripts: the author of each message speaks it.

A message begins with a block of headers, or with a line such as ``On Monday, Anna wrote:``. Headers are reported as
warnings. Quotation marks (``>``) are removed, as in every text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from castline.scripts.labels import label_of
from castline.scripts.lines import Line, written_lines
from castline.scripts.warnings import ScriptWarning, WarningKind, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

_QUOTED: Final = re.compile(r"(?:>[ ]?)+")
_FROM: Final = re.compile(
    r"\*{0,2}(?:From|Von|De|Da|Van|Från|Fra|Od|寄件者|寄件人|发件人|差出人|보낸 사람)[ ]?[:：]\*{0,2}[ ]?(?P<who>.+)",
    re.IGNORECASE,
)
_HEADER: Final = re.compile(
    r"\*{0,2}(?:To|Cc|Bcc|Sent|Date|Subject|Reply-To|Attachments?|Importance|An|Gesendet|Datum|Betreff|À|Envoyé|Objet|"
    r"Para|Enviado|Asunto|Fecha|A|Inviato|Oggetto|Data|收件者|收件人|副本|抄送|寄件日期|日期|发送时间|傳送時間|主旨|主题|"
    r"宛先|件名|日時|받는 사람|제목)[ ]?[:：].*",
    re.IGNORECASE,
)
_WROTE: Final = re.compile(
    r"(?:On|Am|Le|El|Il) .{6,80}(?:[0-9],|[0-9] (?:AM|PM)|,) (?P<who>[^,<>:0-9]{1,50}?)(?: <[^<>]*>)? "
    r"(?:wrote|schrieb|a écrit|escribió|ha scritto)[ ]?:",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"[ ]?[<\[(](?:mailto:)?[^<>\[\]()]*@[^<>\[\]()]*[>\])]")
_SIGNATURE: Final = "--"
_BEGINNING: Final = 2_000
_MAX_LINES_BEFORE: Final = 2
_SEVERAL_HEADERS: Final = 3
_MAX_NAME_CHARACTERS: Final = 50


def is_email_thread(script: str) -> bool:
    """Return whether ``script`` begins with the headers of an e-mail."""
    first = [(number, _unquoted(text)) for number, text in written_lines(script[:_BEGINNING])]
    return any(_headers(first, index) for index in range(min(len(first), _MAX_LINES_BEFORE + 1)))


class Thread(NamedTuple):
    """A thread of e-mails: its lines without quotation marks, and those that are not part of a message."""

    written: list[tuple[int, str]]
    heads: dict[int, Line | None]
    """The headers and signature marks, by line number: a line with the author's label, or None to leave it out."""
    warnings: list[ScriptWarning]


def read_thread(written: Sequence[tuple[int, str]]) -> Thread:
    """Find the messages of a thread. Each one becomes a turn."""
    lines = [(number, text) for number, quoted_text in written if (text := _unquoted(quoted_text))]
    heads: dict[int, Line | None] = {}
    warnings: list[ScriptWarning] = []
    index = 0
    while index < len(lines):
        number, text = lines[index]
        headers = _headers(lines, index)
        wrote = _WROTE.fullmatch(text)
        who = next((match["who"] for each in headers if (match := _FROM.fullmatch(each))), None)
        who = wrote["who"] if who is None and wrote is not None else who
        taken = max(len(headers), int(wrote is not None or text == _SIGNATURE))
        if taken:
            warnings.append(_report(number, " ".join(headers) or text))
            heads.update({number: None for number, _ in lines[index : index + taken]})
            is_silent = index + taken >= len(lines) or bool(_headers(lines, index + taken))
            if who is not None and not is_silent:
                heads[number] = Line(number, text, label_of(_name_in(who)))
        index += taken or 1
    return Thread(lines, heads, warnings)


def _headers(written: Sequence[tuple[int, str]], start: int) -> list[str]:
    """Return the block of headers at the index ``start``; an empty list if it does not name the author.

    A second author begins the headers of another message.
    """
    headers: list[str] = []
    has_author = False
    for index in range(start, len(written)):
        text = written[index][1]
        names_author = _FROM.fullmatch(text) is not None
        if (names_author and has_author) or not (names_author or _HEADER.fullmatch(text)):
            break
        headers.append(text)
        has_author = has_author or names_author
    # A block needs several headers, because some headers are also names, such as An and Van.
    is_block = len(headers) >= _SEVERAL_HEADERS or (len(headers) > 1 and any("@" in text for text in headers))
    return headers if is_block and has_author else []


def _unquoted(text: str) -> str:
    marks = _QUOTED.match(text)
    return text[marks.end() :].strip() if marks else text


def _name_in(who: str) -> str:
    """Return the name in ``Anna Lee <anna@example.com>``. From a bare address, return the part before the ``@``."""
    name = _ADDRESS.sub("", who).strip(" \"'*")
    if not name or ("@" in name and " " not in name):
        name = who.strip(" <>").partition("@")[0]
    return name[:_MAX_NAME_CHARACTERS].strip() or "E-mail"


def _report(number: int, text: str) -> ScriptWarning:
    return ScriptWarning(kind=WarningKind.NOT_DIALOGUE, text=quoted(text), line=number)
