"""Benchmark of cold starts: time until each function's first answer from AWS, and memory.

    python -m benchmarks.cold_start --runs 9

Each start is a new process of this interpreter with the deployed code (``layers.build``), compiled modules included.
AWS is a local endpoint that refuses every call at once, so an invocation ends with its first call: the time for
network, TLS and AWS itself is left out. The time that the interpreter takes to start is not counted.

For comparison, each function also starts in the naive way: it imports everything and makes all clients of all
functions when it is loaded. The API function also starts from a snapshot: its load time is then spent beforehand.

Each start has a whole core here. Lambda gives a function one core for 1,769 MB, and while it loads at least a whole
one.
"""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.target import Target, print_targets
from infra import functions
from layers.build import build
from local.quickstart import DIALOGUE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.build import Artefacts

PROCESS = Path(__file__).with_name("cold_start_process.py")
_IN_THE_RUNTIME = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")
API_LIMIT_MS = 400
_JOB_ID = "01900000-0000-7000-8000-000000000000"

EVENTS: dict[str, Any] = {
    functions.API.name: {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/api/v1/jobs",
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "authorizer": {"jwt": {"claims": {"sub": "benchmark"}, "scopes": None}},
            "http": {"method": "POST", "path": "/api/v1/jobs"},
            "requestId": "benchmark",
            "stage": "$default",
        },
        "body": json.dumps(DIALOGUE),
        "isBase64Encoded": False,
    },
    functions.PLAN.name: {"job_id": _JOB_ID},
    functions.SYNTHESIZE.name: {
        "job_id": _JOB_ID,
        "batch": {"number": 0, "first_utterance": 0, "utterance_count": 16},
    },
    functions.ASSEMBLE.name: {"job_id": _JOB_ID},
    functions.RECORD_FAILURE.name: {"job_id": _JOB_ID, "failure": {"Error": "States.Timeout", "Cause": ""}},
    functions.EXECUTION_ENDED.name: {"detail": {"name": _JOB_ID, "status": "TIMED_OUT"}},
    functions.EXPIRE.name: {
        "Records": [
            {
                "eventID": "1",
                "eventName": "REMOVE",
                "userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"},
                "dynamodb": {
                    "Keys": {"pk": {"S": f"JOB#{_JOB_ID}"}, "sk": {"S": "JOB"}},
                    "SequenceNumber": "1",
                },
            }
        ]
    },
    functions.RECONCILE.name: {},
}
"""The first event of each function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdStart:
    """One start of one function."""

    import_ms: float
    """The time until the handler can be called."""
    first_call_ms: float
    """The time from the handler's call until AWS has answered the first call."""
    peak_rss_mb: float
    """The peak memory of the whole process, interpreter included."""

    @property
    def total_ms(self) -> float:
        """The time from the start of loading to the first answer."""
        return self.import_ms + self.first_call_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The medians of several starts of one function, in the real and the naive way."""

    function: str
    actual: ColdStart
    naive: ColdStart


class RefusingEndpoint:
    """An endpoint that refuses every call at once.

    Attributes:
        answered_at: the time of the first answer since the last ``forget``, by ``time.perf_counter``, which all
            processes of a machine share; None before that answer.
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


