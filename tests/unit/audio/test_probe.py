"""Uploaded audio: good files are measured and brought to PCM; others are refused, in bounded time and memory."""

from __future__ import annotations

import resource
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import pytest

from castline.audio.probe import ProbedAudio, probe
from castline.audio.upload_limits import MAX_AUDIO_BYTES, UnusableUpload, UploadProblem
from tests.unit.audio import uploads
from tests.unit.audio.ffmpeg import ebur128

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MAX_SECONDS = 60
"""Of any file here, on a machine that is busy; twelve hours of silence take 10 s on one that is not."""
MAX_RSS_MB = 600
"""Of the process that reads a file. Most take 60; an index that unpacks to 300 MB takes that."""


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    return tmp_path / "upload"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    forms = tmp_path / "forms"
    forms.mkdir()
    return forms


@contextmanager
def bounded() -> Iterator[None]:
    """Demand that what happens takes limited time and memory."""
    started, before = time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    yield
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert used.ru_utime - before.ru_utime + time.process_time() - started < MAX_SECONDS
    # The peak is that of the largest child so far, which may have been another test's; and a child begins with ours.
    own_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert used.ru_maxrss == before.ru_maxrss or used.ru_maxrss / 1024 < max(MAX_RSS_MB, own_mb + 1)


def problem_of(upload: Path, folder: Path) -> UploadProblem:
    with bounded(), pytest.raises(UnusableUpload) as refused:
        probe(upload, folder)
    return refused.value.problem


def pcm(folder: Path, name: str) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.frombuffer((folder / name).read_bytes(), "<i2")


GOOD = {
    "MP3": ("tone.mp3", ("-b:a", "128k")),
    "MP3 of a variable bit rate": ("tone.mp3", ("-q:a", "5")),
    "M4A": ("tone.m4a", ("-c:a", "aac")),
    "Apple Lossless": ("tone.m4a", ("-c:a", "alac")),
    "AAC": ("tone.aac", ("-c:a", "aac")),
    "Ogg Vorbis": ("tone.ogg", ("-c:a", "libvorbis")),
    "Opus": ("tone.opus", ("-c:a", "libopus")),
    "FLAC": ("tone.flac", ()),
    "WAV of 8 bits": ("tone.wav", ("-c:a", "pcm_u8")),
    "WAV of 16 bits": ("tone.wav", ()),
    "WAV of 24 bits": ("tone.wav", ("-c:a", "pcm_s24le")),
    "WAV of 32 bits": ("tone.wav", ("-c:a", "pcm_s32le")),
    "WAV of floats": ("tone.wav", ("-c:a", "pcm_f32le")),
    "WAV of doubles": ("tone.wav", ("-c:a", "pcm_f64le")),
    "RF64": ("tone.wav", ("-rf64", "always")),
    "AIFF": ("tone.aiff", ()),
    "8 kHz": ("tone.wav", ("-ar", "8000")),
    "192 kHz": ("tone.wav", ("-ar", "192000")),
}


@pytest.mark.parametrize("name", GOOD)
def test_usual_formats_are_brought_to_pcm(name: str, tmp_path: Path, folder: Path) -> None:
    file_name, options = GOOD[name]
    with bounded():
        probed = probe(uploads.tone(tmp_path / file_name, *options), folder)

    # Then its length is that of the tone, within a frame of AAC
    assert probed.duration_ms == pytest.approx(2_000, abs=45)
    assert probed.channels == 1
    standard, studio = pcm(folder, "standard.pcm"), pcm(folder, "studio.pcm").reshape(-1, 2)
    assert len(studio) == 2 * len(standard)
    assert len(studio) == pytest.approx(probed.duration_ms * 48, abs=48)
    # And it is as loud as the tone in both channels, and in the one of standard quality: FFmpeg's tone is -18 dBFS
    for channel in (studio[:, 0], studio[:, 1], standard):
        assert 20 * np.log10(np.abs(channel.astype(float)).max() / 32768) == pytest.approx(-18.0, abs=0.7)
    # And it can be listened to
    assert (folder / "listen.mp3").stat().st_size == pytest.approx(2.0 * 128_000 / 8, rel=0.06)


