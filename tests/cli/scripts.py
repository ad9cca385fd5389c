"""Scripts and voices of these tests."""

from __future__ import annotations

from typing import Final

from tests.e2e.dialogues import HSIAO_YU, YUN_JHE

SCRIPT: Final = "A：早安。\nB：你好。\n"
VOICES: Final = ("--voice", f"A={HSIAO_YU}", "--voice", f"B={YUN_JHE}")
