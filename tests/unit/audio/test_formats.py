from __future__ import annotations

import io
import subprocess
import sys
from typing import TYPE_CHECKING

import av
import pytest
import soundfile

from castline.audio.encoding import write_file
from castline.audio.formats import OutputFormat, encode
from castline.audio.profile import STANDARD
from castline.audio.tags import Tags
from tests.patience import PATIENCE_SECONDS
from tests.unit.audio.pcm_samples import hum

if TYPE_CHECKING:
    from pathlib import Path

WHAT_THEY_ARE = {
    OutputFormat.MP3: ("audio/mpeg", "mp3"),
    OutputFormat.WAV: ("audio/wav", "wav"),
    OutputFormat.FLAC: ("audio/flac", "flac"),
    OutputFormat.OPUS: ("audio/ogg", "ogg"),
    OutputFormat.M4B: ("audio/mp4", "mov,mp4,m4a,3gp,3g2,mj2"),
}
"""The media type of each format, and the name that FFmpeg gives it."""


@pytest.mark.parametrize("output_format", OutputFormat)
def test_each_format_is_what_it_says_it_is(tmp_path: Path, output_format: OutputFormat) -> None:
    content_type, name = WHAT_THEY_ARE[output_format]
    path = tmp_path / f"file.{output_format.extension}"

    write_file(path, output_format, [hum(5_000)], profile=STANDARD, total_samples=5_000, tags=Tags(title="t"))

    assert output_format.content_type == content_type
    assert output_format.extension == output_format.value
    with av.open(path) as container:
        assert container.format.name == name


@pytest.mark.parametrize("output_format", [OutputFormat.MP3, OutputFormat.WAV])
def test_a_format_that_can_be_streamed_is_whole(output_format: OutputFormat) -> None:
    file = b"".join(encode(output_format, [hum(5_000)], 5_000))

    with soundfile.SoundFile(io.BytesIO(file)) as sound:
        assert (sound.format, sound.frames, sound.channels) == (output_format.name, 5_000, 1)


@pytest.mark.parametrize("output_format", [OutputFormat.FLAC, OutputFormat.OPUS, OutputFormat.M4B])
def test_a_format_whose_beginning_is_written_last_cannot_be_streamed(output_format: OutputFormat) -> None:
    with pytest.raises(ValueError, match="cannot be streamed"):
        encode(output_format, [hum(5_000)], 5_000)


def test_what_the_api_needs_of_audio_loads_without_the_speech_layer() -> None:
    # Given an interpreter that has neither an encoder nor audioop
    program = (
        "import sys; sys.modules['lameenc'] = sys.modules['audioop'] = sys.modules['av'] = None\n"
        "import castline.audio.encoding\n"
        "import castline.audio.formats, castline.audio.storage, castline.audio.timeline, castline.audio.id3\n"
        "import castline.audio.frame_joining, castline.audio.frame_timeline, castline.audio.stored_segment"
    )

    subprocess.run([sys.executable, "-c", program], check=True, timeout=PATIENCE_SECONDS)  # noqa: S603 - our own program
