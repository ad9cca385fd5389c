"""Engine that speaks with espeak-ng, from the shared library in the package espeakng-loader."""

from __future__ import annotations

import audioop
import ctypes
import math
import re
import threading
from functools import cache
from typing import TYPE_CHECKING, Any

import espeakng_loader

from local.azure_speech.voices import ESPEAK_LANGUAGES

if TYPE_CHECKING:
    from local.azure_speech.ssml import Passage

_BYTES_PER_SAMPLE = 2

# From speak_lib.h.
_AUDIO_OUTPUT_SYNCHRONOUS = 2
_INITIALIZE_DONT_EXIT = 0x8000
_POSITION_CHARACTER = 1
_CHARACTERS_UTF8 = 1
_PARAMETER_RATE = 1
_PARAMETER_VOLUME = 2
_PARAMETER_PITCH = 3
_MIN_WORDS_PER_MINUTE, _MAX_WORDS_PER_MINUTE = 80, 450
_FULL_VOLUME = 100
# Measured: 20 of espeak-ng's 100 pitch steps make the voice 1.21 times as high.
_PITCH_STEPS_PER_OCTAVE = 73
# espeak-ng says "Chinese letter" for each kanji of a Japanese text, which takes three times as long as a reading.
# These readings replace the kanji; like most readings, they have two morae.
_KANJI = re.compile("[\u3005\u3400-\u9fff\uf900-\ufaff]")
_READINGS = ("かん", "せい", "こう", "とう", "さく", "ひと", "みち", "けい")
# The library has one state for the whole process.
_LOCK = threading.Lock()


class EspeakEngine:
    """An engine that speaks with espeak-ng, one passage at a time."""

    takes_time = True

    def speak(self, passage: Passage, *, sample_rate_hz: int = 24_000) -> bytes:
        """Return ``passage`` as PCM: 16-bit little-endian mono. Styles are ignored."""
        voice, prosody = passage.voice, passage.prosody
        espeak_voice = voice.espeak_voice
        if passage.locale:
            espeak_voice = f"{ESPEAK_LANGUAGES[passage.locale]}+{espeak_voice.partition('+')[2]}"
        with _LOCK:
            library = _library()
            pcm = library.speak(
                _with_readings(passage.text) if espeak_voice.startswith("ja") else passage.text,
                voice=espeak_voice,
                words_per_minute=round(voice.words_per_minute * prosody.rate),
                pitch=voice.espeak_pitch + _pitch_steps(prosody.pitch),
                volume=round(_FULL_VOLUME * prosody.volume),
            )
        resampled, _ = audioop.ratecv(pcm, _BYTES_PER_SAMPLE, 1, library.sample_rate_hz, sample_rate_hz, None)
        return resampled


def _with_readings(text: str) -> str:
    return _KANJI.sub(lambda kanji: _READINGS[ord(kanji[0]) % len(_READINGS)], text)


def _pitch_steps(factor: float) -> int:
    return round(_PITCH_STEPS_PER_OCTAVE * math.log2(factor)) if factor > 0 else -100


class _Library:
    """The loaded library. It is initialized once in a process and never unloaded."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._espeak: Any = ctypes.CDLL(espeakng_loader.get_library_path())
        data_path: str = espeakng_loader.get_data_path()
        self.sample_rate_hz: int = self._espeak.espeak_Initialize(
            _AUDIO_OUTPUT_SYNCHRONOUS, 0, data_path.encode(), _INITIALIZE_DONT_EXIT
        )
        if self.sample_rate_hz <= 0:
            raise RuntimeError("espeak-ng could not be initialized")
        signature = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
        self._callback = signature(self._collect)  # the library holds the pointer but not the object
        self._espeak.espeak_SetSynthCallback(self._callback)

    def _collect(self, samples: int | None, sample_count: int, _events: int | None) -> int:
        if samples and sample_count > 0:
            self._chunks.append(ctypes.string_at(samples, sample_count * _BYTES_PER_SAMPLE))
        return 0

    def speak(self, text: str, *, voice: str, words_per_minute: int, pitch: int, volume: int) -> bytes:
        """Return PCM: 16-bit mono at ``sample_rate_hz``."""
        encoded = text.encode() + b"\0"
        rate = min(max(words_per_minute, _MIN_WORDS_PER_MINUTE), _MAX_WORDS_PER_MINUTE)
        self._chunks.clear()
        if self._espeak.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {voice}")
        self._espeak.espeak_SetParameter(_PARAMETER_RATE, rate, 0)
        self._espeak.espeak_SetParameter(_PARAMETER_PITCH, min(max(pitch, 0), 100), 0)
        self._espeak.espeak_SetParameter(_PARAMETER_VOLUME, volume, 0)
        self._espeak.espeak_Synth(
            encoded,
            ctypes.c_size_t(len(encoded)),
            0,
            _POSITION_CHARACTER,
            0,
            _CHARACTERS_UTF8,
            None,
            None,
        )
        return b"".join(self._chunks)


@cache
def _library() -> _Library:
    return _Library()