def test_loudness_is_that_of_both_forms(tmp_path: Path, folder: Path) -> None:
    source = "aevalsrc=0.2*sin(2*PI*440*t)|0.05*sin(2*PI*3000*t):d=4:s=44100"
    probed = probe(uploads.tone(tmp_path / "stereo.flac", source=source), folder)

    assert (probed.channels, probed.sample_rate_hz, probed.duration_ms) == (2, 44_100, 4_000)
    studio, standard = ((folder / name).read_bytes() for name in ("studio.pcm", "standard.pcm"))
    assert probed.loudness_lufs == pytest.approx(ebur128(studio, 48_000, channels=2).lufs, abs=0.11)
    assert probed.standard_lufs == pytest.approx(ebur128(standard, 24_000).lufs, abs=0.11)


def test_silence_has_no_loudness(tmp_path: Path, folder: Path) -> None:
    probed = probe(uploads.tone(tmp_path / "silence.wav", source="anullsrc=d=2"), folder)

    assert (probed.loudness_lufs, probed.standard_lufs) == (None, None)


@pytest.mark.parametrize(("extension", "options"), [("mp3", ("-id3v2_version", "3")), ("m4a", ())])
def test_a_cover_is_no_video(extension: str, options: tuple[str, ...], tmp_path: Path, folder: Path) -> None:
    audio, cover = uploads.tone(tmp_path / f"tone.{extension}"), uploads.png(tmp_path / "cover.png")
    covered = tmp_path / f"covered.{extension}"
    copied = ("-map", "0", "-map", "1", "-c", "copy", "-disposition:v", "attached_pic", *options)
    uploads.ffmpeg("-i", audio, "-i", cover, *copied, covered)

    assert probe(covered, folder).channels == 1


def _tags_of_5_mb(mp3: bytes) -> bytes:
    return uploads.id3(uploads.text_frame(b"a" * 5_000_000)) + mp3


def _many_tags(mp3: bytes) -> bytes:
    return uploads.id3(*(uploads.text_frame(b"k%06d\0value" % number) for number in range(150_000))) + mp3


def _packed_tag(mp3: bytes) -> bytes:
    return uploads.id3(uploads.compressed_frame(bytes(200 * 1024 * 1024)), version=3) + mp3


def _tag_that_is_no_text(mp3: bytes) -> bytes:
    return uploads.id3(uploads.text_frame(b"\xff\xfe\xff\xfa")) + mp3


@pytest.mark.parametrize("tag", [_tags_of_5_mb, _many_tags, _packed_tag, _tag_that_is_no_text])
def test_tags_are_passed_over(tag: Callable[[bytes], bytes], tmp_path: Path, upload: Path, folder: Path) -> None:
    upload.write_bytes(tag(uploads.tone(tmp_path / "tone.mp3").read_bytes()))

    with bounded():
        assert probe(upload, folder).duration_ms == pytest.approx(2_000, abs=1)


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0xFFFFFFCC, 0x7FFFFFFF])
def test_a_wav_whose_header_declares_gigabytes_is_as_long_as_it_is(
    size: int, tmp_path: Path, upload: Path, folder: Path
) -> None:
    """Programs that write into a pipe declare such sizes."""
    upload.write_bytes(uploads.with_data_size(uploads.tone(tmp_path / "tone.wav").read_bytes(), size))

    with bounded():
        assert probe(upload, folder).duration_ms == 2_000


def _written(name: str, content: bytes) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return write


def _toned(name: str, *options: str, source: str = uploads.SINE) -> Callable[[Path], None]:
    return lambda folder: void(uploads.tone(folder / name, *options, source=source))


def void(_value: object) -> None:
    """Drop a value."""


def _video(name: str) -> Callable[[Path], None]:
    return lambda folder: uploads.ffmpeg(
        *("-f", "lavfi", "-i", uploads.SINE, "-f", "lavfi", "-i", uploads.PICTURE, "-shortest", folder / name)
    )


def _two_tracks(folder: Path) -> None:
    uploads.ffmpeg(
        *("-f", "lavfi", "-i", uploads.SINE, "-f", "lavfi", "-i", uploads.SINE, "-map", "0", "-map", "1"),
        folder / "two.m4a",
    )


