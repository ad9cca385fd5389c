"""JSON schemas of previews, for requests and responses."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from castline.api.fields import CHARACTER_BYTES, OBJECT_BYTES, LanguageTag, omittable
from castline.api.money import Cost
from castline.api.music_schemas import QualityField
from castline.api.pronunciation_schemas import PronunciationSchema
from castline.api.requests import NAMELESS_SPEAKER, DeliverySchema, ProviderId, Take, Text, TextOptions, VoiceId
from castline.api.responses import Time, Warning  # noqa: A004 (the name that clients see)
from castline.audio.formats import OutputFormat
from castline.audio.profile import Loudness, Quality
from castline.jobs import limits
from castline.jobs.model import Dialogue, JobType, Turn, VoiceAssignment
from castline.previews.limits import MAX_TEXT_CHARACTERS
from castline.speech.providers.base import MAX_VOICE_ID_LENGTH

_GAP_MS, _CROSSFADE_MS = 300, 50
"""The defaults of a job. A preview has one turn and no gap, but its file is made in the same way."""


class CreatePreviewRequest(DeliverySchema, TextOptions):
    """A short text to be spoken at once in one voice.

    A job that speaks the same text with the same voice and the same options reuses the speech of the preview and is
    not billed for it.

    A request is also refused with 400 if

    - `GET /providers` does not list the `provider`;
    - the `voice_id` does not have the provider's form, or the provider has no such voice;
    - the voice does not have the `style`, or does not support the `speed`, `pitch` or `language`;
    - a pronunciation set does not exist;
    - the provider cannot speak the text.
    """

    MAX_BYTES: ClassVar = (
        (MAX_TEXT_CHARACTERS + MAX_VOICE_ID_LENGTH) * CHARACTER_BYTES
        + limits.MAX_PRONUNCIATIONS * PronunciationSchema.MAX_BYTES
        + OBJECT_BYTES
    )

    provider: ProviderId | None = omittable()
    """The id of a speech provider. The default is the first one that `GET /providers` lists."""
    voice_id: VoiceId
    """The id of a voice from `GET /voices`."""
    text: Annotated[Text, Field(max_length=MAX_TEXT_CHARACTERS)]
    """The words to be spoken."""
    take: Take = 0
    """The number of the reading; 0 by default. With another number, the same words are spoken and billed again."""
    dialogue_language: LanguageTag = "zh-TW"
    """The `language` of the job for which the text is previewed. The default is `zh-TW`."""
    quality: QualityField = Quality.STANDARD
    """The `quality` of the job for which the text is previewed. The default is `standard`."""

    def to_dialogue(self, *, default_provider: str) -> Dialogue:
        """Return the domain's dialogue, which has one turn."""
        return Dialogue(
            provider=self.provider or default_provider,
            turns=(Turn(speaker=NAMELESS_SPEAKER, text=self.text, index=0, take=self.take),),
            voice_assignments=(
                VoiceAssignment(speaker=NAMELESS_SPEAKER, voice_id=self.voice_id, **self.to_own_delivery()),
            ),
            language=self.dialogue_language,
            output_format=OutputFormat.MP3,
            gap_ms=_GAP_MS,
            crossfade_ms=_CROSSFADE_MS,
            job_type=JobType.SINGLE_TTS,
            quality=self.quality,
            loudness=Loudness.PODCAST,
            **self.to_text_options(),
        )


class Preview(BaseModel):
    """A spoken preview."""

    model_config = ConfigDict(revalidate_instances="always")

    audio_url: str
    """The URL of the audio, an MP3 with the loudness `podcast`. It works without a token until `expires_at`."""
    expires_at: Time
    """The time until which `audio_url` works."""
    duration_ms: int
    """The duration of the audio in milliseconds."""
    billed_characters: int
    """The number of characters that the provider charges for, by its own rule; 0 if all segments were stored."""
    reused: bool
    """Whether all segments were stored, so that nothing had to be spoken."""
    cost: Cost
    """The cost of the billed characters, at the deployment's price."""
    warnings: list[Warning]
    """Warnings about text that is not spoken, or not spoken as requested, as for a submitted job."""
