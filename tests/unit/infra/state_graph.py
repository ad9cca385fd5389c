"""Checks that validators of the states language lack: dead ends, and states that are never reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

State = dict[str, Any]

_ENDS = {"Succeed", "Fail"}


def problems(machine: State) -> list[str]:
    """Return the problems of a state machine, and of the state machines in its maps and branches."""
    return [problem for level in _levels(machine) for problem in _problems_of(level)]


def _levels(machine: State) -> Iterator[State]:
    yield machine
    for state in machine["States"].values():
        for inner in (state.get("ItemProcessor"), state.get("Iterator"), *state.get("Branches", ())):
            if inner:
                yield from _levels(inner)


def _problems_of(machine: State) -> Iterator[str]:
    states: dict[str, State] = machine["States"]
    for name, state in states.items():
        ends = state["Type"] in _ENDS or bool(state.get("End"))
        if state["Type"] != "Choice" and ends == ("Next" in state):
            yield f"{name} neither ends nor goes on" if not ends else f"{name} ends and goes on"
        for catcher in state.get("Catch", ())[:-1]:
            if "States.ALL" in catcher["ErrorEquals"]:
                yield f"{name} catches everything before its last catcher"
        yield from (f"{name} leads to {target}, which is not there" for target in _targets(state) - states.keys())

    reached, ahead = set[str](), {machine["StartAt"]}
    if not ahead <= states.keys():
        yield f"it starts at {machine['StartAt']}, which is not there"
    while ahead := (ahead - reached) & states.keys():
        reached |= ahead
        ahead = {target for name in ahead for target in _targets(states[name])}
    yield from (f"{name} is never reached" for name in sorted(states.keys() - reached))


def _targets(state: State) -> set[str]:
    places = [state, *state.get("Catch", ()), *state.get("Choices", ())]
    return {place["Next"] for place in places if "Next" in place} | (
        {state["Default"]} if "Default" in state else set()
    )
