"""Clients in the guide: they are run, as they are on the page, against a busy service."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from local.quickstart import DIALOGUE
from tests.docs.pages import ROOT, code, read
from tests.docs.stacks import stack_that_notes_requests
from tests.e2e.api_client import MAX_ACTIVE_JOBS, ApiClient
from tests.e2e.decoded_audio import decode
from tests.e2e.dialogues import dialogue
from tests.integration.local_cloud.eventually import eventually
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.stack import LocalStack

SHOWN_ADDRESS = "http://localhost:8000"
WITH_NODE = ROOT / "scripts" / "with-node"
# The console is built of the same ones.
CONSOLE_PACKAGES = ROOT / "web" / "node_modules"
COMPILER_OPTIONS = {
    "strict": True,
    "noUncheckedIndexedAccess": True,
    "noUnusedLocals": True,
    "skipLibCheck": True,
    "noEmit": True,
    "allowImportingTsExtensions": True,
    "erasableSyntaxOnly": True,
    "jsx": "react-jsx",
    "lib": ["es2022", "dom"],
    "module": "esnext",
    "moduleResolution": "bundler",
    "target": "es2022",
}
BUSY_SECONDS, POLL_SECONDS = 5, 2
"""The values of Retry-After for a user with too many active jobs, and for a job in progress."""

# Time passes 50 times as fast, and is noted.
PYTHON_PRELUDE = """
import runpy, sys, time
sleep = time.sleep
def noted(seconds):
    print(f"{seconds} s", file=sys.stderr)
    sleep(seconds / 50)
time.sleep = noted
runpy.run_path(sys.argv[1])
"""
# TanStack Query polls only in what it takes for a browser.
BROWSER = """
const { setTimeout: timeout, setInterval: interval } = globalThis;
export const waits: number[] = [];
const noted = (ms: number | undefined) => {
  if (ms) waits.push(ms / 1000);
  return (ms ?? 0) / 50;
};
Object.assign(globalThis, {
  window: globalThis,
  setTimeout: (run: () => void, ms?: number) => timeout(run, noted(ms)),
  setInterval: (run: () => void, ms?: number) => interval(run, noted(ms)),
});
"""
PAGE = """
import { writeFileSync } from 'node:fs';
import { waits } from './browser.ts';
import { MutationObserver, QueryClient, QueryObserver } from '@tanstack/react-query';
import { JobApiError, jobApi, type Dialogue, type PolledJob } from './jobApi.ts';
import { jobQuery, submitJob } from './jobQueries.ts';

