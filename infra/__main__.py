"""Entry point of ``cdk``.

Context:

- ``environment``: dev, staging or prod; without it, all of them.
- ``python`` and ``architecture``: overrides of the Python version and the architecture that layers and code are built
  for. An emulated Lambda runs them with the local Python.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace

# CDK's validation of the templates takes more time than the synthesis. The tests validate all templates.
os.environ.setdefault("CDK_VALIDATION", "false")

import aws_cdk as cdk

from infra.app import add_stacks
from infra.environments import ENVIRONMENTS
from layers.build import build, interpreter_of


def main() -> None:
    """Synthesize the requested environments."""
    app = cdk.App()
    python = app.node.try_get_context("python") or "3.13"
    architecture = app.node.try_get_context("architecture")
    name = app.node.try_get_context("environment")
    if name is not None and name not in ENVIRONMENTS:
        sys.exit(f"there is no environment {name}: {', '.join(ENVIRONMENTS)}")
    environments = [ENVIRONMENTS[name]] if name else list(ENVIRONMENTS.values())
    if architecture is not None:
        environments = [replace(environment, architecture=architecture) for environment in environments]
    if interpreter_of(python) is None:
        sys.stderr.write(
            f"Python {python} is not installed, so the deployed modules are not compiled: functions will take about "
            "twice as long to start. See docs/operations.md, What you need.\n"
        )
    add_stacks(app, environments, lambda target: build(python=python, architecture=target))
    app.synth()


main()
