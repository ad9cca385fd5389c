"""Dialogue of the quickstart, which ``make demo`` submits and ``make dev`` shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from castline.api import examples

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DIALOGUE: dict[str, Any] = examples.DIALOGUE
_IN_ENGLISH = ("Hello! What a lovely day.", "It is. Shall we go for a walk in the park?")


def dialogue_of(provider: str, voices: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the quickstart's dialogue for two of a provider's voices, in English if no two of them speak Chinese.

    Args:
        provider: the provider's id.
        voices: the voices of ``GET /voices``, at least two that speak Chinese or two that speak English.
    """
    chinese = [voice for voice in voices if voice["language"].startswith(("zh", "mul"))]
    spoken = chinese if len(chinese) > 1 else [voice for voice in voices if voice["language"].startswith("en")]
    turns = [dict(turn) for turn in DIALOGUE["turns"]]
    if spoken is not chinese:
        turns = [turn | {"text": text} for turn, text in zip(turns, _IN_ENGLISH, strict=True)]
    return DIALOGUE | {
        "provider": provider,
        "turns": turns,
        "voice_assignments": [
            {"speaker": speaker, "voice_id": voice["voice_id"]} for speaker, voice in zip("AB", spoken, strict=False)
        ],
        "language": DIALOGUE["language"] if spoken is chinese else "en-US",
    }


_CURL = """\
  # submit a dialogue, and keep the job's id
  JOB=$(curl -s -X POST {url}/api/v1/jobs -H "Content-Type: application/json" -d '{{
{body}
  }}' | grep -o '"id":"[^"]*"' | cut -d'"' -f4); echo $JOB

  # look at it, until its status is completed
  curl -s {url}/api/v1/jobs/$JOB

  # fetch the audio
  curl -sL -o dialogue.mp3 {url}/api/v1/jobs/$JOB/download

  # list jobs
  curl -s "{url}/api/v1/jobs?status=completed&limit=10"
"""


def curl_lines(url: str) -> str:
    """Return the quickstart as lines to paste into a shell, for the stack at ``url``."""
    fields = (f"    {json.dumps(name)}: {_written(value)}" for name, value in DIALOGUE.items())
    return _CURL.format(url=url, body=",\n".join(fields))


def _written(value: object) -> str:
    """Return a field's value as JSON, each item of an array on a separate line."""
    if not isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    items = ",\n".join(f"      {json.dumps(each, ensure_ascii=False)}" for each in value)
    return f"[\n{items}\n    ]"
