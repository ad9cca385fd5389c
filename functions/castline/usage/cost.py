"""Costs of billed characters: whole micro-units of the deployment's currency."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

MICROS_PER_UNIT: Final = 1_000_000


def cost_micros(billed_characters: int, price_per_million: Decimal) -> int:
    """Return the cost of ``billed_characters`` in millionths of a unit of currency, rounded half up.

    Args:
        billed_characters: by the provider's own rule.
        price_per_million: of 1,000,000 of them, in units.
    """
    return int((billed_characters * price_per_million).quantize(Decimal(1), rounding=ROUND_HALF_UP))
