from __future__ import annotations

import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

import pytest

from castline.scratch_folder import scratch_folder

if TYPE_CHECKING:
    from pathlib import Path

KILLED = """
import os
from castline.scratch_folder import scratch_folder
with scratch_folder() as folder:
    (folder / "audio").write_bytes(bytes(1000))
    os.kill(os.getpid(), 9)
"""


@pytest.fixture(autouse=True)
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def write_and_fail() -> None:
    with scratch_folder() as folder:
        (folder / "audio").write_bytes(b"sound")
        raise ValueError("broken")


def test_a_folder_is_removed_with_its_files(disk: Path) -> None:
    with pytest.raises(ValueError, match="broken"):
        write_and_fail()

    assert not list(disk.iterdir())


def test_what_a_killed_process_has_left_behind_is_removed(disk: Path) -> None:
    # Given a process that was stopped while it wrote
    ended = subprocess.run([sys.executable, "-c", KILLED], check=False)  # noqa: S603 (our own program)
    assert ended.returncode == -9
    assert [file.name for file in disk.rglob("audio")] == ["audio"]

    # When the next work begins
    with scratch_folder() as folder:
        # Then the disk is free
        assert [file.name for file in disk.iterdir()] == [folder.name]


def test_folders_in_use_are_left_alone() -> None:
    with scratch_folder() as one:
        (one / "audio").write_bytes(b"sound")
        with scratch_folder() as other:
            assert one != other
            assert (one / "audio").read_bytes() == b"sound"
