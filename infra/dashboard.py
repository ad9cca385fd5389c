"""Dashboard for operators."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from castline.metrics import Metric
from castline.usage.model import REFUSAL_CODES
from castline.webhooks.model import AttemptError, DisabledReason
from infra.alarms import service_metric

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_apigatewayv2 as apigateway
    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_stepfunctions as sfn

    from infra.environments import Environment


class Dashboard(Construct):
    """A dashboard with alarms, jobs, waiting times of users, the provider, and AWS resources."""

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 (CDK's name)
        *,
        environment: Environment,
        alarms: Sequence[cloudwatch.IAlarm],
        http_api: apigateway.HttpApi,
        state_machine: sfn.StateMachine,
        functions: Mapping[str, lambda_.Function],
    ) -> None:
        super().__init__(scope, id)
        five_minutes = cdk.Duration.minutes(5)
        ours = partial(service_metric, environment)
        synthesize = functions["synthesize"]
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=f"castline-{environment.name}",
            default_interval=cdk.Duration.hours(6),
            widgets=[
                [cloudwatch.AlarmStatusWidget(title="Alarms", alarms=list(alarms), width=24, height=3)],
                [
                    _graph(
                        "Jobs",
                        *map(ours, (Metric.JOBS_SUBMITTED, Metric.JOBS_COMPLETED, Metric.JOBS_FAILED)),
                    ),
                    _graph(
                        "Jobs refused and cancelled",
                        ours(Metric.JOBS_REFUSED),
                        ours(Metric.JOBS_CANCELLED),
                    ),
                    _graph(
                        "From start to finish (ms)",
                        *(ours(Metric.JOB_LATENCY, statistic=each) for each in ("p50", "p95", "Maximum")),
                    ),
                ],
                [
                    _graph("Oldest pending job (s)", ours(Metric.OLDEST_PENDING_AGE, statistic="Maximum")),
                    _graph(
                        "Waiting to start, and in the queue (ms)",
                        ours(Metric.QUEUE_TIME, statistic="p95"),
                        ours(Metric.BATCH_QUEUE_TIME, statistic="p95"),
                    ),
                    _graph(
                        "Synthesize: tasks at once",
                        synthesize.metric("ConcurrentExecutions", period=five_minutes, statistic="Maximum"),
                    ),
                ],
                [
                    _graph(
                        "Provider errors, throttled requests",
                        *(
                            ours(Metric.PROVIDER_ERRORS, code=each)
                            for each in ("ProviderTimedOut", "ProviderUnavailable")
                        ),
                        ours(Metric.THROTTLED_REQUESTS),
                    ),
                    _graph("Characters", ours(Metric.CHARACTERS), ours(Metric.BILLED_CHARACTERS)),
                    _graph(
                        "Segments",
                        ours(Metric.SEGMENTS_SYNTHESIZED),
                        ours(Metric.SEGMENTS_REUSED),
                    ),
                ],
                [
                    _graph(
                        "API",
                        http_api.metric_count(period=five_minutes),
                        http_api.metric_client_error(period=five_minutes),
                        http_api.metric_server_error(period=five_minutes),
                    ),
                    _graph(
                        "Executions",
                        state_machine.metric_started(period=five_minutes),
                        state_machine.metric_failed(period=five_minutes),
                        state_machine.metric_timed_out(period=five_minutes),
                    ),
                    _graph(
                        "Function errors", *(each.metric_errors(period=five_minutes) for each in functions.values())
                    ),
                ],
                [
                    _graph(
                        "Reconciler",
                        *map(
                            ours,
                            (
                                Metric.RECONCILER_STARTED,
                                Metric.RECONCILER_FAILED,
                                Metric.RECONCILER_SLOTS_FREED,
                                Metric.RECONCILER_PREVIEWS_SETTLED,
                            ),
                        ),
                    ),
                    _graph(
                        "Webhooks",
                        ours(Metric.WEBHOOKS_DELIVERED),
                        ours(Metric.WEBHOOKS_FAILED),
                        *(
                            ours(Metric.WEBHOOKS_DISABLED, code=each.value)
                            for each in (DisabledReason.GONE, DisabledReason.FAILING)
                        ),
                    ),
                    _graph(
                        "Failed attempts to deliver webhooks",
                        *(ours(Metric.WEBHOOK_ATTEMPTS_FAILED, code=each.value) for each in AttemptError),
                    ),
                ],
                [
                    _graph("Daily ceiling used (%)", ours(Metric.DAILY_CEILING_USED, statistic="Maximum")),
                    _graph("Reconciler: lag (s)", ours(Metric.RECONCILER_LAG, statistic="Maximum")),
                    _graph(
                        "Refused by quotas and by the breaker",
                        ours(Metric.QUOTA_REFUSALS),
                        *(ours(Metric.QUOTA_REFUSALS, code=each) for each in REFUSAL_CODES),
                    ),
                ],
                [_graph("Previews", ours(Metric.PREVIEWS), ours(Metric.PREVIEWS_REFUSED))],
            ],
        )


def _graph(title: str, *metrics: cloudwatch.IMetric) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=8, left_y_axis=cloudwatch.YAxisProps(min=0))
