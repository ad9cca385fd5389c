"""One connection to Azure Speech: the only module that touches the SDK, which is untyped."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Any, Final, NamedTuple

from azure.cognitiveservices import speech as speechsdk

from castline.speech.azure_errors import error_from_cancellation
from castline.speech.errors import EmptyAudio, ProviderUnavailable
from castline.speech.words import HeardWord

_TICKS_PER_MS: Final = 10_000
# The SDK tells nothing of an opening that failed; whoever waits for it longer than this speaks all the same.
_OPENING_SECONDS: Final = 1.0
# The last words are reported after the audio is complete: a matter of milliseconds.
_REPORT_SECONDS: Final = 2.0


class SpokenAudio(NamedTuple):
    """What one request gave."""

    pcm: bytes
    heard: tuple[HeardWord, ...]
    """The words, without punctuation, in spoken order."""


def speech_config(
    *,
    key: str,
    region: str | None,
    host: str | None,
    first_chunk_timeout_ms: int,
    all_chunks_timeout_ms: int,
) -> Any:
    """Return the SDK's configuration for raw 24 kHz 16-bit mono PCM, without retries of the SDK's own."""
    config: Any = speechsdk.SpeechConfig(subscription=key, region=region, host=host)
    config.set_speech_synthesis_output_format(speechsdk.SpeechSynthesisOutputFormat.Raw24Khz16BitMonoPcm)
    config.set_property_by_name("SpeechSynthesis_MaxRetryTimes", "0")
    config.set_property_by_name("SpeechSynthesis_FirstChunkTimeoutMs", str(first_chunk_timeout_ms))
    config.set_property_by_name("SpeechSynthesis_AllChunkTimeoutMs", str(all_chunks_timeout_ms))
    return config


class AzureConnection:
    """One SDK synthesizer and its WebSocket. It serves one thread at a time.

    The WebSocket opens with ``open`` or with the first utterance, and stays open for the next ones.

    The SDK's events are connected only while something is awaited: an interpreter that exits with an event still
    connected can abort.
    """

    def __init__(self, config: Any) -> None:
        """Make a synthesizer for ``config``. Nothing is sent yet.

        Raises:
            ProviderUnavailable: the SDK cannot make one.
        """
        try:
            self._synthesizer: Any = speechsdk.SpeechSynthesizer(speech_config=config, audio_config=None)
            self._connection: Any = speechsdk.Connection.from_speech_synthesizer(self._synthesizer)
        except RuntimeError:
            raise ProviderUnavailable("the Azure Speech SDK failed") from None
        self._last_used_at = time.time()
        self._opening: threading.Event | None = None

    @property
    def idle_seconds(self) -> float:
        """How long ago the last utterance ended.

        By the wall clock: a monotonic clock may stand still while Lambda keeps the process frozen.
        """
        return time.time() - self._last_used_at

    def open(self) -> None:
        """Begin to open the WebSocket, and return at once. If that fails, the next utterance opens it."""
        self._opening = threading.Event()
        threading.Thread(target=self._open, args=(self._opening,), name="azure-speech-open", daemon=True).start()

    def speak(self, ssml: str) -> SpokenAudio:
        """Speak ``ssml`` and return raw PCM, never empty, and its words.

        Raises:
            SpeechError: the connection is then of no further use.
        """
        if self._opening is not None:
            # Who speaks amid the handshake makes the SDK shake hands twice.
            self._opening.wait()
            self._opening = None
        heard: list[HeardWord] = []
        completed = threading.Event()
        self._synthesizer.synthesis_word_boundary.connect(lambda event: _note(event, heard))
        self._synthesizer.synthesis_completed.connect(lambda _event: completed.set())
        try:
            pcm = self._speak(ssml)
            completed.wait(_REPORT_SECONDS)
        finally:
            self._synthesizer.synthesis_word_boundary.disconnect_all()
            self._synthesizer.synthesis_completed.disconnect_all()
        self._last_used_at = time.time()
        return SpokenAudio(pcm, tuple(heard))

    def close(self) -> None:
        """Close the WebSocket, if it is open."""
        with suppress(RuntimeError):
            self._connection.close()

    def _open(self, opening: threading.Event) -> None:
        connected = threading.Event()
        self._connection.connected.connect(lambda _event: connected.set())
        try:
            with suppress(RuntimeError):
                self._connection.open(for_continuous_recognition=True)
                connected.wait(_OPENING_SECONDS)
        finally:
            self._connection.connected.disconnect_all()
            opening.set()

    def _speak(self, ssml: str) -> bytes:
        try:
            result: Any = self._synthesizer.speak_ssml_async(ssml).get()
        except RuntimeError:
            raise ProviderUnavailable("the Azure Speech SDK failed") from None
        if result.reason != speechsdk.ResultReason.SynthesizingAudioCompleted:
            details: Any = result.cancellation_details
            raise error_from_cancellation(details.error_code.name, details.error_details)
        pcm: bytes = result.audio_data
        if not pcm:
            raise EmptyAudio("Azure Speech reported success and sent no audio")
        return pcm


def _note(event: Any, heard: list[HeardWord]) -> None:
    if event.boundary_type is speechsdk.SpeechSynthesisBoundaryType.Word:
        start_ms: int = event.audio_offset // _TICKS_PER_MS
        heard.append(HeardWord(event.text, start_ms, start_ms + round(event.duration.total_seconds() * 1000)))
