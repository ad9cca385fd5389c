"""Scripts and voices of these tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.e2e.dialogues import HSIAO_YU, YUN_JHE

if TYPE_CHECKING:
    from collections.abc import Mapping

SCRIPT: Final = "A：早安。\nB：你好。\n"
VOICES: Final = ("--voice", f"A={HSIAO_YU}", "--voice", f"B={YUN_JHE}")


def assignments(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return who speaks how in the input of a job, without the names of the voices."""
    return [
        {name: value for name, value in each.items() if name != "voice_name"} for each in given["voice_assignments"]
    ]
