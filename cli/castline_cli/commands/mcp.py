"""``castline mcp``: serves tools for agents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from castline_cli.errors import FileProblem, Misused
from castline_cli.output import remark
from castline_cli.session import Session
from castline_cli.strings import t

EXAMPLES: Final = """\b
Examples:
  claude mcp add castline -- castline mcp --folder ~/audio
  {"mcpServers": {"castline": {"command": "castline", "args": ["mcp", "--folder", "/home/anna/audio"]}}}"""


def mcp(
    context: typer.Context,
    folder: Annotated[
        str, typer.Option(metavar="FOLDER", help="The folder for audio. Nothing is written anywhere else.")
    ] = ".",
) -> None:
    """Serve agents over the Model Context Protocol, on standard input and output.

    An agent can list voices, parse scripts, estimate costs, submit and follow jobs, and download audio and
    subtitles. It acts as the user who is signed in here, and its jobs are billed.
    """
    try:
        from castline_cli.agents import server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"mcp", "mcp_types", "pydantic"}:
            raise
        raise Misused(t("`castline mcp` needs the package mcp; install castline[mcp]")) from error
    target = Path(folder).expanduser()
    if not target.is_dir():
        raise FileProblem(t("there is no folder {folder}", folder=target))
    session = Session.of(context)
    made = server(session.client_options(), target, sign_in_advice=session.sign_in_advice())
    remark(t("waiting for an agent on standard input; press Ctrl-C to stop"))
    made.run("stdio")
