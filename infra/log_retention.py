"""Retention of logs."""

from __future__ import annotations

from aws_cdk import aws_logs as logs

_RETENTION = {
    7: logs.RetentionDays.ONE_WEEK,
    30: logs.RetentionDays.ONE_MONTH,
    90: logs.RetentionDays.THREE_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
}


def retention(days: int) -> logs.RetentionDays:
    """Return CDK's constant for a number of days.

    Raises:
        KeyError: CloudWatch, or this module, has no such retention.
    """
    return _RETENTION[days]
