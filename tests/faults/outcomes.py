"""Outcomes of the scenarios in which nothing breaks: each is run once, by one of pytest's processes."""

from __future__ import annotations

import fcntl
import os
import pickle
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.faults.experiment import Outcome


class Outcomes:
    """The outcomes by the names of their scenarios, kept in a folder if there is one."""

    def __init__(self, folder: Path | None) -> None:
        """Use a folder that other processes may use, too."""
        self._folder = folder
        self._known: dict[str, Outcome] = {}

    def get(self, scenario: str, run: Callable[[], Outcome]) -> Outcome:
        """Return the outcome of a scenario, and call ``run`` if no process has run the scenario yet."""
        if scenario not in self._known:
            self._known[scenario] = run() if self._folder is None else _once(self._folder / scenario, run)
        return self._known[scenario]


def folder_for_all_processes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for the outcomes, the same one in each of pytest's processes."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "undisturbed"
    folder.mkdir(exist_ok=True)
    return folder


def _once(file: Path, run: Callable[[], Outcome]) -> Outcome:
    """Return what is in the file, or the outcome of ``run``, which then is in the file."""
    with file.open("a+b") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        opened.seek(0)
        if content := opened.read():
            outcome: Outcome = pickle.loads(content)  # noqa: S301 (written by another process of the same run)
            return outcome
        outcome = run()
        opened.write(pickle.dumps(outcome))
        return outcome
