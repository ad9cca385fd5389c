"""EventBridge with the deployed rules: events and schedules call the functions that are their targets."""

from __future__ import annotations

import json
import re
import uuid
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from moto.core import DEFAULT_ACCOUNT_ID

from local.cloud.background import repeating
from local.cloud.published_events import BusEvent
from local.emulated.event_pattern import matches
from local.emulated.invoke_permission import may_invoke

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.emulated.cloud import EmulatedCloud

_RATE: Final = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_SECONDS: Final = {"minute": 60, "hour": 3600, "day": 86400}


class RuleNotDeliverable(Exception):
    """A rule may not call its target, or is of a kind that is not emulated. The message names the reason."""


class EventBus:
    """The default bus, and the deployed ones, with the deployed rules.

    Attributes:
        delivered: the name of the rule and the ARN of the target, for each event that a target has accepted.
    """

    def __init__(self, cloud: EmulatedCloud) -> None:
        """Read the rules."""
        self.delivered: list[tuple[str, str]] = []
        self._cloud = cloud
        self._lambda = cloud.client("lambda")
        self._sqs = cloud.client("sqs")
        client = cloud.client("events")
        rules = [
            rule
            for bus in client.list_event_buses()["EventBuses"]
            for rule in client.list_rules(EventBusName=bus["Name"])["Rules"]
            # An archive has a rule of EventBridge's own.
            if rule["State"] == "ENABLED" and not rule.get("ManagedBy")
        ]
        self._targets = {
            rule["Name"]: client.list_targets_by_rule(Rule=rule["Name"], EventBusName=rule["EventBusName"])["Targets"]
            for rule in rules
        }
        self._patterns = [rule for rule in rules if rule.get("EventPattern")]
        self._schedules = [rule for rule in rules if rule.get("ScheduleExpression")]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Deliver events, and trigger the schedules, while the context lasts.

        Raises:
            RuleNotDeliverable: a rule cannot work as it is deployed.
        """
        for rule in (*self._patterns, *self._schedules):
            self._check(rule)
        with ExitStack() as stack:
            for rule in self._patterns:
                self._subscribe(rule)
            for rule in self._schedules:
                fire = partial(self._fire, rule)
                stack.enter_context(repeating(fire, interval_seconds=_interval_seconds(rule), name=rule["Name"]))
            try:
                yield
            finally:
                self._patterns = []

    def fire_schedules(self) -> list[Any]:
        """Trigger every schedule now, and return the functions' results."""
        return [result for rule in self._schedules for result in self._fire(rule)]

    def _subscribe(self, rule: dict[str, Any]) -> None:
        pattern = json.loads(rule["EventPattern"])

        def deliver(event: dict[str, Any]) -> None:
            bus_name = event.bus_name if isinstance(event, BusEvent) else "default"
            if rule in self._patterns and rule["EventBusName"] == bus_name and matches(pattern, event):
                self._call(rule, event)

        def give_up(event: dict[str, Any]) -> None:
            for target in self._targets[rule["Name"]]:
                self._bury(target, event)

        for source in (self._cloud.events, self._cloud.uploads, self._cloud.published):
            source.subscribe(deliver, on_undelivered=give_up)

    def _fire(self, rule: dict[str, Any]) -> list[Any]:
        event = {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": DEFAULT_ACCOUNT_ID,
            "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": self._cloud.region,
            "resources": [rule["Arn"]],
            "detail": {},
        }
        return self._call(rule, event)

    def _call(self, rule: dict[str, Any], event: dict[str, Any]) -> list[Any]:
        results = []
        for target in self._targets[rule["Name"]]:
            results.append(self._cloud.lambdas.invoke(target["Arn"], event))
            self.delivered.append((rule["Name"], target["Arn"]))
        return results

    def _bury(self, target: dict[str, Any], event: dict[str, Any]) -> None:
        queue_arn = target.get("DeadLetterConfig", {}).get("Arn")
        if queue_arn:
            url = self._sqs.get_queue_url(QueueName=queue_arn.rpartition(":")[2])["QueueUrl"]
            self._sqs.send_message(QueueUrl=url, MessageBody=json.dumps(event))

    def _check(self, rule: dict[str, Any]) -> None:
        for target in self._targets[rule["Name"]]:
            if ":lambda:" not in target["Arn"]:
                raise RuleNotDeliverable(f"the rule {rule['Name']} has a target that is no function: {target['Arn']}")
            if not may_invoke(self._lambda, target["Arn"], service="events.amazonaws.com", source_arn=rule["Arn"]):
                raise RuleNotDeliverable(
                    f"the policy of {target['Arn']} does not let the rule {rule['Name']} call it"
                )


def _interval_seconds(rule: dict[str, Any]) -> int:
    match = _RATE.fullmatch(rule["ScheduleExpression"])
    if match is None:
        raise RuleNotDeliverable(f"the rule {rule['Name']} has a schedule that is not emulated")
    return int(match[1]) * _SECONDS[match[2]]
