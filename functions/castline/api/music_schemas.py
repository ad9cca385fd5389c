"""JSON schemas of music, sounds and audio options, for requests and responses."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any, Final, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field

from castline.api.fields import CHARACTER_BYTES, OBJECT_BYTES, Request, omittable
from castline.api.rules import whole
from castline.audio.formats import OutputFormat
from castline.audio.profile import Loudness, Quality
from castline.jobs import limits
from castline.jobs.model import Bed, Clip, Jingle, Music, SoundTurn

ClipT = TypeVar("ClipT", bound=Clip)

MAX_AUDIO_OPTIONS_BYTES: Final = (
    4 * (limits.MAX_SOUND_ID_CHARACTERS * CHARACTER_BYTES + OBJECT_BYTES) + 2 * OBJECT_BYTES
)
"""Maximum bytes of the fields of ``AudioOptions``: three sounds and a cover, in two objects."""

SoundId = Annotated[
    str,
    Field(min_length=1, max_length=limits.MAX_SOUND_ID_CHARACTERS, json_schema_extra={"format": "uuid"}),
]
GainDb = Annotated[
    float,
    Field(ge=limits.MIN_GAIN_DB, le=limits.MAX_GAIN_DB, allow_inf_nan=False),
]
FadeMs = Annotated[int, Field(ge=0, le=limits.MAX_FADE_MS), BeforeValidator(whole)]

FormatField = Annotated[OutputFormat, Field(strict=False)]
QualityField = Annotated[Quality, Field(strict=False)]
LoudnessField = Annotated[Loudness, Field(strict=False)]


class _ClipSchema(Request):
    """Use of one of the user's sounds."""

    model_config = ConfigDict(from_attributes=True)

    sound_id: SoundId
    """The id of a sound from `GET /sounds` whose status is `ready`."""
    gain_db: GainDb = 0.0
    """The gain in dB, relative to the loudness of the speech."""
    fade_in_ms: FadeMs = 0
    """The duration of the fade-in, in milliseconds."""
    fade_out_ms: FadeMs = 0
    """The duration of the fade-out, in milliseconds."""

    def to_clip(self, kind: type[ClipT]) -> ClipT:
        """Return the domain object of class ``kind``."""
        return kind(**{each.name: getattr(self, each.name) for each in fields(kind)})


class JingleSchema(_ClipSchema):
    """A sound before or after the speech."""

    overlap_ms: Annotated[int, Field(ge=0, le=limits.MAX_OVERLAP_MS), BeforeValidator(whole)] = 0
    """The time in milliseconds for which the sound and the speech overlap."""


class BedSchema(_ClipSchema):
    """A sound under the whole speech, repeated as often as needed."""

    gain_db: GainDb = -12.0
    fade_in_ms: FadeMs = 2_000
    fade_out_ms: FadeMs = 4_000
    duck_db: Annotated[float, Field(ge=0, le=limits.MAX_DUCK_DB, allow_inf_nan=False)] = 10.0
    """The number of dB by which the sound is lowered while somebody speaks."""


class MusicSchema(Request):
    """Music before, after and under the speech."""

    model_config = ConfigDict(from_attributes=True)

    intro: JingleSchema | None = omittable()
    """The sound before the speech."""
    outro: JingleSchema | None = omittable()
    """The sound after the speech."""
    bed: BedSchema | None = omittable()
    """The sound under the speech."""

    def to_music(self) -> Music | None:
        """Return the domain's music, or None if no sound is set."""
        music = Music(
            intro=self.intro.to_clip(Jingle) if self.intro else None,
            outro=self.outro.to_clip(Jingle) if self.outro else None,
            bed=self.bed.to_clip(Bed) if self.bed else None,
        )
        return None if music == Music() else music


class SoundTurnSchema(_ClipSchema):
    """A sound between two turns, or under the next one. It has no speaker and no text."""

    index: Annotated[int, Field(ge=0, le=limits.MAX_TURN_INDEX), BeforeValidator(whole)]
    """The position of the sound among the turns. Every turn and sound has a different index."""
    under: bool = False
    """Whether the sound plays under the next spoken turn. Both then start together, and the sound adds no time."""

    def to_sound(self) -> SoundTurn:
        """Return the domain's sound."""
        return self.to_clip(SoundTurn)


class AudioChoices(Request):
    """Format, quality, loudness, music and cover of the file. Every field is optional."""

    output_format: FormatField | None = omittable()
    """The format of the audio file."""
    quality: QualityField | None = omittable()
    """The sound quality: `standard` is 24 kHz mono. `studio` is 48 kHz, and stereo if there is music or a sound."""
    loudness: LoudnessField | None = omittable()
    """The loudness of the file: `podcast` is −16 LUFS, `audiobook` −20 LUFS, `broadcast` −23 LUFS. `none` does not
    change the loudness."""
    music: MusicSchema | None = omittable()
    """Music before, after and under the speech."""
    cover_id: SoundId | None = omittable()
    """The id of an image from `GET /sounds`, which becomes the cover of the file."""

    def to_audio_options(self) -> dict[str, Any]:
        """Return the values for the fields of the domain's ``Dialogue``."""
        return {
            "output_format": self.output_format,
            "quality": self.quality,
            "loudness": self.loudness,
            "music": self.music and self.music.to_music(),
            "cover_id": self.cover_id,
        }


class AudioOptions(AudioChoices):
    """Format, quality, loudness, music and cover of the file."""

    output_format: FormatField = OutputFormat.MP3
    """The format of the audio file. The default is `mp3`."""
    quality: QualityField = Quality.STANDARD
    """The sound quality: `standard` (default) is 24 kHz mono. `studio` is 48 kHz, and stereo if there is music or a
    sound."""
    loudness: LoudnessField = Loudness.PODCAST
    """The loudness of the file: `podcast` (default) is −16 LUFS, `audiobook` −20 LUFS, `broadcast` −23 LUFS. `none`
    does not change the loudness."""
