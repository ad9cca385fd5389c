from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from castline.pcm import Trimmed, ms_to_samples, samples_to_ms, trim, whole_samples
from tests.unit.audio.pcm_samples import cut

QUIET = st.lists(st.integers(-103, 103), max_size=900)  # -50 dBFS is an amplitude of 103.6
ANY = st.lists(st.integers(-32_768, 32_767), max_size=900)


def pcm(samples: list[int]) -> bytes:
    return array("h", samples).tobytes()


def test_a_millisecond_is_24_samples() -> None:
    assert ms_to_samples(300) == 7_200


def test_samples_are_rounded_to_the_nearest_millisecond() -> None:
    for samples, expected_ms in [(0, 0), (11, 0), (12, 1), (35, 1), (36, 2), (24_000, 1_000)]:
        assert samples_to_ms(samples) == expected_ms


@given(st.integers(0, 10_000_000))
def test_milliseconds_survive_the_way_to_samples_and_back(duration_ms: int) -> None:
    assert samples_to_ms(ms_to_samples(duration_ms)) == duration_ms


@given(leading=QUIET, core=ANY, trailing=QUIET, margin_ms=st.integers(0, 20))
def test_silence_is_cut_to_the_margin_exactly(
    leading: list[int], core: list[int], trailing: list[int], margin_ms: int
) -> None:
    # Given speech that begins and ends with a loud sample, between two silences of any length
    speech = [104, *core, -32_768]

    # When
    trimmed = trim(pcm(leading + speech + trailing), margin_ms=margin_ms)

    # Then
    margin = margin_ms * 24
    kept_before = leading[max(0, len(leading) - margin) :]
    kept_after = trailing[:margin]
    assert trimmed.pcm == pcm(kept_before + speech + kept_after)
    assert trimmed.cut_samples == len(leading) - len(kept_before)


@given(QUIET)
def test_audio_that_is_silent_throughout_is_kept_whole(samples: list[int]) -> None:
    assert trim(pcm(samples)) == Trimmed(pcm(samples), 0)


def test_the_threshold_is_in_decibels_below_full_scale() -> None:
    # Given a sample at -40 dBFS in silence
    audio = pcm([0] * 100 + [328] + [0] * 100)

    # Then it is speech for a lower threshold and silence for a higher one
    assert trim(audio, threshold_dbfs=-41, margin_ms=0).pcm == pcm([328])
    assert trim(audio, threshold_dbfs=-39, margin_ms=0).pcm == audio


@given(st.binary(max_size=500), st.lists(st.integers(1, 50), min_size=1))
def test_samples_that_were_cut_in_two_are_made_whole(data: bytes, sizes: list[int]) -> None:
    data = data[: len(data) // 2 * 2]

    chunks = list(whole_samples(cut(data, sizes)))

    assert b"".join(chunks) == data
    assert all(len(chunk) % 2 == 0 for chunk in chunks)
