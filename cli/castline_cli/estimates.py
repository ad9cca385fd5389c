"""Estimates of jobs: requests for them, and their output."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from castline_cli import shown
from castline_cli.errors import CastlineError
from castline_cli.output import remark, table
from castline_cli.strings import cell, t

if TYPE_CHECKING:
    from castline_cli.api import Answer, Api, Json


def ask_for_estimate(api: Api, path: str, request: Json) -> Answer:
    """Return the estimate of a request that would be submitted at ``path``."""
    return api.post(f"{path}/estimate", request)


def remark_on_cost(api: Api, path: str, request: Json) -> None:
    """Print the estimated cost of a request if standard error is a terminal. Print nothing if the estimate fails."""
    if not sys.stderr.isatty():
        return
    try:
        estimate: Json = ask_for_estimate(api, path, request).body
    except CastlineError:
        return  # a refusal is reported when the request is submitted
    remark(
        t(
            "{billed:,} characters to bill, {cost}, about {duration} of audio",
            billed=estimate["billed_characters"],
            cost=shown.cost(estimate["cost"]),
            duration=shown.duration(estimate["duration_ms"]),
        )
    )


def show_estimate(estimate: Json) -> None:
    """Print an estimate."""
    reused = estimate["reused_segments"]
    rows = [
        (cell("characters"), f"{estimate['characters']:,}"),
        (cell("billed"), f"{estimate['billed_characters']:,}"),
        (cell("cost"), shown.cost(estimate["cost"])),
        (
            cell("segments"),
            f"{estimate['segments']:,}" + (cell(", {reused:,} reused", reused=reused) if reused else ""),
        ),
        (cell("audio"), cell("about {duration}", duration=shown.duration(estimate["duration_ms"]))),
    ]
    table(("", ""), rows)
