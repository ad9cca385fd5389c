"""Alarms, each with a link to its section of the runbook."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from castline.metrics import NAMESPACE, Metric

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_apigatewayv2 as apigateway
    from aws_cdk import aws_sns as sns
    from aws_cdk import aws_sqs as sqs

    from infra.environments import Environment

RUNBOOK = "docs/operations.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSpec:
    """An alarm that goes off when ``metric`` is beyond ``threshold`` for ``evaluation_periods``."""

    name: str
    """The alarm's name, which is also the heading of its section in the runbook."""
    metric: cloudwatch.IMetric
    threshold: float
    evaluation_periods: int = 1
    comparison: cloudwatch.ComparisonOperator = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
    missing_is_bad: bool = False

    @property
    def runbook(self) -> str:
        """The URL of the alarm's section of the runbook."""
        return f"{RUNBOOK}#{self.name.lower().replace(' ', '-')}"


def service_metric(
    environment: Environment,
    metric: Metric,
    *,
    minutes: int = 5,
    statistic: str = "Sum",
    code: str | None = None,
) -> cloudwatch.Metric:
    """Return a metric of an environment's functions; with a ``code``, the part with that code."""
    dimensions = {"service": environment.service_name} | ({"code": code} if code else {})
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=metric.value,
        dimensions_map=dimensions,
        statistic=statistic,
        period=cdk.Duration.minutes(minutes),
    )


