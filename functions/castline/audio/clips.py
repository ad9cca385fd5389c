"""Preparation of uploaded clips for a file: cutting, fading, and the joint of a loop, by pydub.

pydub holds a clip in memory, at most 15 minutes of it. What it makes is written to files, from which the tracks are
read while the file is mixed.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Final

from castline.audio.tracks import ClipFile, LoopedClip

with warnings.catch_warnings():
    # It looks for a program that it would decode other formats with; clips are PCM already.
    warnings.filterwarnings("ignore", message="Couldn't find ffmpeg or avconv")
    from pydub import AudioSegment

if TYPE_CHECKING:
    from pathlib import Path

    from castline.audio.profile import AudioProfile

_CROSSFADE_MS: Final = 500
"""The time in which the end of a loop turns into its beginning; less for a clip of less than 2 s."""


def prepare_clip(source: Path, target: Path, profile: AudioProfile, *, fade_in_ms: int, fade_out_ms: int) -> ClipFile:
    """Fade a clip in and out.

    Args:
        source: the clip's PCM, in the profile's form.
        target: the file to write.
        profile: the form of the clip.
        fade_in_ms: the length of the fade at the start; at most the clip's own.
        fade_out_ms: the length of the fade at the end; at most the clip's own.
    """
    clip = _read(source, profile)
    if fade_in_ms:
        clip = clip.fade_in(min(fade_in_ms, len(clip)))
    if fade_out_ms:
        clip = clip.fade_out(min(fade_out_ms, len(clip)))
    return _write(clip, target, profile)


def prepare_loop(source: Path, folder: Path, profile: AudioProfile, *, length_ms: int) -> ClipFile | LoopedClip:
    """Cut a clip to ``length_ms``, or make a loop of one that is shorter: its end fades into its beginning.

    Args:
        source: the clip's PCM, in the profile's form.
        folder: the folder for the files.
        profile: the form of the clip.
        length_ms: how long it shall be heard.
    """
    clip = _read(source, profile)
    if len(clip) >= length_ms:
        return _write(clip[:length_ms], folder / "bed.pcm", profile)
    crossfade_ms = min(_CROSSFADE_MS, len(clip) // 4)
    if not crossfade_ms:
        return LoopedClip(
            _write(clip, folder / "bed.pcm", profile), ClipFile(folder / "bed.pcm", channels=profile.channels)
        )
    joint = clip[-crossfade_ms:].fade_out(crossfade_ms).overlay(clip[:crossfade_ms].fade_in(crossfade_ms))
    first = _write(clip[:-crossfade_ms], folder / "bed.pcm", profile)
    return LoopedClip(first, _write(joint + clip[crossfade_ms:-crossfade_ms], folder / "loop.pcm", profile))


def _read(source: Path, profile: AudioProfile) -> AudioSegment:
    return AudioSegment(
        data=source.read_bytes(), sample_width=2, frame_rate=profile.sample_rate_hz, channels=profile.channels
    )


def _write(clip: AudioSegment, target: Path, profile: AudioProfile) -> ClipFile:
    target.write_bytes(clip.raw_data)
    return ClipFile(target, channels=profile.channels)
