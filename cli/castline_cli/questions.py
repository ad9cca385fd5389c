"""Questions about a script: asked on a terminal, and otherwise printed with the options that answer them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from castline_cli.casting import quoted
from castline_cli.errors import Misused
from castline_cli.output import complain
from castline_cli.strings import t

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from castline_cli.api import Json

AnswerOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="QUESTION=CHOICE",
        help="Answer a question about the script, such as sound:SFX=leave_out. Repeatable.",
    ),
]


def read_answers(written: Iterable[str] | None) -> list[Json]:
    """Parse the answers in options: ``QUESTION=CHOICE`` or ``QUESTION:SPEAKER=CHOICE``.

    Raises:
        Misused: an answer is not valid.
    """
    answers: list[Json] = []
    for each in written or ():
        question, separator, choice = (part.strip() for part in each.rpartition("="))
        kind, _, speaker = (part.strip() for part in question.partition(":"))
        if not separator or not kind or not choice:
            raise Misused(t("--answer {written} is not valid; write --answer QUESTION:SPEAKER=CHOICE", written=each))
        answers.append({"question": kind, "choice": choice, **({"speaker": speaker} if speaker else {})})
    return answers


def can_ask() -> bool:
    """Return whether questions can be asked: standard input and standard error are terminals."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: Json, place: str) -> Json | None:
    """Ask a question on the terminal, and return the answer, or None to leave the script as it was parsed.

    Raises:
        KeyboardInterrupt: the user pressed Ctrl-C.
    """
    choices: Sequence[Json] = question["choices"]
    complain(f"{place}: {question['message']}")
    for number, choice in enumerate(choices, 1):
        print(f"  {number}  {choice['label']}", file=sys.stderr)
    while True:
        print(
            t("  1 to {count}, or Enter to leave it as it is: ", count=len(choices)),
            end="",
            file=sys.stderr,
            flush=True,
        )
        line = sys.stdin.readline()
        if not line.strip():
            return None
        if line.strip() in {str(number) for number in range(1, len(choices) + 1)}:
            return _answer(question, choices[int(line) - 1]["choice"])


def tell(question: Json, place: str) -> None:
    """Print a question that cannot be asked, with the options that answer it."""
    options = t(", ").join(
        t("{name} ({id})", name=f"--answer {_written(question, choice)}", id=choice["label"])
        for choice in question["choices"]
    )
    complain(
        t("{place}: {question} Answer with {options}", place=place, question=question["message"], options=options)
    )


def key_of(question: Json) -> tuple[str, str]:
    """Return the key of a question, which is unique among the questions about a script."""
    return question["question"], question.get("speaker") or ""


def line_of(question: Json) -> int | None:
    """Return the first line of the script that a question is about, or None."""
    lines: Sequence[int] = question.get("lines") or ()
    return lines[0] if lines else None


def _answer(question: Json, choice: str) -> Json:
    speaker: dict[str, Any] = {"speaker": question["speaker"]} if question.get("speaker") else {}
    return {"question": question["question"], **speaker, "choice": choice}


def _written(question: Json, choice: Json) -> str:
    speaker = f":{question['speaker']}" if question.get("speaker") else ""
    return quoted(f"{question['question']}{speaker}={choice['choice']}")
