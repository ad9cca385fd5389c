"""Targets of benchmark figures."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A figure and its limit."""

    name: str
    figure: float
    limit: float

    @property
    def is_met(self) -> bool:
        """Whether the figure is within the limit."""
        return self.figure <= self.limit

    def to_json(self) -> dict[str, Any]:
        """Return the target as benchmarks save it."""
        return {**asdict(self), "is_met": self.is_met}


def print_targets(targets: Iterable[Target], console: Console) -> None:
    """Print a line for each target, with a mark for met or missed."""
    for target in targets:
        mark = "[green]✓[/]" if target.is_met else "[red]✗[/]"
        console.print(f"{mark} {target.name}: {target.figure:.3g}, at most {target.limit:.3g}")
