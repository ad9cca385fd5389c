"""Command line of the local stack: ``python -m local``."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from local import resources
from local.azure_speech.engines import VoiceEngineName
from local.azure_speech.faults import FAULTS
from local.azure_speech.options import RequestsPerSecond, ThrottlingOption, VoiceLimits, throttling_from_options

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.azure_speech.server import AzureSpeechEmulator
    from local.stack import LocalStack

_FAULTS_HELP = "\b\nFaults, for --fault or as {fault NAME} in a turn's text:\n" + "\n".join(
    f"  {fault.name:<24}{fault.summary}" for fault in FAULTS.values()
)

_STOP_SIGNALS = {signal.SIGINT, signal.SIGTERM}
LOG_FILE = Path("out") / "functions.log"
_EXAMPLE = Path(__file__).parent.parent / "examples" / "lake" / "make.sh"

Provider = Annotated[
    str | None,
    typer.Option(help="Also emulate this speech provider, such as polly; the demo uses it instead of Azure Speech."),
]

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="Run Castline on this machine."
)
console = Console(highlight=False, soft_wrap=True)
error_console = Console(stderr=True, highlight=False, soft_wrap=True)


@app.command(epilog=_FAULTS_HELP)
def dev(
    port: Annotated[
        int, typer.Option(envvar="PORT", min=0, max=65535, help="Port on 127.0.0.1; 0 selects a free one.")
    ] = 8000,
    voice_engine: Annotated[
        VoiceEngineName, typer.Option(help="Voices of the emulator: espeak speaks; tone is fast and always the same.")
    ] = VoiceEngineName.ESPEAK,
    latency_ms: Annotated[int, typer.Option(min=0, help="Duration of each request to the provider.")] = 0,
    max_requests_in_flight: Annotated[
        int | None, typer.Option(min=1, help="Throttle more concurrent requests to the provider than this.")
    ] = None,
    throttling: ThrottlingOption = False,
    requests_per_second: RequestsPerSecond = None,
    voice_limit: VoiceLimits = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(metavar="'NAME [times=N] [probability=P]'", help="Fault of the provider; repeatable."),
    ] = None,
    synthesize_concurrency: Annotated[
        int, typer.Option(min=2, help="Maximum number of batches synthesized at once; others wait, as on AWS.")
    ] = resources.SYNTHESIZE_CONCURRENCY,
    speech_concurrency: Annotated[
        int, typer.Option(min=1, help="Maximum number of requests in flight to the provider, for each batch.")
    ] = 8,
    speech_resources: Annotated[
        int, typer.Option(min=1, help="Number of emulated Speech resources; each has all of the limits.")
    ] = 1,
    provider: Provider = None,
    aws_limits: Annotated[
        bool, typer.Option("--aws-limits", help="Emulate AWS's documented throttling and transaction conflicts.")
    ] = False,
    time_scale: Annotated[
        float, typer.Option(min=0.01, max=1, help="Factor on the workflow's retry waits and time-outs.")
    ] = 1.0,
) -> None:
    """Run the whole service until Ctrl-C, and print curl lines that use it.

    With AZURE_SPEECH_KEY and AZURE_SPEECH_REGION set, Azure speaks. Otherwise, an emulator with espeak-ng speaks; the
    options for the provider configure it.
    """
    from local.azure_speech.server import AzureSpeechEmulator
    from local.cloud.clock import Clock
    from local.cloud.limits import Limits
    from local.quickstart import curl_lines

    try:
        limits = throttling_from_options(throttling, requests_per_second, voice_limit or ())
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--voice-limit") from error

    def make_emulator() -> AzureSpeechEmulator:
        try:
            return AzureSpeechEmulator(
                voice_engine=voice_engine,
                latency_ms=latency_ms,
                max_requests_in_flight=max_requests_in_flight,
                throttling=limits,
                faults=fault or (),
            )
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--fault") from error

    stack = _make_stack(
        port,
        make_emulator=make_emulator,
        speech_resources=speech_resources,
        clock=Clock(wait_scale=time_scale, timeout_scale=time_scale),
        speech_concurrency=speech_concurrency,
        more_providers=_others(provider),
        requests_per_second=requests_per_second,
        synthesize_concurrency=synthesize_concurrency,
        limits=Limits.documented() if aws_limits else None,
        on_request=lambda line: console.print(line, style="dim", markup=False),
    )
    # Block the signals in this thread and in all threads that it starts, so that sigwait receives them. A thread that
    # waits for an event would not notice a signal that another thread received.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
    with stack:
        console.print(f"[bold green]✓[/] The console is at [bold]{stack.url}/[/]: open it in a browser")
        console.print(f"  Castline is running on {stack.url}, spoken by {_who_speaks(stack)}; its API is at /api/v1")
        console.print(f"\n{curl_lines(stack.url)}", markup=False)
        console.print(
            f"The functions log to {LOG_FILE}. Ctrl-C stops everything; jobs are kept in memory and are lost then.\n"
        )
        signal.sigwait(_STOP_SIGNALS)
        console.print("stopping")


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for the audio.")] = Path("out"),
    provider: Provider = None,
) -> None:
    """Submit the quickstart's dialogue, wait, download the audio and check it."""
    from local.azure_speech.server import AzureSpeechEmulator
    from local.demo import DemoFailed, run_demo

    stack = _make_stack(0, make_emulator=AzureSpeechEmulator, more_providers=_others(provider))
    with stack:
        who = f"the emulator of the provider {provider}" if _others(provider) else _who_speaks(stack)
        console.print(f"Castline is running on {stack.url}, spoken by {who}\n")
        try:
            run_demo(stack.url, out, console, provider=provider)
        except DemoFailed as error:
            error_console.print(f"[bold red]✗[/] {error}")
            raise typer.Exit(1) from error


