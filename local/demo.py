"""Demo of ``make demo``: submit a dialogue, download the audio, and check it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import httpx
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from local.audio_check import find_faults
from local.quickstart import DIALOGUE, dialogue_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rich.console import Console

_TITLE = "公園裡"
_POLL_SECONDS = 0.1
_PATIENCE_SECONDS = 120


class DemoFailed(Exception):
    """The demo failed. The message says why."""


def run_demo(
    url: str, out: Path, console: Console, *, provider: str | None = None, headers: Mapping[str, str] | None = None
) -> Path:
    """Run the quickstart against the stack at ``url`` and store the audio in the folder ``out``.

    Args:
        url: the stack's URL, without a slash at its end.
        out: the folder, created if needed.
        console: receives progress messages.
        provider: the provider to use; by default that of the quickstart.
        headers: additional headers of each request, such as Authorization.

    Returns:
        The path of the file.

    Raises:
        DemoFailed: any result is not as expected.
    """
    with httpx.Client(base_url=f"{url}/api/v1", timeout=30, headers=headers) as client:
        dialogue = DIALOGUE
        if provider is not None and provider != DIALOGUE["provider"]:
            listed = _json(client.get("/voices", params={"provider": provider}), 200)
            dialogue = dialogue_of(provider, listed["items"])
        for turn in dialogue["turns"]:
            console.print(f"  {turn['speaker']}: {turn['text']}")
        submitted = _json(client.post("/jobs", json=dialogue | {"title": _TITLE}), 201)
        console.print(f"\nPOST /jobs → 201, job [bold]{submitted['id']}[/]")
        job = _wait(client, submitted["id"], console)
        if job["status"] != "completed":
            raise DemoFailed(f"the job is {job['status']}: {job.get('error_code')} {job.get('error_message')}")
        path = _download(client, job["id"], out)

    result = job["result_metadata"]
    faults = find_faults(path, result)
    if faults:
        raise DemoFailed("; ".join(faults))
    _report(path, job, console)
    return path


def _wait(client: httpx.Client, job_id: str, console: Console) -> dict[str, Any]:
    """Poll until the job has ended."""
    columns = (
        TextColumn("GET /jobs/{task.fields[short_id]}… → {task.description:<10}"),
        BarColumn(),
        TimeElapsedColumn(),
    )
    deadline = time.monotonic() + _PATIENCE_SECONDS
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("pending", total=None, short_id=job_id[:8])
        while time.monotonic() < deadline:
            job = _json(client.get(f"/jobs/{job_id}"), 200)
            done = job["progress"]
            progress.update(
                task,
                description=job["status"],
                completed=done["completed_segments"],
                total=done["total_segments"] or None,
            )
            if job["status"] not in {"pending", "processing"}:
                return job
            time.sleep(_POLL_SECONDS)
    raise DemoFailed(f"the job did not end within {_PATIENCE_SECONDS} s")


def _download(client: httpx.Client, job_id: str, out: Path) -> Path:
    answer = client.get(f"/jobs/{job_id}/download", follow_redirects=True)
    if answer.status_code != 200:
        raise DemoFailed(f"the download answered {answer.status_code}: {answer.text}")
    out.mkdir(parents=True, exist_ok=True)
    path = out / unquote(answer.headers["Content-Disposition"].partition("filename*=UTF-8''")[2])
    path.write_bytes(answer.content)
    return path


def _report(path: Path, job: dict[str, Any], console: Console) -> None:
    result = job["result_metadata"]
    voices = {each["speaker"]: each["voice_id"] for each in job["input_params"]["voice_assignments"]}
    texts = {turn["index"]: turn["text"] for turn in job["input_params"]["turns"] if "text" in turn}
    table = Table("from", "to", "speaker", "voice", "text", box=None, pad_edge=False, header_style="dim")
    for turn in result["turn_timings"]:
        table.add_row(
            f"{turn['start_ms'] / 1000:.3f} s",
            f"{turn['end_ms'] / 1000:.3f} s",
            turn["speaker"],
            voices[turn["speaker"]],
            texts[turn["turn_index"]],
        )
    console.print()
    console.print(table)
    console.print(
        f"\n[bold green]✓[/] [bold]{path}[/]\n"
        f"  {result['duration_ms'] / 1000:.3f} s, {result['size_bytes']:,} bytes, {result['content_type']}, "
        f"{result['loudness_lufs']} LUFS, made in {result['latency_ms']} ms; decoded and checked with libsndfile",
        highlight=False,
    )


def _json(answer: httpx.Response, expected_status: int) -> dict[str, Any]:
    if answer.status_code != expected_status:
        raise DemoFailed(f"{answer.request.method} {answer.request.url} answered {answer.status_code}: {answer.text}")
    body: dict[str, Any] = answer.json()
    return body
