"""Costs in docs/operations.md: the deployment that they are computed for is the one that is deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import deployment
from benchmarks.costs import load_record
from infra.environments import PROD

if TYPE_CHECKING:
    import pytest

    from tests.infra.synthesis import Deployment


def test_the_templates_still_have_what_is_recorded(prod: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deployment, "templates", lambda _: (prod.data.body, prod.service.body))

    described = deployment.describe(PROD)

    assert described == load_record().deployment, "run .venv/bin/python -m benchmarks.costs --measure --write"