@contextmanager
def runtime_packages() -> Iterator[Path]:
    """Make a folder with the packages of Lambda's own runtime, and nothing else of this environment."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for package in _IN_THE_RUNTIME:
            spec = find_spec(package)
            assert spec is not None
            assert spec.origin is not None
            source = Path(spec.origin)
            source = source.parent if source.name == "__init__.py" else source
            (folder / source.name).symlink_to(source)
        yield folder


def start_once(
    spec: functions.FunctionSpec,
    artefacts: Artefacts,
    runtime: Path,
    endpoint: RefusingEndpoint,
    *,
    naive: bool = False,
    snapshot: bool = False,
) -> ColdStart:
    """Start one function in a process of its own.

    Raises:
        RuntimeError: the process failed, or the invocation ended without an AWS call.
    """
    layers = [artefacts.core, artefacts.speech] if spec.needs_speech or naive else [artefacts.core]
    task = {
        "path": [str(artefacts.code), *(str(layer / "python") for layer in layers), str(runtime)],
        "function_name": spec.name,
        "handler": spec.handler,
        "event": EVENTS[spec.name],
        "eager": [each.handler for each in functions.ALL] if naive else [],
    }
    endpoint.forget()
    child = subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "-I", "-S", "-B", str(PROCESS)],
        input=json.dumps(task),
        check=False,
        capture_output=True,
        text=True,
        env={
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": endpoint.url,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start" if snapshot else "on-demand",
            "SPEECH_PROVIDERS": '{"azure": {"secret_id": "castline/azure-speech"}}',
            "BUCKET_NAME": "castline-audio",
            "STATE_MACHINE_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:castline",
            "TABLE_NAME": "castline",
        },
    )
    if child.returncode or endpoint.answered_at is None:
        raise RuntimeError(f"{spec.name} made no call of AWS: {child.stderr}")
    figures: dict[str, float] = json.loads(child.stdout.splitlines()[-1])
    return ColdStart(
        import_ms=(figures["imported"] - figures["began"]) * 1000,
        first_call_ms=(endpoint.answered_at - figures["imported"]) * 1000,
        peak_rss_mb=figures["peak_rss_mb"],
    )


def compare(runs: int, console: Console) -> tuple[list[Comparison], ColdStart]:
    """Start every function ``runs`` times in both ways, in turns, so that other load affects all equally.

    Returns:
        The figures of each function, and of the API function from a snapshot.
    """
    artefacts = build(
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        architecture="arm64" if platform.machine() == "aarch64" else "x86_64",
    )
    starts: dict[tuple[str, bool], list[ColdStart]] = {}
    from_snapshot: list[ColdStart] = []
    with runtime_packages() as runtime, RefusingEndpoint().serving() as endpoint:
        for _ in track(range(runs), description="starting", console=console, transient=True):
            for spec in functions.ALL:
                for naive in (False, True):
                    start = start_once(spec, artefacts, runtime, endpoint, naive=naive)
                    starts.setdefault((spec.name, naive), []).append(start)
            from_snapshot.append(start_once(functions.API, artefacts, runtime, endpoint, snapshot=True))
    comparisons = [
        Comparison(
            function=spec.name, actual=_median(starts[spec.name, False]), naive=_median(starts[spec.name, True])
        )
        for spec in functions.ALL
    ]
    return comparisons, _median(from_snapshot)


def _median(starts: list[ColdStart]) -> ColdStart:
    names = asdict(starts[0])
    return ColdStart(**{name: statistics.median(getattr(start, name) for start in starts) for name in names})


def _print(comparisons: list[Comparison], console: Console) -> None:
    table = Table(box=None)
    table.add_column("function")
    for heading in ("import ms", "first call ms", "total ms", "peak MB", "naive total ms", "naive peak MB", "times"):
        table.add_column(heading, justify="right")
    for each in comparisons:
        table.add_row(
            each.function,
            f"{each.actual.import_ms:.0f}",
            f"{each.actual.first_call_ms:.0f}",
            f"{each.actual.total_ms:.0f}",
            f"{each.actual.peak_rss_mb:.0f}",
            f"{each.naive.total_ms:.0f}",
            f"{each.naive.peak_rss_mb:.0f}",
            f"{each.naive.total_ms / each.actual.total_ms:.1f}",
        )
    console.print(table)


def main(
    runs: Annotated[int, typer.Option(min=1, help="Starts of each function; the median counts.")] = 9,
    output: Annotated[Path, typer.Option(help="A JSON file for the figures.")] = Path("out") / "cold_start.json",
) -> None:
    """Measure cold starts: import, first call and peak memory, in the real and the naive way."""
    console = Console(highlight=False)
    comparisons, from_snapshot = compare(runs, console)
    _print(comparisons, console)
    console.print(
        f"\napi from a snapshot: first call {from_snapshot.first_call_ms:.0f} ms, "
        f"after {from_snapshot.import_ms:.0f} ms beforehand"
    )
    api = next(each.actual for each in comparisons if each.function == functions.API.name)
    target = Target(name="api, until the first call is answered, ms", figure=api.total_ms, limit=API_LIMIT_MS)
    print_targets([target], console)
    figures = {
        "functions": [asdict(each) for each in comparisons],
        "api_from_snapshot": asdict(from_snapshot),
        "targets": [target.to_json()],
    }
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    console.print(f"Python {platform.python_version()}, {runs} starts each, medians; saved in {output}")
    raise typer.Exit(0 if target.is_met else 1)


if __name__ == "__main__":
    typer.run(main)
