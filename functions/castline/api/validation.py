"""Explanations of invalid requests: a message for every invalid field, in the client's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from castline.api.messages import problem_message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from castline.api.negotiation import Language

_PARTS = frozenset({"body", "query", "path", "header"})
MAX_PROBLEMS = 1_000
_MAX_FIELD_CHARACTERS = 200


class InvalidRequest(Exception):
    """The request breaks a rule that is not part of its schema."""

    def __init__(self, field: str, kind: str, **context: Any) -> None:
        super().__init__(f"{field}: {kind}")
        self.problems: list[dict[str, Any]] = [{"loc": (field,), "type": kind, "ctx": context}]

    @classmethod
    def of_fields(cls, problems: Iterable[tuple[str, str, Mapping[str, Any]]]) -> InvalidRequest:
        """Return an exception with one or more problems, each with a field, a kind and a context."""
        errors = [cls(field, kind, **context) for field, kind, context in problems]
        errors[0].problems = [problem for error in errors for problem in error.problems]
        return errors[0]


def explain(problems: Sequence[Mapping[str, Any]], language: Language) -> dict[str, Any]:
    """Return the ``details`` of a VALIDATION_ERROR.

    Args:
        problems: the problems as pydantic lists them, each with ``loc``, ``type`` and optionally ``ctx``.
        language: the language of the messages.
    """
    return {"errors": [_explained(problem, language) for problem in problems[:MAX_PROBLEMS]]}


def _explained(problem: Mapping[str, Any], language: Language) -> dict[str, Any]:
    context = _context(problem, language)
    explained = {
        "field": _field_name(problem["loc"]),
        "message": problem_message(problem["type"], context, language),
    }
    return explained | ({"line": context["line"]} if "line" in context else {})


def _field_name(location: Sequence[str | int]) -> str:
    """Return ``turns[3].text`` for ``("body", "turns", 3, "text")``, and ``body`` for the body as a whole."""
    name = ""
    for part in location[1:] if len(location) > 1 and location[0] in _PARTS else location:
        if isinstance(part, int):
            name += f"[{part}]"
        else:
            name += f".{part}" if name else part
    return name[:_MAX_FIELD_CHARACTERS]


def _context(problem: Mapping[str, Any], language: Language) -> dict[str, Any]:
    context = dict(problem.get("ctx") or {})
    if "expected" in context and language != "en":
        context["expected"] = context["expected"].replace(" or ", " 或 ")
    return context
