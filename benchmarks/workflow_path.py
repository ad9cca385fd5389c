"""Path of one execution of the workflow when nothing fails, read from its definition."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from infra.functions import WORKFLOW_SUBSTITUTIONS


@dataclass(frozen=True, slots=True)
class Path:
    """The steps of one execution."""

    transitions: int
    """The number of entered states, for which Step Functions charges. A retry would add one."""
    invocations: Counter[str] = field(default_factory=Counter)
    """The number of invocations of each function, by name."""


def successful_path(definition: dict[str, Any], *, items: int) -> Path:
    """Follow ``Next`` from the start to the end.

    Args:
        definition: a state machine of tasks, maps and ends, in the Amazon States Language.
        items: the number of items of each map.

    Raises:
        ValueError: the next state depends on data.
    """
    transitions, invocations = 0, Counter[str]()
    name: str | None = definition["StartAt"]
    while name is not None:
        state = definition["States"][name]
        transitions += 1
        match state["Type"]:
            case "Task":
                invocations[_function(state)] += 1
            case "Map":
                inner = successful_path(state["ItemProcessor"], items=items)
                transitions += items * inner.transitions
                invocations.update({each: items * times for each, times in inner.invocations.items()})
            case "Succeed":
                pass
            case other:
                raise ValueError(f"the state {name} is a {other}: its next state depends on data")
        name = state.get("Next")
    return Path(transitions, invocations)


def _function(state: dict[str, Any]) -> str:
    return WORKFLOW_SUBSTITUTIONS[state["Parameters"]["FunctionName"].strip("${}")].name
