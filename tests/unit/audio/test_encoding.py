"""Files of every format, decoded by PyAV, by another build of FFmpeg and by libsndfile, and read by mutagen."""

from __future__ import annotations

import base64
import io
import re
import subprocess
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import av
import mutagen
import numpy as np
import pytest
import soundfile
from mutagen.flac import Picture
from mutagen.mp4 import MP4, AtomDataType
from PIL import Image

from castline.audio.encoding import write_file
from castline.audio.errors import LengthMismatch
from castline.audio.formats import OutputFormat
from castline.audio.profile import AudioProfile, Quality, profile_of
from castline.audio.tags import Chapter, Cover, Tags
from castline.audio.upload_limits import UnusableUpload
from tests.patience import PATIENCE_SECONDS
from tests.unit.audio.decoding import lag_samples
from tests.unit.audio.ffmpeg import FFMPEG, ffmpeg
from tests.unit.audio.mp4_boxes import boxes
from tests.unit.audio.pcm_samples import cut, hum, noise, to_array

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.audio.pcm_samples import Samples

STANDARD = profile_of(Quality.STANDARD, has_music=False)
STUDIO_MONO = profile_of(Quality.STUDIO, has_music=False)
STUDIO_STEREO = profile_of(Quality.STUDIO, has_music=True)
TAGGED = [OutputFormat.MP3, OutputFormat.FLAC, OutputFormat.OPUS, OutputFormat.M4B]
BY_FFMPEG = [OutputFormat.FLAC, OutputFormat.OPUS, OutputFormat.M4B]
TITLE, ARTISTS, ALBUM = "第一課 ☀ = 餐廳", ("小明", "Anna"), "華語 101"


def write(
    path: Path, output_format: OutputFormat, length: int, profile: AudioProfile = STANDARD, tags: Tags | None = None
) -> Samples:
    """Write a file, and return what was encoded: samples by channels."""
    source = to_array(hum(length * profile.channels)).reshape(-1, profile.channels)
    write_file(
        path,
        output_format,
        cut(source.tobytes(), [1_000, 100_000]),
        profile=profile,
        total_samples=length,
        tags=tags or Tags(title="t"),
    )
    return source


def decode_by_pyav(path: Path) -> tuple[Samples, int]:
    with av.open(path) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="s16p")
        decoded = [frame for each in container.decode(stream) for frame in resampler.resample(each)]
        return np.concatenate([frame.to_ndarray() for frame in decoded], axis=1).T.astype(np.int16), stream.rate


def decode_by_ffmpeg(path: Path, channels: int = 1, *, complaints: str = "error") -> Samples:
    """Decode a file with FFmpeg, which has to have no complaints."""
    command = [FFMPEG, "-v", complaints, "-xerror", "-nostdin", "-i", str(path), "-map", "0:a", "-f", "s16le", "-"]
    decoded = subprocess.run(command, capture_output=True, timeout=PATIENCE_SECONDS, check=True)  # noqa: S603
    assert decoded.stderr == b""
    return to_array(decoded.stdout).reshape(-1, channels)


def demand_similar(decoded: Samples, source: Samples, tolerance: float) -> None:
    """Demand that two recordings begin together, and differ by little."""
    for heard, spoken in zip(decoded.T, source.T, strict=True):
        assert abs(lag_samples(heard, spoken)) <= 1
    error = decoded[: len(source)].astype(float) - source
    assert np.sqrt((error**2).mean()) <= tolerance * source.std()