class Alarms(Construct):
    """All alarms of one environment.

    Attributes:
        alarms: the alarms in the order in which they were made.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 (CDK's name)
        *,
        environment: Environment,
        topic: sns.ITopic,
        http_api: apigateway.HttpApi,
        functions: Mapping[str, lambda_.Function],
        dead_letter_queues: Sequence[sqs.Queue],
    ) -> None:
        super().__init__(scope, id)
        self.alarms = [
            self._make(spec, topic) for spec in _specs(environment, http_api, functions, dead_letter_queues)
        ]

    def _make(self, spec: AlarmSpec, topic: sns.ITopic) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            "".join(word.capitalize() for word in spec.name.split()),
            alarm_description=f"{spec.name}. What to do: {spec.runbook}",
            metric=spec.metric,
            threshold=spec.threshold,
            evaluation_periods=spec.evaluation_periods,
            comparison_operator=spec.comparison,
            treat_missing_data=(
                cloudwatch.TreatMissingData.BREACHING
                if spec.missing_is_bad
                else cloudwatch.TreatMissingData.NOT_BREACHING
            ),
        )
        alarm.add_alarm_action(actions.SnsAction(topic))
        alarm.add_ok_action(actions.SnsAction(topic))
        return alarm


def _specs(
    environment: Environment,
    http_api: apigateway.HttpApi,
    functions: Mapping[str, lambda_.Function],
    dead_letter_queues: Sequence[sqs.Queue],
) -> list[AlarmSpec]:
    five_minutes = cdk.Duration.minutes(5)
    ours = partial(service_metric, environment)
    return [
        AlarmSpec(
            name="Many jobs fail",
            metric=cloudwatch.MathExpression(
                label="failed jobs per 100 ended jobs",
                expression=f"IF(failed >= 3, 100 * failed / {_sum('failed', 'completed')}, 0)",
                using_metrics={
                    "failed": ours(Metric.JOBS_FAILED, minutes=15),
                    "completed": ours(Metric.JOBS_COMPLETED, minutes=15),
                },
                period=cdk.Duration.minutes(15),
            ),
            threshold=10,
        ),
        AlarmSpec(name="Jobs run out of time", metric=ours(Metric.JOBS_FAILED, code="TIMEOUT"), threshold=2),
        AlarmSpec(
            name="Speech key refused",
            metric=ours(Metric.JOBS_FAILED, code="PROVIDER_AUTH_FAILED"),
            threshold=1,
        ),
        AlarmSpec(
            name="Speech quota used up",
            metric=ours(Metric.JOBS_FAILED, code="PROVIDER_QUOTA_EXCEEDED"),
            threshold=1,
        ),
        AlarmSpec(
            name="Speech service throttles",
            metric=cloudwatch.MathExpression(
                label="throttled requests per 100 sent requests",
                expression=f"IF(throttled >= 100, 100 * throttled / {_sum('throttled', 'spoken')}, 0)",
                using_metrics={
                    "throttled": ours(Metric.THROTTLED_REQUESTS),
                    "spoken": ours(Metric.SEGMENTS_SYNTHESIZED),
                },
                period=five_minutes,
            ),
            threshold=50,
            evaluation_periods=3,
        ),
        AlarmSpec(
            name="Jobs wait to start",
            metric=ours(Metric.OLDEST_PENDING_AGE, statistic="Maximum"),
            threshold=300,
        ),
        AlarmSpec(
            name="Jobs wait for provider concurrency",
            metric=ours(Metric.BATCH_QUEUE_TIME, statistic="p90"),
            threshold=120_000,
            evaluation_periods=2,
        ),
        AlarmSpec(
            name="Daily ceiling nearly reached",
            metric=ours(Metric.DAILY_CEILING_USED, statistic="Maximum"),
            threshold=80,
        ),
        AlarmSpec(
            name="Reconciler finds work",
            metric=cloudwatch.MathExpression(
                label="jobs, slots and previews corrected",
                expression=_sum("started", "failed", "freed", "settled"),
                using_metrics={
                    "started": ours(Metric.RECONCILER_STARTED),
                    "failed": ours(Metric.RECONCILER_FAILED),
                    "freed": ours(Metric.RECONCILER_SLOTS_FREED),
                    "settled": ours(Metric.RECONCILER_PREVIEWS_SETTLED),
                },
                period=five_minutes,
            ),
            threshold=5,
        ),
        AlarmSpec(
            name="Reconciler is silent",
            metric=functions["reconcile"].metric_invocations(period=five_minutes),
            threshold=1,
            evaluation_periods=2,
            comparison=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            missing_is_bad=True,
        ),
        AlarmSpec(
            name="Reconciler falls behind",
            metric=ours(Metric.RECONCILER_LAG, statistic="Maximum"),
            threshold=600,
        ),
        AlarmSpec(
            name="Events are late",
            metric=functions["publish-events"].metric("IteratorAge", statistic="Maximum", period=five_minutes),
            threshold=300_000,
        ),
        AlarmSpec(
            name="Webhooks do not arrive",
            metric=cloudwatch.MathExpression(
                label="failed attempts in percent, if there are more than 20",
                expression=_percent_of("failed", "delivered", more_than=20),
                using_metrics={
                    "failed": ours(Metric.WEBHOOK_ATTEMPTS_FAILED),
                    "delivered": ours(Metric.WEBHOOKS_DELIVERED),
                },
                period=five_minutes,
            ),
            threshold=80,
            evaluation_periods=3,
        ),
        AlarmSpec(
            name="API answers with errors", metric=http_api.metric_server_error(period=five_minutes), threshold=5
        ),
        AlarmSpec(
            name="Functions are throttled",
            # The metric of all functions in the account and region, because they share its concurrency. A math
            # expression could include at most ten functions.
            metric=lambda_.Function.metric_all_throttles(period=five_minutes, statistic="Sum"),
            threshold=1,
        ),
        AlarmSpec(
            name="Dead letters",
            metric=cloudwatch.MathExpression(
                label="events that could not be handled",
                # A queue without activity for six hours reports no metrics.
                expression=_sum(*(f"queue{number}" for number, _ in enumerate(dead_letter_queues))),
                using_metrics={
                    f"queue{number}": queue.metric_approximate_number_of_messages_visible(
                        period=five_minutes, statistic="Maximum"
                    )
                    for number, queue in enumerate(dead_letter_queues)
                },
                period=five_minutes,
            ),
            threshold=1,
        ),
    ]


def _sum(*metrics: str) -> str:
    """Return an expression that has a value whenever one of ``metrics`` has one.

    FILL replaces the missing values of a metric, but possibly not those of a metric that never had a value. SUM of an
    array ignores metrics without values; addition does not.
    """
    return f"SUM([{', '.join(f'FILL({metric}, 0)' for metric in metrics)}])"


def _percent_of(part: str, rest: str, *, more_than: int) -> str:
    """Return an expression for ``part`` in percent of ``part`` and ``rest``; 0 unless these exceed ``more_than``."""
    both = _sum(part, rest)
    return f"IF({both} > {more_than}, 100 * FILL({part}, 0) / {both}, 0)"
