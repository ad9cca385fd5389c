"""``/providers`` and ``/voices``: the speech providers and their voices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import AfterValidator

from castline import composition
from castline.api import errors, examples, requests, responses
from castline.api.contract import Answer, Router, follow
from castline.api.fields import language_tag
from castline.api.identity import noted_user_id
from castline.audio.formats import OutputFormat
from castline.jobs import limits
from castline.speech.language_tags import LANGUAGE_TAG_PATTERN, MAX_LANGUAGE_TAG_LENGTH
from castline.speech.voice_list import Gender
from castline.usecases.provider_rules import demand_enabled

if TYPE_CHECKING:
    from castline.speech.providers.base import SpeechProvider
    from castline.speech.voice_list import Voice

router = Router()

LanguageRange = Annotated[
    str | None,
    Query(
        description="A language (zh), or a language of a region (zh-TW).",
        json_schema_extra={"pattern": LANGUAGE_TAG_PATTERN, "maxLength": MAX_LANGUAGE_TAG_LENGTH},
    ),
    AfterValidator(language_tag),
]


@router.operation(
    "GET",
    "/providers",
    tag="Writing",
    answers=[
        Answer(
            status=200,
            description="All providers.",
            example=examples.PROVIDERS,
            links=follow("list_voices", provider="$response.body#/items/0/id"),
        ),
    ],
)
def list_providers() -> responses.ProviderList:
    """List the speech providers, with their output formats and limits."""
    noted_user_id(router.current_event)
    providers = [
        responses.Provider(
            id=enabled.provider.id,
            name=enabled.provider.name,
            output_formats=[output_format.value for output_format in OutputFormat],
            max_turns=limits.MAX_TURNS,
            max_characters=limits.MAX_DIALOGUE_CHARACTERS,
            max_speaker_characters=limits.MAX_SPEAKER_CHARACTERS,
            max_gap_ms=limits.MAX_GAP_MS,
            max_crossfade_ms=limits.MAX_CROSSFADE_MS,
            max_active_jobs=composition.settings().max_active_jobs,
        )
        for enabled in composition.speech_providers().values()
    ]
    return responses.ProviderList(items=providers)


@router.operation(
    "GET",
    "/voices",
    tag="Writing",
    answers=[Answer(status=200, description="All voices that match.", example=examples.VOICES)],
    errors=[errors.VALIDATION_ERROR, errors.SERVICE_UNAVAILABLE, errors.PROVIDER_UNAVAILABLE],
)
def list_voices(
    provider: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=requests.MAX_PROVIDER_ID_LENGTH,
            description="The id of a speech provider from GET /providers. Other values are refused with 400.",
        ),
    ] = None,
    language: LanguageRange = None,
    gender: Annotated[Gender | None, Query(description="The gender that the voice is meant to have.")] = None,
    q: Annotated[
        str | None, Query(min_length=1, max_length=100, description="Words that occur in the names of the voice.")
    ] = None,
) -> responses.VoiceList:
    """List the voices of a provider, in the provider's order. The default is the first provider."""
    noted_user_id(router.current_event)
    providers = composition.speech_providers()
    provider_id = demand_enabled(provider or next(iter(providers)), providers).id
    voices = [
        voice
        for voice in composition.voice_list(provider_id).voices()
        if (language is None or voice.speaks(language))
        and (gender is None or voice.gender is gender)
        and (q is None or voice.is_found_by(q))
    ]
    return responses.VoiceList(
        items=[_described(voice, providers[provider_id].provider) for voice in voices], total=len(voices)
    )


def _described(voice: Voice, provider: SpeechProvider) -> responses.Voice:
    traits = provider.traits(voice.voice_id)
    takes = {"speed": traits.takes_rate, "pitch": traits.takes_pitch, "language": traits.takes_foreign_language}
    return responses.Voice(
        voice_id=voice.voice_id,
        name=voice.name,
        language=voice.language,
        language_name=voice.language_name,
        gender=voice.gender,
        styles=list(voice.styles) if traits.takes_styles else [],
        takes=[field for field, is_taken in takes.items() if is_taken],
    )
