"""Dialogues that benchmarks submit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.quickstart import DIALOGUE

if TYPE_CHECKING:
    from collections.abc import Iterable


def dialogue_of(texts: Iterable[str]) -> dict[str, Any]:
    """Return the body of a job in which two speakers speak ``texts`` in turn, with the quickstart's voices."""
    turns = [{"speaker": "AB"[index % 2], "text": text, "index": index} for index, text in enumerate(texts)]
    return {**DIALOGUE, "turns": turns}
