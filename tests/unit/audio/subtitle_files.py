"""Strict parsers of WebVTT and SubRip, which refuse any deviation from the format.

WebVTT is parsed by a library that others wrote and maintain. SubRip has no standard; its parser is ours.
"""

from __future__ import annotations

import re
from html import unescape

from webvtt import WebVTT
from webvtt.models import Timestamp

from castline.audio.subtitles import SubtitleCue

_TIME = r"(\d{2,}):([0-5]\d):([0-5]\d),(\d{3})"
_SRT_TIMING = re.compile(f"{_TIME} --> {_TIME}")
_CHARACTER_REFERENCE = re.compile(r"&(?!amp;|lt;|gt;|#45;)")


def read_vtt(file: str) -> list[SubtitleCue]:
    """Return the cues of a WebVTT file, with the line breaks of the file."""
    read = WebVTT.from_string(file, strict=True)
    assert not any((read.header_text, read.header_comments, read.footer_comments, read.styles, read.regions))
    cues = []
    for caption in read.captions:
        assert not any((caption.identifier, caption.comments))
        assert not _CHARACTER_REFERENCE.search(caption.raw_text)
        start_ms, end_ms = (Timestamp.from_string(each).in_milliseconds() for each in (caption.start, caption.end))
        assert start_ms < end_ms
        cues.append(SubtitleCue(start_ms, end_ms, unescape(caption.voice or ""), unescape(caption.text)))
    return cues


def read_srt(file: str) -> list[SubtitleCue]:
    """Return the cues of a SubRip file, with its line breaks, without the speaker's name before the colon."""
    assert file.count("\n") == file.count("\r") == file.count("\r\n")
    blocks = file.replace("\r\n", "\n").removesuffix("\n").split("\n\n") if file else []
    return [_read_srt_cue(block, number) for number, block in enumerate(blocks, start=1)]


def _read_srt_cue(block: str, number: int) -> SubtitleCue:
    first, timing, payload = block.split("\n", 2)
    assert first == str(number)
    assert "-->" not in payload
    assert "\n\n" not in f"\n{payload}\n"
    speaker, _, text = payload.partition(":")
    return SubtitleCue(*_read_timing(timing), speaker, text.removeprefix(" "))


def _read_timing(line: str) -> tuple[int, int]:
    timing = _SRT_TIMING.fullmatch(line)
    assert timing is not None
    hours, minutes, seconds, ms, *end = map(int, timing.groups())
    start_ms = ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms
    end_ms = ((end[0] * 60 + end[1]) * 60 + end[2]) * 1000 + end[3]
    assert start_ms < end_ms
    return start_ms, end_ms
