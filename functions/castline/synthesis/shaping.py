"""Processing of a spoken utterance before it is stored, and its words, cues and loudness."""

from __future__ import annotations

import json
import math
import zlib
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from castline.audio.level import normalize_level
from castline.audio.profile import Quality, profile_of
from castline.audio.stored_segment import encode_segment, studio_segment
from castline.jobs.model import SegmentCue, SegmentWord
from castline.jobs.packed_words import pack_words, unpack_words
from castline.pcm import SAMPLE_WIDTH_BYTES, samples_to_ms, trim
from castline.speech.cues import cues_of, is_one_cue
from castline.speech.estimated_words import estimate_words
from castline.speech.spoken_text import as_written, spoken_text
from castline.speech.usable_words import usable_words

if TYPE_CHECKING:
    from castline.audio.stored_segment import StoredSegment
    from castline.speech.utterances import Speech, Utterance, Word


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenWords:
    """The words of a stored segment. They are stored in its object, because metadata has no room for them."""

    words: tuple[SegmentWord, ...] = ()
    are_estimated: bool = False
    """Whether the times are estimated because the provider did not report them."""

    def pack(self) -> bytes:
        """Return the stored form; empty if there are no words."""
        if not self.words:
            return b""
        packed = {"words": pack_words(self.words), "estimated": self.are_estimated}
        return zlib.compress(json.dumps(packed, separators=(",", ":")).encode("ascii"))

    @classmethod
    def unpack(cls, packed: bytes) -> SpokenWords:
        """Read words from the stored form. Return no words if it is damaged, because audio is usable without them."""
        try:
            values = json.loads(zlib.decompress(packed)) if packed else {"words": [], "estimated": False}
            return cls(words=unpack_words(values["words"]), are_estimated=values["estimated"] is True)
        except (KeyError, RecursionError, TypeError, ValueError, zlib.error):
            return cls()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaped:
    """A spoken utterance in its stored form, with its cues, words and loudness."""

    segment: StoredSegment
    cues: tuple[SegmentCue, ...]
    words: SpokenWords
    lufs: float | None
    """The loudness at volume 1; None for silence."""


def shape(speech: Speech, utterance: Utterance, *, quality: Quality = Quality.STANDARD) -> Shaped:
    """Trim speech, normalize its loudness, encode and measure it, and find its words and cues.

    Args:
        speech: the speech from the provider. If it reports no usable words, the times of words are estimated.
        utterance: the spoken utterance. Its volume is a factor on the level that all segments are normalized to.
        quality: the quality of the stored segment.
    """
    profile = profile_of(quality, has_music=False)
    rate_hz, samples_per_tick = profile.sample_rate_hz, profile.samples_per_tick
    trimmed = trim(_at_rate(speech, rate_hz), sample_rate_hz=rate_hz)
    pcm = normalize_level(trimmed.pcm, volume=utterance.volume, sample_rate_hz=rate_hz)
    samples = len(pcm) // SAMPLE_WIDTH_BYTES
    duration_ms = samples_to_ms(-(-samples // samples_per_tick))
    cut_ms = samples_to_ms(trimmed.cut_samples // samples_per_tick)
    words, are_estimated = _words(speech, utterance, cut_ms=cut_ms, duration_ms=duration_ms)
    spoken = SpokenWords(words=tuple(SegmentWord(**asdict(word)) for word in words), are_estimated=are_estimated)
    encode = encode_segment if quality is Quality.STANDARD else studio_segment
    # A single cue is shown as long as its audio lasts. It does not depend on the words.
    timed = () if is_one_cue(utterance.text) else words
    return Shaped(
        segment=encode(pcm, words=spoken.pack()),
        cues=tuple(SegmentCue(**asdict(cue)) for cue in cues_of(utterance.text, timed, duration_ms)),
        words=spoken,
        lufs=_lufs_at_full_volume(pcm, rate_hz, volume=utterance.volume),
    )


def _at_rate(speech: Speech, sample_rate_hz: int) -> bytes:
    if speech.sample_rate_hz == sample_rate_hz:
        return speech.pcm
    from castline.audio.resampling import resample  # its library is slow to import

    return resample(speech.pcm, from_hz=speech.sample_rate_hz, to_hz=sample_rate_hz)


def _words(speech: Speech, utterance: Utterance, *, cut_ms: int, duration_ms: int) -> tuple[tuple[Word, ...], bool]:
    """Return the words with their times in the trimmed audio, and whether these times are estimated."""
    reported = [
        # The first word may be reported as starting in the silence that was cut off.
        replace(word, start_ms=max(word.start_ms - cut_ms, min(0, word.end_ms - cut_ms)), end_ms=word.end_ms - cut_ms)
        for word in speech.words
    ]
    words = usable_words(reported, text_length=len(utterance.text), duration_ms=duration_ms)
    if words:
        return words, False
    estimated = as_written(utterance, estimate_words(spoken_text(utterance), duration_ms=duration_ms))
    return estimated, bool(estimated)


def _lufs_at_full_volume(pcm: bytes, sample_rate_hz: int, *, volume: float) -> float | None:
    if not volume:
        return None
    from castline.audio.loudness import integrated_lufs  # its libraries are slow to import

    lufs = integrated_lufs(pcm, sample_rate_hz)
    return None if lufs is None else round(lufs - 20 * math.log10(volume), 2)
