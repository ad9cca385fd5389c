"""Rehearsal of a whole deployment: build, bootstrap, deploy, use, destroy."""

from __future__ import annotations

import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from layers.build import build
from local.azure_speech.engines import VoiceEngineName
from local.emulated.cdk import Cdk
from local.emulated.cloud import EmulatedCloud
from local.emulated.deployment import Deployment, read_stack
from local.emulated.observations import NotAsExpected, Observation
from local.emulated.runtime import prepare_runtime
from local.emulated.service import DeployedService
from local.emulated.sign_in import sign_in
from local.emulated.teardown import tear_down
from local.emulated.tour import Tour

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

LOG_FILE: Final = Path("out") / "emulated-functions.log"


@dataclass(slots=True, kw_only=True)
class Report:
    """The deployed resources and the observations of a rehearsal."""

    environment: str
    python: str
    deployment: Deployment
    observations: list[Observation] = field(default_factory=list)
    cold_starts: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    """The time of each step, in order."""


class Rehearsal:
    """A rehearsal that deploys one environment to an emulated AWS and shows that it works."""

    def __init__(
        self,
        environment: str,
        *,
        console: Console,
        out: Path,
        log_file: Path = LOG_FILE,
        voice_engine: VoiceEngineName = VoiceEngineName.ESPEAK,
    ) -> None:
        """Prepare the rehearsal.

        Args:
            environment: dev, staging or prod.
            console: receives progress messages.
            out: the folder for the audio.
            log_file: the file of the functions' logs.
            voice_engine: the engine that speaks.
        """
        self._environment = environment
        self._console = console
        self._out = out
        self._log_file = log_file
        self._voice_engine = voice_engine
        self._seconds: dict[str, float] = {}

    def run(self, *, destroy: bool) -> Report:
        """Run all steps.

        Args:
            destroy: whether to delete the service's stack at the end, and check what is left.

        Raises:
            CdkFailed: a CDK command failed.
            NotAsExpected: an expectation does not hold.
            subprocess.CalledProcessError: a build failed; uv's output gives the reason.
        """
        with self._step("build code, layers and runtime"):
            runtime = prepare_runtime()
            build(python=runtime.python, architecture=runtime.architecture)
        with (
            tempfile.TemporaryDirectory(prefix="castline-cdk-") as synthesized,
            EmulatedCloud(runtime, log_file=self._log_file) as cloud,
        ):
            cdk = Cdk(
                self._environment,
                aws=cloud.environment,
                out=Path(synthesized) / "cdk.out",
                on_line=lambda line: self._console.print(f"  {line}", style="dim", markup=False, highlight=False),
            )
            with self._step("cdk synth"):
                cdk.synth(runtime)
            with self._step("cdk bootstrap"):
                cdk.bootstrap(cloud.account, cloud.region)
            with self._step("cdk deploy"):
                cdk.deploy()
            report = Report(
                environment=self._environment,
                python=runtime.python,
                deployment=_deployed(cloud, cdk),
                seconds=self._seconds,
            )
            with self._step("use it"):
                job_id = self._use(cloud, report)
            if destroy:
                with self._step("cdk destroy"):
                    self._watch(
                        tear_down(cloud, cdk, report.deployment, environment=self._environment, job_id=job_id), report
                    )
        return report

    def _use(self, cloud: EmulatedCloud, report: Report) -> str:
        """Run the tour, and return the id of a completed job."""
        with DeployedService(cloud, report.deployment, voice_engine=self._voice_engine) as service:
            token = sign_in(cloud, report.deployment, email="anna@example.com")
            operator_token = sign_in(cloud, report.deployment, email="operator@example.com", group="operators")
            tour = Tour(
                cloud,
                report.deployment,
                service,
                token=token,
                operator_token=operator_token,
                out=self._out,
                console=self._console,
            )
            self._watch(tour.go(), report)
            report.cold_starts = dict(cloud.cold_starts)
        return tour.job_id

    def _watch(self, shown: Iterator[Observation], report: Report) -> None:
        for observation in shown:
            self._console.print(f"[green]✓[/] {observation.subject}: {observation.seen}")
            report.observations.append(observation)

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        self._console.print(f"[bold]{name}[/]")
        started = time.monotonic()
        yield
        self._seconds[name] = time.monotonic() - started


def _deployed(cloud: EmulatedCloud, cdk: Cdk) -> Deployment:
    data, service = read_stack(cloud, cdk.data_stack), read_stack(cloud, cdk.service_stack)
    if data is None or service is None:
        raise NotAsExpected(f"both stacks are there; seen: {data}, {service}")
    return Deployment(data=data, service=service)
