"""``castline usage``: shows the user's usage and limits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from castline_cli import shown
from castline_cli.commands.jobs import JsonOption  # noqa: TC001 (typer reads annotations at run time)
from castline_cli.output import is_for_people, say, table
from castline_cli.session import Session
from castline_cli.strings import t

if TYPE_CHECKING:
    from castline_cli.api import Json

MonthOption = Annotated[
    str | None,
    typer.Option("--month", metavar="YYYY-MM", help="A month in UTC. [default: the current one]", show_default=False),
]


def usage(context: typer.Context, month: MonthOption = None, as_json: JsonOption = False) -> None:
    """Show the characters, jobs, audio and costs of a month by day, and the limits."""
    from castline_cli.usage import COLUMNS, committed, figures, limit, of_limit

    with Session.of(context).api() as api:
        answer = api.get("/usage", {"month": month})
    if as_json:
        say(answer.text)
        return
    found, limits = answer.body, answer.body["limits"]
    if is_for_people():
        today = of_limit(committed(found["today"]), limits["characters_per_day"])
        this_month = limit(limits["characters_per_month"])
        if _is_current(found):
            this_month = of_limit(committed(found["total"]), limits["characters_per_month"])
        until = t("{used} characters, until {moment}")
        table(
            ("", ""),
            [
                (t("today"), until.format(used=today, moment=shown.moment(found["day_resets_at"]))),
                (t("this month"), until.format(used=this_month, moment=shown.moment(found["month_resets_at"]))),
                (t("active jobs"), limit(limits["max_active_jobs"])),
            ],
        )
        say("")
    rows = [(day["day"], *figures(day)) for day in found["days"]]
    if rows and is_for_people():
        rows.append((found["month"], *figures(found["total"])))
    table(("day", *COLUMNS), rows, footer="" if rows else t("no jobs in {month}", month=found["month"]))


def _is_current(found: Json) -> bool:
    """Return whether the usage is that of the current month."""
    last_day = datetime.fromisoformat(found["month_resets_at"]) - timedelta(days=1)
    return bool(f"{last_day:%Y-%m}" == found["month"])