@app.command()
def example(
    out: Annotated[Path, typer.Option(help="Folder for the file.")] = Path("out") / "lake",
) -> None:
    """Make an audiobook with chapters, a cover and music, with the command line."""
    from local.azure_speech.server import AzureSpeechEmulator

    stack = _make_stack(0, make_emulator=AzureSpeechEmulator)
    with stack:
        console.print(f"Castline is running on {stack.url}, spoken by {_who_speaks(stack)}\n\n$ {_EXAMPLE} {out}\n")
        environment = {**os.environ, "CASTLINE_API": stack.url}
        ended = subprocess.run([_EXAMPLE, out], env=environment, check=False)  # noqa: S603 (our own script)
    if ended.returncode:
        raise typer.Exit(ended.returncode)


def _make_stack(
    port: int,
    *,
    make_emulator: Callable[[], AzureSpeechEmulator],
    speech_resources: int = 1,
    **options: Any,
) -> LocalStack:
    """Make a stack with Azure if the environment names an account, else with emulators; exit if that fails."""
    from local.stack import AzureAccount, LocalStack

    try:
        if account := AzureAccount.from_environment(os.environ):
            return LocalStack(port=port, speech=account, log_file=LOG_FILE, **options)
        speech, *more_speech = (make_emulator() for _ in range(speech_resources))
        return LocalStack(port=port, speech=speech, more_speech=more_speech, log_file=LOG_FILE, **options)
    except ValueError as error:
        error_console.print(f"[bold red]✗[/] {error}")
    except OSError as error:
        error_console.print(
            f"[bold red]✗[/] cannot listen on 127.0.0.1:{port}: {error.strerror}. "
            "Choose another port: PORT=8001 make dev"
        )
    raise typer.Exit(1)


def _others(provider: str | None) -> tuple[str, ...]:
    return () if provider in {None, "azure"} else (str(provider),)


def _who_speaks(stack: LocalStack) -> str:
    return "Azure" if stack.speech is None else "the Azure Speech emulator (espeak-ng)"


if __name__ == "__main__":
    app()
