"""CDK command against the emulated AWS."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING, Final

from layers.build import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from local.emulated.runtime import Runtime

_WITH_NODE: Final = ROOT / "scripts" / "with-node"
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class CdkFailed(Exception):
    """A CDK command failed. The message holds the command and the end of its output."""


class Cdk:
    """The CDK command for one environment. It synthesizes once, and later commands use that result."""

    def __init__(
        self, environment: str, *, aws: Mapping[str, str], out: Path, on_line: Callable[[str], None]
    ) -> None:
        """Prepare commands.

        Args:
            environment: dev, staging or prod.
            aws: environment variables with the endpoint and credentials of the AWS to deploy to.
            out: the folder to synthesize into.
            on_line: called with each line that a command prints.
        """
        self._environment = environment
        self._aws = aws
        self._out = out
        self._on_line = on_line

    @property
    def data_stack(self) -> str:
        """The name of the data stack."""
        return f"castline-{self._environment}-data"

    @property
    def service_stack(self) -> str:
        """The name of the service stack."""
        return f"castline-{self._environment}-service"

    def synth(self, runtime: Runtime) -> None:
        """Synthesize for the Python version that the functions will run on.

        Raises:
            CdkFailed: the command failed.
        """
        context = {
            "environment": self._environment,
            "python": runtime.python,
            "architecture": runtime.architecture,
        }
        options = [part for name, value in context.items() for part in ("-c", f"{name}={value}")]
        self._run("synth", "--quiet", "--output", str(self._out), *options)

    def bootstrap(self, account: str, region: str) -> None:
        """Create the resources that the CDK itself needs in an account: a bucket for assets, and roles.

        Raises:
            CdkFailed: the command failed.
        """
        self._run("bootstrap", f"aws://{account}/{region}", "--app", str(self._out))

    def deploy(self) -> None:
        """Upload the assets, and deploy both stacks.

        Raises:
            CdkFailed: the command failed.
        """
        how = ("--method=direct", "--require-approval", "never", "--progress", "events")
        self._run("deploy", "--all", "--app", str(self._out), *how)

    def destroy(self, stack: str) -> None:
        """Delete one stack.

        Raises:
            CdkFailed: the command failed.
        """
        self._run("destroy", stack, "--exclusively", "--app", str(self._out), "--force")

    def _run(self, *arguments: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment = {**kept, **self._aws, "CI": "true", "CDK_DISABLE_CLI_TELEMETRY": "true"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        command = [str(_WITH_NODE), "cdk", *arguments, "--ci", "--no-color", "--no-notices"]
        said: list[str] = []
        with subprocess.Popen(  # noqa: S603 (our own arguments)
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            assert process.stdout is not None  # noqa: S101 (for the type checker)
            for line in process.stdout:
                text = _COLOURS.sub("", line).rstrip()
                if text:
                    said.append(text)
                    self._on_line(text)
        if process.returncode != 0:
            raise CdkFailed(f"cdk {' '.join(arguments[:2])} failed:\n" + "\n".join(said[-15:]))
