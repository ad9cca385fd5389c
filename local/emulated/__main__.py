"""Command line of the emulated deployment: ``python -m local.emulated ENVIRONMENT`` rehearses a deployment."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from infra.environments import ENVIRONMENTS

if TYPE_CHECKING:
    from local.emulated.rehearsal import Report

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
console = Console(highlight=False, soft_wrap=True, emoji=False)
error_console = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


@app.command()
def main(
    environment: Annotated[str, typer.Argument(help="Environment: dev, staging or prod.")] = "dev",
    destroy: Annotated[
        bool, typer.Option(help="Finally delete the service's stack, and check which resources are left.")
    ] = True,
    out: Annotated[Path, typer.Option(help="Folder for the audio.")] = Path("out"),
) -> None:
    """Deploy an environment with the real CDK to an emulated AWS, use it, and tear it down.

    Functions run as they were published, each in its own processes. No request reaches a real account.
    """
    from local.emulated.cdk import CdkFailed
    from local.emulated.observations import NotAsExpected
    from local.emulated.rehearsal import LOG_FILE, Rehearsal

    if environment not in ENVIRONMENTS:
        raise typer.BadParameter(f"one of {', '.join(ENVIRONMENTS)}", param_hint="ENVIRONMENT")
    try:
        report = Rehearsal(environment, console=console, out=out).run(destroy=destroy)
    except (CdkFailed, NotAsExpected, subprocess.CalledProcessError) as error:
        error_console.print(f"[bold red]✗[/] {type(error).__name__}: ", end="")
        error_console.print(str(error), markup=False)
        error_console.print(f"The functions have logged to {LOG_FILE}.")
        raise typer.Exit(1) from error
    _print(report)


def _print(report: Report) -> None:
    deployed = Table("stack", "resources", box=None, pad_edge=False, header_style="dim")
    for stack in (report.deployment.data, report.deployment.service):
        parts = ", ".join(f"{count} {service}" for service, count in stack.services.most_common())
        deployed.add_row(stack.name, f"{len(stack.resources)}: {parts}")
    shown = Table("shown", "seen", box=None, pad_edge=False, header_style="dim")
    for observation in report.observations:
        shown.add_row(f"[green]✓[/] {observation.subject}", observation.seen)
    console.print()
    console.print(deployed)
    console.print()
    console.print(shown)
    steps = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in report.seconds.items())
    console.print(
        f"\n[bold green]✓[/] {report.environment}, with functions on Python {report.python} "
        f"in {sum(report.cold_starts.values())} processes: {steps}; {sum(report.seconds.values()):.1f} s in all"
    )


if __name__ == "__main__":
    app()
