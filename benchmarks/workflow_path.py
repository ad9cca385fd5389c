"""What one execution of the workflow comes to when nothing fails, read from its definition."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from infra.functions import WORKFLOW_SUBSTITUTIONS


@dataclass(frozen=True, slots=True)
class Path:
    """Which steps an execution takes."""

    transitions: int
    """States entered: what Step Functions charges for. A retry would add one."""
    invocations: Counter[str] = field(default_factory=Counter)
    """How often it invokes each function, by name."""


def successful_path(definition: dict[str, Any], *, items: int) -> Path:
    """Follow ``Next`` from the start to the end.

    Args:
        definition: a state machine of tasks, maps and ends, in the Amazon States Language.
        items: how many items each of its maps has.

    Raises:
        ValueError: a state is of a type whose way on depends on data.
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
                raise ValueError(f"{name} is a {other}: which state follows cannot be told")
        name = state.get("Next")
    return Path(transitions, invocations)


def _function(state: dict[str, Any]) -> str:
    return WORKFLOW_SUBSTITUTIONS[state["Parameters"]["FunctionName"].strip("${}")].name
