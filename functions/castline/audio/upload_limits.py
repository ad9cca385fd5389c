"""Limits of files that users upload, and the reasons why such a file cannot be used."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

MAX_AUDIO_BYTES: Final = 50 * 1024 * 1024
MAX_AUDIO_MS: Final = 15 * 60 * 1000
"""The longest audio, measured by decoding because a file's header may be wrong."""
MAX_CHANNELS: Final = 2
MIN_SAMPLE_RATE_HZ: Final = 8_000
MAX_SAMPLE_RATE_HZ: Final = 192_000
MAX_DECODE_CPU_SECONDS: Final = 60
"""CPU time for reading a file and writing its forms. Fifteen minutes of stereo take about 11 s."""
MAX_DECODE_SECONDS: Final = 150
"""Wall time for the same. It is longer than the CPU time because the machine may do other work."""
MAX_MEMORY_BYTES: Final = 1024 * 1024 * 1024
"""Address space of the process that reads a file, including its libraries."""

MAX_IMAGE_BYTES: Final = 5 * 1024 * 1024
MAX_IMAGE_PIXELS: Final = 6_000
"""The longest side of an image."""


class UploadProblem(StrEnum):
    """Reason why an uploaded file cannot be used."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    TOO_MANY_CHANNELS = "too_many_channels"
    UNSUPPORTED_SAMPLE_RATE = "unsupported_sample_rate"
    NOT_AUDIO = "not_audio"
    HAS_VIDEO = "has_video"
    SEVERAL_STREAMS = "several_streams"
    BROKEN = "broken"
    TOO_SLOW_TO_DECODE = "too_slow_to_decode"
    NOT_AN_IMAGE = "not_an_image"
    IMAGE_TOO_LARGE = "image_too_large"


class UnusableUpload(Exception):
    """An uploaded file cannot be used."""

    def __init__(self, problem: UploadProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem
