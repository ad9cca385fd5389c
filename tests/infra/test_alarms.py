"""Alarms: every fault reaches an operator, with a link to the runbook."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from castline.jobs.failures import FailureCode
from castline.metrics import BY_CODE, NAMESPACE, Metric
from castline.speech import errors
from castline.usage.model import REFUSAL_CODES
from castline.webhooks.model import AttemptError, DisabledReason
from infra.environments import ENVIRONMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.infra.synthesis import Deployment

ROOT = Path(__file__).parent.parent.parent
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)


def alarms(deployment: Deployment) -> dict[str, dict[str, Any]]:
    """Return the alarms by the names in their descriptions."""
    return {
        alarm["AlarmDescription"].partition(". ")[0]: alarm
        for alarm in deployment.service.properties_of("AWS::CloudWatch::Alarm")
    }


def metrics(alarm: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "MetricName" in alarm:
        yield alarm
    for query in alarm.get("Metrics", ()):
        if "MetricStat" in query:
            yield query["MetricStat"]["Metric"]


def sections() -> dict[str, str]:
    """Return the text under each heading of the runbook, by its anchor."""
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    headings = list(HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    return {
        heading[2].lower().replace(" ", "-"): text[heading.end() : end].strip()
        for heading, end in zip(headings, ends, strict=True)
    }


def test_every_alarm_says_where_the_runbook_is_and_there_it_is(prod: Deployment) -> None:
    runbook = sections()

    for name, alarm in alarms(prod).items():
        where = re.fullmatch(r"(.+)\. What to do: docs/operations\.md#([a-z-]+)", alarm["AlarmDescription"])
        assert where is not None
        assert where[2] == name.lower().replace(" ", "-")
        assert len(runbook[where[2]]) > 200, name


def test_every_alarm_is_heard_when_it_begins_and_when_it_ends(deployment: Deployment) -> None:
    assert len(alarms(deployment)) >= 10
    for alarm in alarms(deployment).values():
        assert [deployment.flat(action) for action in alarm["AlarmActions"]] == ["AWS::SNS::Topic"]
        assert alarm["OKActions"] == alarm["AlarmActions"]


def test_every_dead_letter_queue_rings(deployment: Deployment) -> None:
    alarm = alarms(deployment)["Dead letters"]

    watched = {
        next(iter(dimension["Value"].values()))[0 if "Fn::GetAtt" in dimension["Value"] else slice(None)]
        for metric in metrics(alarm)
        for dimension in metric["Dimensions"]
    }
    (of_webhooks,) = {each for each in watched if each not in deployment.service.body["Resources"]}
    queues = deployment.service.of_type("AWS::SQS::Queue")
    dead_letters = {name for name, queue in queues.items() if "RedrivePolicy" not in queue["Properties"]}
    assert watched - {of_webhooks} == dead_letters
    assert "WebhooksDeadLetters" in of_webhooks
    assert alarm["Threshold"] == 1


def test_an_expression_has_a_value_when_one_of_its_metrics_has_none(prod: Deployment) -> None:
    for name, alarm in alarms(prod).items():
        for query in alarm.get("Metrics", ()):
            if "Expression" in query:
                summed = re.search(r"SUM\(\[(.+?)\]\)", query["Expression"])
                assert summed is not None, name
                read = [each["Id"] for each in alarm["Metrics"] if "MetricStat" in each]
                assert summed[1].split("), ") == [f"FILL({each}, 0" for each in read[:-1]] + [f"FILL({read[-1]}, 0)"]


def test_throttles_of_the_whole_account_are_watched(prod: Deployment) -> None:
    alarm = alarms(prod)["Functions are throttled"]

    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == ("AWS/Lambda", "Throttles", "Sum")
    assert "Dimensions" not in alarm


def test_silence_is_bad_only_of_the_reconciler(prod: Deployment) -> None:
    ringing = {name for name, alarm in alarms(prod).items() if alarm["TreatMissingData"] == "breaching"}

    assert ringing == {"Reconciler is silent"}


def in_dashboard(deployment: Deployment) -> Iterator[dict[str, Any]]:
    """Yield the metrics of the service in the dashboard, as in alarms."""
    body = deployment.service.the("AWS::CloudWatch::Dashboard")["Properties"]["DashboardBody"]
    text = "".join(part if isinstance(part, str) else "reference" for part in body["Fn::Join"][1])
    for widget in json.loads(text)["widgets"]:
        for namespace, name, *rest in widget["properties"].get("metrics", ()):
            if namespace == NAMESPACE:
                pairs = [each for each in rest if isinstance(each, str)]
                dimensions = [
                    {"Name": key, "Value": value} for key, value in zip(pairs[::2], pairs[1::2], strict=True)
                ]
                yield {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions}


def test_what_alarms_and_the_dashboard_read_is_what_the_functions_write(prod: Deployment) -> None:
    codes = {
        Metric.JOBS_FAILED: {code.value for code in FailureCode},
        Metric.PROVIDER_ERRORS: {name for name in dir(errors) if name.startswith("Provider")},
        Metric.QUOTA_REFUSALS: set(REFUSAL_CODES),
        Metric.WEBHOOK_ATTEMPTS_FAILED: {error.value for error in AttemptError},
        Metric.WEBHOOKS_DISABLED: {reason.value for reason in DisabledReason},
    }
    assert codes.keys() == BY_CODE

    read = [metric for alarm in alarms(prod).values() for metric in metrics(alarm)] + list(in_dashboard(prod))
    ours = [metric for metric in read if metric["Namespace"] == NAMESPACE]

    assert {metric["MetricName"] for metric in ours} == {metric.value for metric in Metric}
    for metric in ours:
        dimensions = {each["Name"]: each["Value"] for each in metric["Dimensions"]}
        assert dimensions.pop("service") == "castline-prod"
        if code := dimensions.pop("code", None):
            assert code in codes[Metric(metric["MetricName"])]
        assert dimensions == {}


@pytest.mark.parametrize("name", ["everything", *ENVIRONMENTS])
def test_the_bill_is_watched(synthesis: Any, name: str) -> None:
    from tests.infra.examples import EVERYTHING

    deployment: Deployment = synthesis.deployments[name]
    budget = deployment.service.the("AWS::Budgets::Budget")["Properties"]

    configured = (ENVIRONMENTS | {"everything": EVERYTHING})[name].monthly_budget_usd
    assert budget["Budget"]["BudgetLimit"] == {"Amount": configured, "Unit": "USD"}
    assert budget["Budget"]["TimeUnit"] == "MONTHLY"
    kinds = {each["Notification"]["NotificationType"] for each in budget["NotificationsWithSubscribers"]}
    assert kinds == {"ACTUAL", "FORECASTED"}
    for each in budget["NotificationsWithSubscribers"]:
        (subscriber,) = each["Subscribers"]
        assert deployment.flat(subscriber["Address"]) == "AWS::SNS::Topic"


def test_without_a_budget_there_is_none(synthesis: Any) -> None:
    assert not synthesis.deployments["one"].service.of_type("AWS::Budgets::Budget")
