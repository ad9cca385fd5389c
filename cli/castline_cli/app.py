"""The application: all commands, and the exit code and message of each call."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from castline_cli.commands import batch, health, listen, mcp, parse, preview, render, say, sign_in, usage, voices
from castline_cli.commands.admin import admin
from castline_cli.commands.jobs import jobs
from castline_cli.commands.pronunciations import pronunciations
from castline_cli.commands.shows import shows
from castline_cli.commands.sounds import sounds
from castline_cli.commands.webhooks import webhooks
from castline_cli.completion import mend_bash_words
from castline_cli.errors import CastlineError, ExitCode, PipeClosed
from castline_cli.help import exit_codes, translate_help
from castline_cli.languages import Language, language_of
from castline_cli.output import complain
from castline_cli.session import ApiOption, LangOption, TokenOption, UserOption, accept_everywhere
from castline_cli.strings import language, t, use
from castline_cli.usage_errors import explained

if TYPE_CHECKING:
    from collections.abc import Sequence

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    epilog=exit_codes(),
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(epilog=say.EXAMPLES)(say.say)
app.command()(parse.parse)
app.command(epilog=preview.EXAMPLES)(preview.preview)
app.command(epilog=batch.EXAMPLES)(batch.batch)
app.command(epilog=render.EXAMPLES)(render.render)
app.add_typer(jobs, name="jobs")
app.command()(voices.voices)
app.add_typer(shows, name="shows")
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
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and exit.")
    ] = False,
) -> None:
    """Turn a scripted dialogue into one audio file, with a voice of its own for every speaker."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, by default that of the command line, and return the exit code."""
    use(language_of(sys.argv[1:] if arguments is None else arguments, os.environ))
    try:
        return _run(arguments)
    except PipeClosed as error:
        # Output that is still buffered would be written at exit, and fail again.
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
        complain(
            t(
                "an unexpected error: {kind}: {error}; set CASTLINE_DEBUG=1 to see where",
                kind=type(error).__name__,
                error=error,
            )
        )
        return ExitCode.UNEXPECTED


def _run(arguments: Sequence[str] | None) -> int:
    if os.environ.get("_CASTLINE_COMPLETE") == "complete_bash":
        mend_bash_words(os.environ)
    result = _group(language()).main(args=arguments, prog_name="castline", standalone_mode=False)
    return result if isinstance(result, int) else ExitCode.DONE


@cache
def _group(language: Language) -> TyperGroup:
    """Return all commands in one language, each with the options of a session."""
    group = typer.main.get_command(app)
    if not isinstance(group, TyperGroup):
        raise TypeError("several commands make a group")
    accept_everywhere(group)
    if language is not Language.ENGLISH:
        translate_help(group)
    return group


def _explain_usage(error: typer.TyperException) -> None:
    """Print an error of usage as one line, or the help if no command was given."""
    from typer._click.exceptions import NoArgsIsHelpError

    message = error.format_message().replace("Value error, ", "")
    if isinstance(error, NoArgsIsHelpError):
        print(message, file=sys.stderr)
        return
    context: typer.Context | None = getattr(error, "ctx", None)
    command = context.command_path if context else "castline"
    complain(t("{problem}; see `{command} --help`", problem=explained(message.rstrip(".")), command=command))
