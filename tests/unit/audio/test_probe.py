"""Uploaded audio: good files are measured and brought to PCM; others are refused, in bounded time and memory."""

from __future__ import annotations

import json
import resource
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from castline.audio import probe_process, sound_forms
from castline.audio.probe import probe
from castline.audio.upload_limits import MAX_AUDIO_BYTES, UnusableUpload, UploadProblem
from tests.unit.audio import uploads
from tests.unit.audio.ffmpeg import ebur128

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Read = Callable[[Path], dict[str, Any]]

MAX_SECONDS = 60
"""Of any file here, on a machine that is busy."""
MAX_RSS_MB = 600
"""Of the process that reads a file. Most take 60; an index takes twice what it unpacks to."""


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    return tmp_path / "upload"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    forms = tmp_path / "forms"
    forms.mkdir()
    return forms


@pytest.fixture
def read(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Read:
    """Return the program of the process, which runs in this one, without its limits: what it prints of a file."""
    monkeypatch.setattr(probe_process, "_limit_this_process", lambda: None)
    monkeypatch.setattr(probe_process, "_allow_cpu", lambda _: None)

    def read_here(upload: Path) -> dict[str, Any]:
        probe_process.main(str(upload), str(folder))
        result: dict[str, Any] = json.loads(capsys.readouterr().out)
        return result

    return read_here


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
    "MP3": ("tone.mp3", ("-q:a", "5")), "M4A": ("tone.m4a", ("-c:a", "aac")),
    "Apple Lossless": ("tone.m4a", ("-c:a", "alac")), "AAC": ("tone.aac", ("-c:a", "aac")),
    "Ogg Vorbis": ("tone.ogg", ("-c:a", "libvorbis")), "Opus": ("tone.opus", ("-c:a", "libopus")),
    "FLAC": ("tone.flac", ()),
    "WAV of 8 bits and 8 kHz": ("tone.wav", ("-c:a", "pcm_u8", "-ar", "8000")),
    "WAV of 24 bits and 192 kHz": ("tone.wav", ("-c:a", "pcm_s24le", "-ar", "192000")),
    "WAV of 32 bits": ("tone.wav", ("-c:a", "pcm_s32le")),
    "WAV of floats": ("tone.wav", ("-c:a", "pcm_f32le")),
    "WAV of doubles": ("tone.wav", ("-c:a", "pcm_f64le")),
    "RF64": ("tone.wav", ("-rf64", "always")), "AIFF": ("tone.aiff", ()),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_usual_formats_are_brought_to_pcm(name: str, tmp_path: Path, folder: Path, read: Read) -> None:
    # Given a tone of two seconds in one channel
    file_name, options = GOOD[name]
    tone = uploads.tone(tmp_path / file_name, *options)

    # When
    found = read(tone)

    # Then its length is that of the tone, within a frame of AAC
    assert found["duration_ms"] == pytest.approx(2_000, abs=45)
    assert found["channels"] == 1
    standard, studio = pcm(folder, "standard.pcm"), pcm(folder, "studio.pcm").reshape(-1, 2)
    assert len(studio) == 2 * len(standard)
    assert len(studio) == pytest.approx(found["duration_ms"] * 48, abs=48)
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
    probed = probe(uploads.tone(tmp_path / "silence.wav", source="anullsrc=d=1"), folder)

    assert (probed.loudness_lufs, probed.standard_lufs) == (None, None)


@pytest.mark.parametrize(("extension", "options"), [("mp3", ("-id3v2_version", "3")), ("m4a", ())])
def test_a_cover_is_no_video(extension: str, options: tuple[str, ...], tmp_path: Path, read: Read) -> None:
    audio, cover = uploads.tone(tmp_path / f"tone.{extension}"), uploads.png(tmp_path / "cover.png")
    covered = tmp_path / f"covered.{extension}"
    copied = ("-map", "0", "-map", "1", "-c", "copy", "-disposition:v", "attached_pic", *options)
    uploads.ffmpeg("-i", audio, "-i", cover, *copied, covered)

    assert read(covered)["channels"] == 1


TAGS = {
    "5 MB": lambda: uploads.id3(uploads.text_frame(b"a" * 5_000_000)),
    "many": lambda: uploads.id3(*(uploads.text_frame(b"k%06d\0value" % number) for number in range(150_000))),
    "packed": lambda: uploads.id3(uploads.compressed_frame(bytes(100 * 1024**2)), version=3),
    "no text": lambda: uploads.id3(uploads.text_frame(b"\xff\xfe\xff\xfa")),
}


@pytest.mark.parametrize("tag", TAGS)
def test_tags_are_passed_over(tag: str, tmp_path: Path, upload: Path, folder: Path) -> None:
    upload.write_bytes(TAGS[tag]() + uploads.tone(tmp_path / "tone.mp3").read_bytes())

    with bounded():
        assert probe(upload, folder).duration_ms == pytest.approx(2_000, abs=1)


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0xFFFFFFCC, 0x7FFFFFFF])
def test_a_wav_whose_header_declares_gigabytes_is_as_long_as_it_is(
    size: int, tmp_path: Path, upload: Path, read: Read
) -> None:
    """Programs that write into a pipe declare such sizes."""
    upload.write_bytes(uploads.with_data_size(uploads.tone(tmp_path / "tone.wav").read_bytes(), size))

    assert read(upload)["duration_ms"] == 2_000


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


