"""OpenAI-compatible speech provider over HTTP."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final

from castline.speech.errors import ProviderMisconfigured
from castline.speech.providers.base import ONLY_RESOURCE, Capabilities, SpeechProvider, Timeouts, VoiceTraits
from castline.speech.providers.openai_compatible.options import DEFAULT_BASE_URL, parse_options
from castline.speech.providers.openai_compatible.voices import is_voice_id, read_voices
from castline.speech.spoken_text import cues_identity, spoken_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from castline.speech.providers.base import Credentials, Resources, SpeechSession
    from castline.speech.utterances import Utterance
    from castline.speech.voice_list import Voice

# The characters that an HTTP header can carry, without white space.
_KEY: Final = re.compile("[!-~]*")
# https://platform.openai.com/docs/pricing. Other models are priced by the token. For them, the price is what
# OpenAI estimates for a minute of audio, $0.015, at 1,000 characters a minute.
_LIST_PRICES: Final = {"tts-1-hd": Decimal(30)}
_OTHER_LIST_PRICE: Final = Decimal(15)
# 500 requests a minute: https://platform.openai.com/docs/models/tts-1. Higher tiers have up to 10,000.
_REQUESTS_PER_SECOND: Final = 500 / 60
_OWN_REQUESTS_PER_SECOND: Final = 200.0
_LIST_TIMEOUTS: Final = Timeouts(first_chunk_ms=8_000, all_chunks_ms=10_000)


class OpenAiProvider(SpeechProvider):
    """Provider for a server with OpenAI's documented ``POST /audio/speech``, and PCM among its formats."""

    id: ClassVar[str] = "openai"
    name: ClassVar[str] = "OpenAI-compatible"
    voice_id_example: ClassVar[str] = "alloy"
    # OpenAI takes 4,096 characters. Shorter utterances are spoken in parallel, and a slow server finishes in time.
    capabilities: ClassVar[Capabilities] = Capabilities(max_utterance_characters=1_000)

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Read the deployment's options: ``model``, ``base_url``, ``voices``, ``takes_speed`` and ``extra_body``.

        Raises:
            InvalidProviderOptions: an option is missing, unknown or malformed.
        """
        self._options = parse_options(options)

    @property
    def list_price_per_million(self) -> Decimal:
        """The price of the model at OpenAI; 0 for another server, which has no list price."""
        if self._options.base_url != DEFAULT_BASE_URL:
            return Decimal(0)
        return _LIST_PRICES.get(self._options.model, _OTHER_LIST_PRICE)

    @property
    def requests_per_second(self) -> float:
        """The quota of OpenAI's lowest paid tier; for another server, a number too high to be a limit in practice."""
        return _REQUESTS_PER_SECOND if self._options.base_url == DEFAULT_BASE_URL else _OWN_REQUESTS_PER_SECOND

    def is_voice_id(self, value: str) -> bool:
        """Return whether ``value`` can be a voice id; see ``SpeechProvider``."""
        return is_voice_id(value)

    def traits(self, voice_id: str) -> VoiceTraits:  # noqa: ARG002 (they depend on the model)
        """Return the features, which are the same for every voice."""
        return VoiceTraits(takes_rate=self._options.takes_speed, takes_pitch=False, reports_words=False)

    def billed_characters(self, utterances: Sequence[Utterance]) -> list[int]:
        """Return the number of code points of each utterance: OpenAI's tts-1 is priced by the character."""
        return [len(spoken_text(utterance)) for utterance in utterances]

    def cache_identity(self, utterance: Utterance) -> str:
        """Return the server's address and the request's body as JSON, followed by the written text if it differs."""
        identity = {"base_url": self._options.base_url, "body": self._body(utterance)}
        return json.dumps(identity, sort_keys=True, separators=(",", ":")) + cues_identity(utterance)

    def read_secret(self, text: str) -> Resources:
        """Read a secret's text: a JSON object with a ``key``, which is empty for a server that needs no key.

        Raises:
            ProviderMisconfigured: the text has another form. The message holds nothing of the secret's content.
        """
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            raise ProviderMisconfigured("the secret is not JSON") from None
        if not isinstance(content, dict) or not isinstance(content.get("key"), str):
            raise ProviderMisconfigured("the secret is not a JSON object with a key")
        if not _KEY.fullmatch(content["key"]):
            raise ProviderMisconfigured("the secret's key is malformed")
        return {ONLY_RESOURCE: {"key": content["key"]}}

    def list_voices(self, credentials: Credentials, *, dropped: Callable[[int], None]) -> tuple[Voice, ...]:
        """Fetch the server's voices; see ``SpeechProvider``.

        A configured voice replaces the server's voice with the same id, which often has no language. Other configured
        voices are added. A server without a list, such as OpenAI's, has only the configured voices.
        """
        from castline.speech.providers.openai_compatible.answers import error_from_answer
        from castline.speech.providers.openai_compatible.http_request import request

        answer = request(
            "GET", self._options.base_url + "/audio/voices", headers=_headers(credentials), timeouts=_LIST_TIMEOUTS
        )
        listed: dict[str, Voice] = {}
        if answer.status == 200:
            listed = _read_list(answer.body, dropped)
        elif answer.status not in {404, 405}:
            raise error_from_answer(answer.status, answer.body)
        voices = listed | {voice.voice_id: voice for voice in self._options.voices}
        if not voices:
            raise ProviderMisconfigured("the speech server lists no voices, and the option voices is empty")
        return tuple(voices.values())

    def open(self, credentials: Credentials, timeouts: Timeouts) -> SpeechSession:
        """Return a new session; see ``SpeechProvider``."""
        from castline.speech.providers.openai_compatible.session import OpenAiSession

        return OpenAiSession(
            self._options.base_url, headers=_headers(credentials), body_of=self._body, timeouts=timeouts
        )

    def _body(self, utterance: Utterance) -> dict[str, Any]:
        body = {
            **self._options.extra_body,
            "model": self._options.model,
            "input": spoken_text(utterance),
            "voice": utterance.voice_id,
            "response_format": "pcm",
        }
        speed = round(utterance.rate, 2)
        if self._options.takes_speed and speed != 1:
            body["speed"] = speed
        return body


def _headers(credentials: Credentials) -> dict[str, str]:
    key = credentials.get("key")
    return {"Authorization": f"Bearer {key}"} if key else {}


def _read_list(body: bytes, dropped: Callable[[int], None]) -> dict[str, Voice]:
    try:
        described = read_voices(json.loads(body))
    except (ValueError, RecursionError):
        described = None
    if described is None:
        raise ProviderMisconfigured("the speech server did not answer with a list of voices")
    readable = [voice for voice in described if voice is not None and is_voice_id(voice.voice_id)]
    if len(readable) < len(described):
        dropped(len(described) - len(readable))
    return {voice.voice_id: voice for voice in readable}
