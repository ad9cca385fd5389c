"""The dialogue of the quickstart, as ``make demo`` submits it and ``make dev`` shows it."""

from __future__ import annotations

import json
from typing import Any

DIALOGUE: dict[str, Any] = {
    "provider": "azure",
    "turns": [
        {"speaker": "A", "text": "你好，今天天氣真好！", "index": 0},
        {"speaker": "B", "text": "是啊，要不要一起去公園走走？", "index": 1},
    ],
    "voice_assignments": [
        {"speaker": "A", "voice_id": "zh-TW-HsiaoYuNeural", "voice_name": "曉雨"},
        {"speaker": "B", "voice_id": "zh-TW-YunJheNeural", "voice_name": "雲哲"},
    ],
    "language": "zh-TW",
    "output_format": "mp3",
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
    """The quickstart as lines to paste into a shell, for the stack at ``url``."""
    fields = (f"    {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in DIALOGUE.items())
    return _CURL.format(url=url, body=",\n".join(fields))
