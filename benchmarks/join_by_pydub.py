"""Program that makes the same files with pydub: ``python -m benchmarks.join_by_pydub FOLDER RECIPE COUNT OUTPUT``.

It takes the simple way: everything in memory, pieces that are joined once, one gain for the whole file, and one
encoding by ffmpeg with the same effort as our encoders. The loudness of voices is not normalized, peaks are clipped,
the bed is not ducked, and there are no chapters.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from imageio_ffmpeg import get_ffmpeg_exe
from pydub import AudioSegment

from benchmarks.process_figures import reported
from benchmarks.recipe import Recipe
from benchmarks.spoken_segments import CROSSFADE_MS, GAP_MS, LOUDNESS, MUSIC, SpokenSegments
from castline.audio.formats import OutputFormat
from castline.audio.profile import profile_of
from castline.pcm import SAMPLE_WIDTH_BYTES

_BED_DB: Final = -22.0
_EXPORT: Final = {
    OutputFormat.MP3: {"format": "mp3", "parameters": ["-compression_level", "7"]},
    OutputFormat.M4B: {
        "format": "ipod",
        "parameters": ["-aac_coder", "fast", "-aac_is", "0", "-aac_tns", "0", "-movflags", "faststart"],
    },
}


def main(folder: Path, recipe: Recipe, count: int, output: Path) -> None:
    """Make a file of the first ``count`` segments of ``folder``. Each segment is one turn."""
    AudioSegment.converter = get_ffmpeg_exe()
    segments = SpokenSegments(folder, recipe.quality)
    spoken = segments.first(count)
    profile = profile_of(recipe.quality, has_music=recipe.has_music)

    def from_pcm(data: bytes, channels: int = 1) -> AudioSegment:
        return AudioSegment(
            data, sample_width=SAMPLE_WIDTH_BYTES, frame_rate=profile.sample_rate_hz, channels=channels
        )

    target = LOUDNESS.target
    assert target is not None
    with reported():
        silence = AudioSegment.silent(GAP_MS - CROSSFADE_MS, frame_rate=profile.sample_rate_hz)
        pieces: list[AudioSegment] = []
        for segment in spoken:
            piece = from_pcm(segments.pcm(segment).read_bytes())
            pieces += [silence, piece.fade_in(CROSSFADE_MS)] if pieces else [piece]
        dialogue = from_pcm(b"".join(piece.raw_data for piece in pieces))
        if recipe.has_music:
            bed = from_pcm((folder / MUSIC).read_bytes(), profile.channels)
            dialogue = dialogue.set_channels(profile.channels).overlay(bed + _BED_DB, loop=True)
        dialogue = dialogue.apply_gain(target.lufs - dialogue.dBFS)
        dialogue.export(str(output), bitrate=f"{profile.bit_rate_kbps}k", **_EXPORT[recipe.output_format])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Recipe[sys.argv[2]], int(sys.argv[3]), Path(sys.argv[4]))
