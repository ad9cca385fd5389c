"""List prices of Azure and AWS."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = Path(__file__).with_name("prices.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A price: ``usd`` for ``per`` of ``unit``."""

    usd: float
    per: float
    unit: str
    region: str
    as_of: str
    """The month for which the price is stated."""
    published: str

    def of(self, quantity: float) -> float:
        """Return the price of ``quantity`` units in USD."""
        return quantity * self.usd / self.per


def load_prices() -> Mapping[str, Price]:
    """Return the prices of ``prices.json``, by name."""
    return {name: Price(**price) for name, price in json.loads(FILE.read_text("utf-8"))["prices"].items()}
