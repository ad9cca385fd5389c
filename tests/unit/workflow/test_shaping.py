from __future__ import annotations

import hashlib
import zlib
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from castline.audio.level import speech_level_dbfs
from castline.audio.profile import Quality
from castline.audio.stored_segment import Checksums
from castline.jobs.model import SegmentCue, SegmentWord
from castline.speech.beats import BEAT
from castline.speech.pronunciation import SpokenAs
from castline.speech.utterances import Speech, Utterance, Word
from castline.synthesis.segment_notes import SegmentNotes
from castline.synthesis.shaping import SpokenWords, shape
from tests.unit.audio.ffmpeg import ebur128

HELLO = Utterance("你好嗎？", "zh-TW-HsiaoYuNeural", "zh-TW")
RATES_HZ = {Quality.STANDARD: 24_000, Quality.STUDIO: 48_000}


def tone(seconds: float, *, rate_hz: int = 24_000, amplitude: int = 8_000, silence_seconds: float = 0) -> bytes:
    wave = amplitude * np.sin(np.arange(round(seconds * rate_hz)) * 2 * np.pi * 400 / rate_hz)
    silence = np.zeros(round(silence_seconds * rate_hz))
    return np.concatenate([silence, wave, silence]).astype("<i2").tobytes()


def test_the_estimated_times_of_a_text_are_those_of_what_is_spoken() -> None:
    # Given two sentences of one length, the first of which is spoken as four times as much, and no words reported
    text = "W3 is old. So is he."
    utterance = Utterance(
        text,
        "en-US-Ava:DragonHDLatestNeural",
        "en-US",
        spoken_as=(SpokenAs(start=0, end=2, alias="the great wide world of the web"),),
    )

    # When its speech is shaped
    shaped = shape(Speech(pcm=tone(5), words=()), utterance)

    # Then the second sentence is shown when the first one has been heard
    assert [text[cue.start : cue.end] for cue in shaped.cues] == ["W3 is old.", "So is he."]
    assert shaped.cues[1].start_ms > 3_500

    # And its words are those of the text, and marked as estimated
    assert shaped.words.are_estimated
    assert [text[word.start : word.end] for word in shaped.words.words] == ["W3", "is", "old", "So", "is", "he"]


def test_reported_words_are_heard_earlier_by_what_is_cut_off() -> None:
    for quality in Quality:
        # Given speech after 200 ms of silence
        rate_hz = RATES_HZ[quality]
        words = (Word(0, 1, 195, 500), Word(1, 2, 500, 900), Word(2, 3, 900, 1_500))
        speech = Speech(tone(1, rate_hz=rate_hz, silence_seconds=0.2), words, sample_rate_hz=rate_hz)

        # When it is shaped, which leaves 10 ms of silence at both ends
        shaped = shape(speech, HELLO, quality=quality)

        # Then its words lie in what is left
        assert not shaped.words.are_estimated
        times_ms = [(word.start_ms, word.end_ms) for word in shaped.words.words]
        assert times_ms == [(5, 310), (310, 710), (710, 1_020)]


def test_one_cue_lasts_as_long_as_its_audio_whatever_its_words() -> None:
    shaped = shape(Speech(tone(1), (Word(0, 1, 300, 500), Word(1, 3, 500, 700))), HELLO)

    assert shaped.cues == (SegmentCue(start=0, end=4, start_ms=0, end_ms=1_000),)
    assert len(shaped.words.words) == 2


