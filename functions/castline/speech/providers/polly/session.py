"""Requests to Amazon Polly: the only module that makes a boto3 client for it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

from castline.pcm import BYTES_PER_MS, SAMPLE_RATE_HZ, SAMPLE_WIDTH_BYTES
from castline.speech.errors import EmptyAudio, ProviderMisconfigured, ProviderTimedOut, ProviderUnavailable
from castline.speech.providers.base import SpeechSession
from castline.speech.providers.polly.errors import translated_errors
from castline.speech.providers.polly.ssml import build_ssml, unescape
from castline.speech.providers.polly.upsampling import upsample_16k_to_24k
from castline.speech.spoken_text import as_written, spoken_text
from castline.speech.utterances import Speech
from castline.speech.words import HeardWord, locate_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.response import StreamingBody

    from castline.speech.providers.base import Timeouts
    from castline.speech.utterances import Utterance

_CONNECT_SECONDS: Final = 2.0
_MAX_CONNECTIONS: Final = 16
_CHUNK_BYTES: Final = 1 << 16


def make_client(region: str | None, *, read_seconds: float) -> Any:
    """Make a boto3 client without retries, because its callers retry.

    Args:
        region: the region of Polly; None for the region of the environment.
        read_seconds: the longest time for which the service may send nothing.

    Raises:
        ProviderMisconfigured: there is no region.
    """
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=min(_CONNECT_SECONDS, read_seconds),
        read_timeout=read_seconds,
        max_pool_connections=_MAX_CONNECTIONS,
        retries={"mode": "standard", "total_max_attempts": 1},
    )
    with translated_errors():
        return boto3.client("polly", region_name=region, config=config)


class PollySession(SpeechSession):
    """A session with one boto3 client, which serves many threads."""

    def __init__(self, *, engine: str, region: str | None, gives_marks: bool, timeouts: Timeouts) -> None:
        """Make the client. Nothing is sent yet.

        Args:
            engine: the engine of every voice.
            region: see ``make_client``.
            gives_marks: whether the engine reports speech marks, the times of words.
            timeouts: the time limits of a request.

        Raises:
            ProviderMisconfigured: there is no region.
        """
        self._engine = engine
        self._gives_marks = gives_marks
        self._first_chunk_seconds = timeouts.first_chunk_ms / 1000
        self._all_chunks_seconds = timeouts.all_chunks_ms / 1000
        self._client = make_client(region, read_seconds=self._first_chunk_seconds)
        self._closed = False

    def synthesize(
        self,
        utterance: Utterance,
        *,
        with_words: bool = True,
        sample_rate_hz: int = SAMPLE_RATE_HZ,  # noqa: ARG002 (there is no other)
    ) -> Speech:
        """Speak ``utterance``. Words take a second request, which shares the time limit for all audio.

        Raises:
            SpeechError: one of ``castline.speech.errors``.
            RuntimeError: the session is closed.
        """
        ssml = build_ssml(utterance)
        deadline = time.monotonic() + self._all_chunks_seconds
        audio = self._request(
            "audio/pcm", deadline, OutputFormat="pcm", SampleRate="16000", Text=ssml, VoiceId=utterance.voice_id
        )
        if not audio:
            raise EmptyAudio("Amazon Polly reported success and sent no audio")
        if len(audio) % SAMPLE_WIDTH_BYTES:
            raise ProviderUnavailable("Amazon Polly's audio ended within a sample")
        pcm = upsample_16k_to_24k(audio)
        if not with_words or not self._gives_marks:
            return Speech(pcm=pcm, words=())
        marks = self._request(
            "application/x-json-stream",
            deadline,
            OutputFormat="json",
            SpeechMarkTypes=["word"],
            Text=ssml,
            VoiceId=utterance.voice_id,
        )
        duration_ms = len(pcm) // BYTES_PER_MS
        heard = read_marks(marks, ssml, duration_ms=duration_ms)
        words = locate_words(spoken_text(utterance), heard, duration_ms=duration_ms)
        return Speech(pcm=pcm, words=as_written(utterance, words))

    def close(self) -> None:
        """Close every connection. Closing again does nothing."""
        self._closed = True
        self._client.close()

    def _request(self, content_type: str, deadline: float, **parameters: Any) -> bytes:
        """Send one SynthesizeSpeech request and return the body of its answer.

        Raises:
            SpeechError: one of ``castline.speech.errors``.
            RuntimeError: the session is closed.
        """
        if self._closed:
            raise RuntimeError("the session is closed")
        first_deadline = min(time.monotonic() + self._first_chunk_seconds, deadline)
        with translated_errors():
            answer = self._client.synthesize_speech(Engine=self._engine, TextType="ssml", **parameters)
            body = self._read(answer["AudioStream"], first_deadline=first_deadline, deadline=deadline)
        if not answer.get("ContentType", "").startswith(content_type):
            raise ProviderMisconfigured("Amazon Polly answered with a content type that was not requested")
        return body

    def _read(self, stream: StreamingBody, *, first_deadline: float, deadline: float) -> bytes:
        chunks: list[bytes] = []
        raw: Any  # urllib3's response, although botocore's stubs say otherwise
        with stream as raw:  # botocore would read until a chunk is full; urllib3 returns what has arrived
            while not raw.closed:
                left = (deadline if chunks else first_deadline) - time.monotonic()
                if left <= 0:
                    raise ProviderTimedOut("Amazon Polly took too long")
                stream.set_socket_timeout(min(left, self._first_chunk_seconds))
                chunks.append(raw.read1(_CHUNK_BYTES))
        return b"".join(chunks)


def read_marks(marks: bytes, ssml: str, *, duration_ms: int) -> list[HeardWord]:
    """Read the words of a stream of speech marks: a JSON object in each line.

    A mark has the time at which its word begins, and the word's position in the request, in bytes. A word lasts until
    the next one. Unreadable marks are skipped, because a missing word does less harm than missing audio.

    Args:
        marks: the body of the answer.
        ssml: the text that was sent.
        duration_ms: the length of the audio, which is also the end of its last word.
    """
    sent = ssml.encode()
    words = list(_words(marks, sent))
    next_starts_ms = [start_ms for start_ms, _ in words[1:]]
    return [
        HeardWord(text, start_ms, end_ms)
        for (start_ms, text), end_ms in zip(words, [*next_starts_ms, duration_ms], strict=False)
    ]


def _words(marks: bytes, sent: bytes) -> Iterator[tuple[int, str]]:
    for line in marks.splitlines():
        try:
            mark = json.loads(line)
            if mark["type"] == "word":
                yield int(mark["time"]), unescape(sent[mark["start"] : mark["end"]].decode())
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            continue
