"""The seam between Castline and a speech service: one descriptor for each provider, and sessions that speak.

A provider is a folder beside this file, whose ``SpeechProvider`` the registry names. Everything that only one service
knows (its markup, its billing, the form of its voice ids, its limits, its errors) stays in that folder.
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
"""What the voice ids of all providers have in common; each demands more of its own."""

Credentials = dict[str, str]
"""Values that open a resource of a provider, by name, such as ``key``. Empty for a provider without a secret."""

Resources = dict[str, Credentials]
"""The resources that a provider's secret holds, by name: accounts or regions that speak alike, each with a quota."""

ONLY_RESOURCE: Final = "default"
"""The name of the resource of a provider that has one, if the secret gives it no name."""


class InvalidProviderOptions(ValueError):
    """A provider's options, as the deployment gives them, are of no use. The message names the option."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a provider takes and gives, whichever the voice."""

    max_utterance_characters: int
    """Unicode code points of one utterance at most."""
    max_utterance_ms: int | None = None
    """Estimated duration of one utterance at most; None where only the characters are limited."""
    needs_secret: bool = True
    """Whether it is opened with credentials from Secrets Manager."""
    sample_rates_hz: tuple[int, ...] = (SAMPLE_RATE_HZ,)
    """The sample rates of the audio that its sessions can give, 24 kHz among them."""
    charges_for_words: bool = False
    """Whether it costs more when a session reports the words of an utterance."""

    def sample_rate_hz(self, wanted_hz: int) -> int:
        """Return the sample rate to ask for where ``wanted_hz`` is needed: that, or the highest there is."""
        return wanted_hz if wanted_hz in self.sample_rates_hz else max(self.sample_rates_hz)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceTraits:
    """What one voice takes and gives."""

    language: str | None = None
    """The language tag of the language that it speaks by itself; None where its id does not tell."""
    takes_rate: bool = True
    takes_pitch: bool = True
    takes_styles: bool = False
    """Whether it can be told a style. Which styles it has, the list of voices says."""
    takes_foreign_language: bool = False
    """Whether it can be told to speak another language than its own."""
    takes_phonemes: bool = False
    reports_words: bool = True
    """Whether it is known when each word is heard. Where it is not, the times within a segment are estimated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long a session waits for the provider."""

    first_chunk_ms: int = 10_000
    """For the first audio of a request, connecting included."""
    all_chunks_ms: int = 120_000
    """For all its audio."""


class SpeechSession(ABC):
    """Something that speaks. One session serves many threads; its callers limit the requests in flight."""

    @abstractmethod
    def synthesize(
        self, utterance: Utterance, *, with_words: bool = True, sample_rate_hz: int = SAMPLE_RATE_HZ
    ) -> Speech:
        """Speak ``utterance`` in one request.

        Args:
            utterance: the text, and how it is spoken.
            with_words: whether the words are wanted. To hear of them takes time, and costs more where the provider
                charges for words.
            sample_rate_hz: one of those that the provider can give.

        Raises:
            SpeechError: one of ``castline.speech.errors``, which says whether trying again may help.
            RuntimeError: the session is closed.
        """

    def synthesize_together(self, utterances: Sequence[Utterance]) -> list[Speech]:
        """Speak several utterances of one language in one request, and cut the audio into one speech for each.

        The audio has 24 kHz. Only called for what ``SpeechProvider.group`` puts together.

        Raises:
            CutUncertain: where one ends and the next begins cannot be told.
            SpeechError: see ``synthesize``.
            RuntimeError: the session is closed.
        """
        raise NotImplementedError

    @abstractmethod
    def close(self) -> None:
        """Close every connection. Closing again does nothing."""


class SpeechProvider(ABC):
    """A speech service as Castline knows it. Importing and making one loads no SDK and sends nothing.

    An instance is immutable and made from the options that the deployment gives.
    """

    id: ClassVar[str]
    """What requests, stored jobs and cache keys name it by: ``[a-z][a-z0-9-]*``, never changed."""
    name: ClassVar[str]
    """What people call it."""
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
        """The service's list price: US dollars for 1,000,000 billed characters. A deployment may pay another one."""

    @property
    @abstractmethod
    def requests_per_second(self) -> float:
        """The service's documented quota of requests a second for one resource. A deployment may have another one."""

    def requests_for(self, *, with_words: bool) -> int:  # noqa: ARG002 (one, by default)
        """Return the number of requests that the service counts for an utterance, spoken by itself."""
        return 1

    @abstractmethod
    def is_voice_id(self, value: str) -> bool:
        """Return whether ``value`` has the form of a voice id. Whether the voice exists, the service knows."""

    def traits(self, voice_id: str) -> VoiceTraits:  # noqa: ARG002 (a provider whose voices differ reads it)
        """Return what the voice takes and gives."""
        return VoiceTraits()

    def takes_language(self, language: str, *, voice_id: str) -> bool:  # noqa: ARG002 (any, by default)
        """Return whether the voice can be told to speak ``language``, which is not its own."""
        return self.traits(voice_id).takes_foreign_language

    def is_phoneme(self, phoneme: str, *, alphabet: Alphabet, language: str) -> bool:  # noqa: ARG002 (none, by default)
        """Return whether the service accepts ``phoneme`` for a voice that speaks ``language``.

        A service may refuse a whole request for one phone that it does not know. With an empty ``language``, tell
        whether it accepts the phoneme in any.
        """
        return False

    @abstractmethod
    def billed_characters(self, utterances: Sequence[Utterance]) -> list[int]:
        """Return what the service charges for each of ``utterances``, spoken in one request.

        Raises:
            ProviderRejectedInput: the service cannot take a text.
        """

    @abstractmethod
    def cache_identity(self, utterance: Utterance) -> str:
        """Return a text that is equal for utterances that sound the same. It is part of a stored segment's key.

        The provider's id and the voice's are part of the key already.

        Raises:
            ProviderRejectedInput: the service cannot take the text.
        """

    def is_worth_joining(self, utterances: Sequence[Utterance]) -> bool:  # noqa: ARG002 (never, by default)
        """Return whether a job of ``utterances`` is spoken sooner when a request holds several of them."""
        return False

    def group(
        self,
        utterances: Sequence[Utterance],
        *,
        max_requests: int,  # noqa: ARG002 (by default, each has a request of its own)
    ) -> list[list[int]]:
        """Distribute ``utterances`` over about ``max_requests`` requests; return the positions of each request's."""
        return [[position] for position in range(len(utterances))]

    def read_secret(self, text: str) -> Resources:
        """Read the text of the provider's secret: at least one resource.

        Raises:
            ProviderMisconfigured: it is of no use. The message holds nothing of the secret's content.
        """
        raise NotImplementedError

    @abstractmethod
    def list_voices(self, credentials: Credentials, *, dropped: Callable[[int], None]) -> tuple[Voice, ...]:
        """Ask the service for its voices, in its own order.

        Args:
            credentials: those of one of the resources that ``read_secret`` has given.
            dropped: is told how many entries of the list cannot be read, if there are any.

        Raises:
            SpeechError: one of ``castline.speech.errors``.
        """

    @abstractmethod
    def open(self, credentials: Credentials, timeouts: Timeouts) -> SpeechSession:
        """Prepare a session. Nothing is sent before the first utterance."""
