"""Interface between Castline and speech services: a class for each provider, and sessions that speak.

A provider is a folder beside this file, with a ``SpeechProvider`` that the registry lists. Everything that is
specific to one service (its markup, billing, voice ids, limits and errors) stays in that folder.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from castline.pcm import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from decimal import Decimal

    from castline.speech.pronunciation import Alphabet
    from castline.speech.utterances import Speech, Utterance
    from castline.speech.voice_list import Voice

MAX_VOICE_ID_LENGTH: Final = 100
VOICE_ID_PATTERN: Final = "^[A-Za-z0-9][A-Za-z0-9._:+-]*$"
"""The form that the API requires of every voice id. Providers also check their own form (``is_voice_id``)."""

Credentials = dict[str, str]
"""Values that give access to a resource of a provider, by name, such as ``key``. Empty if there is no secret."""

Resources = dict[str, Credentials]
"""The resources in a provider's secret, by name: equivalent accounts or regions, each with a quota of its own."""

ONLY_RESOURCE: Final = "default"
"""The name of a provider's only resource, if the secret does not name it."""


class InvalidProviderOptions(ValueError):
    """Error: a deployment's options for a provider are invalid. The message names the option."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """Limits and features of a provider, for any of its voices."""

    max_utterance_characters: int
    """The maximum length of an utterance, in Unicode code points."""
    max_utterance_ms: int | None = None
    """The maximum estimated duration of an utterance; None if only the characters are limited."""
    needs_secret: bool = True
    """Whether sessions need credentials from Secrets Manager."""
    sample_rates_hz: tuple[int, ...] = (SAMPLE_RATE_HZ,)
    """The sample rates of the audio that sessions can return. 24 kHz is among them."""
    charges_for_words: bool = False
    """Whether an utterance costs more if a session reports its words."""

    def sample_rate_hz(self, wanted_hz: int) -> int:
        """Return ``wanted_hz`` if the provider has that sample rate, and its highest sample rate otherwise."""
        return wanted_hz if wanted_hz in self.sample_rates_hz else max(self.sample_rates_hz)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceTraits:
    """Features of one voice."""

    language: str | None = None
    """The language tag of the voice's own language; None if the voice's id does not tell it."""
    takes_rate: bool = True
    takes_pitch: bool = True
    takes_styles: bool = False
    """Whether the voice can be told a style. The list of voices says which styles it has."""
    takes_foreign_language: bool = False
    """Whether the voice can be told to speak a language other than its own."""
    takes_phonemes: bool = False
    reports_words: bool = True
    """Whether the provider reports the time of each word. If not, the times within a segment are estimated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Time limits of a session's requests."""

    first_chunk_ms: int = 10_000
    """The time limit for the first audio of a request, including the connection."""
    all_chunks_ms: int = 120_000
    """The time limit for all audio of a request."""


class SpeechSession(ABC):
    """Session with a speech service. It is thread-safe; its callers limit the requests in flight."""

    @abstractmethod
    def synthesize(
        self, utterance: Utterance, *, with_words: bool = True, sample_rate_hz: int = SAMPLE_RATE_HZ
    ) -> Speech:
        """Speak ``utterance`` in one request.

        Args:
            utterance: the text, and how it is spoken.
            with_words: whether to report the words. Reporting takes time, and costs more if the provider charges for
                words.
            sample_rate_hz: one of the provider's sample rates.

        Raises:
            SpeechError: one of ``castline.speech.errors``. Its class says whether a retry may succeed.
            RuntimeError: the session is closed.
        """

    def synthesize_together(self, utterances: Sequence[Utterance]) -> list[Speech]:
        """Speak several utterances of one language in one request, and cut the audio into one speech for each.

        The audio has a sample rate of 24 kHz. Callers pass only utterances that ``SpeechProvider.group`` has grouped.

        Raises:
            CutUncertain: the boundaries between the utterances cannot be found.
            SpeechError: see ``synthesize``.
            RuntimeError: the session is closed.
        """
        raise NotImplementedError

    @abstractmethod
    def close(self) -> None:
        """Close every connection. Closing again does nothing."""


