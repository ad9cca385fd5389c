"""Amounts of money in answers."""

from __future__ import annotations

from typing import Final, Self

from pydantic import BaseModel

_MICROS_PER_UNIT: Final = 1_000_000


class Cost(BaseModel):
    """An amount of money, by the deployment's prices of 1,000,000 billed characters."""

    amount: float
    """In units of the currency, with up to six digits after the point."""
    currency: str
    """ISO 4217 code of the currency, such as `USD`."""

    @classmethod
    def of_micros(cls, micros: int, currency: str) -> Self:
        """Return an amount of millionths of the currency's unit."""
        return cls(amount=micros / _MICROS_PER_UNIT, currency=currency)


def decimal_text(micros: int) -> str:
    """Return an amount in units as a decimal number with six digits after the point, without rounding."""
    units, rest = divmod(micros, _MICROS_PER_UNIT)
    return f"{units}.{rest:06d}"
