"""Layout of a dialogue's music and sounds around and between its turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.audio.timeline import SoundLayout, SoundPlace
from castline.pcm import ms_to_samples

if TYPE_CHECKING:
    from collections.abc import Callable

    from castline.jobs.model import Clip, Dialogue


def sound_layout(dialogue: Dialogue, ticks_of: Callable[[Clip], int]) -> SoundLayout:
    """Return the lengths of a dialogue's clips and their places among the turns.

    Args:
        dialogue: the dialogue.
        ticks_of: a function that returns the length of a clip in ticks.
    """
    music = dialogue.music
    intro = music.intro if music else None
    outro = music.outro if music else None
    return SoundLayout(
        sounds=tuple(
            SoundPlace(
                before_turn=sum(turn.index < sound.index for turn in dialogue.turns),
                ticks=ticks_of(sound),
                under=sound.under,
            )
            for sound in dialogue.sounds
        ),
        gap_ms=dialogue.gap_ms,
        intro=max(0, ticks_of(intro) - ms_to_samples(intro.overlap_ms)) if intro else 0,
        outro=ticks_of(outro) if outro else 0,
        outro_overlap=min(ticks_of(outro), ms_to_samples(outro.overlap_ms)) if outro else 0,
    )
