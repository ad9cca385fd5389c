"""Segments of about six seconds to join, in files: in Castline's stored form, and as WAV for other programs."""

from __future__ import annotations

import json
import time
import wave
from dataclasses import dataclass
from itertools import cycle, islice
from typing import TYPE_CHECKING, Final

from castline.pcm import SAMPLE_RATE_HZ, SAMPLE_WIDTH_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DISTINCT_SEGMENTS: Final = 40
GAP_MS: Final = 300
CROSSFADE_MS: Final = 50
_SECONDS: Final = 6.0
_SENTENCES: Final = (
    "你好，今天天氣真好！是啊，要不要一起去公園走走？",
    "那裡的花都開了，而且週末會有一場小小的音樂會。",
    "我們可以先去吃早餐，再慢慢走過去，大概十分鐘就到了。",
    "Good morning! It is such a fine day; shall we take a walk in the park?",
    "All the flowers are out, and there will be a small concert at the weekend.",
)
_INDEX: Final = "segments.json"


@dataclass(frozen=True, slots=True)
class SpokenSegments:
    """A folder of segments. A longer dialogue repeats them."""

    folder: Path
    lengths_samples: tuple[int, ...]

    @classmethod
    def open(cls, folder: Path) -> SpokenSegments:
        """Return the segments that :func:`speak_segments` has stored in ``folder``."""
        return cls(folder, tuple(json.loads((folder / _INDEX).read_text("utf-8"))))

    def lengths(self, count: int) -> list[int]:
        """Return the lengths in samples of the first ``count`` segments."""
        return list(islice(cycle(self.lengths_samples), count))

    def stored_files(self, count: int) -> Iterator[Path]:
        """Yield the stored objects of the first ``count`` segments."""
        return self._files(count, "segment")

    def wav_files(self, count: int) -> Iterator[Path]:
        """Yield WAV files with the PCM of the first ``count`` segments."""
        return self._files(count, "wav")

    def _files(self, count: int, extension: str) -> Iterator[Path]:
        numbers = range(len(self.lengths_samples))
        return islice(cycle([self.folder / f"{number}.{extension}" for number in numbers]), count)


def speak_segments(folder: Path) -> float:
    """Speak segments with the emulator's voices, and store them as the synthesis task does.

    Returns:
        The mean time in seconds to trim, normalize and encode a segment.
    """
    from castline.audio.level import levelled
    from castline.audio.stored_segment import encode_segment
    from castline.pcm import trim
    from local.azure_speech.espeak import EspeakEngine
    from local.azure_speech.ssml import Passage
    from local.azure_speech.voices import VOICES

    engine = EspeakEngine()
    voices = [voice for voice in VOICES.values() if voice.locale in {"zh-TW", "zh-CN"}]
    lengths: list[int] = []
    seconds = 0.0
    for number in range(DISTINCT_SEGMENTS):
        spoken = b""
        for sentence in islice(cycle(_SENTENCES), number, None):
            spoken += engine.speak(Passage(sentence, voices[number % len(voices)]))
            if len(spoken) > _SECONDS * SAMPLE_RATE_HZ * SAMPLE_WIDTH_BYTES:
                break
        # Nearly six seconds, and no two of them the same length.
        spoken = spoken[: (int(_SECONDS * SAMPLE_RATE_HZ) - 97 * number) * SAMPLE_WIDTH_BYTES]
        started = time.perf_counter()
        segment = encode_segment(levelled(trim(spoken).pcm))
        seconds += time.perf_counter() - started
        (folder / f"{number}.segment").write_bytes(segment.body)
        with wave.open(str(folder / f"{number}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(SAMPLE_WIDTH_BYTES)
            file.setframerate(SAMPLE_RATE_HZ)
            file.writeframes(segment.pcm)
        lengths.append(segment.samples)
    (folder / _INDEX).write_text(json.dumps(lengths), "utf-8")
    return seconds / DISTINCT_SEGMENTS
