"""One connection to Azure Speech: the only module that touches the SDK, which is untyped."""

from __future__ import annotations

import atexit
import threading
import time
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from azure.cognitiveservices import speech as speechsdk

from castline.pcm import SAMPLE_RATE_HZ, SAMPLE_WIDTH_BYTES
from castline.speech.errors import EmptyAudio, ProviderUnavailable
from castline.speech.providers.azure.sdk_errors import error_from_cancellation
from castline.speech.words import HeardWord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

OUTPUT_FORMATS: Final[Mapping[int, Any]] = {
    24_000: speechsdk.SpeechSynthesisOutputFormat.Raw24Khz16BitMonoPcm,
    48_000: speechsdk.SpeechSynthesisOutputFormat.Raw48Khz16BitMonoPcm,
}
"""The SDK's formats of raw 16-bit mono PCM, by sample rate. The service resamples voices that have another rate."""

_TICKS_PER_MS: Final = 10_000
# The time limit for the last words, which are reported after the audio is complete: after milliseconds, or seconds on
# a busy machine. Without them, the utterances of a batched request are spoken and paid for again.
_REPORT_SECONDS: Final = 15.0


class SpokenAudio(NamedTuple):
    """The result of one request."""

    pcm: bytes
    heard: tuple[HeardWord, ...]
    """The words, without punctuation, in spoken order; empty if they were not requested."""


def speech_config(
    *,
    key: str,
    region: str | None,
    host: str | None,
    first_chunk_timeout_ms: int,
    all_chunks_timeout_ms: int,
    sample_rate_hz: int = SAMPLE_RATE_HZ,
) -> Any:
    """Return the SDK's configuration for raw 16-bit mono PCM, without retries of the SDK's own.

    Args:
        key: the Speech resource's key.
        region: the resource's region; None if ``host`` is given.
        host: the service's address; None if ``region`` is given.
        first_chunk_timeout_ms: the time limit for the first audio.
        all_chunks_timeout_ms: the time limit for all audio.
        sample_rate_hz: one of ``OUTPUT_FORMATS``.
    """
    config: Any = speechsdk.SpeechConfig(subscription=key, region=region, host=host)
    config.set_speech_synthesis_output_format(OUTPUT_FORMATS[sample_rate_hz])
    config.set_property_by_name("SpeechSynthesis_MaxRetryTimes", "0")
    config.set_property_by_name("SpeechSynthesis_FirstChunkTimeoutMs", str(first_chunk_timeout_ms))
    config.set_property_by_name("SpeechSynthesis_AllChunkTimeoutMs", str(all_chunks_timeout_ms))
    return config


class AzureConnection:
    """One SDK synthesizer and its WebSocket. It serves one thread at a time.

    The WebSocket opens with the first utterance and stays open for the next ones.
    """

    def __init__(self, config: Any) -> None:
        """Make a synthesizer for ``config``. Nothing is sent yet.

        Raises:
            ProviderUnavailable: the SDK cannot make a synthesizer.
        """
        try:
            self._synthesizer: Any = speechsdk.SpeechSynthesizer(speech_config=config, audio_config=None)
            self._connection: Any = speechsdk.Connection.from_speech_synthesizer(self._synthesizer)
        except RuntimeError:
            raise ProviderUnavailable("the Azure Speech SDK failed") from None
        self._last_used_at = time.time()

    @property
    def idle_seconds(self) -> float:
        """Return the time since the end of the last utterance.

        The time is measured by the wall clock, because a monotonic clock may stand still while Lambda is frozen.
        """
        return time.time() - self._last_used_at

    def speak(self, ssml: str, *, with_words: bool) -> SpokenAudio:
        """Speak ``ssml`` and return raw PCM, never empty, and its words.

        Args:
            ssml: the request.
            with_words: whether to report words. Each word is an event of its own, and all events of a request take
                longer than its audio.

        Raises:
            SpeechError: the request failed. The connection cannot be used again.
        """
        spoken = self._speak_and_listen(ssml) if with_words else SpokenAudio(self._speak(ssml).audio_data, ())
        self._last_used_at = time.time()
        return spoken

    def close(self) -> None:
        """Close the WebSocket, if it is open."""
        with suppress(RuntimeError):
            self._connection.close()

    def _speak_and_listen(self, ssml: str) -> SpokenAudio:
        # Events may be late. Some may belong to the previous request, which did not listen to them.
        heard: list[tuple[str, HeardWord]] = []
        completed: SimpleQueue[str] = SimpleQueue()
        with (
            _listening(self._synthesizer.synthesis_word_boundary, lambda event: _note(event, heard)),
            _listening(self._synthesizer.synthesis_completed, lambda event: completed.put(event.result.result_id)),
        ):
            result = self._speak(ssml)
            deadline = time.monotonic() + _REPORT_SECONDS
            with suppress(Empty):
                while completed.get(timeout=max(0.0, deadline - time.monotonic())) != result.result_id:
                    pass
        words = tuple(word for result_id, word in heard if result_id == result.result_id)
        return SpokenAudio(result.audio_data, words)

    def _speak(self, ssml: str) -> Any:
        """Return the SDK's result, which has audio."""
        try:
            result: Any = self._synthesizer.speak_ssml_async(ssml).get()
        except RuntimeError:
            raise ProviderUnavailable("the Azure Speech SDK failed") from None
        if result.reason != speechsdk.ResultReason.SynthesizingAudioCompleted:
            details: Any = result.cancellation_details
            raise error_from_cancellation(details.error_code.name, details.error_details)
        if not result.audio_data:
            raise EmptyAudio("Azure Speech reported success and sent no audio")
        if len(result.audio_data) % SAMPLE_WIDTH_BYTES:
            raise ProviderUnavailable("Azure Speech's audio ended within a sample")
        return result


def _note(event: Any, heard: list[tuple[str, HeardWord]]) -> None:
    if event.boundary_type is speechsdk.SpeechSynthesisBoundaryType.Word:
        start_ms: int = event.audio_offset // _TICKS_PER_MS
        end_ms = start_ms + round(event.duration.total_seconds() * 1000)
        heard.append((event.result_id, HeardWord(event.text, start_ms, end_ms)))


# An event that arrives while the interpreter shuts down aborts the process.
_LISTENED_TO: Final[set[Any]] = set()
_EXITING: Final = threading.Event()
_LAST_EVENTS_SECONDS: Final = 0.1


@contextmanager
def _listening(signal: Any, callback: Callable[[Any], None]) -> Iterator[None]:
    """Call ``callback`` at every event of an SDK signal, on the SDK's thread, while the block runs."""
    if not _EXITING.is_set():
        signal.connect(callback)
        _LISTENED_TO.add(signal)
    try:
        yield
    finally:
        _LISTENED_TO.discard(signal)
        signal.disconnect_all()


@atexit.register
def _stop_listening() -> None:
    _EXITING.set()
    listened_to = tuple(_LISTENED_TO)
    for signal in listened_to:
        signal.disconnect_all()
    if listened_to:
        time.sleep(_LAST_EVENTS_SECONDS)  # for the callbacks that are running to finish
