"""Built page in ``web/dist``: it is up to date with its sources, and small."""

from __future__ import annotations

import gzip
import re
import subprocess
from pathlib import Path

from infra.console_page import FOLDER, INDEX

ROOT = Path(__file__).parent.parent.parent
WEB = ROOT / "web"
FIRST_LOAD_BYTES = 160_000
"""Gzipped: the page with all scripts and styles that it loads by itself."""


def run(tool: str, *arguments: str) -> None:
    """Run a tool of the page, which npm has installed."""
    command: list[str | Path] = [ROOT / "scripts" / "with-node", WEB / "node_modules" / ".bin" / tool, *arguments]
    finished = subprocess.run(command, cwd=WEB, check=False, capture_output=True, text=True)  # noqa: S603 (our own)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def contents(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_the_sources_make_the_same_bytes(tmp_path: Path) -> None:
    run("tsc", "--incremental", "--tsBuildInfoFile", "node_modules/.cache/tsc.json")
    run("vite", "build", "--logLevel", "warn", "--outDir", str(tmp_path), "--emptyOutDir")

    built, committed = contents(tmp_path), contents(FOLDER)
    assert sorted(built) == sorted(committed), "run make web"
    assert [name for name in built if built[name] != committed[name]] == [], "run make web"


def test_the_pages_own_tests_pass() -> None:
    run("vitest", "run")


def test_the_clients_types_are_those_of_the_contract(tmp_path: Path) -> None:
    schema = tmp_path / "schema.d.ts"

    run("openapi-typescript", "../docs/openapi.json", "--output", str(schema))

    assert schema.read_bytes() == (WEB / "src" / "api" / "schema.d.ts").read_bytes(), "run make openapi"


def test_the_first_load_is_light() -> None:
    page = (FOLDER / INDEX).read_text("utf-8")
    loaded = re.findall(r'(?:src|href)="\.?/?([^"]+\.(?:js|css))"', page)

    assert any(name.endswith(".js") for name in loaded)
    weight = sum(len(gzip.compress((FOLDER / name).read_bytes(), 9, mtime=0)) for name in [INDEX, *loaded])
    assert weight < FIRST_LOAD_BYTES


def test_the_page_holds_no_script_style_or_address_that_its_policy_would_refuse() -> None:
    page = (FOLDER / INDEX).read_text("utf-8")

    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|(?:src|href)=\"(?:https?:)?//", page)
