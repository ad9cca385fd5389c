"""Grouping of utterances into batched requests.

A request takes about as long as its audio, so the groups are made equally long. The length of an utterance is its
longest duration, estimated from its characters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from castline.speech.duration import estimate_ms
from castline.speech.providers.azure.ssml import build_ssml
from castline.speech.providers.azure.voice_ids import takes_markup
from castline.speech.spoken_text import spoken_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from castline.speech.utterances import Utterance

MAX_VOICES: Final = 50
MAX_SSML_BYTES: Final = 64_000
"""A margin below the service's limit of 65,536 bytes for a message, because the message's headers count, too."""
MAX_AUDIO_MS: Final = 600_000

_ROOM_FOR_SPEAK_BYTES: Final = 200  # the element around all voices


def group(utterances: Sequence[Utterance], *, max_requests: int) -> list[list[int]]:
    """Distribute ``utterances`` over requests that take about equally long.

    Args:
        utterances: the utterances to speak.
        max_requests: the maximum number of requests. It is exceeded only if the service's limits (voices, size and
            length of one request) or several languages require it.

    Returns:
        For each request, the positions of its utterances in order. An utterance gets a request of its own if it
        exceeds a limit, if it has no letter or digit, or if its voice takes no breaks. In the last two cases, no word
        would tell where the utterance begins and ends.

    Raises:
        ValueError: ``max_requests`` is less than 1.
    """
    if max_requests < 1:
        raise ValueError(f"max_requests must be at least 1, not {max_requests}")
    lengths_ms = [estimate_ms(utterance) for utterance in utterances]
    alone = [position for position, utterance in enumerate(utterances) if not _can_be_joined(utterance)]
    together = set(range(len(utterances))).difference(alone)
    requests: list[_Request] = []
    # Add the longest utterances first, each to the shortest request so far. The short utterances then even out the
    # lengths of the requests.
    for position in sorted(together, key=lambda position: (-lengths_ms[position], position)):
        utterance, length_ms = utterances[position], lengths_ms[position]
        size_bytes = _size_bytes(utterance)
        fitting = [request for request in requests if request.takes(utterance.language, length_ms, size_bytes)]
        if not fitting or len(requests) < max_requests:
            request = _Request(utterance.language)
            requests.append(request)
        else:
            request = min(fitting, key=lambda request: request.length_ms)
        request.add(position, length_ms, size_bytes)
    return sorted([sorted(request.positions) for request in requests] + [[position] for position in alone])


def _can_be_joined(utterance: Utterance) -> bool:
    return takes_markup(utterance.voice_id) and any(map(str.isalnum, spoken_text(utterance)))


def _size_bytes(utterance: Utterance) -> int:
    """Return the bytes that ``utterance`` adds to a document: its ``voice`` element, with a break."""
    ssml = build_ssml(utterance)
    return len(ssml[ssml.index("<voice") : -len("</speak>")].encode()) + len("<break/>")


@dataclass(slots=True)
class _Request:
    language: str
    positions: list[int] = field(default_factory=list)
    length_ms: int = 0
    size_bytes: int = 0

    def takes(self, language: str, length_ms: int, size_bytes: int) -> bool:
        return (
            language == self.language
            and len(self.positions) < MAX_VOICES
            and self.length_ms + length_ms <= MAX_AUDIO_MS
            and self.size_bytes + size_bytes <= MAX_SSML_BYTES - _ROOM_FOR_SPEAK_BYTES
        )

    def add(self, position: int, length_ms: int, size_bytes: int) -> None:
        self.positions.append(position)
        self.length_ms += length_ms
        self.size_bytes += size_bytes
