"""Session with Azure Speech: keeps connections, and sends requests over them."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from castline.pcm import SAMPLE_RATE_HZ, SAMPLE_WIDTH_BYTES
from castline.speech.providers.azure.connection import OUTPUT_FORMATS, AzureConnection, speech_config
from castline.speech.providers.azure.cutting import cut_apart
from castline.speech.providers.azure.ssml import build_joint_ssml, build_ssml
from castline.speech.providers.base import SpeechSession
from castline.speech.spoken_text import as_written, spoken_text
from castline.speech.utterances import Speech
from castline.speech.words import locate_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from castline.speech.providers.azure.connection import SpokenAudio
    from castline.speech.utterances import Utterance


class AzureSpeechSession(SpeechSession):
    """A session whose connections are opened when needed and kept for the next request.

    There is one connection for each request in flight; callers limit their number. A connection is replaced after a
    failure, and after it was idle for so long that the service may have closed it.
    """

    def __init__(
        self,
        *,
        key: str,
        region: str | None = None,
        host: str | None = None,
        first_chunk_timeout_ms: int = 10_000,
        all_chunks_timeout_ms: int = 120_000,
        max_idle_seconds: float = 60.0,
    ) -> None:
        """Store the configuration of the connections. Nothing is sent before the first utterance.

        Args:
            key: the Speech resource's key.
            region: the resource's region, such as ``eastasia``.
            host: the service's address, such as ``ws://127.0.0.1:5005``, instead of ``region``.
            first_chunk_timeout_ms: the time limit for the first audio of an utterance, including the connection.
            all_chunks_timeout_ms: the time limit for all audio of an utterance.
            max_idle_seconds: the longest idle time after which a connection is used again.

        Raises:
            ValueError: not exactly one of ``region`` and ``host`` is given.
        """
        if (region is None) == (host is None):
            raise ValueError("give either a region or a host")
        self._configs = {
            sample_rate_hz: speech_config(
                key=key,
                region=region,
                host=host,
                first_chunk_timeout_ms=first_chunk_timeout_ms,
                all_chunks_timeout_ms=all_chunks_timeout_ms,
                sample_rate_hz=sample_rate_hz,
            )
            for sample_rate_hz in OUTPUT_FORMATS
        }
        self._max_idle_seconds = max_idle_seconds
        self._lock = threading.Lock()
        self._idle: dict[int, list[AzureConnection]] = {sample_rate_hz: [] for sample_rate_hz in OUTPUT_FORMATS}
        """Connections by the sample rate of their audio."""
        self._closed = False

    def synthesize(
        self, utterance: Utterance, *, with_words: bool = True, sample_rate_hz: int = SAMPLE_RATE_HZ
    ) -> Speech:
        """Speak ``utterance``; see ``SpeechSession``.

        Raises:
            SpeechError: one of ``castline.speech.errors``.
            RuntimeError: the session is closed.
        """
        audio = self._request(build_ssml(utterance), with_words=with_words, sample_rate_hz=sample_rate_hz)
        duration_ms = len(audio.pcm) // SAMPLE_WIDTH_BYTES * 1000 // sample_rate_hz
        words = locate_words(spoken_text(utterance), audio.heard, duration_ms=duration_ms)
        return Speech(pcm=audio.pcm, words=as_written(utterance, words), sample_rate_hz=sample_rate_hz)

    def synthesize_together(self, utterances: Sequence[Utterance]) -> list[Speech]:
        """Speak ``utterances`` in one request; see ``SpeechSession``.

        Raises:
            CutUncertain: the boundaries between the utterances cannot be found.
            SpeechError: one of ``castline.speech.errors``.
            RuntimeError: the session is closed.
            ValueError: there are no utterances, or they are not of one language.
        """
        audio = self._request(build_joint_ssml(utterances), with_words=True, sample_rate_hz=SAMPLE_RATE_HZ)
        speeches = cut_apart(audio.pcm, audio.heard, [spoken_text(utterance) for utterance in utterances])
        return [
            replace(speech, words=as_written(utterance, speech.words))
            for utterance, speech in zip(utterances, speeches, strict=True)
        ]

    def close(self) -> None:
        """Close every connection. A connection that is speaking is closed afterwards. Closing again does nothing."""
        with self._lock:
            self._closed = True
            idle = [connection for connections in self._idle.values() for connection in connections]
            self._idle = {sample_rate_hz: [] for sample_rate_hz in OUTPUT_FORMATS}
        for connection in idle:
            connection.close()

    def _request(self, ssml: str, *, with_words: bool, sample_rate_hz: int) -> SpokenAudio:
        connection = self._check_out(sample_rate_hz)
        try:
            audio = connection.speak(ssml, with_words=with_words)
        except BaseException:
            connection.close()
            raise
        self._check_in(connection, sample_rate_hz)
        return audio

    def _check_out(self, sample_rate_hz: int) -> AzureConnection:
        with self._lock:
            if self._closed:
                raise RuntimeError("the session is closed")
            idle = self._idle[sample_rate_hz]
            connection = idle.pop() if idle else None
        if connection is not None and not 0 <= connection.idle_seconds <= self._max_idle_seconds:
            # Closing takes a second if the server is gone. The utterance does not wait for it.
            threading.Thread(target=connection.close, name="azure-speech-close", daemon=True).start()
            connection = None
        return connection or AzureConnection(self._configs[sample_rate_hz])

    def _check_in(self, connection: AzureConnection, sample_rate_hz: int) -> None:
        with self._lock:
            if not self._closed:
                self._idle[sample_rate_hz].append(connection)
                return
        connection.close()