class SpeechProvider(ABC):
    """Base class of the providers, one for each speech service.

    Importing or making a provider loads no SDK and sends nothing. An instance is immutable and made from the options
    of the deployment.
    """

    id: ClassVar[str]
    """The provider's id in requests, stored jobs and cache keys: ``[a-z][a-z0-9-]*``. It must never change."""
    name: ClassVar[str]
    """The provider's display name."""
    voice_id_example: ClassVar[str]
    capabilities: ClassVar[Capabilities]

    @abstractmethod
    def __init__(self, options: Mapping[str, Any]) -> None:
        """Read the deployment's options for this provider, such as a model's name.

        Raises:
            InvalidProviderOptions: an option is missing, unknown or malformed.
        """

    @property
    @abstractmethod
    def list_price_per_million(self) -> Decimal:
        """The service's list price in US dollars for 1,000,000 billed characters. A deployment may have another."""

    @property
    @abstractmethod
    def requests_per_second(self) -> float:
        """The service's documented quota of requests a second for one resource. A deployment may have another."""

    def requests_for(self, *, with_words: bool) -> int:  # noqa: ARG002 (one, by default)
        """Return the number of requests that the service counts for an utterance that is spoken by itself."""
        return 1

    @abstractmethod
    def is_voice_id(self, value: str) -> bool:
        """Return whether ``value`` has the form of a voice id. Only the service knows whether the voice exists."""

    def traits(self, voice_id: str) -> VoiceTraits:  # noqa: ARG002 (a provider whose voices differ reads it)
        """Return the features of the voice."""
        return VoiceTraits()

    def takes_language(self, language: str, *, voice_id: str) -> bool:  # noqa: ARG002 (any, by default)
        """Return whether the voice can be told to speak ``language``, which is not its own."""
        return self.traits(voice_id).takes_foreign_language

    def is_phoneme(self, phoneme: str, *, alphabet: Alphabet, language: str) -> bool:  # noqa: ARG002 (none, by default)
        """Return whether the service accepts ``phoneme`` for a voice that speaks ``language``.

        A service may refuse a whole request because of one phone that it does not know. With an empty ``language``,
        return whether the service accepts the phoneme in any language.
        """
        return False

    @abstractmethod
    def billed_characters(self, utterances: Sequence[Utterance]) -> list[int]:
        """Return the billed characters of each of ``utterances``, spoken in one request.

        Raises:
            ProviderRejectedInput: the service does not accept a text.
        """

    @abstractmethod
    def cache_identity(self, utterance: Utterance) -> str:
        """Return a text that is equal for utterances that sound the same. It is part of a segment's cache key.

        The ids of the provider and the voice are separate parts of the cache key.

        Raises:
            ProviderRejectedInput: the service does not accept the text.
        """

    def is_worth_joining(self, utterances: Sequence[Utterance]) -> bool:  # noqa: ARG002 (never, by default)
        """Return whether batched requests speak a job of ``utterances`` sooner."""
        return False

    def group(
        self,
        utterances: Sequence[Utterance],
        *,
        max_requests: int,  # noqa: ARG002 (by default, each has a request of its own)
    ) -> list[list[int]]:
        """Distribute ``utterances`` over about ``max_requests`` requests. Return the positions in each request."""
        return [[position] for position in range(len(utterances))]

    def read_secret(self, text: str) -> Resources:
        """Read the text of the provider's secret, and return its resources, at least one.

        Raises:
            ProviderMisconfigured: the secret is invalid. The message holds nothing of the secret's content.
        """
        raise NotImplementedError

    @abstractmethod
    def list_voices(self, credentials: Credentials, *, dropped: Callable[[int], None]) -> tuple[Voice, ...]:
        """Fetch the voices of the service, in its own order.

        Args:
            credentials: the credentials of one of the resources that ``read_secret`` returned.
            dropped: called with the number of unreadable entries, if there are any.

        Raises:
            SpeechError: one of ``castline.speech.errors``.
        """

    @abstractmethod
    def open(self, credentials: Credentials, timeouts: Timeouts) -> SpeechSession:
        """Return a new session. Nothing is sent before the first utterance."""
