"""Music and sounds in finished files: when they are heard, how loud, and what follows from it."""

from __future__ import annotations

import io
import json
import subprocess
from typing import TYPE_CHECKING, Any

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from local.azure_speech.server import AzureSpeechEmulator
from tests.e2e.dialogues import dialogue
from tests.e2e.sounds import chord, upload, wav
from tests.unit.audio import ffmpeg
from tests.unit.audio.ffmpeg import ebur128_of_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient

SENTENCE = "今天天氣很好，我們一起去海邊走走。"


@pytest.fixture(scope="module")
def stack(own_stack: Callable[..., LocalStack]) -> LocalStack:
    return own_stack(speech=AzureSpeechEmulator(voice_engine="espeak"))


def heard(client: ApiClient, job: dict[str, Any], *, channels: int = 1) -> NDArray[np.float64]:
    """Return the samples of a job's file at 24 kHz, channels by samples, as an FFmpeg of another build decodes it."""
    done = subprocess.run(  # noqa: S603 (our own arguments)
        [imageio_ffmpeg.get_ffmpeg_exe(), "-i", "-", "-f", "s16le", "-ar", "24000", "-ac", str(channels), "-"],
        input=client.download(job["id"]).content,
        capture_output=True,
        check=True,
    )
    return np.frombuffer(done.stdout, np.int16).reshape(-1, channels).T / 32_768


def level_db(samples: NDArray[np.float64], start_ms: float, end_ms: float) -> float:
    part = samples[:, round(start_ms * 24) : round(end_ms * 24)]
    return 10 * float(np.log10((part**2).mean() + 1e-12))


def spans(job: dict[str, Any]) -> list[tuple[int, int]]:
    return [(turn["start_ms"], turn["end_ms"]) for turn in job["result_metadata"]["turn_timings"]]


def test_turns_begin_after_the_intro_and_the_outro_ends_the_file(client: ApiClient) -> None:
    # Given clips of three and two seconds
    intro, outro = upload(client, wav(chord(3))), upload(client, wav(chord(2, hz=330)))
    music = {
        "intro": {"sound_id": intro, "overlap_ms": 500, "fade_out_ms": 1_000},
        "outro": {"sound_id": outro, "overlap_ms": 1_000, "fade_out_ms": 500},
    }

    # When
    job = client.complete(dialogue(SENTENCE, SENTENCE, output_format="wav", music=music))

    # Then
    (start, _), (_, end) = spans(job)
    assert start == 2_500
    duration_ms = job["result_metadata"]["duration_ms"]
    assert duration_ms == end + 1_000
    samples = heard(client, job)
    assert samples.shape[1] == pytest.approx(duration_ms * 24, abs=24)
    assert level_db(samples, 200, 2_000) == pytest.approx(level_db(samples, start + 200, start + 2_000), abs=4)
    assert level_db(samples, duration_ms - 60, duration_ms) < level_db(samples, end + 50, end + 300) - 10


def test_subtitles_and_chapters_follow_the_intro(client: ApiClient) -> None:
    # Given
    intro = upload(client, wav(chord(4)))
    request = dialogue(SENTENCE, SENTENCE, music={"intro": {"sound_id": intro}})
    request["turns"][1]["chapter"] = "Two"

    # When
    job = client.complete(request)

    # Then
    (first, _), (second, _) = spans(job)
    assert first == 4_000
    assert job["result_metadata"]["chapters"][0]["start_ms"] == second
    assert "00:00:04.000 -->" in client.get(f"/jobs/{job['id']}/subtitles").text


def test_a_bed_is_repeated_and_lower_while_somebody_speaks(client: ApiClient) -> None:
    # Given a clip of 2 s, and a pause of 8 s between two sentences
    bed = upload(client, wav(chord(2)))
    music = {"bed": {"sound_id": bed, "gain_db": -6, "duck_db": 20, "fade_in_ms": 0, "fade_out_ms": 0}}
    request = dialogue(SENTENCE, SENTENCE, output_format="flac", quality="studio", music=music)
    request["turns"][0]["pause_after_ms"] = 8_000

    # When
    job = client.complete(request)
    silent = client.complete({**request, "music": {"bed": {**music["bed"], "gain_db": -60}}})

    # Then the bed alone is heard in the pause, and it is 20 dB lower at its edges, where speech is near
    samples = heard(client, job, channels=2)
    (_, end), (start, _) = spans(job)
    alone = level_db(samples, end + 2_000, start - 1_000)
    assert level_db(samples, end + 20, end + 200) == pytest.approx(alone - 20, abs=3)
    assert level_db(samples, start - 40, start - 5) < alone - 12
    steady = [level_db(samples, at, at + 200) for at in range(end + 2_000, start - 1_200, 200)]
    assert max(steady) - min(steady) < 6  # at the joint of the loop, too
    # And nothing else changes
    assert spans(silent) == spans(job)
    assert silent["result_metadata"]["billed_characters"] == 0


