"""Budget that warns about costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_budgets as budgets
from constructs import Construct

if TYPE_CHECKING:
    from aws_cdk import aws_sns as sns

_WARN_AT_PERCENT = (50, 80, 100)


class CostGuard(Construct):
    """A monthly budget of the account. It publishes warnings about actual and forecast costs to a topic."""

    def __init__(self, scope: Construct, id: str, *, monthly_usd: int, topic: sns.ITopic) -> None:  # noqa: A002
        super().__init__(scope, id)
        subscriber = budgets.CfnBudget.SubscriberProperty(subscription_type="SNS", address=topic.topic_arn)
        thresholds = [("ACTUAL", percent) for percent in _WARN_AT_PERCENT] + [("FORECASTED", 100)]
        budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=monthly_usd, unit="USD"),
            ),
            notifications_with_subscribers=[
                budgets.CfnBudget.NotificationWithSubscribersProperty(
                    notification=budgets.CfnBudget.NotificationProperty(
                        notification_type=kind,
                        comparison_operator="GREATER_THAN",
                        threshold=percent,
                        threshold_type="PERCENTAGE",
                    ),
                    subscribers=[subscriber],
                )
                for kind, percent in thresholds
            ],
        )