const dialogue: Dialogue = JSON.parse(process.argv[2]!);
const client = new QueryClient();
const { id } = await new MutationObserver(client, submitJob).mutate({ dialogue, key: crypto.randomUUID() });
const observer = new QueryObserver(client, jobQuery(id));
const job = await new Promise<PolledJob>((resolve) => {
  observer.subscribe(({ data }) => data?.askAgainMs === null && resolve(data));
});
const refusal = await jobApi.getJob('none').catch((error: unknown) => error);
const { download_url, filename } = await jobApi.getDownload(id);
writeFileSync(filename, new Uint8Array(await (await fetch(download_url)).arrayBuffer()));
console.log(JSON.stringify({ status: job.status, waits, filename, code: (refusal as JobApiError).code }));
process.exit();
"""


@pytest.fixture(scope="module")
def noted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalStack, list[str]]]:
    with stack_that_notes_requests(tmp_path_factory.mktemp("logs") / "functions.log") as noted:
        yield noted


@pytest.fixture
def stack(noted: tuple[LocalStack, list[str]]) -> LocalStack:
    """Return a stack whose user has no active jobs."""
    stack, _requests = noted
    with ApiClient(stack.url) as client:
        eventually(lambda: not client.list_ids(status="pending") and not client.list_ids(status="processing"))
    return stack


@pytest.fixture
def requests(noted: tuple[LocalStack, list[str]]) -> list[str]:
    return noted[1]


def run_while_busy(stack: LocalStack, requests: list[str], *command: str | Path, folder: Path) -> tuple[str, str]:
    """Run a client whose first submission is refused, and the second held up until its job has been asked for.

    Returns:
        What it has printed as output and as errors; it has ended well.
    """

    def wait_for(pattern: str) -> None:
        def is_asked() -> bool:
            assert process.poll() is None, process.communicate()
            return any(re.match(pattern, line) for line in list(requests))

        eventually(is_asked)

    with ApiClient(stack.url) as client, ExitStack() as paused:
        paused.enter_context(stack.cloud.lambdas.pause("plan"))
        others = [client.submit(dialogue()) for _ in range(MAX_ACTIVE_JOBS)]
        requests.clear()
        with started(*command, folder=folder) as process:
            wait_for("POST /api/v1/jobs 429")
            client.cancel(others[0])
            wait_for("GET /api/v1/jobs/[^/]+ 200")
            paused.close()
            printed, complaints = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, complaints
    return printed, complaints


@contextmanager
def started(*command: str | Path, folder: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(  # noqa: S603 (the commands are ours)
        [str(word) for word in command],
        cwd=folder,
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def write_modules(*blocks: str, folder: Path) -> list[str]:
    """Write TypeScript to files, each named by its first line, with all packages in reach; return the names."""
    names = []
    for text in blocks:
        name = text.partition("\n")[0].removeprefix("// ")
        (folder / name).write_text(text, "utf-8")
        names.append(name)
    (folder / "node_modules").symlink_to(CONSOLE_PACKAGES)
    (folder / "package.json").write_text('{"type": "module"}', "utf-8")
    return names


def test_python(stack: LocalStack, requests: list[str], folder: Path) -> None:
    # Given
    (script,) = code(read("docs/guide.md"), "python")
    (folder / "client.py").write_text(script.replace(SHOWN_ADDRESS, stack.url), "utf-8")

    # When
    printed, complaints = run_while_busy(
        stack, requests, sys.executable, "-W", "error", "-c", PYTHON_PRELUDE, "client.py", folder=folder
    )

    # Then it waited as it was told, and left a file
    assert set(complaints.splitlines()) == {f"{BUSY_SECONDS} s", f"{POLL_SECONDS} s"}
    *statuses, name = printed.splitlines()
    assert statuses[0].startswith("pending")
    assert statuses[-1] == "completed {'completed_segments': 2, 'total_segments': 2}"
    assert decode((folder / name).read_bytes()).duration_ms > 5_000


def test_typescript_has_no_type_errors(folder: Path) -> None:
    # Given
    pages = [read("docs/guide.md"), read("docs/guide.zh-TW.md")]
    blocks = [block for language in ("ts", "tsx") for page in pages for block in code(page, language)]
    modules = write_modules(*blocks, folder=folder)
    assert modules == ["jobApi.ts", "jobQueries.ts", "DialogueJob.tsx", "JobPanel.tsx"]
    (folder / "tsconfig.json").write_text(
        json.dumps({"compilerOptions": COMPILER_OPTIONS, "files": modules}), "utf-8"
    )

    # When
    with started(WITH_NODE, CONSOLE_PACKAGES / ".bin" / "tsc", folder=folder) as process:
        printed, complaints = process.communicate(timeout=PATIENCE_SECONDS)

    # Then
    assert (process.returncode, printed, complaints) == (0, "", "")


def test_typescript_polls_as_tanstack_query_does(stack: LocalStack, requests: list[str], folder: Path) -> None:
    # Given
    write_modules(
        *(block.replace(SHOWN_ADDRESS, stack.url) for block in code(read("docs/guide.md"), "ts")), folder=folder
    )
    (folder / "browser.ts").write_text(BROWSER, "utf-8")
    (folder / "page.ts").write_text(PAGE, "utf-8")

    # When
    printed, _ = run_while_busy(stack, requests, WITH_NODE, "node", "page.ts", json.dumps(DIALOGUE), folder=folder)

    # Then it waited as it was told, and left a file
    result = json.loads(printed)
    assert (result["status"], result["code"]) == ("completed", "JOB_NOT_FOUND")
    assert BUSY_SECONDS in result["waits"]
    assert POLL_SECONDS in result["waits"]
    assert decode((folder / result["filename"]).read_bytes()).duration_ms > 5_000
