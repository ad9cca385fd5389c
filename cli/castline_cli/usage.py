"""Output of usage and limits, and parsing of limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from castline_cli import shown
from castline_cli.errors import Misused
from castline_cli.strings import cell, t

if TYPE_CHECKING:
    from collections.abc import Mapping

    from castline_cli.api import Json

COLUMNS: Final = ("billed", "reserved", "jobs", "audio", "cost")
"""Names of the cells of :func:`figures`."""
NO_LIMIT: Final = "none"
DEFAULT: Final = "default"


def figures(period: Json) -> tuple[str, ...]:
    """Return the usage in a period as cells: characters, jobs, duration of audio, and cost."""
    return (
        f"{period['billed_characters']:,}",
        f"{period['reserved_characters']:,}",
        f"{period['jobs']:,}",
        shown.duration(round(period["audio_seconds"] * 1000)),
        money(period["cost"]),
    )


def money(cost: Json) -> str:
    """Format an amount of money: 0.27 USD, with more digits if it would otherwise be shown as zero."""
    amount = cost["amount"]
    digits = next((digits for digits in range(2, 7) if amount >= 10**-digits), 2)
    return f"{amount:,.{digits}f} {cost['currency']}"


def limit(value: int | None) -> str:
    """Format a limit. None means no limit."""
    return cell("no limit") if value is None else f"{value:,}"


def of_limit(used: int, most: int | None) -> str:
    """Format how much of a limit is used: 12,400 of 1,000,000 (1 %)."""
    if most is None:
        return cell("{used:,}, no limit", used=used)
    share = f" ({used * 100 // most} %)" if most else ""
    return cell("{used:,} of {most:,}", used=used, most=most) + share


def committed(period: Json) -> int:
    """Return the characters that count towards quotas."""
    return int(period["billed_characters"] + period["reserved_characters"])


def changed_limits(before: Mapping[str, Any], options: Mapping[str, str | None]) -> dict[str, int | None]:
    """Return the limits to set.

    Args:
        before: the limits that are set now.
        options: a number, ``none`` or ``default`` by name of the limit; None to keep the limit.

    Raises:
        Misused: an option is not valid, or is ``none`` for a limit that must be set.
    """
    after = dict(before)
    for name, text in options.items():
        match text:
            case None:
                pass
            case "default":
                after.pop(name, None)
            case "none" if name != "max_active_jobs":
                after[name] = None
            case _:
                after[name] = _number(text, name)
    return after


def _number(text: str, name: str) -> int:
    digits = text.replace(",", "").replace("_", "")
    if not (digits.isascii() and digits.isdigit()):
        if name == "max_active_jobs":
            raise Misused(t("{text!r} cannot be a limit; use a number or {default}", text=text, default=DEFAULT))
        raise Misused(
            t(
                "{text!r} cannot be a limit; use a number, {none} or {default}",
                text=text,
                none=NO_LIMIT,
                default=DEFAULT,
            )
        )
    return int(digits)
