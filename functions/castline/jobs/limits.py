"""Limits of a dialogue, for validation, the API's schemas, the list of providers and the script parser."""

from __future__ import annotations

from typing import Final

from castline.speakers import MAX_NAME_CHARACTERS
from castline.speech import pronunciation, utterances

MAX_TURNS: Final = 1_000
MAX_TURN_INDEX: Final = 2**53 - 1
"""The greatest integer that every JSON parser reads exactly."""
MAX_SPEAKER_CHARACTERS: Final = MAX_NAME_CHARACTERS
MAX_DIALOGUE_CHARACTERS: Final = 100_000
"""Unicode code points of all texts together."""
MAX_SPOKEN_CHARACTERS: Final = 200_000
"""Unicode code points of all texts together, with aliases applied. Without this limit, aliases could multiply a job's
cost by a hundred."""
MAX_SINGLE_TEXT_CHARACTERS: Final = 50_000
MAX_VOICE_NAME_CHARACTERS: Final = 100
MAX_GAP_MS: Final = 2_000
MAX_CROSSFADE_MS: Final = 500

MIN_SPEED: Final = utterances.MIN_RATE
MAX_SPEED: Final = utterances.MAX_RATE
MAX_PITCH_PERCENT: Final = utterances.MAX_PITCH_PERCENT
"""Percent above or below the voice's own pitch."""
MAX_VOLUME: Final = 2
MIN_STYLE_DEGREE: Final = utterances.MIN_STYLE_DEGREE
MAX_STYLE_DEGREE: Final = utterances.MAX_STYLE_DEGREE
MAX_STYLE_CHARACTERS: Final = 50
STYLE_PATTERN: Final = "^[A-Za-z][A-Za-z0-9_-]*$"
MAX_PAUSE_AFTER_MS: Final = 10_000
MAX_SILENCE_MS: Final = 3 * 60 * 60 * 1_000
"""Milliseconds of all pauses in the texts of a job. A pause of ten seconds takes eleven characters and is not billed.
Without this limit, a text full of pauses made a file of several gigabytes."""
MAX_TAKE: Final = 1_000
MAX_CHAPTER_CHARACTERS: Final = 200
MAX_TITLE_CHARACTERS: Final = 200
"""Characters of a title, of an author's name and of an album's name."""
MAX_PRONUNCIATIONS: Final = pronunciation.MAX_PRONUNCIATIONS
"""Pronunciations of a job, including those of its sets."""
MAX_SOUND_TURNS: Final = 100
MAX_SOUND_TURNS_MS: Final = 60 * 60 * 1_000
"""Milliseconds of all sounds among the turns of a job. Without this limit, a hundred clips of 15 minutes would make a
file of 25 hours, for which the assembly has neither the time nor the disk space."""
MAX_SOUNDS: Final = 20
"""Different sounds of a job, including its music."""
MIN_GAIN_DB: Final = -60
MAX_GAIN_DB: Final = 20
MAX_FADE_MS: Final = 30_000
MAX_OVERLAP_MS: Final = 30_000
MAX_DUCK_DB: Final = 60
MAX_SOUND_ID_CHARACTERS: Final = 36
"""Characters of a UUID."""
