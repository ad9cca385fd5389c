"""``castline admin``: the commands for operators."""

from __future__ import annotations

import json
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from castline_cli import shown
from castline_cli.commands.jobs import JsonOption, Status  # noqa: TC001 (typer reads annotations at run time)
from castline_cli.commands.usage import MonthOption  # noqa: TC001
from castline_cli.errors import Misused, NotFound
from castline_cli.output import is_for_people, say, table, write
from castline_cli.session import Session
from castline_cli.strings import cell, t

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from castline_cli.api import Answer, Api, Json

admin = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="For operators: show the usage and jobs of all users, set limits, and stop jobs.",
    epilog="\b\nUSER is the `sub` of the user's tokens, or the name on a local stack. For users who are not\n"
    "operators, the service answers as if these operations did not exist.",
)


class BreakerState(StrEnum):
    """Whether new jobs are refused (open) or accepted (closed)."""

    OPEN = "open"
    CLOSED = "closed"


PerDayOption = Annotated[
    str | None,
    typer.Option(
        "--per-day",
        metavar="N",
        help="The characters that may be billed per day, none or default.",
        show_default=False,
    ),
]


@admin.command("usage")
def everybodys_usage(
    context: typer.Context,
    month: MonthOption = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV with one line per user and day.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the usage of all users in a month."""
    from castline_cli.usage import COLUMNS, committed, figures, of_limit

    if as_csv and as_json:
        raise Misused(t("--csv and --json cannot be combined"))
    with _operating(context) as api:
        if as_csv:
            for page in _csv_pages(api, month):
                write(page.encode("utf-8"))
            return
        found = _all_users(api, month)
    if as_json:
        say(json.dumps(found, ensure_ascii=False))
        return
    deployment = found["deployment"]
    if is_for_people():
        today = of_limit(committed(deployment["today"]), deployment["limit"])
        table(("", ""), [(t("today, all users"), t("{used} characters", used=today))])
        say("")
    rows = [(shown.line(user["user_id"]), *figures(user)) for user in found["users"]]
    if rows and is_for_people():
        rows.append((t("total for {month}", month=found["month"]), *figures(deployment["total"])))
    table(("user", *COLUMNS), rows, footer="" if rows else t("no jobs in {month}", month=found["month"]))


@admin.command()
def limits(
    context: typer.Context,
    whose: Annotated[str, typer.Argument(metavar="USER", help="The user.")],
    per_day: PerDayOption = None,
    per_month: Annotated[
        str | None,
        typer.Option(
            "--per-month",
            metavar="N",
            help="The characters that may be billed per month, none or default.",
            show_default=False,
        ),
    ] = None,
    active_jobs: Annotated[
        str | None,
        typer.Option(
            "--active-jobs",
            metavar="N",
            help="The maximum number of pending and processing jobs, or default.",
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show or set the limits of a user. New limits apply from the user's next job. Other limits do not change."""
    options = {"characters_per_day": per_day, "characters_per_month": per_month, "max_active_jobs": active_jobs}
    with _operating(context) as api:
        answer = _read_or_set(api, f"/admin/users/{quote(whose, safe='')}/limits", options)
    _show_limits(answer, as_json=as_json)


@admin.command()
def ceiling(context: typer.Context, per_day: PerDayOption = None, as_json: JsonOption = False) -> None:
    """Show or set the characters that all users together may bill per day."""
    with _operating(context) as api:
        answer = _read_or_set(api, "/admin/limits", {"characters_per_day": per_day})
    _show_limits(answer, as_json=as_json)


@admin.command()
def breaker(
    context: typer.Context,
    state: Annotated[
        BreakerState | None,
        typer.Argument(help="open refuses all new jobs, closed accepts them.", show_default=False),
    ] = None,
    reason: Annotated[
        str | None,
        typer.Option(
            "--reason",
            metavar="TEXT",
            help="The reason that is shown to users whose jobs are refused.",
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show, open or close the breaker, which stops all submissions while it is open."""
    if reason is not None and state is None:
        raise Misused(t("--reason can only be used with open or closed"))
    with _operating(context) as api:
        if state is None:
            answer = api.get("/admin/breaker")
        else:
            given = {} if reason is None else {"reason": reason}
            answer = api.put("/admin/breaker", {"state": state.value, **given}, is_new=False)
    if as_json:
        say(answer.text)
        return
    found = answer.body
    state_shown = cell("open: new jobs are refused") if found["state"] == "open" else cell("closed")
    facts = [(cell("breaker"), state_shown), *_changed(found)]
    if found["reason"]:
        facts.insert(1, (cell("reason"), shown.line(found["reason"])))
    table(("", ""), facts)


@admin.command("jobs")
def everybodys_jobs(
    context: typer.Context,
    day: Annotated[
        str | None,
        typer.Option("--day", metavar="YYYY-MM-DD", help="A day in UTC. [default: today]", show_default=False),
    ] = None,
    status: Annotated[Status | None, typer.Option(help="Only jobs with this status.", show_default=False)] = None,
    of: Annotated[
        str | None, typer.Option("--of", metavar="USER", help="Only jobs of this user.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="The maximum number of jobs.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List the jobs that users submitted on a day, newest first, without texts and titles."""
    query = {"day": day, "status": status, "user_id": of}
    with _operating(context) as api:
        found, next_cursor = _jobs(api, query, limit)
    if as_json:
        say(json.dumps({"items": found, "next_cursor": next_cursor}, ensure_ascii=False))
        return
    more = t("; more with --limit {limit}", limit=limit * 2) if next_cursor else ""
    table(
        ("job", "status", "error", "submitted", "user"),
        [
            (
                job["id"],
                cell(job["status"]),
                job["error_code"] or "",
                shown.moment(job["created_at"]),
                shown.line(job["user_id"]),
            )
            for job in found
        ],
        footer=t("{count} jobs", count=len(found)) + more if found else t("no jobs"),
        shortens_last=True,
    )


@admin.command()
def fail(
    context: typer.Context,
    job: Annotated[str, typer.Argument(metavar="JOB", help="The full id of a pending or processing job.")],
    reason: Annotated[
        str | None,
        typer.Option(
            "--reason", metavar="TEXT", help="For the audit log; the user does not see it.", show_default=False
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Stop a job of any user. It fails with STOPPED_BY_OPERATOR."""
    with _operating(context) as api:
        answer = api.post(f"/admin/jobs/{quote(job, safe='')}/fail", {} if reason is None else {"reason": reason})
    if as_json:
        say(answer.text)
    else:
        say(t("stopped {id}", id=answer.body["id"]) if is_for_people() else answer.body["id"])


@contextmanager
def _operating(context: typer.Context) -> Iterator[Api]:
    """Connect to the API. If it answers NOT_FOUND, explain that only operators can use the command."""
    with Session.of(context).api() as api:
        try:
            yield api
        except NotFound as error:
            if error.code != "NOT_FOUND":
                raise
            raise NotFound(t("only operators can use these commands")) from error


def _csv_pages(api: Api, month: str | None) -> Iterator[str]:
    """Yield the pages of the usage as CSV: the first with the names of the columns, the others without."""
    query: dict[str, Any] = {"month": month}
    is_first = True
    while True:
        answer = api.request("GET", "/admin/usage", query=query, headers={"Accept": "text/csv"})
        _, _, lines = answer.text.partition("\r\n")
        yield answer.text if is_first else lines
        cursor = _next_cursor(answer)
        if cursor is None:
            return
        query, is_first = query | {"cursor": cursor}, False


def _next_cursor(answer: Answer) -> str | None:
    """Return the cursor in the link to the next page; None on the last page."""
    from urllib.parse import parse_qs, urlsplit

    target = answer.headers.get("link", "").partition(">")[0].lstrip("<")
    return parse_qs(urlsplit(target).query).get("cursor", [None])[0] if target else None


def _all_users(api: Api, month: str | None) -> Json:
    """Return the usage of all users, with all pages merged into one."""
    found: Json = api.get("/admin/usage", {"month": month}).body
    while found["next_cursor"] is not None:
        page = api.get("/admin/usage", {"month": found["month"], "cursor": found["next_cursor"]}).body
        found["users"] += page["users"]
        found["next_cursor"] = page["next_cursor"]
    return found


def _jobs(api: Api, query: Mapping[str, Any], limit: int) -> tuple[list[Json], str | None]:
    """Return up to ``limit`` jobs, and the cursor of the next page."""
    found: list[Json] = []
    cursor: str | None = None
    while True:
        size = min(limit - len(found), 100)
        page = api.get("/admin/jobs", {**query, "limit": size, "cursor": cursor}).body
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None or len(found) == limit:
            return found, cursor


def _read_or_set(api: Api, path: str, options: Mapping[str, str | None]) -> Answer:
    from castline_cli.usage import changed_limits

    answer = api.get(path)
    wanted = changed_limits(answer.body["changed"], options)
    if all(option is None for option in options.values()):
        return answer
    return api.put(path, wanted, is_new=False)


def _show_limits(answer: Answer, *, as_json: bool) -> None:
    from castline_cli.usage import limit

    if as_json:
        say(answer.text)
        return
    found = answer.body
    names = {
        "characters_per_day": cell("characters a day"),
        "characters_per_month": cell("characters a month"),
        "max_active_jobs": cell("active jobs"),
    }
    facts = [
        (names[name], limit(value) + ("" if name in found["changed"] else cell(" (default)")))
        for name, value in found["limits"].items()
    ]
    table(("", ""), [*facts, *_changed(found)])


def _changed(found: Json) -> list[tuple[str, str]]:
    if found["changed_at"] is None:
        return []
    changed = cell(
        "{moment} by {user}", moment=shown.moment(found["changed_at"]), user=shown.line(found["changed_by"])
    )
    return [(cell("changed"), changed)]
