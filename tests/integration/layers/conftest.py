from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING

import pytest

from layers.build import build, interpreter_of

if TYPE_CHECKING:
    from layers.architecture import Architecture
    from layers.build import Artefacts

DEPLOYED_PYTHON = "3.13"
ARCHITECTURES: tuple[Architecture, ...] = ("arm64", "x86_64")
HERE: Architecture = "arm64" if platform.machine() == "aarch64" else "x86_64"

RUNNING_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
PYTHON = DEPLOYED_PYTHON if interpreter_of(DEPLOYED_PYTHON) else RUNNING_PYTHON
"""The Python version to load the layers with: the deployed one, if it is installed."""


@pytest.fixture(scope="session", params=ARCHITECTURES)
def deployed(request: pytest.FixtureRequest) -> Artefacts:
    """Build the deployed code, for each architecture."""
    return build(python=DEPLOYED_PYTHON, architecture=request.param)
