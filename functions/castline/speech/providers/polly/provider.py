"""Amazon Polly speech provider. Importing this module loads no SDK."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final

from castline.speech.cues import is_one_cue
from castline.speech.providers.base import Capabilities, InvalidProviderOptions, SpeechProvider, VoiceTraits
from castline.speech.providers.polly.ssml import MAX_UTTERANCE_CHARACTERS, build_ssml
from castline.speech.spoken_text import cues_identity, spoken_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from castline.speech.providers.base import Credentials, SpeechSession, Timeouts
    from castline.speech.utterances import Utterance
    from castline.speech.voice_list import Voice

DEFAULT_ENGINE: Final = "neural"

# Polly refuses a request for pitch or speech marks if the engine does not support them:
# https://docs.aws.amazon.com/polly/latest/dg/prosody-tag.html and .../speechmarks.html.
_TRAITS: Final[Mapping[str, VoiceTraits]] = {
    "generative": VoiceTraits(takes_pitch=False, reports_words=False),
    "long-form": VoiceTraits(takes_pitch=False),
    "neural": VoiceTraits(takes_pitch=False),
    "standard": VoiceTraits(),
}
# https://aws.amazon.com/polly/pricing/
_LIST_PRICES: Final[Mapping[str, Decimal]] = {
    "generative": Decimal(30),
    "long-form": Decimal(100),
    "neural": Decimal(16),
    "standard": Decimal(4),
}
# https://docs.aws.amazon.com/polly/latest/dg/limits.html
_REQUESTS_PER_SECOND: Final[Mapping[str, float]] = {"generative": 8, "long-form": 8, "neural": 8, "standard": 80}
_VOICE_ID: Final = re.compile("[A-Z][A-Za-z]{1,49}")
_REGION: Final = re.compile("[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}")


class AmazonPolly(SpeechProvider):
    """Amazon Polly provider for one region and one engine."""

    id: ClassVar[str] = "polly"
    name: ClassVar[str] = "Amazon Polly"
    voice_id_example: ClassVar[str] = "Joanna"
    capabilities: ClassVar[Capabilities] = Capabilities(
        max_utterance_characters=MAX_UTTERANCE_CHARACTERS, needs_secret=False, charges_for_words=True
    )

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Read ``engine`` (default: neural) and ``region`` (default: where Castline is deployed).

        Raises:
            InvalidProviderOptions: an option is unknown or malformed.
        """
        if unknown := options.keys() - {"engine", "region"}:
            raise InvalidProviderOptions(f"polly: there is no option {min(map(str, unknown))}")
        engine, region = options.get("engine", DEFAULT_ENGINE), options.get("region")
        if engine not in tuple(_TRAITS):
            raise InvalidProviderOptions(f"polly: engine must be one of {', '.join(_TRAITS)}")
        if region is not None and not (isinstance(region, str) and _REGION.fullmatch(region)):
            raise InvalidProviderOptions("polly: region must be the name of an AWS region")
        self._engine: str = engine
        self._region: str | None = region

    @property
    def list_price_per_million(self) -> Decimal:
        """The price of the engine's voices."""
        return _LIST_PRICES[self._engine]

    @property
    def requests_per_second(self) -> float:
        """The quota of an account in a region for the engine's voices."""
        return _REQUESTS_PER_SECOND[self._engine]

    def requests_for(self, *, with_words: bool) -> int:
        """Return 2 if words are requested and the engine reports them, because they take a second request; else 1."""
        return 2 if with_words and _TRAITS[self._engine].reports_words else 1

    def is_voice_id(self, value: str) -> bool:
        """Return whether ``value`` has the form of a Polly voice's id, such as ``Joanna``."""
        return _VOICE_ID.fullmatch(value) is not None

    def traits(self, voice_id: str) -> VoiceTraits:  # noqa: ARG002 (all voices of an engine are alike)
        """Return the features of the engine's voices."""
        return _TRAITS[self._engine]

    def billed_characters(self, utterances: Sequence[Utterance]) -> list[int]:
        """Return the characters that Polly bills for each of ``utterances``, in all its requests.

        Tags are free. A text of more than one cue costs twice as much if the engine reports words: they take a second
        request, which is billed like the one for the audio.

        Raises:
            ProviderRejectedInput: a text holds a character that no XML document can carry.
        """
        for utterance in utterances:
            build_ssml(utterance)
        has_words = _TRAITS[self._engine].reports_words
        return [
            len(spoken_text(utterance)) * (2 if has_words and not is_one_cue(utterance.text) else 1)
            for utterance in utterances
        ]

    def cache_identity(self, utterance: Utterance) -> str:
        """Return the engine and the request's markup, followed by the written text if it is not the spoken text.

        Raises:
            ProviderRejectedInput: the text holds a character that no XML document can carry.
        """
        return f"{self._engine} {build_ssml(utterance)}{cues_identity(utterance)}"

    def list_voices(self, credentials: Credentials, *, dropped: Callable[[int], None]) -> tuple[Voice, ...]:  # noqa: ARG002 (the function's role)
        """Fetch the voices of the engine, in Polly's own order.

        Raises:
            SpeechError: one of ``castline.speech.errors``.
        """
        from castline.speech.providers.polly.voices import fetch_voices

        return fetch_voices(engine=self._engine, region=self._region, is_voice_id=self.is_voice_id, dropped=dropped)

    def open(self, credentials: Credentials, timeouts: Timeouts) -> SpeechSession:  # noqa: ARG002 (the function's role)
        """Return a new session. Nothing is sent before the first utterance.

        Raises:
            ProviderMisconfigured: there is no region.
        """
        from castline.speech.providers.polly.session import PollySession

        return PollySession(
            engine=self._engine,
            region=self._region,
            gives_marks=_TRAITS[self._engine].reports_words,
            timeouts=timeouts,
        )