def _cut(name: str, *options: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        whole = uploads.tone(folder / f"whole-{name}", *options).read_bytes()
        (folder / name).write_bytes(whole[: len(whole) // 3])
        (folder / f"whole-{name}").unlink()

    return write


def _commented(folder: Path) -> None:
    flac = uploads.tone(folder / "tone.flac")
    flac.write_bytes(uploads.with_comments(flac.read_bytes(), 150_000))


EIGHT = "aevalsrc=0|0|0|0|0|0|0|0:c=7.1:d=2"
HOSTILE: dict[str, tuple[Callable[[Path], None], UploadProblem]] = {
    "nothing": (_written("a.mp3", b""), UploadProblem.EMPTY),
    "a WAV without samples": (_toned("a.wav", "-t", "0"), UploadProblem.EMPTY),
    "a zip": (_written("a.mp3", uploads.zipped()), UploadProblem.NOT_AUDIO),
    "zeros": (_written("a.mp3", bytes(1_000_000)), UploadProblem.NOT_AUDIO),
    "text": (_written("a.mp3", b"It was a dark and stormy night. " * 1_000), UploadProblem.NOT_AUDIO),
    "a picture": (lambda folder: void(uploads.png(folder / "a.png")), UploadProblem.NOT_AUDIO),
    "a playlist": (
        _written("a.m3u8", b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"),
        UploadProblem.NOT_AUDIO,
    ),
    "a list of files": (_written("a.mp3", b"ffconcat version 1.0\nfile /etc/passwd\n"), UploadProblem.NOT_AUDIO),
    "a session description": (_written("a.mp3", b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\n"), UploadProblem.NOT_AUDIO),
    "a video": (_video("a.mp4"), UploadProblem.HAS_VIDEO),
    "a video of another format": (_video("a.mkv"), UploadProblem.NOT_AUDIO),
    "two tracks": (_two_tracks, UploadProblem.SEVERAL_STREAMS),
    "eight channels": (_toned("a.wav", source=EIGHT), UploadProblem.TOO_MANY_CHANNELS),
    "eight channels of FLAC": (_toned("a.flac", source=EIGHT), UploadProblem.TOO_MANY_CHANNELS),
    "384 kHz": (_toned("a.wav", "-ar", "384000"), UploadProblem.UNSUPPORTED_SAMPLE_RATE),
    "4 kHz": (_toned("a.wav", "-ar", "4000"), UploadProblem.UNSUPPORTED_SAMPLE_RATE),
    "a third of an MP3": (_cut("a.mp3", "-q:a", "5"), UploadProblem.BROKEN),
    "a third of a WAV": (_cut("a.wav"), UploadProblem.BROKEN),
    "a third of a FLAC": (_cut("a.flac"), UploadProblem.BROKEN),
    "a third of an AIFF": (_cut("a.aiff"), UploadProblem.BROKEN),
    "a third of an M4A": (_cut("a.m4a"), UploadProblem.BROKEN),
    "an index that declares 2 GB": (
        _written("a.m4a", uploads.compressed_movie(1_000, 0x7FFFFFF0)),
        UploadProblem.BROKEN,
    ),
    "an index that unpacks to 300 MB": (
        _written("a.m4a", uploads.compressed_movie(300 * 1024 * 1024, 300 * 1024 * 1024)),
        UploadProblem.NOT_AUDIO,
    ),
    "150,000 comments": (_commented, UploadProblem.TOO_SLOW_TO_DECODE),
    "twelve hours of silence": (_toned("a.flac", source="anullsrc=d=43200:r=8000:cl=mono"), UploadProblem.TOO_LONG),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_used_is_refused(name: str, tmp_path: Path, folder: Path) -> None:
    make, problem = HOSTILE[name]
    made = tmp_path / "made"
    made.mkdir()
    make(made)
    (upload,) = made.iterdir()

    assert problem_of(upload, folder) is problem


def test_a_file_that_is_too_large_is_not_read(upload: Path, folder: Path) -> None:
    with upload.open("wb") as file:
        file.truncate(MAX_AUDIO_BYTES + 1)

    assert problem_of(upload, folder) is UploadProblem.TOO_LARGE


def test_garbage_within_an_mp3_is_passed_over_as_players_do(tmp_path: Path, upload: Path, folder: Path) -> None:
    mp3 = uploads.tone(tmp_path / "tone.mp3", "-b:a", "128k").read_bytes()
    middle = len(mp3) // 2
    upload.write_bytes(mp3[:middle] + bytes(3_000) + mp3[middle:])

    assert isinstance(probe(upload, folder), ProbedAudio)


def test_the_process_that_reads_a_file_has_no_credentials(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    seen: list[dict[str, str]] = []
    import subprocess

    run = subprocess.run

    def watched(*args: object, **options: object) -> object:
        seen.append(options["env"])  # type: ignore[arg-type]
        return run(*args, **options)  # type: ignore[call-overload]

    tone = uploads.tone(tmp_path / "tone.wav")
    monkeypatch.setattr("castline.audio.probe.subprocess.run", watched)
    probe(tone, folder)

    assert "secret" not in seen[0].values()