def burst(seconds: float, amplitude: int) -> bytes:
    """Return a loud and a soft sound with silence around them, the same bytes on every computer."""
    time = np.arange(round(seconds * 24_000))
    wave = ((time * time // 7) % 1_999 - 999) * amplitude // 1_000
    silence = np.zeros(2_400, dtype=int)
    return np.concatenate([silence, wave, silence, wave // 3, silence]).astype("<i2").tobytes()


def test_what_is_stored_in_standard_quality_stays_as_it_is() -> None:
    for seconds, amplitude, volume, samples, expected in [
        (0.3, 9_000, 1.0, 17_280, "1a4491690de81934"),
        (2, 500, 1.0, 98_880, "bf9df9b2b46ee8b8"),
        (1.2, 25_000, 0.5, 60_480, "c34bd14bc58560e7"),
        (0.01, 3_000, 2.0, 3_360, "4bf3b02b61abd062"),
    ]:
        segment = shape(Speech(burst(seconds, amplitude), ()), replace(HELLO, volume=volume)).segment

        assert (segment.samples, hashlib.sha256(segment.pcm).hexdigest()[:16]) == (samples, expected)


class TestStudio:
    def test_what_a_provider_gives_at_24_khz_is_resampled(self) -> None:
        # Given a chord with sounds up to 11 kHz
        seconds = np.arange(24_000 * 2) / 24_000
        chord = sum(np.sin(2 * np.pi * hz * seconds) for hz in (300, 2_000, 7_000, 11_000))
        speech = Speech((2_500 * np.asarray(chord)).astype("<i2").tobytes(), ())

        # When it is shaped for both qualities
        standard, studio = (shape(speech, HELLO, quality=quality) for quality in Quality)

        # Then both last as long and are as loud, and nothing is heard above what there was
        assert studio.segment.samples == standard.segment.samples
        assert studio.lufs == pytest.approx(standard.lufs, abs=0.2)
        samples = np.frombuffer(studio.segment.pcm, "<i2") * np.hanning(studio.segment.samples * 2)
        power = np.abs(np.fft.rfft(samples)) ** 2
        hz = np.fft.rfftfreq(len(samples), 1 / 48_000)
        assert 10 * np.log10(power[hz > 12_000].sum() / power.sum()) < -60

    def test_what_a_provider_gives_at_48_khz_is_stored_as_it_is_but_for_its_level(self) -> None:
        speech = Speech(tone(1.5, rate_hz=48_000, silence_seconds=0.5), (), sample_rate_hz=48_000)

        segment = shape(speech, HELLO, quality=Quality.STUDIO).segment

        assert segment.samples == pytest.approx(24_000 * 1.52, abs=10)
        assert segment.frames == b""
        assert speech_level_dbfs(segment.pcm, sample_rate_hz=48_000) == pytest.approx(-22, abs=0.1)

    def test_a_beat_is_as_long_in_both_qualities(self) -> None:
        beats = [shape(BEAT, replace(HELLO, text="…"), quality=quality) for quality in Quality]

        assert {beat.segment.samples for beat in beats} == {24_000 * 7 // 10}
        assert [(beat.words, beat.lufs) for beat in beats] == [(SpokenWords(), None)] * 2


class TestLoudness:
    def test_is_that_at_volume_1(self) -> None:
        for quality, volume in product(Quality, (0.3, 1.7)):
            shaped = shape(Speech(tone(2), ()), replace(HELLO, volume=volume), quality=quality)

            stored = ebur128(shaped.segment.pcm, RATES_HZ[quality])
            assert shaped.lufs == pytest.approx(stored.lufs - 20 * np.log10(volume), abs=0.2)

    def test_of_silence_is_not_known(self) -> None:
        assert shape(Speech(tone(2), ()), replace(HELLO, volume=0.0)).lufs is None

    def test_of_less_than_a_block_is_known(self) -> None:
        assert shape(Speech(tone(0.15), ()), HELLO).lufs == pytest.approx(
            shape(Speech(tone(2), ()), HELLO).lufs, abs=1
        )


class TestNotes:
    NOTES = SegmentNotes(
        cues=(SegmentCue(start=0, end=4, start_ms=0, end_ms=900),),
        spoken_for="job",
        billed_characters=8,
        checksums=Checksums("ab", "cd"),
        lufs=-21.37,
    )

    @pytest.mark.parametrize("notes", [NOTES, replace(NOTES, lufs=None), replace(NOTES, lufs=None, checksums=None)])
    def test_come_back_as_they_were(self, notes: SegmentNotes) -> None:
        assert SegmentNotes.from_metadata(notes.to_metadata()) == notes

    def test_with_a_loudness_that_is_none_are_not_read(self) -> None:
        for lufs in ["", "loud", "nan", "-inf"]:
            assert SegmentNotes.from_metadata({**self.NOTES.to_metadata(), "lufs": lufs}) is None

    def test_of_a_long_segment_fit_into_an_objects_metadata(self) -> None:
        # Given as many cues as a segment may have, at its end
        cues = tuple(
            SegmentCue(start=900 + n, end=901 + n, start_ms=599_000 + n, end_ms=599_001 + n) for n in range(60)
        )
        checksums = Checksums("f" * 32, "f" * 32)
        segment = shape(Speech(tone(1), ()), HELLO, quality=Quality.STUDIO).segment

        notes = replace(self.NOTES, cues=cues, spoken_for="0" * 36, billed_characters=2_000, checksums=checksums)

        metadata = {**notes.to_metadata(), **segment.layout.to_metadata()}
        assert sum(len(name) + len(value) for name, value in metadata.items()) < 2_048


class TestStoredWords:
    WORDS = SpokenWords(words=(SegmentWord(start=0, end=1, start_ms=0, end_ms=90),), are_estimated=True)

    @pytest.mark.parametrize("words", [WORDS, replace(WORDS, are_estimated=False), SpokenWords()])
    def test_come_back_as_they_were(self, words: SpokenWords) -> None:
        assert SpokenWords.unpack(words.pack()) == words

    def test_take_no_room_if_there_are_none(self) -> None:
        assert SpokenWords().pack() == b""

    def test_that_are_damaged_are_none(self) -> None:
        for damaged in [
            b"x",
            self.WORDS.pack()[:-1],
            self.WORDS.pack()[:-1] + b"\0",
            *(zlib.compress(each) for each in (b"", b"[]", b"{}", b'{"words":[],"estimate":1}', b'{"words":1}')),
        ]:
            assert SpokenWords.unpack(damaged) == SpokenWords()
