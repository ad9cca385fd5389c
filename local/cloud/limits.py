"""Limits of AWS that the local cloud can emulate."""

from dataclasses import dataclass
from typing import Self

from local.cloud.dynamodb_transactions import OverlappingTransactions
from local.cloud.step_functions_quotas import StepFunctionsQuotas


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of a cloud; by default none.

    Attributes:
        step_functions: The quotas of Step Functions; None for no quotas.
        transactions: How transactions of DynamoDB overlap with other requests; None if they never do.
    """

    step_functions: StepFunctionsQuotas | None = None
    transactions: OverlappingTransactions | None = None

    @classmethod
    def documented(cls, *, region: str | None = None, seed: int = 0) -> Self:
        """Return the limits that AWS documents.

        Args:
            region: The region whose default quotas apply; None for those of most regions, which are the smallest.
            seed: Makes the course of transactions repeatable as far as threads allow.
        """
        return cls(
            step_functions=StepFunctionsQuotas.of_region(region or ""),
            transactions=OverlappingTransactions(seed=seed),
        )
