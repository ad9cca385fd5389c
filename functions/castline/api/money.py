"""Amounts of money in responses."""

from __future__ import annotations

from typing import Final, Self

from pydantic import BaseModel

_MICROS_PER_UNIT: Final = 1_000_000


class Cost(BaseModel):
    """An amount of money, at the deployment's price per 1,000,000 billed characters."""

    amount: float
    """The amount in units of the currency, with up to six decimal places."""
    currency: str
    """The ISO 4217 code of the currency, such as `USD`."""

    @classmethod
    def of_micros(cls, micros: int, currency: str) -> Self:
        """Return the amount of ``micros``, which are millionths of the currency's unit."""
        return cls(amount=micros / _MICROS_PER_UNIT, currency=currency)


def decimal_text(micros: int) -> str:
    """Return ``micros`` in units of the currency, as a decimal number with six decimal places, unrounded."""
    units, rest = divmod(micros, _MICROS_PER_UNIT)
    return f"{units}.{rest:06d}"
