"""The check of the workflow finds the faults that it is for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.infra.state_graph import problems


def machine(**states: Any) -> dict[str, Any]:
    return {"StartAt": "First", "States": states}


END = {"Type": "Pass", "End": True}


@pytest.mark.parametrize(
    ("definition", "found"),
    [
        (machine(First=END), []),
        (machine(First={"Type": "Pass", "Next": "Second"}, Second={"Type": "Succeed"}), []),
        (machine(First={"Type": "Pass", "Next": "Nowhere"}), ["First leads to Nowhere, which is not there"]),
        (machine(First=END, Second=END), ["Second is never reached"]),
        (machine(First={"Type": "Pass"}), ["First neither ends nor goes on"]),
        (machine(First={"Type": "Pass", "End": True, "Next": "First"}), ["First ends and goes on"]),
        (machine(Second=END), ["it starts at First, which is not there", "Second is never reached"]),
        (
            machine(First={**END, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Gone"}]}),
            ["First leads to Gone, which is not there"],
        ),
        (
            machine(
                First={
                    **END,
                    "Catch": [
                        {"ErrorEquals": ["States.ALL"], "Next": "Second"},
                        {"ErrorEquals": ["Late"], "Next": "Second"},
                    ],
                },
                Second=END,
            ),
            ["First catches everything before its last catcher"],
        ),
        (
            machine(
                First={"Type": "Choice", "Choices": [{"Variable": "$.x", "Next": "Second"}], "Default": "Third"},
                Second=END,
                Third=END,
            ),
            [],
        ),
        (
            machine(First={"Type": "Map", "End": True, "ItemProcessor": machine(First=END, Inner=END)}),
            ["Inner is never reached"],
        ),
        (
            machine(
                First={
                    "Type": "Parallel",
                    "End": True,
                    "Branches": [machine(First=END), machine(First={"Type": "Pass"})],
                }
            ),
            ["First neither ends nor goes on"],
        ),
    ],
)
def test_what_leads_nowhere_or_is_never_reached_is_found(definition: dict[str, Any], found: list[str]) -> None:
    assert problems(definition) == found
