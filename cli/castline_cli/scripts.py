"""Scripts as users have them, and the turns that the service makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from castline_cli.errors import Refused
from castline_cli.files import name_of, read_text
from castline_cli.script_warnings import ScriptWarnings
from castline_cli.sound_references import folder_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from castline_cli.api import Api, Json


class ScriptFormat(StrEnum):
    """Format of a script."""

    AUTO = "auto"
    PLAIN = "plain"
    MARKDOWN = "markdown"
    FOUNTAIN = "fountain"
    SRT = "srt"
    VTT = "vtt"
    JSON = "json"


FORMATS: Final = {
    ".md": ScriptFormat.MARKDOWN,
    ".markdown": ScriptFormat.MARKDOWN,
    ".fountain": ScriptFormat.FOUNTAIN,
    ".srt": ScriptFormat.SRT,
    ".vtt": ScriptFormat.VTT,
    ".json": ScriptFormat.JSON,
}
"""Formats by a file's extension. The service finds out the format of other scripts."""
_MAY_BE_JSON: Final = frozenset({None, ScriptFormat.AUTO, ScriptFormat.JSON})


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A script that has been read.

    Attributes:
        name: for messages.
        text: what is in it.
        folder: where the sounds that it names are looked for.
        format: None leaves it to the service to find out.
    """

    name: str
    text: str
    folder: Path
    format: ScriptFormat | None

    @classmethod
    def read(cls, written: str, chosen: ScriptFormat | None) -> Script:
        """Read a file, or standard input for ``-``.

        Raises:
            FileProblem: it cannot be read.
        """
        return cls(
            name=name_of(written),
            text=read_text(written),
            folder=folder_of(written),
            format=chosen or FORMATS.get(Path(written).suffix.lower()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """The turns of a script.

    Attributes:
        turns: as a job takes them; a ``sound_id`` may still be a reference.
        speakers: in the order in which they first speak.
        warnings: those about the script, to which a submission may add some.
    """

    turns: list[Json]
    speakers: list[str]
    warnings: ScriptWarnings


def parse_script(api: Api, script: Script, *, markup: Mapping[str, Any], take: int | None) -> Dialogue:
    """Return a script's turns as the service parses them, and tell its warnings.

    Args:
        api: the service.
        script: the script.
        markup: the field of that name, if it is to be sent.
        take: the reading of all turns.

    Raises:
        Refused: it is not understood; a line for each thing that is wrong, with the file and the line.
    """
    from castline_cli.sound_turns import split_sounds

    warnings = ScriptWarnings(script.name, script.text)
    split = split_sounds(script.text, script.folder) if script.format in _MAY_BE_JSON else None
    words = script.text if split is None else split.words
    try:
        parsed = api.post("/dialogues/parse", {"script": words, **markup, **given(format=script.format)}).body
    except Refused as refusal:
        if not refusal.problems:
            raise
        lines = [f"{_place(script.name, problem)}: {problem['message']}" for problem in refusal.problems]
        raise Refused("\ncastline: ".join(lines), code=refusal.code) from refusal
    warnings.tell(parsed.get("warnings", ()))
    turns = [{**turn, **given(take=take)} for turn in parsed["turns"]]
    return Dialogue(
        turns=turns if split is None else split.merge(turns), speakers=parsed["speakers"], warnings=warnings
    )


def given(**options: Any) -> dict[str, Any]:
    """Return the options that were given; the service has defaults for the others."""
    return {name: value for name, value in options.items() if value is not None}


def _place(name: str, problem: Mapping[str, Any]) -> str:
    """Return the place of a script's problem as editors and terminals understand it: ``file:line``."""
    return f"{name}:{problem['line']}" if "line" in problem else name
