"""Folder of segments of about six seconds, from which files are assembled, and of music to lie under them.

Segments are shaped, encoded and mastered as in the synthesis task, in both qualities.
"""

from __future__ import annotations

import json
import statistics
import time
from dataclasses import asdict, dataclass, replace
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any, Final

from castline.audio.profile import Loudness, Quality, profile_of
from castline.jobs.model import MasteredFrames, SpokenSegment
from castline.pcm import SAMPLE_RATE_HZ, SAMPLE_WIDTH_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from castline.speech.utterances import Speech

GAP_MS: Final = 300
CROSSFADE_MS: Final = 50
LOUDNESS: Final = Loudness.PODCAST
MUSIC: Final = "music.pcm"
"""A file with music of studio quality: 48 kHz, two channels."""

_DISTINCT_SEGMENTS: Final = 40
_SECONDS: Final = 6.0
_MUSIC_SECONDS: Final = 120
_SENTENCES: Final = (
    "你好，今天天氣真好！是啊，要不要一起去公園走走？",
    "那裡的花都開了，而且週末會有一場小小的音樂會。",
    "我們可以先去吃早餐，再慢慢走過去，大概十分鐘就到了。",
    "Good morning! It is such a fine day; shall we take a walk in the park?",
    "All the flowers are out, and there will be a small concert at the weekend.",
)


@dataclass(frozen=True, slots=True)
class SpokenSegments:
    """The segments of one quality in a folder. A longer dialogue repeats them."""

    folder: Path
    quality: Quality

    def first(self, count: int) -> list[SpokenSegment]:
        """Return the first ``count`` segments."""
        rows: list[dict[str, Any]] = json.loads(self._index.read_text("utf-8"))
        distinct = [
            SpokenSegment(**row | {"mastered": row["mastered"] and MasteredFrames(**row["mastered"])}) for row in rows
        ]
        return list(islice(cycle(distinct), count))

    def pcm(self, segment: SpokenSegment) -> Path:
        """Return the file with a segment's PCM."""
        return self.folder / f"{segment.number}.{self.quality}.pcm"

    def frames(self, segment: SpokenSegment) -> Path:
        """Return the file with the mastered frames of a segment of standard quality."""
        return self.folder / f"{segment.number}.mp3"

    def store(self, speeches: Iterator[Speech]) -> tuple[float, float]:
        """Store speeches as the synthesis task does.

        Returns:
            Two mean CPU times per segment, in seconds: the time to trim, normalize, measure and, in standard quality,
            encode a segment; and the time to master and encode it again for a file that is made by copying frames.
        """
        from castline.audio.mastered_segment import master_segment
        from castline.speech.utterances import Utterance
        from castline.synthesis.segment_loudness import REFERENCE_LUFS, normalization_gain_db
        from castline.synthesis.shaping import shape

        target = LOUDNESS.target
        assert target is not None
        utterance = Utterance("你好。", "zh-TW-HsiaoYuNeural", "zh-TW")
        segments, shaping_seconds, mastering_seconds = [], [], [0.0]
        for number, speech in enumerate(speeches):
            started = time.process_time()
            shaped = shape(speech, utterance, quality=self.quality)
            shaping_seconds.append(time.process_time() - started)
            segment = SpokenSegment(number=number, fingerprint="", samples=shaped.segment.samples, lufs=shaped.lufs)
            self.pcm(segment).write_bytes(shaped.segment.pcm)
            if self.quality is Quality.STANDARD:
                started = time.process_time()
                gain_db = target.lufs - REFERENCE_LUFS + normalization_gain_db(shaped.lufs)
                frames, powers = master_segment(shaped.segment.pcm, gain_db=gain_db, target=target)
                segment = replace(segment, mastered=MasteredFrames(checksum="", powers=powers.pack()))
                mastering_seconds.append(time.process_time() - started)
                self.frames(segment).write_bytes(frames)
            segments.append(segment)
        self._index.write_text(json.dumps([asdict(segment) for segment in segments]), "utf-8")
        return statistics.fmean(shaping_seconds), sum(mastering_seconds) / len(segments)

    @property
    def _index(self) -> Path:
        return self.folder / f"{self.quality}.json"


def speak() -> Iterator[Speech]:
    """Synthesize segments of standard quality with the emulator's voices."""
    from castline.speech.utterances import Speech
    from local.azure_speech.espeak import EspeakEngine
    from local.azure_speech.ssml import Passage
    from local.azure_speech.voices import VOICES

    engine = EspeakEngine()
    voices = [voice for voice in VOICES.values() if voice.locale in {"zh-TW", "zh-CN"}]
    for number in range(_DISTINCT_SEGMENTS):
        spoken = b""
        for sentence in islice(cycle(_SENTENCES), number, None):
            spoken += engine.speak(Passage(sentence, voices[number % len(voices)]))
            if len(spoken) > _SECONDS * SAMPLE_RATE_HZ * SAMPLE_WIDTH_BYTES:
                break
        # Nearly six seconds; each segment has another length.
        yield Speech(spoken[: (int(_SECONDS * SAMPLE_RATE_HZ) - 97 * number) * SAMPLE_WIDTH_BYTES], ())


def in_studio_quality(speeches: Iterator[Speech]) -> Iterator[Speech]:
    """Resample speeches to 48 kHz, as if the provider had returned this sample rate."""
    from castline.audio.resampling import resample

    to_hz = profile_of(Quality.STUDIO, has_music=False).sample_rate_hz
    for speech in speeches:
        pcm = resample(speech.pcm, from_hz=speech.sample_rate_hz, to_hz=to_hz)
        yield replace(speech, pcm=pcm, sample_rate_hz=to_hz)


def write_music(folder: Path) -> None:
    """Write two minutes of music: chords that change every two seconds, and a little noise."""
    import numpy as np

    from castline.audio.samples import to_pcm

    profile = profile_of(Quality.STUDIO, has_music=True)
    noise = np.random.default_rng(1)
    chord_samples = 2 * profile.sample_rate_hz
    seconds = np.arange(chord_samples) / profile.sample_rate_hz
    with (folder / MUSIC).open("wb") as file:
        for root_hz in islice(cycle((220.0, 174.6, 261.6, 196.0)), _MUSIC_SECONDS // 2):
            tones = [
                0.1 / order * np.sin(2 * np.pi * root_hz * step * order * seconds)
                for step in (1, 1.25, 1.5)
                for order in range(1, 6)
            ]
            chord = np.exp(-seconds) * np.array([sum(tones[::2]), sum(tones[1::2])])
            file.write(to_pcm((chord + 0.01 * noise.standard_normal(chord.shape)).astype(np.float32)))
