"""HLS media playlists as players read them: a strict reader of RFC 8216, and FFmpeg's demuxer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import httpx
import numpy as np

from tests.e2e.decoded_audio import DecodedAudio
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

_PART = re.compile(r"#EXTINF:(\d+\.\d{3}),([^\n]*)\n#EXT-X-BYTERANGE:(\d+)@(\d+)\n(http[^\n]+)\n")


@dataclass(frozen=True)
class PlaylistPart:
    """A part of a media playlist."""

    title: str
    seconds: float
    first_byte: int
    size_bytes: int
    url: str

    def fetch(self) -> bytes:
        """Return the part's bytes, fetched by its range as players do."""
        last = self.first_byte + self.size_bytes - 1
        answer = httpx.get(
            self.url, headers={"Range": f"bytes={self.first_byte}-{last}"}, trust_env=False, timeout=PATIENCE_SECONDS
        )
        assert (answer.status_code, answer.headers["content-type"]) == (206, "audio/mpeg")
        assert len(answer.content) == self.size_bytes
        return answer.content


@dataclass(frozen=True)
class MediaPlaylist:
    """A media playlist."""

    parts: tuple[PlaylistPart, ...]
    has_ended: bool

    @classmethod
    def read(cls, text: str) -> MediaPlaylist:
        """Read a playlist, and check that it has what an event playlist must have, and nothing else."""
        head, *_ = text.partition("#EXTINF")
        tags = head.removesuffix("#EXT-X-ENDLIST\n").splitlines()
        assert tags[0] == "#EXTM3U"
        values = dict(tag.split(":", 1) for tag in tags[1:])
        assert int(values["#EXT-X-VERSION"]) >= 4, "byte ranges need version 4"
        assert values["#EXT-X-PLAYLIST-TYPE"] == "EVENT"
        assert values["#EXT-X-MEDIA-SEQUENCE"] == "0", "an event playlist loses no part"
        parts = tuple(
            PlaylistPart(match[2], float(match[1]), int(match[4]), int(match[3]), match[5])
            for match in _PART.finditer(text)
        )
        rest = _PART.sub("", text.removeprefix(head)) if parts else ""
        assert rest in {"", "#EXT-X-ENDLIST\n"}, rest
        target = int(values["#EXT-X-TARGETDURATION"])
        assert all(round(part.seconds) <= target for part in parts)
        return cls(parts, text.endswith("#EXT-X-ENDLIST\n"))

    @property
    def spoken(self) -> list[str]:
        """The titles of the parts that are speech, each once."""
        return list(dict.fromkeys(part.title for part in self.parts if part.title != "gap"))

    def is_begun_by(self, earlier: MediaPlaylist) -> bool:
        """Return whether an earlier playlist has the same parts, as far as it goes."""

        def named(playlist: MediaPlaylist) -> list[tuple[object, ...]]:
            return [(each.title, each.seconds, each.first_byte, each.size_bytes) for each in playlist.parts]

        return named(self)[: len(earlier.parts)] == named(earlier)


def play(text: str, folder: Path) -> DecodedAudio:
    """Return what FFmpeg plays, which fetches the parts by itself."""
    file = folder / "playlist.m3u8"
    file.write_text(text, encoding="utf-8")
    options = {"protocol_whitelist": "file,http,tcp", "allowed_extensions": "ALL", "extension_picky": "0"}
    with av.open(str(file), format="hls", options=options) as container:
        decoded = [frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)]
        rate_hz = container.streams.audio[0].codec_context.sample_rate
    samples = np.concatenate(decoded).astype(np.float64)
    return DecodedAudio(samples if np.abs(samples).max() <= 1.0 else samples / 32_768, rate_hz)
