"""The wheel that `pip install` makes of the repository."""

from __future__ import annotations

import subprocess
import sys
from email.parser import Parser
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZipFile]:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(  # noqa: S603 (our own program)
        [UV, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT], check=True, timeout=PATIENCE_SECONDS
    )
    (built,) = folder.glob("*.whl")
    with ZipFile(built) as opened:
        yield opened


@pytest.fixture(scope="module")
def metadata(wheel: ZipFile) -> Message:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return Parser().parsestr(wheel.read(name).decode())


def test_it_holds_the_command_line_and_the_client_and_nothing_of_the_service(wheel: ZipFile) -> None:
    names = wheel.namelist()

    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"castline_cli", "castline_client"}
    assert {"castline_cli/py.typed", "castline_client/py.typed"} <= set(names)
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_it_holds_every_module(wheel: ZipFile) -> None:
    modules = {str(path.relative_to(ROOT / "cli")) for path in (ROOT / "cli").rglob("*.py")}

    assert modules <= set(wheel.namelist())


def test_its_metadata_is_complete(metadata: Message) -> None:
    assert metadata["Name"] == "castline"
    for field in ("Summary", "License-Expression", "Requires-Python", "Keywords", "Description-Content-Type"):
        assert metadata[field], field
    requirements = metadata.get_all("Requires-Dist") or []
    assert {each.split(">")[0] for each in requirements if "extra" not in each} == {"httpx", "rich", "typer"}


def test_the_command_runs_with_what_the_wheel_requires(wheel: ZipFile, tmp_path: Path) -> None:
    # Given an environment of its own
    environment = tmp_path / "environment"
    for arguments in (
        ("venv", "--quiet", "--python", sys.executable, environment),
        ("pip", "install", "--quiet", "--python", environment, wheel.filename or ""),
    ):
        subprocess.run([UV, *arguments], check=True, timeout=PATIENCE_SECONDS)  # noqa: S603 (our own program)

    # When the command is asked for its help, and the client is imported
    program = environment / "bin"
    help_text = subprocess.run(  # noqa: S603 (our own program)
        [program / "castline", "--help"], check=True, capture_output=True, text=True, timeout=PATIENCE_SECONDS
    ).stdout
    subprocess.run(  # noqa: S603 (our own program)
        [program / "python", "-c", "from castline_client import Castline"], check=True, timeout=PATIENCE_SECONDS
    )

    # Then nothing is missing
    assert "say" in help_text
