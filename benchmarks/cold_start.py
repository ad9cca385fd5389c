"""Benchmark of cold starts: time until each function's first answer from AWS, and memory.

    python -m benchmarks.cold_start --runs 9
    python -m benchmarks.cold_start --show-imports "api, a poll"

Each start is a new process of the deployed Python version, if it is installed, with the packages of Lambda's image
(``local.emulated.runtime``) and the deployed code (``layers.build``), compiled modules included. AWS is a local
endpoint that refuses every call at once, so an invocation ends with its first call. The time for network, TLS and AWS
itself is not included, nor is the start of the interpreter.

For comparison, each function also starts in the naive way: when it is loaded, it imports everything and makes all
clients of all functions. The API function also starts from a snapshot; its load time is then spent beforehand.

On a quiet machine, each start has a whole core. Other load affects the shortest of several starts the least, and it
affects CPU time less than wall time. Lambda gives a function one core for 1,769 MB, and at least a whole core while
it loads.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.target import Target, print_targets
from infra import functions
from layers.build import build
from local.emulated.runtime import prepare_runtime
from local.quickstart import DIALOGUE

if TYPE_CHECKING:
    from collections.abc import Iterator

PROCESS = Path(__file__).with_name("cold_start_process.py")
API_LIMIT_MS = 400
_JOB_ID = "01900000-0000-7000-8000-000000000000"


def _request(method: str, path: str, body: str | None = None) -> dict[str, Any]:
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "authorizer": {"jwt": {"claims": {"sub": "benchmark"}, "scopes": None}},
            "http": {"method": method, "path": path},
            "requestId": "benchmark",
            "stage": "$default",
        },
        "isBase64Encoded": False,
        **({} if body is None else {"body": body}),
    }


@dataclass(frozen=True, slots=True)
class First:
    """The first event of a function."""

    function: functions.FunctionSpec
    event: dict[str, Any]


POLL = "api, a poll"
FIRST: dict[str, First] = {
    POLL: First(functions.API, _request("GET", f"/api/v1/jobs/{_JOB_ID}")),
    "api, a submission": First(functions.API, _request("POST", "/api/v1/jobs", json.dumps(DIALOGUE))),
    "plan": First(functions.PLAN, {"job_id": _JOB_ID}),
    "assemble": First(functions.ASSEMBLE, {"job_id": _JOB_ID}),
    "record-failure": First(
        functions.RECORD_FAILURE, {"job_id": _JOB_ID, "failure": {"Error": "States.Timeout", "Cause": ""}}
    ),
    "execution-ended": First(functions.EXECUTION_ENDED, {"detail": {"name": _JOB_ID, "status": "TIMED_OUT"}}),
    "reconcile": First(functions.RECONCILE, {}),
}
"""The starts that are measured, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdStart:
    """One start of one function."""

    import_ms: float
    """The time until the handler can be called."""
    first_call_ms: float
    """The time from the handler's call until AWS has answered the first call."""
    peak_rss_mb: float
    """The peak memory of the whole process, interpreter included."""
    cpu_ms: float
    """The CPU time from the start of loading to the end of the handler, a little after the first answer."""

    @property
    def total_ms(self) -> float:
        """The time from the start of loading to the first answer."""
        return self.import_ms + self.first_call_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Several starts with one first event, in the real and the naive way: their medians, and the shortest."""

    name: str
    actual: ColdStart
    naive: ColdStart
    least_ms: float
    """The time of the shortest start in the real way."""


class RefusingEndpoint:
    """An endpoint that refuses every call at once.

    Attributes:
        answered_at: the ``time.perf_counter`` of the first answer since the last ``forget``; None before that answer.
            All processes of a machine share this clock.
    """

    def __init__(self) -> None:
        endpoint = self
        self.answered_at: float | None = None

        class Refuse(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _refuse(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                body = b'{"__type":"AccessDeniedException"}'
                self.send_response(400)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                if endpoint.answered_at is None:
                    endpoint.answered_at = time.perf_counter()

            do_GET = do_HEAD = do_POST = do_PUT = _refuse  # noqa: N815 (http.server's names)

            def log_message(self, *_: Any) -> None:
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Refuse)

    @property
    def url(self) -> str:
        """The endpoint's URL."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def forget(self) -> None:
        """Reset ``answered_at``, so that the next call is a first call again."""
        self.answered_at = None

    @contextmanager
    def serving(self) -> Iterator[RefusingEndpoint]:
        """Serve while the context lasts."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


class Starter:
    """Starts functions, each in a separate process."""

    def __init__(self, endpoint: RefusingEndpoint) -> None:
        """Build the deployed code and layers; ``endpoint`` replaces AWS."""
        self.runtime: Final = prepare_runtime()
        self._artefacts = build(python=self.runtime.python, architecture=self.runtime.architecture)
        self._endpoint = endpoint

    def start(self, first: First, *, naive: bool = False, snapshot: bool = False) -> ColdStart:
        """Start a function.

        Raises:
            RuntimeError: the process failed, or the invocation ended without an AWS call.
        """
        child = self._run(first, naive=naive, snapshot=snapshot)
        figures: dict[str, float] = json.loads(child.stdout.splitlines()[-1])
        assert self._endpoint.answered_at is not None
        return ColdStart(
            import_ms=(figures["imported"] - figures["began"]) * 1000,
            first_call_ms=(self._endpoint.answered_at - figures["imported"]) * 1000,
            peak_rss_mb=figures["peak_rss_mb"],
            cpu_ms=figures["cpu_seconds"] * 1000,
        )

    def imports(self, first: First) -> str:
        """Return the output of Python's ``-X importtime`` for a start."""
        return self._run(first, "-X", "importtime").stderr

    def _run(
        self, first: First, *options: str, naive: bool = False, snapshot: bool = False
    ) -> subprocess.CompletedProcess[str]:
        layers = [self._artefacts.core]
        if first.function.needs_speech or naive:
            layers.append(self._artefacts.speech)
        task = {
            "path": [
                str(self._artefacts.code),
                *(str(layer / "python") for layer in layers),
                str(self.runtime.packages),
            ],
            "function_name": first.function.name,
            "handler": first.function.handler,
            "event": first.event,
            "eager": [each.handler for each in functions.ALL] if naive else [],
        }
        self._endpoint.forget()
        child = subprocess.run(  # noqa: S603 (our own program)
            [self.runtime.interpreter, "-I", "-S", "-B", *options, str(PROCESS)],
            input=json.dumps(task),
            check=False,
            capture_output=True,
            text=True,
            env={
                "PATH": "/usr/bin:/bin",
                "AWS_ACCESS_KEY_ID": "local",
                "AWS_SECRET_ACCESS_KEY": "local",
                "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_ENDPOINT_URL": self._endpoint.url,
                "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start" if snapshot else "on-demand",
                "SPEECH_PROVIDERS": '{"azure": {"secret_id": "castline/azure-speech"}}',
                "BUCKET_NAME": "castline-audio",
                "STATE_MACHINE_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:castline",
                "TABLE_NAME": "castline",
            },
        )
        if child.returncode or self._endpoint.answered_at is None:
            raise RuntimeError(f"{first.function.name} made no AWS call: {child.stderr}")
        return child


