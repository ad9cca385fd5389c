"""Session with an OpenAI-compatible server."""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING, Any

from castline.pcm import SAMPLE_RATE_HZ
from castline.speech.providers.base import SpeechSession
from castline.speech.providers.openai_compatible.answers import error_from_answer, pcm_from_answer
from castline.speech.providers.openai_compatible.http_request import request
from castline.speech.utterances import Speech

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from castline.speech.providers.base import Timeouts
    from castline.speech.utterances import Utterance


class OpenAiSession(SpeechSession):
    """A session that speaks each utterance over a connection of its own."""

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str],
        body_of: Callable[[Utterance], Mapping[str, Any]],
        timeouts: Timeouts,
    ) -> None:
        """Store what a request needs. Nothing is sent before the first utterance.

        Args:
            base_url: the server's address, up to and including the version.
            headers: the headers of every request.
            body_of: returns the request's body for an utterance.
            timeouts: the time limits of an answer.
        """
        self._url = base_url + "/audio/speech"
        self._headers = {"Content-Type": "application/json", **headers}
        self._body_of = body_of
        self._timeouts = timeouts
        self._tls = ssl.create_default_context() if base_url.startswith("https:") else None
        self._closed = False

    def synthesize(
        self,
        utterance: Utterance,
        *,
        with_words: bool = True,  # noqa: ARG002 (no words are reported)
        sample_rate_hz: int = SAMPLE_RATE_HZ,  # noqa: ARG002 (there is no other)
    ) -> Speech:
        """Speak ``utterance``; see ``SpeechSession``. No words are reported."""
        if self._closed:
            raise RuntimeError("the session is closed")
        answer = request(
            "POST",
            self._url,
            headers=self._headers,
            body=json.dumps(self._body_of(utterance)).encode(),
            timeouts=self._timeouts,
            tls=self._tls,
        )
        if answer.status != 200:
            raise error_from_answer(answer.status, answer.body, retry_after=answer.headers.get("Retry-After", ""))
        return Speech(pcm=pcm_from_answer(answer.headers.get("Content-Type", ""), answer.body), words=())

    def close(self) -> None:
        """Refuse further utterances. Utterances that are being spoken are finished."""
        self._closed = True
