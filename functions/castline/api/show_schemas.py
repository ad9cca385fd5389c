"""JSON schemas of shows, for requests and responses."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from castline.api.answer_fields import left_out_when_none
from castline.api.fields import omittable
from castline.api.music_schemas import AudioChoices, MusicSchema
from castline.api.pronunciation_schemas import Pronunciations, PronunciationSchema, SetNames
from castline.api.requests import CrossfadeMs, GapMs, ProviderId, TitlesSchema, VoiceAssignmentSchema
from castline.api.responses import Time
from castline.api.validation import MAX_PROBLEMS
from castline.audio.formats import OutputFormat
from castline.audio.profile import Loudness, Quality
from castline.jobs import limits
from castline.shows.model import Show
from castline.speakers import speaker_key


def _one_voice_a_speaker(cast: list[VoiceAssignmentSchema]) -> list[VoiceAssignmentSchema]:
    seen: set[str] = set()
    problems: list[InitErrorDetails] = []
    for position, member in enumerate(cast):
        key = speaker_key(member.speaker)
        if key in seen:
            kind = PydanticCustomError("duplicate_speaker", "has a voice already", {"speaker": member.speaker})
            problems.append(InitErrorDetails(type=kind, loc=(position, "speaker"), input=None))
        seen.add(key)
    if problems:
        raise ValidationError.from_exception_data("cast", problems[:MAX_PROBLEMS])
    return cast


class PutShowRequest(AudioChoices, TitlesSchema):
    """The fields that the jobs of a show have in common. Each job sets the fields that are left out.

    The fields and their limits are those of a request for a job. A request is also refused with 400 if

    - a speaker has more than one voice;
    - two pronunciations have the same text and language;
    - a sound of the music is not yours, is not ready or is an image, or the cover is not an image.

    The provider, the voices and the pronunciation sets are checked when a job is submitted with them.
    """

    provider: ProviderId | None = omittable()
    """The id of a speech provider from `GET /providers`."""
    cast: Annotated[
        list[VoiceAssignmentSchema],
        Field(default=[], max_length=limits.MAX_TURNS),
        AfterValidator(_one_voice_a_speaker),
    ]
    """The voices of the speakers, and their deliveries."""
    pronunciations: Annotated[Pronunciations, Field(default=[])]
    """Pronunciations of words and phrases. No two of them may have the same text and language."""
    pronunciation_sets: Annotated[SetNames, Field(default=[])]
    """Names of your pronunciation sets."""
    gap_ms: GapMs | None = omittable()
    """The pause between two turns, in milliseconds."""
    crossfade_ms: CrossfadeMs | None = omittable()
    """The time in milliseconds over which each next turn fades in, within the pause. If it exceeds `gap_ms`, turns
    overlap a little."""

    def to_show(self) -> Show:
        """Return the domain's show."""
        return Show(
            titles=self.to_titles(),
            provider=self.provider,
            cast=tuple(each.to_voice_assignment(each.speaker) for each in self.cast),
            pronunciations=tuple(each.to_pronunciation() for each in self.pronunciations),
            pronunciation_sets=tuple(self.pronunciation_sets),
            gap_ms=self.gap_ms,
            crossfade_ms=self.crossfade_ms,
            **self.to_audio_options(),
        )


class _Answer(BaseModel):
    model_config = ConfigDict(revalidate_instances="always")


class ShowDetail(_Answer):
    """A show. Each job sets the fields that the show leaves out."""

    name: str
    """The name of the show."""
    title: str | None = left_out_when_none()
    """The title of the audio."""
    author: str | None = left_out_when_none()
    """The author in the file's tags."""
    album: str | None = left_out_when_none()
    """The album in the file's tags, such as the name of the show."""
    provider: str | None = left_out_when_none()
    """The id of the speech provider."""
    cast: list[VoiceAssignmentSchema]
    """The voices of the speakers, and their deliveries."""
    pronunciations: list[PronunciationSchema]
    """Pronunciations of words and phrases."""
    pronunciation_sets: list[str]
    """Names of your pronunciation sets."""
    output_format: OutputFormat | None = left_out_when_none()
    """The format of the audio file."""
    quality: Quality | None = left_out_when_none()
    """The sound quality: `standard` is 24 kHz mono. `studio` is 48 kHz, and stereo if there is music or a sound."""
    loudness: Loudness | None = left_out_when_none()
    """The loudness of the file: `podcast` is −16 LUFS, `audiobook` −20 LUFS, `broadcast` −23 LUFS. `none` does not
    change the loudness."""
    music: MusicSchema | None = left_out_when_none()
    """Music before, after and under the speech."""
    cover_id: str | None = left_out_when_none()
    """The id of the image that becomes the cover of the file."""
    gap_ms: int | None = left_out_when_none()
    """The pause between two turns, in milliseconds."""
    crossfade_ms: int | None = left_out_when_none()
    """The time in milliseconds over which each next turn fades in, within the pause. If it exceeds `gap_ms`, turns
    overlap a little."""

    @classmethod
    def of(cls, name: str, show: Show) -> Self:
        """Return the schema of the domain's show."""
        values = {each.name: getattr(show, each.name) for each in fields(show) if each.name in cls.model_fields}
        own = {"name": name, "pronunciations": list(map(PronunciationSchema.of, show.pronunciations))}
        return cls.model_validate({**asdict(show.titles), **values, **own}, from_attributes=True)


class ShowSummary(_Answer):
    """A show in a list."""

    name: str
    """The name of the show."""
    title: str | None = left_out_when_none()
    """The title of the audio; left out if the show has none."""
    updated_at: Time
    """The time of the last change."""
    etag: str
    """The ETag for `If-Match`. It changes whenever the show changes."""


class ShowList(_Answer):
    """All shows of the user, ordered by name."""

    items: list[ShowSummary]
    """The shows."""
    total: int
    """The number of shows."""
