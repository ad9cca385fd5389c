"""Session with Azure Speech: its connections, and the requests over them."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from castline.speech.providers.azure.connection import AzureConnection, speech_config
from castline.speech.providers.azure.cutting import cut_apart
from castline.speech.providers.azure.ssml import build_joint_ssml, build_ssml
from castline.speech.providers.base import SpeechSession
from castline.speech.spoken_text import as_written, spoken_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from castline.speech.providers.azure.connection import SpokenAudio
    from castline.speech.utterances import Speech, Utterance


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
        """Prepare the session. Nothing is sent before the first utterance.

        Args:
            key: the Speech resource's key.
            region: where the resource is, such as ``eastasia``.
            host: in place of ``region``, the service's address, such as ``ws://127.0.0.1:5005``.
            first_chunk_timeout_ms: how long the first audio of an utterance may take, connecting included.
            all_chunks_timeout_ms: how long all its audio may take.
            max_idle_seconds: how long a connection may have been idle and still be used again.

        Raises:
            ValueError: not exactly one of ``region`` and ``host`` is given.
        """
        if (region is None) == (host is None):
            raise ValueError("give either a region or a host")
        self._config = speech_config(
            key=key,
            region=region,
            host=host,
            first_chunk_timeout_ms=first_chunk_timeout_ms,
            all_chunks_timeout_ms=all_chunks_timeout_ms,
        )
        self._max_idle_seconds = max_idle_seconds
        self._lock = threading.Lock()
        self._idle: list[AzureConnection] = []
        self._closed = False

    def synthesize(self, utterance: Utterance, *, with_words: bool = True) -> Speech:
        """Speak ``utterance``; see ``SpeechSession``.

        Raises:
            SpeechError: one of ``castline.speech.errors``.
            RuntimeError: the session is closed.
        """
        audio = self._request(build_ssml(utterance), with_words=with_words)
        return _speeches(audio, [utterance])[0]

    def synthesize_together(self, utterances: Sequence[Utterance]) -> list[Speech]:
        """Speak ``utterances`` in one request; see ``SpeechSession``.

        Raises:
            CutUncertain: where one ends and the next begins cannot be told.
            SpeechError: one of ``castline.speech.errors``.
            RuntimeError: the session is closed.
            ValueError: there are none, or they are not of one language.
        """
        audio = self._request(build_joint_ssml(utterances), with_words=True)
        return _speeches(audio, utterances)

    def close(self) -> None:
        """Close every connection, a speaking one when it has finished. Closing again does nothing."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _request(self, ssml: str, *, with_words: bool) -> SpokenAudio:
        connection = self._check_out()
        try:
            audio = connection.speak(ssml, with_words=with_words)
        except BaseException:
            connection.close()
            raise
        self._check_in(connection)
        return audio

    def _check_out(self) -> AzureConnection:
        with self._lock:
            if self._closed:
                raise RuntimeError("the session is closed")
            connection = self._idle.pop() if self._idle else None
        if connection is not None and not 0 <= connection.idle_seconds <= self._max_idle_seconds:
            # Closing takes a second when the other side is gone: the utterance does not wait for it.
            threading.Thread(target=connection.close, name="azure-speech-close", daemon=True).start()
            connection = None
        return connection or AzureConnection(self._config)

    def _check_in(self, connection: AzureConnection) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()


def _speeches(audio: SpokenAudio, utterances: Sequence[Utterance]) -> list[Speech]:
    speeches = cut_apart(audio.pcm, audio.heard, [spoken_text(utterance) for utterance in utterances])
    return [
        replace(speech, words=as_written(utterance, speech.words))
        for utterance, speech in zip(utterances, speeches, strict=True)
    ]
