"""The commands put together, and how each call of castline ends."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from castline_cli.commands import batch, health, listen, mcp, render, say, sign_in, usage, voices
from castline_cli.commands.admin import admin
from castline_cli.commands.jobs import jobs
from castline_cli.commands.pronunciations import pronunciations
from castline_cli.commands.sounds import sounds
from castline_cli.commands.webhooks import webhooks
from castline_cli.completion import mend_bash_words
from castline_cli.errors import EXPLANATIONS, CastlineError, ExitCode, PipeClosed
from castline_cli.output import complain
from castline_cli.session import ApiOption, LangOption, TokenOption, UserOption, accept_everywhere

if TYPE_CHECKING:
    from collections.abc import Sequence

_EXIT_CODES = "\b\nExit codes:\n" + "\n".join(f"  {code:<5}{EXPLANATIONS[code]}" for code in ExitCode)

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    epilog=_EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(epilog=say.EXAMPLES)(say.say)
app.command(epilog=batch.EXAMPLES)(batch.batch)
app.command(epilog=render.EXAMPLES)(render.render)
app.add_typer(jobs, name="jobs")
app.command()(voices.voices)
app.add_typer(sounds, name="sounds")
app.add_typer(pronunciations, name="pronunciations")
app.add_typer(webhooks, name="webhooks")
app.command()(listen.listen)
app.command()(usage.usage)
app.add_typer(admin, name="admin")
app.command()(health.health)
app.command(epilog=mcp.EXAMPLES)(mcp.mcp)
app.command()(sign_in.login)
app.command()(sign_in.logout)
app.command()(sign_in.whoami)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"castline {version('castline')}")
        raise typer.Exit


@app.callback()
def castline(
    api: ApiOption = None,
    token: TokenOption = None,
    user: UserOption = None,
    lang: LangOption = None,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and leave.")
    ] = False,
) -> None:
    """Turn a scripted dialogue into one audio file, with a voice of its own for every speaker."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, by default that of the command line; gives the exit code."""
    try:
        return _run(arguments)
    except PipeClosed as error:
        # What is still buffered would be written at exit, and fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return error.exit_code
    except CastlineError as error:
        complain(str(error))
        return error.exit_code
    except typer.TyperException as error:
        _explain_usage(error)
        return ExitCode.USAGE
    except typer.Abort:
        return ExitCode.INTERRUPTED
    except Exception as error:
        if os.environ.get("CASTLINE_DEBUG"):
            raise
        complain(f"a fault of its own: {type(error).__name__}: {error}; CASTLINE_DEBUG=1 shows where")
        return ExitCode.UNEXPECTED


def _run(arguments: Sequence[str] | None) -> int:
    if os.environ.get("_CASTLINE_COMPLETE") == "complete_bash":
        mend_bash_words(os.environ)
    result = _group().main(args=arguments, prog_name="castline", standalone_mode=False)
    return result if isinstance(result, int) else ExitCode.DONE


@cache
def _group() -> TyperGroup:
    """All commands, each with the options that make a session."""
    group = typer.main.get_command(app)
    if not isinstance(group, TyperGroup):
        raise TypeError("several commands make a group")
    accept_everywhere(group)
    return group


def _explain_usage(error: typer.TyperException) -> None:
    """Say in a line what is not understood; without any command, how it is done."""
    message = error.format_message().replace("Value error, ", "")
    if message.startswith("Usage:"):
        print(message, file=sys.stderr)
        return
    context: typer.Context | None = getattr(error, "ctx", None)
    command = context.command_path if context else "castline"
    complain(f"{message.rstrip('.')}; see `{command} --help`")
