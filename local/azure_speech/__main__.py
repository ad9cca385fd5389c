"""Command line of the Azure Speech emulator: ``python -m local.azure_speech`` runs it until Ctrl-C."""

from __future__ import annotations

import os
import signal
import threading
from typing import Annotated

import typer

from local.azure_speech.engines import VoiceEngineName
from local.azure_speech.faults import FAULTS
from local.azure_speech.options import RequestsPerSecond, ThrottlingOption, VoiceLimits, throttling_from_options
from local.azure_speech.server import DEFAULT_KEY, AzureSpeechEmulator

# \b prevents the lines from being wrapped.
_EPILOG = "\b\nFaults:\n" + "\n".join(f"  {fault.name:<24}{fault.summary}" for fault in FAULTS.values())


def main(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 selects a free one.")] = 5005,
    key: Annotated[str, typer.Option(help="The only accepted key.")] = DEFAULT_KEY,
    voice_engine: Annotated[
        VoiceEngineName, typer.Option(help="Voices: espeak speaks; tone is fast and always returns the same bytes.")
    ] = VoiceEngineName.ESPEAK,
    latency_ms: Annotated[int, typer.Option(min=0, help="Wait of each request before its first audio.")] = 0,
    max_requests_in_flight: Annotated[
        int | None, typer.Option(min=1, help="Throttle more concurrent requests than this.")
    ] = None,
    throttling: ThrottlingOption = False,
    requests_per_second: RequestsPerSecond = None,
    voice_limit: VoiceLimits = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(metavar="'NAME [times=N] [probability=P]'", help="Fault of the service; repeatable."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed that makes random faults repeatable.")] = 0,
) -> None:
    """Emulate Azure Speech's text-to-speech on 127.0.0.1.

    A marker in a text makes only this text fail: {fault unavailable times=2} makes the first two requests with
    exactly this text fail. The marker is not spoken.
    """
    try:
        limits = throttling_from_options(throttling, requests_per_second, voice_limit or ())
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--voice-limit") from error
    try:
        emulator = AzureSpeechEmulator(
            key=key,
            port=port,
            voice_engine=voice_engine,
            latency_ms=latency_ms,
            max_requests_in_flight=max_requests_in_flight,
            throttling=limits,
            faults=fault or (),
            seed=seed,
        )
        emulator.start()
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--fault") from error
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        typer.echo(f"Cannot listen on 127.0.0.1:{port}: {reason}. Choose another --port.", err=True)
        raise typer.Exit(1) from error

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    typer.echo(f"Azure Speech emulator on {emulator.host}, key {key}")
    stop.wait()
    emulator.stop()


app = typer.Typer(add_completion=False, rich_markup_mode=None)
app.command(epilog=_EPILOG)(main)

if __name__ == "__main__":
    app()
