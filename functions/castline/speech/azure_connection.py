"""One connection to Azure Speech: the only module that touches the SDK, which is untyped."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

from azure.cognitiveservices import speech as speechsdk

from castline.speech.azure_errors import error_from_cancellation
from castline.speech.errors import EmptyAudio, ProviderUnavailable


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

    The WebSocket opens with the first utterance and stays open for the next ones. It is not opened ahead of
    the first one: the SDK then shakes hands twice.
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

    @property
    def idle_seconds(self) -> float:
        """How long ago the last utterance ended.

        By the wall clock: a monotonic clock may stand still while Lambda keeps the process frozen.
        """
        return time.time() - self._last_used_at

    def speak(self, ssml: str) -> bytes:
        """Speak ``ssml`` and return raw PCM, never empty.

        Raises:
            SpeechError: the connection is then of no further use.
        """
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
        self._last_used_at = time.time()
        return pcm

    def close(self) -> None:
        """Close the WebSocket, if it is open."""
        with suppress(RuntimeError):
            self._connection.close()
