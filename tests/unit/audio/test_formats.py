from __future__ import annotations

import io
import subprocess
import sys

import pytest
import soundfile

from castline.audio.formats import OutputFormat, encode
from tests.unit.audio.pcm_samples import hum

WHAT_THEY_ARE = {OutputFormat.MP3: ("audio/mpeg", "MP3"), OutputFormat.WAV: ("audio/wav", "WAV")}
"""The media type of each format, and the name that libsndfile gives it."""


@pytest.mark.parametrize("output_format", OutputFormat)
def test_each_format_is_what_it_says_it_is(output_format: OutputFormat) -> None:
    content_type, container = WHAT_THEY_ARE[output_format]

    file = b"".join(encode(output_format, [hum(5_000)], 5_000))

    assert output_format.content_type == content_type
    assert output_format.extension == output_format.value
    with soundfile.SoundFile(io.BytesIO(file)) as sound:
        assert (sound.format, sound.frames, sound.channels) == (container, 5_000, 1)


def test_what_the_api_needs_of_audio_loads_without_the_speech_layer() -> None:
    # Given an interpreter that has neither the encoder nor audioop
    program = (
        "import sys; sys.modules['lameenc'] = sys.modules['audioop'] = None\n"
        "import castline.audio.formats, castline.audio.storage, castline.audio.timeline, castline.audio.id3\n"
        "import castline.audio.frame_joining, castline.audio.frame_timeline, castline.audio.stored_segment"
    )

    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)  # noqa: S603 - our own program
