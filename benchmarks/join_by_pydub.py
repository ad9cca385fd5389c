"""Program that joins segments with pydub in memory: ``python -m benchmarks.join_by_pydub FOLDER COUNT OUTPUT``.

It follows pydub's documentation: segments, silence and crossfade are appended to the audio so far, and ffmpeg encodes
the whole as MP3.
"""

from __future__ import annotations

import sys
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe
from pydub import AudioSegment

from benchmarks.process_figures import report
from benchmarks.spoken_segments import CROSSFADE_MS, GAP_MS, SpokenSegments
from castline.audio.mp3_frames import BIT_RATE_KBPS
from castline.pcm import SAMPLE_RATE_HZ


def main(folder: Path, count: int, output: Path) -> None:
    """Join the first ``count`` segments of ``folder``, each a turn of its own."""
    AudioSegment.converter = get_ffmpeg_exe()
    silence = AudioSegment.silent(duration=GAP_MS, frame_rate=SAMPLE_RATE_HZ)
    first, *others = SpokenSegments.open(folder).wav_files(count)
    dialogue = AudioSegment.from_wav(str(first))
    for path in others:
        dialogue += silence
        dialogue = dialogue.append(AudioSegment.from_wav(str(path)), crossfade=CROSSFADE_MS)
    dialogue.export(str(output), format="mp3", bitrate=f"{BIT_RATE_KBPS}k")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
    report()
