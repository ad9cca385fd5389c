"""Usage and limits as the commands show and read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from castline_cli import shown
from castline_cli.errors import Misused
from castline_cli.strings import cell, t

if TYPE_CHECKING:
    from collections.abc import Mapping

    from castline_cli.api import Json

COLUMNS: Final = ("billed", "reserved", "jobs", "audio", "cost")
"""The names of the cells of :func:`figures`."""
NO_LIMIT: Final = "none"
DEFAULT: Final = "default"


def figures(period: Json) -> tuple[str, ...]:
    """Return the usage in a period as cells: characters, jobs, time of audio, and money."""
    return (
        f"{period['billed_characters']:,}",
        f"{period['reserved_characters']:,}",
        f"{period['jobs']:,}",
        shown.duration(round(period["audio_seconds"] * 1000)),
        money(period["cost"]),
    )


def money(cost: Json) -> str:
    """Format an amount of money: 0.27 USD, and as many digits as it takes to be more than nothing."""
    amount = cost["amount"]
    digits = next((digits for digits in range(2, 7) if amount >= 10**-digits), 2)
    return f"{amount:,.{digits}f} {cost['currency']}"


def limit(value: int | None) -> str:
    """Format a limit; None is no limit."""
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
        before: those that are set.
        options: a number, ``none`` or ``default`` by the limit's name; None to leave the limit as it is.

    Raises:
        Misused: an option is something else, or says that there is no limit where there has to be one.
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
