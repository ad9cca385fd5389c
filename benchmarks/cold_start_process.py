"""Process of one cold start: ``python -I -S benchmarks/cold_start_process.py`` reads a task as JSON from stdin.

It imports only the code that it measures, and prints its figures as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from typing import Any


class _Context:
    aws_request_id = "00000000-0000-4000-8000-000000000000"
    invoked_function_arn = "arn"
    memory_limit_in_mb = "1024"

    def __init__(self, function_name: str) -> None:
        self.function_name = function_name

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def _import_and_make_everything(handlers: list[str]) -> None:
    """Load in the naive way: import the dependencies and make the clients of all functions."""
    for handler in handlers:
        import_module(handler.rpartition(".")[0])
    for module in ("castline.audio.mp3", "castline.speech.providers.azure.session"):
        import_module(module)
    composition: Any = import_module("castline.composition")
    composition.submit_job()
    composition.cancel_job()
    composition.audio_storage()
    composition.speech_pool("azure")


def _measure(function_name: str, handler: str, event: Any, eager: list[str]) -> dict[str, float]:
    module, _, name = handler.rpartition(".")
    cpu_began = time.process_time()
    began = time.perf_counter()
    if eager:
        _import_and_make_everything(eager)
    handle = getattr(import_module(module), name)
    imported = time.perf_counter()
    try:
        handle(event, _Context(function_name))
    except Exception as error:  # noqa: BLE001 (the first AWS call is refused)
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
    ended = time.perf_counter()
    cpu_seconds = time.process_time() - cpu_began
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123 (pathlib would be measured too)
        peak_kb = next(line for line in status if line.startswith("VmHWM")).split()[1]
    return {
        "began": began,
        "imported": imported,
        "ended": ended,
        "cpu_seconds": cpu_seconds,
        "peak_rss_mb": int(peak_kb) / 1024,
    }


if __name__ == "__main__":
    task = json.load(sys.stdin)
    sys.path += task.pop("path")
    print(json.dumps(_measure(**task)))
