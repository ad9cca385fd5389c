"""Speech provider for Azure Speech. Importing this module loads no SDK."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from castline.speech.providers.azure import grouping, phones, secret
from castline.speech.providers.azure.billing import billed_characters, billed_together
from castline.speech.providers.azure.locales import locale_of
from castline.speech.providers.azure.ssml import build_ssml
from castline.speech.providers.azure.voice_ids import (
    is_voice_id,
    own_language,
    takes_foreign_language,
    takes_markup,
    takes_styles,
)
from castline.speech.providers.base import Capabilities, InvalidProviderOptions, SpeechProvider, VoiceTraits
from castline.speech.spoken_text import cues_identity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from castline.speech.pronunciation import Alphabet
    from castline.speech.providers.base import Credentials, Resources, SpeechSession, Timeouts
    from castline.speech.utterances import Utterance
    from castline.speech.voice_list import Voice

MAX_UTTERANCE_CHARACTERS = 1_000
"""About four minutes of Mandarin, well below Azure's limits of ten minutes of audio and 64 KB of SSML a request."""

MAX_UTTERANCE_MS = 480_000
"""The maximum estimated duration. Azure ends a request at 600 s of audio; the margin is for slower voices."""

JOINT_MIN_UTTERANCES = 161
"""The fewest utterances of a job with batched requests. At the usual concurrency of ten tasks with eight requests
each, they are more than two rounds of requests."""
JOINT_MIN_BILLED = 80
"""The lowest mean of billed characters for an utterance in batched requests. With shorter utterances, the breaks
between them would raise the cost by more than a tenth."""
JOINT_MAX_BILLED = 160
"""The highest mean of billed characters for an utterance in batched requests. Speaking several longer utterances in a
row takes more time than it saves."""


class AzureSpeech(SpeechProvider):
    """Azure Speech provider: sends SSML over WebSockets with Microsoft's SDK. It has no options."""

    id = "azure"
    name = "Azure Speech"
    voice_id_example = "zh-TW-HsiaoYuNeural"
    capabilities = Capabilities(
        max_utterance_characters=MAX_UTTERANCE_CHARACTERS,
        max_utterance_ms=MAX_UTTERANCE_MS,
        sample_rates_hz=(24_000, 48_000),
    )

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Check that there are no options.

        Raises:
            InvalidProviderOptions: an option is given.
        """
        if options:
            raise InvalidProviderOptions(f"azure has no option {next(iter(options))}")

    @property
    def list_price_per_million(self) -> Decimal:
        """The price of neural voices, pay as you go. High-definition voices cost more."""
        # https://azure.microsoft.com/pricing/details/cognitive-services/speech-services/
        return Decimal(16)

    @property
    def requests_per_second(self) -> float:
        """The quota of a Speech resource of the tier S0. The free tier has 20 requests a minute."""
        # https://learn.microsoft.com/azure/ai-services/speech-service/speech-services-quotas-and-limits
        return 200.0

    def is_voice_id(self, value: str) -> bool:
        """Return whether ``value`` has the form of an Azure voice's short name."""
        return is_voice_id(value)

    def traits(self, voice_id: str) -> VoiceTraits:
        """Return the features of the voice. A high-definition voice takes little markup and reports no words."""
        takes = takes_markup(voice_id)
        return VoiceTraits(
            language=own_language(voice_id),
            takes_rate=takes,
            takes_pitch=takes,
            takes_styles=takes_styles(voice_id),
            takes_foreign_language=takes_foreign_language(voice_id),
            takes_phonemes=takes,
            reports_words=takes,
        )

    def takes_language(self, language: str, *, voice_id: str) -> bool:
        """Return whether the voice is multilingual, and ``language`` is one that multilingual voices speak."""
        return takes_foreign_language(voice_id) and locale_of(language) is not None

    def is_phoneme(self, phoneme: str, *, alphabet: Alphabet, language: str) -> bool:
        """Return whether Azure documents all phones of ``phoneme`` for ``language`` or for one of its regions."""
        return phones.is_known(phoneme, alphabet=alphabet, language=language)

    def billed_characters(self, utterances: Sequence[Utterance]) -> list[int]:
        """Return the characters that Azure bills for each of ``utterances``, spoken in one request."""
        return billed_together(utterances)

    def cache_identity(self, utterance: Utterance) -> str:
        """Return the utterance's SSML, followed by the written text if that differs."""
        return build_ssml(utterance) + cues_identity(utterance)

    def is_worth_joining(self, utterances: Sequence[Utterance]) -> bool:
        """Return whether ``utterances`` are many, and short enough for batched requests to save time."""
        if len(utterances) < JOINT_MIN_UTTERANCES:
            return False
        mean_billed = sum(map(billed_characters, utterances)) / len(utterances)
        return JOINT_MIN_BILLED <= mean_billed <= JOINT_MAX_BILLED

    def group(self, utterances: Sequence[Utterance], *, max_requests: int) -> list[list[int]]:
        """Distribute ``utterances`` over requests that take about equally long."""
        return grouping.group(utterances, max_requests=max_requests)

    def read_secret(self, text: str) -> Resources:
        """Read the Speech resources in the secret; see ``castline.speech.providers.azure.secret``."""
        return secret.parse_azure_secret(text)

    def list_voices(self, credentials: Credentials, *, dropped: Callable[[int], None]) -> tuple[Voice, ...]:
        """Fetch Azure's voices, without those whose ids a job could not use."""
        from castline.speech.providers.azure.voice_catalogue import fetch_voices

        return fetch_voices(**credentials, dropped=dropped)

    def open(self, credentials: Credentials, timeouts: Timeouts) -> SpeechSession:
        """Return a session with the Speech resource of ``credentials``."""
        from castline.speech.providers.azure.session import AzureSpeechSession

        return AzureSpeechSession(
            key=credentials["key"],
            region=credentials.get("region"),
            host=credentials.get("host"),
            first_chunk_timeout_ms=timeouts.first_chunk_ms,
            all_chunks_timeout_ms=timeouts.all_chunks_ms,
        )
