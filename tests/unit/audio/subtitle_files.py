"""Strict readers of WebVTT and SubRip: what is not as the format says is refused."""

from __future__ import annotations

import re
from html import unescape

from castline.audio.subtitles import SubtitleCue

_TIME = r"(\d{2,}):([0-5]\d):([0-5]\d)%s(\d{3})"
_VTT_TIMING = re.compile(f"{_TIME} --> {_TIME}".replace("%s", r"\."))
_SRT_TIMING = re.compile(f"{_TIME} --> {_TIME}".replace("%s", ","))
_VOICE = re.compile(r"<v ([^<>]+)>([^<>]*)")
_CHARACTER_REFERENCE = re.compile(r"&(?!amp;|lt;|gt;|#45;)")


def read_vtt(file: str) -> list[SubtitleCue]:
    """The cues of a WebVTT file, each text with the line breaks that it has in the file."""
    assert "\r" not in file
    header, *blocks = file.removesuffix("\n").split("\n\n")
    assert header.removesuffix("\n") == "WEBVTT"
    return [_read_vtt_cue(block) for block in blocks]


def read_srt(file: str) -> list[SubtitleCue]:
    """The cues of a SubRip file, each text with its line breaks and without its speaker's name before the colon."""
    assert file.count("\n") == file.count("\r") == file.count("\r\n")
    blocks = file.replace("\r\n", "\n").removesuffix("\n").split("\n\n") if file else []
    return [_read_srt_cue(block, number) for number, block in enumerate(blocks, start=1)]


def _read_vtt_cue(block: str) -> SubtitleCue:
    timing, payload = block.split("\n", 1)
    assert "-->" not in payload
    assert "\n\n" not in f"\n{payload}\n"
    assert not _CHARACTER_REFERENCE.search(payload)
    voice = _VOICE.fullmatch(payload)
    assert voice is not None
    return SubtitleCue(*_read_timing(_VTT_TIMING, timing), unescape(voice[1]), unescape(voice[2]))


def _read_srt_cue(block: str, number: int) -> SubtitleCue:
    first, timing, payload = block.split("\n", 2)
    assert first == str(number)
    assert "-->" not in payload
    assert "\n\n" not in f"\n{payload}\n"
    speaker, _, text = payload.partition(":")
    return SubtitleCue(*_read_timing(_SRT_TIMING, timing), speaker, text.removeprefix(" "))


def _read_timing(pattern: re.Pattern[str], line: str) -> tuple[int, int]:
    timing = pattern.fullmatch(line)
    assert timing is not None
    hours, minutes, seconds, ms, *end = map(int, timing.groups())
    start_ms = ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms
    end_ms = ((end[0] * 60 + end[1]) * 60 + end[2]) * 1000 + end[3]
    assert start_ms < end_ms
    return start_ms, end_ms
