from __future__ import annotations

from typing import Any

import pytest

from infra.event_patterns import TTL_REMOVALS
from local.emulated.event_pattern import UnknownPattern, matches

EVENT = {"source": "aws.states", "detail": {"status": "FAILED", "tries": 3, "resources": ["a", "b"]}}


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": ["aws.states"]},
        {"source": ["other", "aws.states"], "detail": {"status": ["TIMED_OUT", "FAILED"]}},
        {"detail": {"resources": ["b"]}},
        {"detail": {"tries": [{"numeric": [">", 2, "<=", 3]}]}},
        {"source": [{"prefix": "aws."}], "detail": {"status": [{"suffix": "ED"}]}},
        {"source": [{"wildcard": "aws.*"}], "detail": {"status": [{"wildcard": "*E*"}]}},
        {"detail": {"status": [{"anything-but": ["SUCCEEDED"]}], "cause": [{"exists": False}]}},
        {"detail": {"status": [{"equals-ignore-case": "failed"}]}},
        {"$or": [{"source": ["other"]}, {"detail": {"status": ["FAILED"]}}]},
        {},
    ],
)
def test_an_event_matches(pattern: dict[str, Any]) -> None:
    assert matches(pattern, EVENT)


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": ["aws.events"]},
        {"source": ["aws.states"], "detail": {"status": ["SUCCEEDED"]}},
        {"detail": {"cause": ["broken"]}},
        {"detail": {"cause": [{"anything-but": "broken"}]}},
        {"detail": {"tries": ["3"]}},
        {"detail": {"tries": [True]}},
        {"detail": {"tries": [{"numeric": ["<", 3]}]}},
        {"detail": {"nested": {"deeper": ["x"]}}},
        {"detail": {"status": [{"exists": False}]}},
    ],
)
def test_an_event_does_not_match(pattern: dict[str, Any]) -> None:
    assert not matches(pattern, EVENT)


def test_what_is_not_emulated_fails_loudly() -> None:
    with pytest.raises(UnknownPattern, match="cidr"):
        matches({"source": [{"cidr": "10.0.0.0/24"}]}, EVENT)


class TestRemovals:
    """The deployed filter of the table's stream."""

    def removal(self, **changes: Any) -> dict[str, Any]:
        return {
            "eventName": "REMOVE",
            "userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"},
            "dynamodb": {"Keys": {"pk": {"S": "JOB#1"}, "sk": {"S": "JOB"}}},
            **changes,
        }

    def test_a_job_that_expired_is_let_through(self) -> None:
        assert matches(TTL_REMOVALS, self.removal())

    @pytest.mark.parametrize(
        "changes",
        [
            {"eventName": "MODIFY"},
            {"userIdentity": None},
            {"dynamodb": {"Keys": {"pk": {"S": "JOB#1"}, "sk": {"S": "INPUT"}}}},
        ],
    )
    def test_everything_else_is_held_back(self, changes: dict[str, Any]) -> None:
        assert not matches(TTL_REMOVALS, self.removal(**changes))
