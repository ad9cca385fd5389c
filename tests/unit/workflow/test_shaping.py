from __future__ import annotations

import numpy as np

from castline.speech.pronunciation import SpokenAs
from castline.speech.utterances import Speech, Utterance
from castline.synthesis.shaping import shape


def test_the_estimated_times_of_a_text_are_those_of_what_is_spoken() -> None:
    # Given two sentences of one length, the first of which is spoken as four times as much, and no words reported
    text = "W3 is old. So is he."
    utterance = Utterance(
        text,
        "en-US-Ava:DragonHDLatestNeural",
        "en-US",
        spoken_as=(SpokenAs(start=0, end=2, alias="the great wide world of the web"),),
    )
    tone = (8_000 * np.sin(np.arange(5 * 24_000) / 20)).astype("<i2").tobytes()

    # When its speech is shaped
    cues = shape(Speech(pcm=tone, words=()), utterance).cues

    # Then the second sentence is shown when the first one has been heard
    assert [text[cue.start : cue.end] for cue in cues] == ["W3 is old.", "So is he."]
    assert cues[1].start_ms > 3_500
