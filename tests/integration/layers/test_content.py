"""Content of the layers: complete, and the same wherever they are built."""

from __future__ import annotations

import hashlib
import os
import ssl
import subprocess
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from infra.service_functions import CA_BUNDLE
from layers import build as layer_build
from layers import libuuid, zig
from layers.build import BUILD, LIMIT_BYTES, build, interpreter_of, size_bytes
from tests.integration.layers.conftest import DEPLOYED_PYTHON
from tests.integration.layers.elf import architecture, newest_glibc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.build import Artefacts

MB = 1_000_000


def every_file(artefacts: Artefacts) -> Iterator[Path]:
    for folder in (artefacts.code, artefacts.core, artefacts.speech):
        yield from (path for path in folder.rglob("*") if path.is_file())


def packages(layer: Path) -> set[str]:
    return {path.name for path in (layer / "python").iterdir() if not path.name.endswith(".dist-info")}


def fingerprint(path: Path) -> tuple[int, bytes]:
    """Return the mode of a file or folder, and a hash of a file's content."""
    return path.stat().st_mode, hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b""


def test_a_package_that_is_not_what_the_lock_has_is_not_deployed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a lock that knows other files of one package than the index gives
    exported = layer_build._requirements

    def tampered(*arguments: str) -> list[str]:
        return [
            f"{line.split()[0]} --hash=sha256:{'0' * 64}"
            for line in exported(*arguments)
            if line.startswith("uuid6==")
        ]

    monkeypatch.setattr(layer_build, "_requirements", tampered)

    # Then nothing is built
    with pytest.raises(subprocess.CalledProcessError):
        build(python=DEPLOYED_PYTHON, architecture="x86_64", into=tmp_path)
    assert not (tmp_path / f"{DEPLOYED_PYTHON}-x86_64" / "core").exists()


def test_two_builds_in_different_folders_and_under_different_umasks_are_identical(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given what is deployed, two of its packages, of which the build changes PyAV, and a filled cache of the compiler
    first = build(python=DEPLOYED_PYTHON, architecture="arm64")
    exported = layer_build._requirements
    monkeypatch.setattr(
        layer_build,
        "_requirements",
        lambda *groups: [line for line in exported(*groups) if line.startswith(("av==", "uuid6=="))],
    )
    (tmp_path / "zig").symlink_to(BUILD / "zig")

    # When those are built elsewhere
    umask = os.umask(0o077)
    try:
        second = build(python=DEPLOYED_PYTHON, architecture="arm64", into=tmp_path)
    finally:
        os.umask(umask)

    # Then the results are the same
    assert {"av", "av.libs"} <= {path.name for path in (second.speech / "python").iterdir()}
    assert "uuid6" in packages(second.core)
    for part in ("code", "core", "speech"):
        folder, other = getattr(first, part), getattr(second, part)
        paths = [path.relative_to(other) for path in other.rglob("*")]
        assert [fingerprint(other / path) for path in paths] == [fingerprint(folder / path) for path in paths]
    assert {path.relative_to(first.code) for path in first.code.rglob("*")} == {
        path.relative_to(second.code) for path in second.code.rglob("*")
    }


def test_what_has_not_changed_is_not_built_again() -> None:
    first = build(python=DEPLOYED_PYTHON, architecture="arm64")
    made = first.core.stat().st_ino

    second = build(python=DEPLOYED_PYTHON, architecture="arm64")

    assert second.core.stat().st_ino == made


def test_everything_together_leaves_room_below_lambdas_limit(deployed: Artefacts) -> None:
    core, speech = size_bytes(deployed.core), size_bytes(deployed.speech)

    assert 5 * MB < core < 105 * MB
    assert 5 * MB < speech < 120 * MB
    assert size_bytes(deployed.code) < 5 * MB
    assert core + speech + size_bytes(deployed.code) < LIMIT_BYTES * 0.85


def test_the_layers_hold_what_they_are_for_with_boto3_as_locked(deployed: Artefacts) -> None:
    core, speech = packages(deployed.core), packages(deployed.speech)

    assert {"aws_lambda_powertools", "boto3", "botocore", "certifi", "icu4py", "pydantic", "urllib3", "uuid6"} <= core
    assert {"httpcore", "standardwebhooks"} <= core
    assert (deployed.core / "python" / f"boto3-{metadata.version('boto3')}.dist-info").is_dir()
    assert {"audioop", "av", "azure", "numpy", "pydub"} <= speech
    assert any(name.startswith("lameenc.") for name in speech)
    assert not core & speech - {"__pycache__"}
    assert not (core | speech) & {"castline", "imageio_ffmpeg", "mutagen", "soundfile"}
    assert [path.name for path in deployed.code.iterdir()] == ["castline"]


def test_the_functions_that_speak_trust_azures_authorities_by_a_file_of_a_layer(deployed: Artefacts) -> None:
    bundle = deployed.core / Path(CA_BUNDLE).relative_to("/opt")  # where Lambda unpacks layers

    authorities = str(ssl.create_default_context(cafile=str(bundle)).get_ca_certs())

    assert "DigiCert Global Root G2" in authorities
    assert "Microsoft RSA Root Certificate Authority 2017" in authorities


def test_every_library_is_of_the_architecture_and_asks_for_no_newer_glibc_than_lambdas(deployed: Artefacts) -> None:
    libraries = [path for path in every_file(deployed) if ".so" in path.suffixes]
    wanted = deployed.code.parent.name.partition("-")[2]

    assert deployed.speech / "lib" / libuuid.NAME in libraries
    assert {architecture(path) for path in libraries} == {wanted}
    assert max(newest_glibc(path) for path in libraries) <= tuple(map(int, zig.GLIBC.split(".")))


def test_everybody_may_read_everything(deployed: Artefacts) -> None:
    assert {path.stat().st_mode & 0o777 for path in every_file(deployed)} == {0o644}


@pytest.mark.skipif(
    interpreter_of(DEPLOYED_PYTHON) is None, reason="no Python of the deployed version to compile with"
)
def test_every_module_is_compiled_and_checked_against_nothing(deployed: Artefacts) -> None:
    modules = [path for path in every_file(deployed) if path.suffix == ".py"]
    compiled = {
        path.parent.parent / f"{path.name.partition('.')[0]}.py": path.read_bytes()[4:8]
        for path in every_file(deployed)
        if path.suffix == ".pyc"
    }

    assert set(compiled) == set(modules)
    # PEP 552: by hash (1), unchecked (no 2).
    assert set(compiled.values()) == {(1).to_bytes(4, "little")}