@pytest.mark.parametrize("output_format", TAGGED)
@pytest.mark.parametrize(
    ("profile", "length"),
    [(STANDARD, 100), (STANDARD, 1_024), (STANDARD, 48_001), (STUDIO_MONO, 24_000), (STUDIO_STEREO, 48_001)],
    ids=["24k of 100", "24k of 1024", "24k", "48k", "48k stereo"],
)
def test_three_decoders_find_the_length_and_the_place_of_what_went_in(
    tmp_path: Path, output_format: OutputFormat, profile: AudioProfile, length: int
) -> None:
    # When
    path = tmp_path / f"spoken.{output_format.extension}"
    source = write(path, output_format, length, profile)

    # Then: Opus is always decoded at 48 kHz
    by_pyav, rate_hz = decode_by_pyav(path)
    factor = rate_hz // profile.sample_rate_hz
    assert factor == (2 if output_format is OutputFormat.OPUS and profile is STANDARD else 1)
    complaints = "warning" if output_format in BY_FFMPEG else "error"
    by_ffmpeg = decode_by_ffmpeg(path, profile.channels, complaints=complaints)
    assert len(by_ffmpeg) == length * factor
    if output_format is OutputFormat.M4B:
        assert length <= len(by_pyav) < length + 1_024
    else:
        assert len(by_pyav) == length * factor
        by_libsndfile, rate_hz = soundfile.read(path, dtype="int16", always_2d=True)
        assert len(by_libsndfile) * profile.sample_rate_hz == length * rate_hz
    tolerance = 0 if output_format is OutputFormat.FLAC else 0.3  # noise is the hardest to encode
    if length >= 24_000 or tolerance == 0:
        demand_similar(by_pyav[::factor], source, tolerance)
        demand_similar(by_ffmpeg[::factor], source, tolerance)


@pytest.mark.parametrize("output_format", BY_FFMPEG)
def test_the_same_sound_gives_the_same_bytes_however_it_is_cut(tmp_path: Path, output_format: OutputFormat) -> None:
    pcm = hum(25_000)
    files = []
    for sizes in ([2, 30_000], [100_000]):
        write_file(
            tmp_path / "file",
            output_format,
            cut(pcm, sizes),
            profile=STANDARD,
            total_samples=25_000,
            tags=Tags(title="t", chapters=(Chapter(title="c", start_ms=0, end_ms=9),)),
        )
        files.append((tmp_path / "file").read_bytes())

    assert files[0] == files[1]