def _indexed(unpacked_bytes: int, declared_bytes: int) -> Callable[[Path], None]:
    return lambda folder: void(
        (folder / "a.m4a").write_bytes(uploads.compressed_movie(unpacked_bytes, declared_bytes))
    )


EIGHT = "aevalsrc=0|0|0|0|0|0|0|0:c=7.1:d=2"
UNUSABLE: dict[str, tuple[Callable[[Path], None], UploadProblem]] = {
    "nothing": (_written("a.mp3", b""), UploadProblem.EMPTY),
    "a WAV without samples": (_toned("a.wav", "-t", "0"), UploadProblem.EMPTY),
    "a zip": (lambda folder: void((folder / "a.mp3").write_bytes(uploads.zipped())), UploadProblem.NOT_AUDIO),
    "zeros": (_written("a.mp3", bytes(1_000_000)), UploadProblem.NOT_AUDIO),
    "text": (_written("a.mp3", b"It was a dark and stormy night. " * 1_000), UploadProblem.NOT_AUDIO),
    "a picture": (lambda folder: void(uploads.png(folder / "a.png")), UploadProblem.NOT_AUDIO),
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
}
GREEDY: dict[str, tuple[Callable[[Path], None], UploadProblem]] = {
    "an index that declares 2 GB": (_indexed(1_000, 0x7FFFFFF0), UploadProblem.BROKEN),
    "an index that unpacks to 150 MB": (_indexed(150 * 1024**2, 150 * 1024**2), UploadProblem.NOT_AUDIO),
    "a playlist": (
        _written("a.m3u8", b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"),
        UploadProblem.NOT_AUDIO,
    ),
}
"""Files that ask for memory and for other files, which the limits of the process do not give them."""


def made(make: Callable[[Path], None], folder: Path) -> Path:
    """Return the only file that ``make`` writes."""
    folder.mkdir()
    make(folder)
    (file,) = folder.iterdir()
    return file


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_cannot_be_used_is_refused(name: str, tmp_path: Path, read: Read) -> None:
    make, problem = UNUSABLE[name]

    assert read(made(make, tmp_path / "made")) == {"problem": problem}


@pytest.mark.parametrize("name", GREEDY)
def test_what_takes_too_much_is_refused_by_the_process(name: str, tmp_path: Path, folder: Path) -> None:
    make, problem = GREEDY[name]

    assert problem_of(made(make, tmp_path / "made"), folder) is problem


def test_a_file_that_takes_long_to_open_is_refused(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a process that has two seconds for it
    monkeypatch.setattr("castline.audio.probe._PROGRAM", "tests.unit.audio.impatient_probe")
    flac = uploads.tone(tmp_path / "tone.flac")
    assert probe(flac, folder).duration_ms == 2_000

    # When the file has 150,000 comments
    flac.write_bytes(uploads.with_comments(flac.read_bytes(), 150_000))

    # Then
    assert problem_of(flac, folder) is UploadProblem.TOO_SLOW_TO_DECODE


def test_audio_longer_than_a_sound_may_be_is_refused(
    tmp_path: Path, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    tone = uploads.tone(tmp_path / "tone.flac")
    assert read(tone)["duration_ms"] == 2_000

    monkeypatch.setattr(sound_forms, "MAX_STUDIO_FRAMES", 2 * 48_000 - 1)

    assert read(tone) == {"problem": UploadProblem.TOO_LONG}


def test_a_file_that_is_too_large_is_not_read(upload: Path, folder: Path) -> None:
    with upload.open("wb") as file:
        file.truncate(MAX_AUDIO_BYTES + 1)

    assert problem_of(upload, folder) is UploadProblem.TOO_LARGE


def test_garbage_within_an_mp3_is_passed_over_as_players_do(tmp_path: Path, upload: Path, read: Read) -> None:
    mp3 = uploads.tone(tmp_path / "tone.mp3", "-b:a", "128k").read_bytes()
    middle = len(mp3) // 2
    upload.write_bytes(mp3[:middle] + bytes(3_000) + mp3[middle:])

    assert "problem" not in read(upload)


def test_the_process_that_reads_a_file_has_no_credentials(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    seen: list[dict[str, str]] = []
    run = subprocess.run

    def watched(*args: object, **options: object) -> object:
        seen.append(options["env"])  # type: ignore[arg-type]
        return run(*args, **options)  # type: ignore[call-overload]

    tone = uploads.tone(tmp_path / "tone.wav")
    monkeypatch.setattr("castline.audio.probe.subprocess.run", watched)
    probe(tone, folder)

    assert "secret" not in seen[0].values()
