"""Dialogues to submit."""

from __future__ import annotations

from typing import Any

HSIAO_YU = "zh-TW-HsiaoYuNeural"
YUN_JHE = "zh-TW-YunJheNeural"
VOICES_OF = {"azure": (HSIAO_YU, YUN_JHE), "openai": ("af_sky", "am_adam"), "polly": ("Joanna", "Matthew")}
"""Two voices of each provider."""


def dialogue(*texts: str, voices: tuple[str, str] = (HSIAO_YU, YUN_JHE), **changes: Any) -> dict[str, Any]:
    """Return a request in which A and B take turns to speak ``texts``, with ``changes`` of top-level fields."""
    texts = texts or ("早安。", "你好。")
    speakers = "AB"[: len(texts)]
    return {
        "provider": "azure",
        "turns": [
            {"speaker": speakers[index % len(speakers)], "text": text, "index": index}
            for index, text in enumerate(texts)
        ],
        "voice_assignments": [
            {"speaker": speaker, "voice_id": voice_id} for speaker, voice_id in zip(speakers, voices, strict=False)
        ],
        **changes,
    }


def dialogue_of(provider: str, *texts: str) -> dict[str, Any]:
    """Return a request in English for two voices of a provider."""
    return dialogue(*texts, voices=VOICES_OF[provider], provider=provider, language="en-US")