def compare(starter: Starter, runs: int, console: Console) -> tuple[list[Comparison], ColdStart]:
    """Start each function ``runs`` times in both ways, in turns, so that other load affects all equally.

    Returns:
        The figures of each first event, and those of a poll from a snapshot.
    """
    starts: dict[tuple[str, bool], list[ColdStart]] = {}
    from_snapshot: list[ColdStart] = []
    for _ in track(range(runs), description="starting", console=console, transient=True):
        for name, first in FIRST.items():
            for naive in (False, True):
                starts.setdefault((name, naive), []).append(starter.start(first, naive=naive))
        from_snapshot.append(starter.start(FIRST[POLL], snapshot=True))
    comparisons = [
        Comparison(
            name=name,
            actual=_median(starts[name, False]),
            naive=_median(starts[name, True]),
            least_ms=min(start.total_ms for start in starts[name, False]),
        )
        for name in FIRST
    ]
    return comparisons, _median(from_snapshot)


def _median(starts: list[ColdStart]) -> ColdStart:
    names = asdict(starts[0])
    return ColdStart(**{name: statistics.median(getattr(start, name) for start in starts) for name in names})


def _print(comparisons: list[Comparison], console: Console) -> None:
    table = Table(box=None)
    table.add_column("first event")
    headings = ("import", "first call", "total", "least", "CPU", "peak MB", "naive total", "naive peak MB", "times")
    for heading in headings:
        table.add_column(heading, justify="right")
    for each in comparisons:
        figures = (
            each.actual.import_ms,
            each.actual.first_call_ms,
            each.actual.total_ms,
            each.least_ms,
            each.actual.cpu_ms,
            each.actual.peak_rss_mb,
            each.naive.total_ms,
            each.naive.peak_rss_mb,
        )
        ratio = each.naive.total_ms / each.actual.total_ms
        table.add_row(each.name, *(f"{figure:.0f}" for figure in figures), f"{ratio:.1f}")
    console.print(table)


def main(
    runs: Annotated[int, typer.Option(min=1, help="Starts with each first event; the median counts.")] = 9,
    output: Annotated[Path, typer.Option(help="JSON file for the figures.")] = Path("out") / "cold_start.json",
    show_imports: Annotated[
        str | None, typer.Option(help="Only print the imports of the start with this name, and their times.")
    ] = None,
) -> None:
    """Measure cold starts in the real and the naive way: import and first call in ms, and peak memory in MB."""
    console = Console(highlight=False)
    if show_imports is not None and show_imports not in FIRST:
        raise typer.BadParameter(f"one of: {'; '.join(FIRST)}", param_hint="--show-imports")
    with RefusingEndpoint().serving() as endpoint:
        starter = Starter(endpoint)
        if show_imports is not None:
            console.print(starter.imports(FIRST[show_imports]), markup=False, soft_wrap=True)
            raise typer.Exit
        comparisons, from_snapshot = compare(starter, runs, console)
    _print(comparisons, console)
    console.print(
        f"\na poll from a snapshot: {from_snapshot.first_call_ms:.0f} ms; "
        f"{from_snapshot.import_ms:.0f} ms were spent beforehand"
    )
    poll = next(each for each in comparisons if each.name == POLL)
    target = Target(
        name=f"{POLL}, until the first call is answered, the least, ms", figure=poll.least_ms, limit=API_LIMIT_MS
    )
    print_targets([target], console)
    figures = {
        "starts": [asdict(each) for each in comparisons],
        "poll_from_snapshot": asdict(from_snapshot),
        "targets": [target.to_json()],
    }
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    console.print(f"Python {starter.runtime.python}, {runs} starts each, medians in ms; saved in {output}")
    raise typer.Exit(0 if target.is_met else 1)


if __name__ == "__main__":
    typer.run(main)
