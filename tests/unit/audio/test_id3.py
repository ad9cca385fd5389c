"""Tags of MP3, read by mutagen. ``test_encoding.py`` reads those of every format with FFmpeg, too."""

from __future__ import annotations

import io

import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from mutagen.id3 import ID3, CTOCFlags
from mutagen.mp3 import MP3

from castline.audio.id3 import id3_tag
from castline.audio.mp3 import encode_mp3
from castline.audio.tags import Chapter, Cover, Tags
from tests.unit.audio.decoding import decode
from tests.unit.audio.pcm_samples import hum

LENGTH = 24_000
FILE = b"".join(encode_mp3([hum(LENGTH)], LENGTH))
PRINTABLE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)


def chapters(count: int) -> tuple[Chapter, ...]:
    """Return turns of various lengths, with gaps of 250 ms."""
    return tuple(
        Chapter(title=f"第 {number} 句：Anna 說 😀", start_ms=number * 2_357, end_ms=number * 2_357 + 2_107)
        for number in range(count)
    )


def read(tag: bytes) -> ID3:
    return ID3(io.BytesIO(tag + FILE), translate=False)


def chapters_by_contents(tags: ID3) -> tuple[Chapter, ...]:
    """Return the chapters in the order of the tables of contents, from the top."""
    tables = {table.element_id: table for table in tags.getall("CTOC")}
    found = {chapter.element_id: chapter for chapter in tags.getall("CHAP")}
    (top,) = [table for table in tables.values() if table.flags & CTOCFlags.TOP_LEVEL]
    assert all(table.flags & CTOCFlags.ORDERED for table in tables.values())
    assert all(0 < len(table.child_element_ids) <= 255 for table in tables.values())

    def leaves(name: str) -> list[str]:
        if name in found:
            return [name]
        return [leaf for child in tables[name].child_element_ids for leaf in leaves(child)]

    in_order = [found[name] for name in leaves(top.element_id)]
    return tuple(
        Chapter(title=each.sub_frames["TIT2"].text[0], start_ms=each.start_time, end_ms=each.end_time)
        for each in in_order
    )


def test_title_and_artists_are_read_back() -> None:
    tags = read(id3_tag(Tags(title="早安 ☀", artists=("小明", "Anna"))))

    assert tags.version == (2, 3, 0)
    assert tags["TIT2"].text == ["早安 ☀"]
    assert tags["TPE1"].text == ["小明/Anna"]
    assert set(tags) == {"TIT2", "TPE1"}


@pytest.mark.parametrize("content_type", ["image/jpeg", "image/png"])
def test_album_and_cover_are_read_back(content_type: str) -> None:
    # Given a picture with bytes that look like a frame of MP3
    data = b"\xff\xfb\xb4\x44\0\0" * 50_000

    tags = read(id3_tag(Tags(title="t", album="華語 101", cover=Cover(content_type=content_type, data=data))))

    assert tags["TALB"].text == ["華語 101"]
    picture = tags["APIC:"]
    assert (picture.mime, picture.type, picture.data) == (content_type, 3, data)


def test_every_chapter_is_read_back_and_found_from_the_top_of_the_contents() -> None:
    for count in [1, 255, 256, 1_000]:
        expected = chapters(count)

        tags = read(id3_tag(Tags(title="t", chapters=expected)))

        assert chapters_by_contents(tags) == expected
        assert len(tags.getall("CHAP")) == count


@given(PRINTABLE, PRINTABLE, PRINTABLE)
def test_any_text_survives(title: str, artist: str, chapter_title: str) -> None:
    chapter = Chapter(title=chapter_title, start_ms=0, end_ms=1)

    tags = read(id3_tag(Tags(title=title, artists=(artist,), chapters=(chapter,))))

    assert tags["TIT2"].text == [title]
    assert tags["TPE1"].text == [artist]
    assert tags.getall("CHAP")[0].sub_frames["TIT2"].text == [chapter_title]


def test_the_audio_after_the_tag_is_found_and_as_it_was() -> None:
    file = id3_tag(Tags(title="t", artists=("A",), chapters=chapters(1_000))) + FILE

    assert (decode(file) == decode(FILE)).all()
    assert soundfile.info(io.BytesIO(file)).frames == LENGTH
    assert MP3(io.BytesIO(file)).info.length == pytest.approx(1.0, abs=0.001)