@pytest.mark.parametrize("output_format", OutputFormat)
def test_pcm_of_another_length_than_promised_is_refused(tmp_path: Path, output_format: OutputFormat) -> None:
    for held_bytes in (0, 3_996, 4_004, 40_000):
        with pytest.raises(LengthMismatch):
            write_file(
                tmp_path / "file",
                output_format,
                [noise(held_bytes // 2)],
                profile=STUDIO_STEREO,
                total_samples=1_000,
                tags=Tags(title="t"),
            )


def test_a_wav_is_written_as_it_is(tmp_path: Path) -> None:
    source = write(tmp_path / "file.wav", OutputFormat.WAV, 1_000, STUDIO_STEREO)

    samples, rate_hz = soundfile.read(tmp_path / "file.wav", dtype="int16")

    assert (samples == source).all()
    assert rate_hz == 48_000


@cache
def picture(kind: str) -> Cover:
    written = io.BytesIO()
    Image.linear_gradient("L").resize((20, 30)).convert("RGB").save(written, kind)
    return Cover(content_type=f"image/{kind.lower()}", data=written.getvalue())


def text_tags(path: Path) -> tuple[str, str, str | None]:
    """Return title, artists and album as mutagen finds them."""
    file = mutagen.File(path)
    names = {"m4b": ("\xa9nam", "\xa9ART", "\xa9alb"), "mp3": ("TIT2", "TPE1", "TALB")}.get(
        path.suffix[1:], ("title", "artist", "album")
    )
    title, artists, album = ([str(text) for text in file.get(name, [])] for name in names)
    return " ".join(title), " ".join(artists), " ".join(album) or None


@pytest.mark.parametrize("output_format", TAGGED)
def test_tags_chapters_and_cover_are_read_back(tmp_path: Path, output_format: OutputFormat) -> None:
    # Given a thousand chapters that follow each other, with times of every kind of milliseconds, and a picture
    starts_ms = [number * 17 for number in range(1_001)]
    expected = [
        Chapter(title=f"第 {number} 句：Anna 說 😀", start_ms=start_ms, end_ms=end_ms)
        for number, (start_ms, end_ms) in enumerate(pairwise(starts_ms))
    ]
    cover = picture("PNG")
    tags = Tags(title=TITLE, artists=ARTISTS, album=ALBUM, chapters=tuple(expected), cover=cover)
    path = tmp_path / f"book.{output_format.extension}"

    # When
    source = write(path, output_format, starts_ms[-1] * 24, tags=tags)

    # Then mutagen finds title, artists, album and picture
    joined = ("/" if output_format is OutputFormat.MP3 else ", ").join(ARTISTS)
    assert text_tags(path) == (TITLE, joined, ALBUM)
    assert picture_of(path) in {(cover.content_type, cover.data, size) for size in ((20, 30), None)}
    # And FFmpeg finds every chapter at its time, and the audio unchanged
    run = ffmpeg("-copyts", "-i", str(path), "-f", "ffmetadata", "-")
    assert (run.returncode, run.stderr) == (0, "")
    found = re.findall(r"\[CHAPTER\]\nTIMEBASE=1/(\d+)\nSTART=(\d+)\nEND=(\d+)\ntitle=(.*)\n", run.stdout)
    shown = [
        Chapter(title=title, start_ms=int(start) * 1000 // int(base), end_ms=int(end) * 1000 // int(base))
        for base, start, end, title in found
    ]
    assert [(each.title, each.start_ms) for each in shown] == [(each.title, each.start_ms) for each in expected]
    assert [each.end_ms for each in shown[:-1]] == [each.end_ms for each in expected[:-1]]
    assert len(decode_by_ffmpeg(path)) in {len(source), len(source) * 2}
    with av.open(path) as container:
        assert [stream.type for stream in container.streams].count("video") == 1


@pytest.mark.parametrize("output_format", TAGGED)
def test_there_is_no_artist_album_or_chapter_where_none_is_given(tmp_path: Path, output_format: OutputFormat) -> None:
    path = tmp_path / f"plain.{output_format.extension}"

    write(path, output_format, 2_400, tags=Tags(title="t"))

    assert text_tags(path) == ("t", "", None)
    with av.open(path) as container:
        assert container.chapters() == []
        assert len(container.streams) == 1


@pytest.mark.parametrize("output_format", TAGGED)
@pytest.mark.parametrize(("text", "shown"), [("a\r\nb\0c\td", "a b c d"), ("x\ud800y", "x?y")])
def test_what_no_player_could_show_is_replaced(
    tmp_path: Path, output_format: OutputFormat, text: str, shown: str
) -> None:
    path = tmp_path / f"odd.{output_format.extension}"
    chapter = Chapter(title=text, start_ms=0, end_ms=50)

    write(path, output_format, 2_400, tags=Tags(title=text, artists=(text,), album=text, chapters=(chapter,)))

    assert text_tags(path) == (shown, shown, shown)
    with av.open(path) as container:
        assert [each["metadata"]["title"] for each in container.chapters()] == [shown]


def test_vorbis_chapters_are_comments_of_hours_minutes_seconds_and_milliseconds(tmp_path: Path) -> None:
    late_ms = ((25 * 60 + 1) * 60 + 2) * 1000 + 3
    chapters = (
        Chapter(title="a", start_ms=0, end_ms=late_ms),
        Chapter(title="b=c", start_ms=late_ms, end_ms=late_ms + 1),
    )
    for output_format in (OutputFormat.FLAC, OutputFormat.OPUS):
        path = tmp_path / f"late.{output_format.extension}"

        write(path, output_format, 1_000, tags=Tags(title="t", chapters=chapters))

        tags = mutagen.File(path)
        assert {name: tags[name] for name in tags if name.startswith("chapter")} == {
            "chapter000": ["00:00:00.000"],
            "chapter000name": ["a"],
            "chapter001": ["25:01:02.003"],
            "chapter001name": ["b=c"],
        }


def test_no_more_chapters_are_written_than_three_digits_can_number(tmp_path: Path) -> None:
    chapters = tuple(Chapter(title=str(number), start_ms=number, end_ms=number + 1) for number in range(1_001))

    write(tmp_path / "file.flac", OutputFormat.FLAC, 24_024, tags=Tags(title="t", chapters=chapters))

    names = [name for name in mutagen.File(tmp_path / "file.flac") if name.endswith("name")]
    assert (len(names), max(names)) == (1_000, "chapter999name")


def picture_of(path: Path) -> tuple[str, bytes, tuple[int, int] | None]:
    """Return the picture in a file: its type, content and, if it is told, its size."""
    file: Any = mutagen.File(path)
    match path.suffix:
        case ".m4b":
            (found,) = file["covr"]
            kinds = {AtomDataType.JPEG: "image/jpeg", AtomDataType.PNG: "image/png"}
            return kinds[found.imageformat], bytes(found), None
        case ".mp3":
            (found,) = file.tags.getall("APIC")
            return found.mime, found.data, None
        case ".flac":
            (found,) = file.pictures
        case _:
            (text,) = file["metadata_block_picture"]
            found = Picture(base64.b64decode(text))
    assert found.type == 3
    return found.mime, found.data, (found.width, found.height)


@pytest.mark.parametrize("output_format", TAGGED)
def test_a_large_jpeg_and_long_titles_fit(tmp_path: Path, output_format: OutputFormat) -> None:
    cover = Cover(content_type="image/jpeg", data=picture("JPEG").data[:-2] + bytes(4_000_000) + b"\xff\xd9")
    chapters = tuple(Chapter(title="長" * 60, start_ms=number * 2, end_ms=number * 2 + 2) for number in range(1_000))
    path = tmp_path / f"large.{output_format.extension}"

    write(path, output_format, 48_000, tags=Tags(title="t", cover=cover, chapters=chapters))

    assert picture_of(path)[:2] == (cover.content_type, cover.data)
    assert len(decode_by_ffmpeg(path)) in {48_000, 96_000}


@pytest.mark.parametrize("output_format", BY_FFMPEG)
def test_a_cover_that_is_no_image_is_refused(tmp_path: Path, output_format: OutputFormat) -> None:
    cover = Cover(content_type="image/png", data=b"PK\3\4")

    with pytest.raises(UnusableUpload):
        write(tmp_path / "file", output_format, 1_000, tags=Tags(title="t", cover=cover))


@pytest.mark.parametrize("profile", [STANDARD, STUDIO_STEREO], ids=["24k", "48k stereo"])
def test_an_m4b_says_that_it_is_an_audiobook_and_how_long_to_the_sample(
    tmp_path: Path, profile: AudioProfile
) -> None:
    # Given
    length = 24_777
    path = tmp_path / "book.m4b"
    chapters = tuple(Chapter(title=str(number), start_ms=number, end_ms=number + 1) for number in range(300))

    # When
    write(path, OutputFormat.M4B, length, profile, Tags(title="t", chapters=chapters))

    # Then the index comes before the audio, and the edit list has the encoder's delay and the exact length
    found = boxes(path.read_bytes())
    top_level = [name for name, _ in found if "." not in name]
    assert top_level.index("moov") < top_level.index("mdat")
    assert dict(found)["ftyp"][:4] == b"M4B "
    edits = next(body for name, body in found if name == "moov.trak.edts.elst")
    assert int.from_bytes(edits[4:8]) == 1  # one edit
    assert int.from_bytes(edits[8:12]) == length
    assert int.from_bytes(edits[12:16]) == 1_024
    # And mutagen, which heeds no edit list, is off by the delay: one frame
    tags = MP4(path)
    assert tags["stik"] == [2]
    assert tags.info.length * profile.sample_rate_hz == pytest.approx(length + 1_024)
    assert (tags.info.channels, tags.info.codec) == (profile.channels, "mp4a.40.2")
    # And the short list of chapters, which has room for 255, agrees with the track of chapters
    assert [(each.start, each.title) for each in tags.chapters] == [
        (pytest.approx(each.start_ms / 1000), each.title) for each in chapters[:255]
    ]


def test_the_first_chapter_of_an_m4b_begins_with_the_file_and_pauses_belong_to_the_chapter_before(
    tmp_path: Path,
) -> None:
    # Given an introduction, and a pause between two chapters
    chapters = (Chapter(title="a", start_ms=250, end_ms=500), Chapter(title="b", start_ms=777, end_ms=1_000))

    write(tmp_path / "book.m4b", OutputFormat.M4B, 24_000, tags=Tags(title="t", chapters=chapters))

    with av.open(tmp_path / "book.m4b") as container:
        found = [
            (each["start"] * base, each["end"] * base, each["metadata"]["title"])
            for each in container.chapters()
            if (base := each["time_base"])
        ]
    assert found == [(0, Fraction("0.777"), "a"), (Fraction("0.777"), 1, "b")]
    assert [each.start for each in MP4(tmp_path / "book.m4b").chapters] == [0, 0.777]


def test_a_chapters_title_in_an_m4b_is_cut_between_characters(tmp_path: Path) -> None:
    chapter = Chapter(title="長" * 100, start_ms=0, end_ms=100)

    write(tmp_path / "book.m4b", OutputFormat.M4B, 24_000, tags=Tags(title="t", chapters=(chapter,)))

    assert [each.title for each in MP4(tmp_path / "book.m4b").chapters] == ["長" * 85]