def test_a_sound_between_turns_takes_its_time_and_one_under_a_turn_does_not(client: ApiClient) -> None:
    # Given three turns
    ding = upload(client, wav(chord(1)))
    request = dialogue(SENTENCE, SENTENCE, SENTENCE, gap_ms=300, crossfade_ms=0, output_format="wav")
    for turn in request["turns"]:
        turn["index"] *= 10
    plain = client.complete(request)

    # When a sound comes between the first two, and one under the third
    request["turns"] += [
        {"sound_id": ding, "index": 5},
        {"sound_id": ding, "index": 15, "under": True, "gain_db": -12},
    ]
    job = client.complete(request)

    # Then
    (_, end), (start, _), (third, _) = spans(job)
    assert start - end == 300 + 1_000 + 300
    assert third - start == spans(plain)[2][0] - spans(plain)[1][0]
    samples = heard(client, job)
    assert level_db(samples, end + 400, end + 1_200) > -25
    assert level_db(samples, end + 50, end + 250) < -60
    assert job["result_metadata"]["billed_characters"] == 0


def test_the_pause_after_the_last_turn_is_heard_once_before_a_sound(client: ApiClient) -> None:
    # Given a pause after the last turn, and a sound of one second at the end
    ding = upload(client, wav(chord(1)))
    request = dialogue(SENTENCE, gap_ms=0, crossfade_ms=0)
    request["turns"][0] |= {"index": 0, "pause_after_ms": 2_000}
    request["turns"].append({"sound_id": ding, "index": 1})

    # When
    job = client.complete(request)

    # Then
    ((_, end),) = spans(job)
    assert job["result_metadata"]["duration_ms"] == end + 2_000 + 1_000


@pytest.mark.parametrize(
    ("quality", "output_format", "channels"), [("standard", "mp3", "mono"), ("studio", "m4b", "stereo")]
)
def test_a_programme_with_music_has_its_loudness_and_its_cover(
    client: ApiClient, tmp_path: Path, quality: str, output_format: str, channels: str
) -> None:
    # Given a clip that was mastered very loud, and a cover
    clip = upload(client, wav(chord(2.5, amplitude=0.9)))
    music = {"intro": {"sound_id": clip}, "outro": {"sound_id": clip, "gain_db": 6}, "bed": {"sound_id": clip}}
    png = io.BytesIO()
    Image.new("RGB", (64, 64), "navy").save(png, "PNG")
    cover = upload(client, png.getvalue(), name="cover.png", content_type="image/png")

    # When
    job = client.complete(
        dialogue(SENTENCE, music=music, cover_id=cover, quality=quality, output_format=output_format)
    )

    # Then
    path = tmp_path / output_format
    path.write_bytes(client.download(job["id"]).content)
    measured = ebur128_of_file(path)
    assert measured.lufs == pytest.approx(-16.0, abs=0.5)
    assert measured.peak_dbtp <= -1.5
    facts = subprocess.run(  # noqa: S603 (our own arguments)
        [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(path)], capture_output=True, check=False
    ).stderr.decode()
    assert channels in facts
    assert png.getvalue() in path.read_bytes()


def test_a_sound_that_is_deleted_while_a_job_waits_is_heard_all_the_same(client: ApiClient) -> None:
    # Given
    clip = upload(client, wav(chord(1)))

    # When
    job_id = client.submit(dialogue(SENTENCE, music={"intro": {"sound_id": clip}}))
    assert client.delete(f"/sounds/{clip}").status_code == 204

    # Then
    job = client.wait_for(job_id, "completed")
    assert spans(job)[0][0] == 1_000
    refused = client.post("/jobs", json=dialogue(SENTENCE, music={"intro": {"sound_id": clip}}))
    assert refused.status_code == 400
    assert "music.intro.sound_id" in json.dumps(refused.json())


@pytest.mark.parametrize(("quality", "channels"), [("standard", 1), ("studio", 2)])
def test_a_clip_without_gain_is_as_loud_as_the_speech(client: ApiClient, quality: str, channels: int) -> None:
    # Given a clip that was mastered much louder than any speech
    clip = upload(client, wav(chord(3, hz=500, amplitude=0.9)))
    music = {"intro": {"sound_id": clip}}

    # When
    job = client.complete(dialogue(SENTENCE, output_format="wav", quality=quality, music=music))

    # Then
    samples = heard(client, job, channels=channels)
    loudness = [
        ebur128(part.T.astype(np.float32), channels) for part in np.split(samples, [spans(job)[0][0] * 24], axis=1)
    ]
    assert loudness[0] == pytest.approx(loudness[1], abs=1.5)


def ebur128(samples: NDArray[np.float32], channels: int) -> float:
    pcm = (samples * 32_767).astype("<i2").tobytes()
    return ffmpeg.ebur128(pcm, 24_000, channels=channels).lufs


def test_what_an_encoder_leaves_out_is_made_up_for(client: ApiClient, tmp_path: Path) -> None:
    # Given an intro of hissing cymbals, which encoders save bits on
    rng = np.random.default_rng(0)
    spectrum = np.fft.rfft(rng.standard_normal(4 * 48_000))
    spectrum[np.fft.rfftfreq(4 * 48_000, 1 / 48_000) < 7_000] = 0
    cymbals = upload(client, wav(np.fft.irfft(spectrum) * 0.1))
    music = {"intro": {"sound_id": cymbals, "gain_db": 6}}

    # When
    job = client.complete(dialogue(SENTENCE, quality="studio", output_format="mp3", music=music))

    # Then
    path = tmp_path / "file.mp3"
    path.write_bytes(client.download(job["id"]).content)
    measured = ebur128_of_file(path)
    assert measured.lufs == pytest.approx(-16.0, abs=0.5)
    assert measured.peak_dbtp <= -1.5
    assert job["result_metadata"]["loudness_lufs"] == pytest.approx(measured.lufs, abs=0.3)
