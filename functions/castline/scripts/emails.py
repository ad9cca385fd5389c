"""Threads of e-mails: who has written a message speaks it.

A message begins with a block of headers, or with a line such as ``On Monday, Anna wrote:``. Headers are reported.
Quotation marks (``>``) are left out, as in every text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from castline.scripts.labels import label_of
from castline.scripts.lines import Line, ReadScript, written_lines
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
    return any(_headers(first[index:]) for index in range(min(len(first), _MAX_LINES_BEFORE + 1)))


def read_emails(script: str) -> ReadScript:
    """Read a thread of e-mails: each message is a turn."""
    lines: list[Line] = []
    warnings: list[ScriptWarning] = []
    written = [(number, _unquoted(text)) for number, text in written_lines(script)]
    index = 0
    while index < len(written):
        number, text = written[index]
        headers = _headers(written[index:])
        wrote = _WROTE.fullmatch(text)
        if headers:
            index += len(headers)
            who = next(match["who"] for each in headers if (match := _FROM.fullmatch(each)))
            warnings.append(_report(number, " ".join(headers)))
            lines.append(Line(number, text, label_of(_name_in(who))))
            continue
        if wrote is not None:
            warnings.append(_report(number, text))
            lines.append(Line(number, text, label_of(_name_in(wrote["who"]))))
        elif text == _SIGNATURE:
            warnings.append(_report(number, text))
        elif text:
            lines.append(Line(number, text))
        index += 1
    return ReadScript(lines=_without_silent(lines), warnings=warnings)


def _headers(written: Sequence[tuple[int, str]]) -> list[str]:
    """Return the headers that ``written`` begins with; none if they do not say who has written."""
    headers: list[str] = []
    for _, text in written:
        if not (_FROM.fullmatch(text) or _HEADER.fullmatch(text)):
            break
        headers.append(text)
    # An and Van are names, too.
    is_block = len(headers) >= _SEVERAL_HEADERS or (len(headers) > 1 and any("@" in text for text in headers))
    return headers if is_block and any(_FROM.fullmatch(text) for text in headers) else []


def _unquoted(text: str) -> str:
    marks = _QUOTED.match(text)
    return text[marks.end() :].strip() if marks else text


def _name_in(who: str) -> str:
    """Return the name in ``Anna Lee <anna@example.com>``, or the first part of an address alone."""
    name = _ADDRESS.sub("", who).strip(" \"'*")
    if not name or ("@" in name and " " not in name):
        name = who.strip(" <>").partition("@")[0]
    return name[:_MAX_NAME_CHARACTERS].strip() or "E-mail"


def _report(number: int, text: str) -> ScriptWarning:
    return ScriptWarning(kind=WarningKind.NOT_DIALOGUE, text=quoted(text), line=number)


def _without_silent(lines: Sequence[Line]) -> list[Line]:
    """Return ``lines`` without writers whose message has no words: a forwarded one, say."""
    return [
        line
        for line, below in zip(lines, [*lines[1:], None], strict=True)
        if line.label is None or (below is not None and below.label is None)
    ]
